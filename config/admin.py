"""The administration pages: configuration and accounts only, no casework, no resident.

They keep Django's look. Who may enter follows from the post (kind administrator), not from the
flags of the account.
"""

from __future__ import annotations

import secrets
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from casework.models import Holiday
from grids.models import Role
from grids.scope import Kind, kinds_of
from households.models import NeedKind

# Without letters and digits that look alike on a printed slip.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Twelve characters in groups of four, to be replaced at the first sign-in."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


class ConfigurationSite(admin.AdminSite):
    """Open to those who hold a post of kind administrator today."""

    site_header = _("Lianhu: configuration")
    site_title = _("Lianhu")
    index_title = _("Configuration and accounts")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return Kind.ADMINISTRATOR in kinds_of(cast(User, request.user))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("account_logout")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("account_change_password")


class ConfigurationAdmin(admin.ModelAdmin):
    """The post opens the site; what may be done in it is the same for all administrators."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RoleAdmin(ConfigurationAdmin):
    """Labels and limits of the roles. The kind, on which rights hang, is fixed once chosen."""

    list_display = ("label", "kind", "may_link", "max_links", "required_at", "required_count")
    list_filter = ("kind",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "kind") if obj else ()


class NeedKindAdmin(ConfigurationAdmin):
    """Cadence, key flag and label of the closed vocabulary of needs; nothing is added to it."""

    list_display = ("label", "code", "variant", "cadence", "is_key", "help_to_move")
    readonly_fields = ("code", "variant", "beside")
    fields = (
        "code", "variant", "label", "label_en", "cadence", "is_key", "beside",
        "first_within_days", "help_to_move", "position",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class HolidayAdmin(ConfigurationAdmin):
    """Public holidays and make-up working days."""

    list_display = ("on", "label", "working")
    list_filter = ("working",)
    ordering = ("-on",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True


class UserAdmin(ConfigurationAdmin):
    """Open and shut accounts, and hand out one-time passwords. Rights come from posts alone."""

    list_display = ("username", "first_name", "is_active", "must_change_password", "last_login")
    list_filter = ("is_active", "must_change_password")
    search_fields = ("username", "first_name")
    fields = ("username", "first_name", "is_active", "must_change_password", "last_login")
    readonly_fields = ("last_login",)
    actions = ("shut", "open", "give_one_time_password")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("username", "last_login") if obj else ("last_login",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new account starts with a one-time password, shown once."""
        if not change:
            password = one_time_password()
            obj.set_password(password)
            obj.must_change_password = True
            self._show(request, obj, password)
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Shut the selected accounts"))
    def shut(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = queryset.exclude(username=request.user.get_username())
        count = others.update(is_active=False)
        self.message_user(request, _("%(n)d accounts shut.") % {"n": count})

    @admin.action(description=_("Open the selected accounts"))
    def open(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = queryset.update(is_active=True)
        self.message_user(request, _("%(n)d accounts opened.") % {"n": count})

    @admin.action(description=_("Give a one-time password to the selected accounts"))
    def give_one_time_password(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            password = one_time_password()
            user.set_password(password)
            user.must_change_password = True
            user.save(update_fields=["password", "must_change_password"])
            self.log_change(request, user, [{"changed": {"fields": ["password"]}}])
            self._show(request, user, password)

    def _show(self, request: HttpRequest, user: User, password: str) -> None:
        text = _("One-time password of %(name)s, shown only now: %(password)s")
        self.message_user(
            request, text % {"name": user.username, "password": password}, messages.WARNING
        )


site = ConfigurationSite(name="admin")
site.register(Role, RoleAdmin)
site.register(NeedKind, NeedKindAdmin)
site.register(Holiday, HolidayAdmin)
site.register(User, UserAdmin)
