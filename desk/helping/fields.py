"""What the forms of help given, activities, partners and meetings share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from casework.querysets import touching
from desk.byhand.fields import (
    MOST_LISTED,
    AreaChoice,
    HandForm,
    area_options,
)
from desk.byhand.picking import written
from grids.models import Area, Organisation
from grids.naming import account_names
from grids.querysets import beneath
from grids.scope import scope_of
from jobs.changes import changes_of
from lib.clock import SHANGHAI, today

NONE = [("", gettext_lazy("none"))]
NOT_CHOSEN = [("", "—")]


class Number(forms.CharField):
    """A Decimal as people write it: 1,200 and 1200.50 元 are numbers; None where empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(max_length=24, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        typed = unicodedata.normalize("NFKC", super().clean(value) or "")
        plain = typed.replace(",", "").replace(" ", "").removesuffix("元")
        if not plain:
            return None
        try:
            return Decimal(plain)
        except InvalidOperation:
            raise forms.ValidationError(_("Write a number such as 1200 or 1200.50.")) from None


class PlaceChoice(AreaChoice):
    """An area of any level in which one works with the households, by its code or its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(of=places_of, **kwargs)

    def unknown(self) -> str:
        return _("No area you work in has this code or name.")


def places_of(user: User) -> Any:
    """Areas in which somebody works with the households, down to the grid."""
    on = today()
    areas = Area.objects.filter(beneath(scope_of(user).households)).exclude(level="unit")
    return areas.in_force(on).with_code(on)  # type: ignore[attr-defined]


def places_listed(user: User) -> list[tuple[str, str]]:
    """The areas a box lists to choose from; none where they are too many to be a help."""
    chosen = list(places_of(user).order_by("path")[: MOST_LISTED + 1])
    return area_options(chosen) if len(chosen) <= MOST_LISTED else []


def word_of(area: Area) -> str:
    """How the box of a form names an area that is chosen already."""
    code, name = area_options([area])[0]
    return f"{code} {name}"


def organisations_for(paths: Iterable[str]) -> Any:
    """Organisations that belong to one of these areas, to one above or to one beneath."""
    areas = Area.objects.filter(touching(list(paths)))
    return Organisation.objects.filter(area__in=areas).order_by("name")


class SharedForm(HandForm):
    """A form of a row that several people may change; ``version`` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def prepare(self, user: User, path: str = "") -> None:
        """Offer the organisations and areas of who fills it in."""
        if "organisation" in self.fields:
            paths = [path] if path else [*scope_of(user).households]
            field: Any = self.fields["organisation"]
            field.queryset = organisations_for(paths)
        if "area" in self.fields:
            chosen: Any = self.fields["area"]
            chosen.user = user


def told_meanwhile(form: HandForm, row: Any, *, version: int) -> list[dict[str, Any]]:
    """What others have changed in a row since a version: label, value now, by whom, when."""
    found = changes_of(row, since_version=version)
    names = account_names(change.user for change in found)
    told = []
    for name, field in form.fields.items():
        touching_it = [change for change in found if name in change.fields]
        if touching_it:
            last = touching_it[-1]
            told.append(
                {
                    "label": field.label,
                    "now": _shown(row, name),
                    "by": names.get(last.user) or _("somebody"),
                    "at": last.at.astimezone(SHANGHAI),
                }
            )
    return told


def _shown(row: Model, name: str) -> Any:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, Point):
        return written(value)
    return _("empty") if value in (None, "") else value


def renewed(form: SharedForm, row: Any) -> SharedForm:
    """The same form with everything that was typed, for the row as it stands now."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(row.version)
    return type(form)(data)
