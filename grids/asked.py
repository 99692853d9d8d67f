"""What a request asks for: a date, an area, a level; refused with a sentence where unusable."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Area
from grids.paths import DEPTH
from grids.scope import scope_of
from lib.codes import canonical
from lib.errors import Refusal


def asked_date(text: str | None, *, current: date) -> date:
    """A day written as 2026-11-22, up to today; today where none is given."""
    if not text:
        return current
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise Refusal(_("Write the date as 2026-11-22."), field="on") from None
    if on > current:
        raise Refusal(_("Choose a day up to today."), field="on")
    return on


def asked_area(user: User, code: str | None, *, on: date) -> Area:
    """The area with a code or an id within what the person may see, else the root of it."""
    areas = Area.objects.visible_to(user).with_code(on)
    if code:
        if code.isdigit():
            area = areas.by_code(canonical(code), on).first()
        else:
            area = areas.filter(pk=_key(code)).first()
    else:
        roots = scope_of(user).areas
        area = areas.filter(path=roots[0]).first() if roots else None
    if area is None:
        raise Http404
    return area


def _key(text: str) -> UUID:
    """The id of an area that carries no code."""
    try:
        return UUID(text)
    except ValueError:
        sentence = _("Write the area as its division code, digits only.")
        raise Refusal(sentence, field="area") from None


def asked_level(text: str | None, area: Area) -> str:
    """A level at or beneath the area's; the next finer one where none is given."""
    levels = list(DEPTH)
    own = levels.index(area.level)
    if not text:
        return levels[min(own + 1, len(levels) - 1)]
    if text not in DEPTH:
        raise Refusal(_("Choose one of county, township, village, grid, unit."), field="level")
    if levels.index(text) < own:
        raise Refusal(_("Choose a level at or beneath that of the area."), field="level")
    return text
