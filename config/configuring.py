"""Roles, kinds of need, holidays and organisations: each change is one act that is taken back.

A change says how much it touches (``effects.py``); whoever made it takes it back from the strip
above the page, as everywhere (``jobs/acts.py``), until it was changed again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from casework.activities import JOINT_MEETING
from casework.models import ActivityKind
from config import effects
from config.forms import NeedKindForm, OrganisationForm, RoleForm
from desk.acts import act_shown, done
from grids.appointing import CONFIGURE
from grids.models import Area, Organisation
from households.models import NeedKind
from jobs.acts import UNDO_DAYS, act
from jobs.models import Act
from lib.clock import today

#: Of Act.sentence.
SENTENCE = 200


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


class ActAdmin(ConfigurationAdmin):
    """Saves and removes within an act, says what that touches and offers to take it back."""

    actions = None
    #: What a saved change touches, in sentences: asked with the row before, after, and the day.
    touches: ClassVar[Callable[..., list[str]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not hasattr(cls, "touches"):
            raise TypeError(f"{cls.__name__} does not say what a change touches")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = self.model._base_manager.get(pk=obj.pk) if change else None
        if change and not form.has_changed():
            return
        if change:
            verb, what = "change", _("Changed %(kind)s “%(name)s”: %(fields)s")
        else:
            verb, what = "add", _("Added %(kind)s “%(name)s”")
        fields = "、".join(str(form.fields[name].label) for name in form.changed_data)
        with self._act(request, verb, obj, what % {**self._named(obj), "fields": fields}):
            super().save_model(request, obj, form, change)
        for sentence in self.touches(before, obj, on=today()):
            self.message_user(request, sentence, messages.INFO)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        sentence = _("Removed %(kind)s “%(name)s”") % self._named(obj)
        with self._act(request, "delete", obj, sentence):
            super().delete_model(request, obj)

    def _named(self, obj: Any) -> dict[str, Any]:
        return {"kind": self.opts.verbose_name, "name": obj}

    def _act(self, request: HttpRequest, verb: str, obj: Any, sentence: str) -> Any:
        """The act of this request. Its path is nobody's area: only who did it takes it back."""
        cast(Any, request).configured = obj.pk
        return act(
            verb=CONFIGURE + verb, by=request.user, path="", on=today(), subject=obj,
            sentence=Truncator(sentence).chars(SENTENCE),
        )  # fmt: skip

    def _done(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Go on as Django does, naming the act that was just done."""
        key = getattr(request, "configured", None)
        deed = self._last(request, key) if key is not None else None
        return done(response["Location"], deed) if deed and "Location" in response else response

    def _last(self, request: HttpRequest, key: Any) -> Act | None:
        """The last change of a row, if the one signed in made it and may take it back."""
        mine = Act.objects.filter(
            subject_label=self.opts.label, subject_key=str(key), verb__startswith=CONFIGURE,
            undone_at=None, at__gt=timezone.now() - timedelta(days=UNDO_DAYS),
        )  # fmt: skip
        last = mine.order_by("-at").first()
        return last if last and last.by_id == cast(User, request.user).pk else None

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._done(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._done(request, super().response_change(request, obj))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        return self._done(request, super().response_delete(request, obj_display, obj_id))

    def _strip(self, request: HttpRequest) -> dict[str, Any]:
        """The act the address names, taken off it, since a list would look for such a filter."""
        found = act_shown(request)
        here = request.GET.copy()
        here.pop("act", None)
        request.GET = here  # type: ignore[assignment]
        if found is not None and not found.verb.startswith(CONFIGURE):
            found = None
        listed = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return {"act": found, "act_next": listed}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), **self._strip(request)})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:  # fmt: skip
        strip = self._strip(request)
        if strip["act"] is None and object_id is not None:
            strip["act"] = self._last(request, unquote(object_id))
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **strip}
        )


class RoleAdmin(ActAdmin):
    """Labels and limits of the roles. The kind, on which rights hang, is fixed once chosen."""

    touches = staticmethod(effects.role_effects)
    form = RoleForm
    list_display = ("label", "kind", "may_link", "max_links", "required_at", "required_count")
    list_filter = ("kind",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "kind") if obj else ()


class NeedKindAdmin(ActAdmin):
    """Cadence, key flag and label of the closed vocabulary of needs; nothing is added to it."""

    touches = staticmethod(effects.need_kind_effects)
    form = NeedKindForm
    list_display = ("label", "code", "variant", "cadence", "is_key", "help_to_move")
    readonly_fields = ("code", "variant", "beside_kinds")
    fields = (
        "code", "variant", "label", "label_en", "cadence", "is_key", "beside_kinds",
        "first_within_days", "help_to_move", "position",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=gettext_lazy("counts only beside"), empty_value="-")
    def beside_kinds(self, kind: NeedKind) -> str:
        return "、".join(map(str, NeedKind.objects.filter(code__in=kind.beside)))


class VisitRuleAdmin(ActAdmin):
    """The county's N 必访: what suggests a visit, and how soon or how often."""

    touches = staticmethod(effects.visit_rule_effects)
    list_display = ("label", "event", "within_days", "need_codes", "every_months", "active")
    list_filter = ("active",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


class HolidayAdmin(ActAdmin):
    """Public holidays and make-up working days."""

    touches = staticmethod(effects.holiday_effects)
    list_display = ("on", "label", "working")
    list_filter = ("working",)
    ordering = ("-on",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("on",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True


class ActivityKindAdmin(ActAdmin):
    """Kinds of activity; one that was used is kept, for what is on record under it."""

    touches = staticmethod(effects.activity_kind_effects)
    list_display = ("label", "code", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        kept = isinstance(obj, ActivityKind) and obj.code == JOINT_MEETING
        return isinstance(obj, ActivityKind) and not kept and not obj.activities.exists()


class OrganisationAdmin(ActAdmin):
    """Departments, units of staff, partners. The area stays: posts held at it hang on it."""

    touches = staticmethod(effects.organisation_effects)
    form = OrganisationForm
    list_display = ("name", "kind", "area", "part_of")
    list_filter = ("kind",)
    list_select_related = ("area", "parent")
    search_fields = ("name",)
    ordering = ("area__path", "name")
    fields = ("name", "kind", "area", "parent")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("area",) if obj else ()

    @admin.display(description=gettext_lazy("part of"), empty_value="-")
    def part_of(self, unit: Organisation) -> Organisation | None:
        return unit.parent

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "area":
            kwargs["queryset"] = Area.objects.in_force(today()).filter(
                level__in=[Area.Level.COUNTY, Area.Level.TOWNSHIP, Area.Level.VILLAGE]
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CardTextAdmin(ActAdmin):
    """What contact cards and the page behind them say besides the contact."""

    touches = staticmethod(effects.card_text_effects)
    list_display = ("area", "duty_phone", "duty", "complain")
    list_select_related = ("area",)
    ordering = ("area__path",)
    fields = ("area", "services", "duty", "duty_phone", "complain")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("area",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "area":
            kwargs["queryset"] = Area.objects.in_force(today()).filter(
                level__in=[Area.Level.COUNTY, Area.Level.TOWNSHIP, Area.Level.VILLAGE]
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
