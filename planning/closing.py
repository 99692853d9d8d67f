"""Why a household has nobody, in words with day and name, and what closes that.

The reason itself is decided by ``casework/sql/coverage.sql`` alone. What is read here is P2: it is
asked only for households that the person looking may read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import DateField, F, Func
from django.db.models.functions import Least
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from grids.models import Area, Role
from households.models import Handover, Household, Link

#: Letters of the path of a village, whose people are candidates.
VILLAGE = 12


@dataclass(frozen=True)
class Action:
    """What may be done about a reason, and where."""

    label: str
    href: str


@dataclass(frozen=True)
class Why:
    """The reason of a household. ``since`` is the day it began, where it has one; ``post`` the one
    it had its contact by, or is offered to."""

    reason: str
    words: str
    since: date | None = None
    post: Any = None


def address_of(name: str, *args: Any, **query: Any) -> str:
    """The address of a page by its name, with what it is asked."""
    address = reverse(name, args=args)
    return f"{address}?{urlencode(query)}" if query else address


def why_nobody(
    households: Collection[Household], *, on: date, reasons: Mapping[UUID, str] | None = None
) -> dict[UUID, Why]:
    """The reason of each household that has nobody, by its key. ``reasons``: those of a day other
    than today, by the count of that day."""
    asked = {
        row.pk: reason for row in households
        if (reason := row.gap_reason if reasons is None else reasons.get(row.pk, ""))
    }  # fmt: skip
    keys: dict[str, list[UUID]] = {}
    for key, reason in asked.items():
        keys.setdefault(reason, []).append(key)
    ended = last_links(keys.get("left", []), on=on)
    offered = {
        handover.household_id: handover
        for handover in Handover.objects.filter(
            household__in=keys.get("handover", []), during__contains=on
        ).select_related("to_post__person", "to_post__role")
    }
    found = {}
    for row in households:
        reason = asked.get(row.pk, "")
        if not reason:
            continue
        words, since, post = str(SHORT_WORDS[reason]()), None, None
        if reason == "left" and row.pk in ended:
            since, post = ended[row.pk]
            words = _("contact left the post on %(day)s; it was %(name)s (%(role)s)")
        elif reason == "handover" and row.pk in offered:
            since, post = offered[row.pk].during.lower, offered[row.pk].to_post
            words = _("offered to %(name)s (%(role)s) on %(day)s, not accepted yet")
        elif reason == "new":
            since = row.registered_on
            words = _("newly registered on %(day)s, nobody named yet")
        words = words % {
            "day": since.isoformat() if since else "", "name": post.person.name if post else "",
            "role": post.role.name if post else "",
        }  # fmt: skip
        found[row.pk] = Why(reason, words, since, post)
    return found


#: What is said of reasons without a day or a name.
SHORT_WORDS = {
    "no_grid": lambda: _("in no grid: it is filed under its village only"),
    "handover": lambda: _("handover not accepted yet"),
    "left": lambda: _("contact has left"),
    "vacant": lambda: _("nobody in post: neither in its unit, nor its grid, nor its village"),
    "full": lambda: _("everyone in post has as many households as they may"),
    "new": lambda: _("newly registered"),
    "unassigned": lambda: _("somebody in post has room and was not named yet"),
}


def last_links(keys: Collection[UUID], *, on: date) -> dict[UUID, tuple[date, Any]]:
    """Of households whose contact left the day and the post, as the count of coverage has them."""
    if not keys:
        return {}
    links = (
        Link.objects.filter(household__in=keys, void=False, post__void=False, role__is_backup=False)
        .annotate(ended=Least(_upper("during"), _upper("post__during")))
        .filter(ended__lte=on)
        .select_related("post__person", "post__role", "post__area")
        .order_by("household", F("ended").desc(), _upper("post__during").asc(nulls_last=True))
        .distinct("household")
    )
    return {link.household_id: (link.ended, link.post) for link in links}  # type: ignore[attr-defined]


def _upper(column: str) -> Func:
    return Func(F(column), function="upper", output_field=DateField())


# What closes it -------------------------------------------------------------------------


class Closer:
    """What somebody who manages households may do about their reasons; three questions for all."""

    def __init__(self, households: Collection[Household]) -> None:
        paths = {row.path for row in households} | {row.path[:VILLAGE] for row in households}
        self.areas = {area.path: area for area in Area.objects.filter(path__in=paths)}
        # A place like this must have: the head of a unit, where there is a choice.
        roles = Role.objects.filter(may_link=True).exclude(required_at="").order_by("-kind")
        self.required = {role.required_at: role.pk for role in roles}

    def actions(self, why: Why, household: Household) -> list[Action]:
        """The actions, the first one the nearest at hand."""
        area = self.areas[household.path]
        village = self.areas.get(household.path[:VILLAGE], area)
        home = reverse("household", args=[household.pk])
        name = Action(_("Name a contact"), f"{home}#naming")
        propose = Action(_("Draw up a proposal"), address_of("plan-new", area=area.pk))
        fill = Action(_("Fill the post"), address_of("post-new", **self._post_wanted(why, area)))
        if why.reason == "no_grid":
            found = [Action(_("File it under a grid"), f"{home}move/")]
            if household.outside:
                found.append(Action(_("Redraw the grids"), address_of("redraws")))
        elif why.reason == "handover":
            found = [Action(_("Open the handover"), address_of("handovers")), name]
        elif why.reason == "left":
            found = [name, fill]
        elif why.reason == "vacant":
            found = [fill]
        elif why.reason == "full":
            limits = address_of("table", "posts", area=village.pk, filter="full")
            found = [Action(_("Raise a limit"), limits), Action(_("Another head"), fill.href)]
        else:
            found = [name, propose]
        return found

    def _post_wanted(self, why: Why, area: Area) -> dict[str, str]:
        """Place and role of the post that would help: the one that was left, else the one a place
        like this must have."""
        if why.post is not None and why.post.area_id:
            return {"area": str(why.post.area_id), "role": why.post.role_id}
        role = self.required.get(area.level)
        return {"area": str(area.pk), **({"role": role} if role else {})}
