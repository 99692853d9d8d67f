"""Settings of travel: the table of speeds, and the areas that are reached by tracks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.configuring import ActAdmin
from grids.models import Area
from households.models import Household
from lib.clock import today
from lib.language import months_read, months_said
from lib.months import months_written
from planning.models import AreaWay, TravelSpeed

KILOMETRES = 10


class Months(forms.CharField):
    """Months of the year as people write them: 11-4, or 5,10."""

    def prepare_value(self, value: Any) -> Any:
        """Months of a row as they are written."""
        return months_written(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        typed = super().clean(value)
        try:
            return months_read(typed)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other months are meant, however they are written."""
        return self.prepare_value(initial) != data


class SpeedForm(forms.ModelForm):
    """A line of the table; two of one way may not share a month."""

    months = Months(
        label=gettext_lazy("months"), max_length=40, initial="1-12",
        help_text=gettext_lazy("11-4: November to April; 5,10: May and October"),
    )  # fmt: skip

    class Meta:
        model = TravelSpeed
        fields = ("way", "months", "kmh", "detour")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        way, months = given.get("way"), given.get("months") or []
        others = TravelSpeed.objects.filter(way=way).exclude(pk=self.instance.pk)
        if others.filter(months__overlap=months).exists():
            self.add_error(
                "months", _("Another line has a speed for this way in some of these months.")
            )
        return given


def speed_effects(before: TravelSpeed | None, row: TravelSpeed, *, on: date) -> list[str]:
    """What the line means for an ordinary way, and what it does not touch."""
    minutes = round(KILOMETRES * row.detour * 60 / row.kmh)
    return [
        _("%(km)d km in a straight line now count as %(n)d minutes (%(months)s). Drafts of"
          " contacts that exist keep what they were worked out with.")
        % {"km": KILOMETRES, "n": minutes, "months": months_said(row.months)}
    ]  # fmt: skip


def way_effects(before: AreaWay | None, row: AreaWay, *, on: date) -> list[str]:
    """How many households are reached that way from now on."""
    n = Household.objects.open_on(on).filter(path__startswith=row.area.path).count()
    return [_("%(n)d households lie in this area.") % {"n": n}]


class SpeedAdmin(ActAdmin):
    """The county's table of speeds, by kind of way and month."""

    touches = staticmethod(speed_effects)
    form = SpeedForm
    list_display = ("way", "months_told", "kmh", "detour")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    @admin.display(description=gettext_lazy("months"))
    def months_told(self, row: TravelSpeed) -> str:
        return months_said(row.months)


class AreaWayAdmin(ActAdmin):
    """Areas that are reached by tracks; everywhere else one goes by road."""

    touches = staticmethod(way_effects)
    list_display = ("area", "way")
    list_select_related = ("area",)
    ordering = ("area__path",)
    fields = ("area", "way")

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
