"""What is typed on the pages for work by hand: parsed like an import, refused at its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from grids.models import Area
from grids.naming import area_labels
from grids.querysets import beneath
from grids.scope import scope_of
from lib.clock import today
from lib.codes import canonical
from lib.errors import Refusal
from lib.identity import holds_id_number
from lib.values import Clear, parse_phone

MOST_PROPOSED = 12
MOST_LISTED = 400
FILING_LEVELS = ("village", "grid", "unit")


class HandForm(forms.Form):
    """A form that shows what a service refused at its field."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages["required"] = REQUIRED.get(name, _("Fill this in."))

    def refuse(self, refusal: Refusal) -> None:
        """Put a service's sentence at the field it names, else above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


REQUIRED = {
    "head_name": gettext_lazy("Enter the name of the head of household."),
    "area": gettext_lazy("Write the code or the name of a village, grid or unit."),
    "reason": gettext_lazy("Choose a reason."),
    "kind": gettext_lazy("Choose a kind of need."),
}


class PlainText(forms.CharField):
    """A line of text that never holds a national ID number."""

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value and holds_id_number(value):
            raise forms.ValidationError(
                _("This looks like an ID number; it is never stored here. Leave it out.")
            )
        return value


class Phone(forms.CharField):
    """A telephone number as bare digits; '' where nothing was typed."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            parsed = parse_phone(typed)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        return parsed if parsed and not isinstance(parsed, Clear) else ""


class Day(forms.DateField):
    """A day, by the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": gettext_lazy("Write the day as 2024-09-04.")}


class AreaChoice(forms.CharField):
    """A village, grid or unit one manages, by its code or its name.

    Names that fit several areas are refused with these, so that one can be chosen
    (``proposed``: code and name); the box lists areas to choose from while there are few.
    """

    def __init__(self, *, of: Callable[[User], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user: User | None = None
        self.of = of or areas_managed
        self.proposed: list[tuple[str, str]] = []

    def clean(self, value: Any) -> Area | None:
        typed = " ".join(str(super().clean(value) or "").split())
        if not typed:
            return None
        found = areas_named(self.of(self.user), typed) if self.user else []
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(self.unknown())
        self.proposed = area_options(found[:MOST_PROPOSED])
        raise forms.ValidationError(
            _("%(n)d areas fit; choose one of them, or write more of the name.") % {"n": len(found)}
        )

    def unknown(self) -> str:
        """The sentence for a code or name that is none of the areas to choose from."""
        if self.of is areas_managed:
            return _("No village, grid or unit you manage has this code or name.")
        return _("No place of your area has this code or name.")


def areas_managed(user: User) -> Any:
    """Villages, grids and units a person manages today."""
    on = today()
    within = beneath(scope_of(user).manage)
    return Area.objects.filter(within, level__in=FILING_LEVELS).in_force(on).with_code(on)


def areas_seen(user: User) -> Any:
    """Townships and what lies beneath, within the areas of a person's posts."""
    on = today()
    within = beneath(scope_of(user).areas)
    levels = ("township", *FILING_LEVELS)
    return Area.objects.filter(within, level__in=levels).in_force(on).with_code(on)


def areas_named(areas: Any, typed: str) -> list[Area]:
    """The areas a text may mean: by code, by full name, else by every word of it."""
    code, _space, rest = typed.partition(" ")
    if code.isdigit():
        found = list(areas.by_code(canonical(code), today()))
        if found or not rest:
            return found
    chosen = list(areas.order_by("path"))
    labels = area_labels({area.path for area in chosen}, on=today())
    exact = [a for a in chosen if typed in (labels[a.path]["name"], a.name)]
    if exact:
        return exact
    words = typed.split()
    return [a for a in chosen if all(word in labels[a.path]["name"] for word in words)]


def area_options(areas: list[Area]) -> list[tuple[str, str]]:
    """Code and name of areas, for a person to choose from."""
    labels = area_labels({area.path for area in areas}, on=today())
    return [
        (labels[area.path]["code"] or str(area.pk), labels[area.path]["name"]) for area in areas
    ]


def areas_listed(
    user: User, of: Callable[[User], Any] | None = None
) -> list[tuple[str, str]]:  # fmt: skip
    """The areas a box lists to choose from; none where they are too many to be a help."""
    chosen = list((of or areas_managed)(user).order_by("path")[: MOST_LISTED + 1])
    return area_options(chosen) if len(chosen) <= MOST_LISTED else []
