"""The administration pages: configuration and accounts only, no casework, no resident.

They keep Django's look. Who may enter follows from the post (kind administrator), not from the
flags of the account.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import password_give
from casework.models import (
    ActivityKind,
    Campaign,
    CardText,
    DigestReceipt,
    DigestTarget,
    DispatchRule,
    Holiday,
    IssueLimit,
    ReplyTemplate,
    Topic,
    VisitRule,
)
from config.configuring import (
    ActivityKindAdmin,
    CardTextAdmin,
    ConfigurationAdmin,
    HolidayAdmin,
    NeedKindAdmin,
    OrganisationAdmin,
    RoleAdmin,
    VisitRuleAdmin,
)
from config.matters import DigestReceiptAdmin, DigestTargetAdmin, TopicAdmin
from config.travel import AreaWayAdmin, SpeedAdmin
from config.workflow import (
    CampaignAdmin,
    DispatchRuleAdmin,
    IssueLimitAdmin,
    ReplyTemplateAdmin,
)
from grids.models import Organisation, Role
from grids.scope import Kind, kinds_of
from households.models import NeedKind
from planning.models import AreaWay, TravelSpeed


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


class UserAdmin(ConfigurationAdmin):
    """Open and shut accounts, and hand out one-time passwords. Rights come from posts alone.

    What is shut here is shut by hand: a new post does not open it again.
    """

    list_display = ("username", "first_name", "is_active", "must_change_password", "last_login")
    list_filter = ("is_active", "must_change_password")
    search_fields = ("username", "first_name")
    fields = (
        "username", "first_name", "is_active", "shut_why", "must_change_password", "last_login",
    )  # fmt: skip
    actions = ("shut", "open", "give_one_time_password")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("shut_why", "last_login")
        own = ("is_active",) if obj.pk == cast(User, request.user).pk else ()
        return ("username", "shut_why", "last_login", *own)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new account starts with a one-time password, shown once."""
        if not change:
            obj.set_unusable_password()
        elif "is_active" in form.changed_data:
            obj.shut_why = "" if obj.is_active else User.Shut.BY_HAND
            obj.session_round += not obj.is_active
        super().save_model(request, obj, form, change)
        if not change:
            self._show(request, obj, password_give(obj))

    @admin.action(description=_("Shut the selected accounts"))
    def shut(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = queryset.exclude(username=request.user.get_username())
        count = others.update(
            is_active=False, shut_why=User.Shut.BY_HAND, session_round=F("session_round") + 1
        )
        self.message_user(request, _("%(n)d accounts shut.") % {"n": count})

    @admin.action(description=_("Open the selected accounts"))
    def open(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = queryset.update(is_active=True, shut_why="")
        self.message_user(request, _("%(n)d accounts opened.") % {"n": count})

    @admin.action(description=_("Give a one-time password to the selected accounts"))
    def give_one_time_password(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            if user.pk == cast(User, request.user).pk:
                text = _("Choose your own password under “Change password”.")
                self.message_user(request, text, messages.WARNING)
                continue
            password = password_give(user)
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
site.register(VisitRule, VisitRuleAdmin)
site.register(Organisation, OrganisationAdmin)
site.register(CardText, CardTextAdmin)
site.register(ActivityKind, ActivityKindAdmin)
site.register(User, UserAdmin)
site.register(Topic, TopicAdmin)
site.register(DigestTarget, DigestTargetAdmin)
site.register(DigestReceipt, DigestReceiptAdmin)
site.register(IssueLimit, IssueLimitAdmin)
site.register(DispatchRule, DispatchRuleAdmin)
site.register(ReplyTemplate, ReplyTemplateAdmin)
site.register(Campaign, CampaignAdmin)
site.register(TravelSpeed, SpeedAdmin)
site.register(AreaWay, AreaWayAdmin)
