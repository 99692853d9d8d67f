"""The history of one household in words: who changed what when, from the change history.

What an import or a command wrote carries no name. Changes of needs and of the care note are P3:
they are told only to who has asked for the needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Area, Post
from grids.naming import account_names
from households.models import (
    Absence,
    Exemption,
    Handover,
    Household,
    HouseholdPlace,
    Link,
    Membership,
    Need,
    NeedKind,
    Review,
)
from jobs.changes import Change, changes, changes_of
from lib.clock import SHANGHAI
from lib.language import months_said

MOST = 100
#: Columns of a household that are told with their values, and by what word.
TOLD = {
    "head_name": gettext_lazy("Head of household"),
    "address": gettext_lazy("Address"),
    "serial": gettext_lazy("Household number"),
    "size": gettext_lazy("Persons"),
    "emergency_name": gettext_lazy("Emergency contact"),
    "language": gettext_lazy("Preferred language"),
}
#: Columns of which only is told that they changed.
NAMED = {
    "phone_sealed": gettext_lazy("Phone"),
    "emergency_phone_sealed": gettext_lazy("Phone of the emergency contact"),
    "mode": gettext_lazy("Preferred way"),
    "fewer_contacts": gettext_lazy("Wish for fewer contacts"),
    "calls_agreed": gettext_lazy("Agreement to be called back"),
    "head_may_see_needs_from": gettext_lazy("Agreement that the head of the unit sees needs"),
    "location": gettext_lazy("Place on the map"),
}


@dataclass(frozen=True)
class Line:
    """One thing that happened; ``user`` is the key of an account."""

    at: datetime
    what: str
    user: str | None = None
    by: str = ""
    day_only: bool = False


def history_of(household: Household, *, with_needs: bool) -> list[Line]:
    """What happened to a household, the latest first."""
    lines = [*_written(household, with_needs=with_needs)]
    for model, words in WORDS.items():
        if model is not Need or with_needs:
            lines += _related(household, model, words)
    lines.sort(key=lambda line: line.at, reverse=True)
    names = account_names(line.user for line in lines)
    return [
        Line(line.at, line.what, line.user, names.get(line.user, ""), line.day_only)
        for line in lines[:MOST]
    ]


def _day(day: Any) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _written(household: Household, *, with_needs: bool) -> Iterator[Line]:
    found = changes_of(household)
    if not any(change.label == "insert" for change in found):
        yield Line(_day(household.recorded_on), _("Entered here"), day_only=True)
    for change in found:
        if change.label == "insert":
            yield Line(change.at, _("Entered here"), change.user)
            continue
        for what in _columns(change, with_needs=with_needs):
            yield Line(change.at, what, change.user)


def _columns(change: Change, *, with_needs: bool) -> Iterator[str]:
    for name, (before, after) in change.fields.items():
        if name in TOLD:
            yield _("%(what)s: %(before)s → %(after)s") % {
                "what": TOLD[name], "before": before or "—", "after": after or "—",
            }  # fmt: skip
        elif name in NAMED:
            yield _("%(what)s changed") % {"what": NAMED[name]}
        elif name == "residence":
            labels = dict(Household.Residence.choices)
            yield _("%(what)s: %(before)s → %(after)s") % {
                "what": _("Residence"), "before": labels[before], "after": labels[after],
            }  # fmt: skip
        elif name == "during":
            yield _("Closed") if after.upper else _("Reopened")
        elif name == "care_note" and with_needs:
            yield _("%(what)s changed") % {"what": _("Care note")}


def _link(row: Any) -> str:
    post = Post.objects.select_related("person", "role").get(pk=row.post_id)
    return f"{post.person} · {post.role}"


def _area(row: Any) -> str:
    return str(Area.objects.filter(pk=row.area_id).first() or "")


def _reason(row: Any) -> str:
    return str(Exemption.Reason(row.reason).label)


def _kind(row: Any) -> str:
    return str(NeedKind.objects.filter(pk=row.kind_id).first() or "")


def _offer(row: Any) -> str:
    post = Post.objects.select_related("person", "role").get(pk=row.to_post_id)
    return f"{post.person} · {post.role}"


def _place(row: Any) -> str:
    return f"{HouseholdPlace.Kind(row.kind).label}（{months_said(row.months)}）"


def _nothing(row: Any) -> str:
    return ""


#: Per model: what a row is called, and the words for one begun, ended and taken back.
WORDS: dict[Any, tuple[Callable[[Any], str], Any, Any, Any]] = {
    Link: (
        _link, gettext_lazy("Contact named: %(what)s"), gettext_lazy("Contact ended: %(what)s"),
        gettext_lazy("Naming taken back: %(what)s"),
    ),
    Handover: (
        _offer, gettext_lazy("Offered to %(what)s"), gettext_lazy("Offer changed: %(what)s"),
        gettext_lazy("Offer removed: %(what)s"),
    ),
    Membership: (
        _area, gettext_lazy("Filed under %(what)s"), gettext_lazy("No longer under %(what)s"),
        gettext_lazy("Filing under %(what)s taken back"),
    ),
    Exemption: (
        _reason, gettext_lazy("Asked to leave the scope: %(what)s"),
        gettext_lazy("Request changed: %(what)s"), gettext_lazy("Request taken back: %(what)s"),
    ),
    Absence: (
        _nothing, gettext_lazy("Away all year"), gettext_lazy("No longer away all year"),
        gettext_lazy("Absence taken back"),
    ),
    Review: (
        _nothing, gettext_lazy("Reviewed"), gettext_lazy("Reviewed"),
        gettext_lazy("Review taken back"),
    ),
    HouseholdPlace: (
        _place, gettext_lazy("Seasonal place: %(what)s"),
        gettext_lazy("Seasonal place changed: %(what)s"),
        gettext_lazy("Seasonal place taken back: %(what)s"),
    ),
    Need: (
        _kind, gettext_lazy("Need begun: %(what)s"), gettext_lazy("Need changed: %(what)s"),
        gettext_lazy("Need taken back: %(what)s"),
    ),
}  # fmt: skip


#: What became of an offer; why stands where those read it who offer it again.
ANSWERS = {
    Handover.State.ACCEPTED: gettext_lazy("Handover accepted: %(what)s"),
    Handover.State.DECLINED: gettext_lazy("Handover declined: %(what)s"),
    Handover.State.WITHDRAWN: gettext_lazy("Offer taken back: %(what)s"),
}


def _related(household: Household, model: Any, words: tuple[Any, ...]) -> Iterator[Line]:
    """What happened to the rows of one model that belong to a household."""
    called, begun, changed, removed = words
    rows = {row.pk: row for row in model.objects.filter(household=household)}
    events = model.events.rel.related_model.objects.filter(household=household)
    by_row: dict[Any, list[Any]] = {}
    for event in events.select_related("pgh_context").order_by("pgh_id"):
        by_row.setdefault(event.pgh_obj_id, []).append(event)
    for key in {*rows, *by_row}:
        told = by_row.get(key, [])
        first = told[0] if told else rows[key]
        what = {"what": called(first)}
        if not told or told[0].pgh_label != "insert":
            yield Line(_day(_since(first)), str(begun) % what, day_only=True)
        for change in changes(told, rows.get(key)):
            sentence = {"insert": begun, "delete": removed}.get(change.label) or _changed(
                change, changed
            )
            yield Line(change.at, str(sentence) % what, change.user)


def _changed(change: Change, usual: Any) -> Any:
    if "approved_on" in change.fields:
        return _("Out of scope approved: %(what)s")
    if "refused_on" in change.fields:
        return _("Request refused: %(what)s")
    if "state" in change.fields:
        return ANSWERS.get(change.fields["state"][1], usual)
    before, after = change.fields.get("during", (None, None))
    if before is not None and before.upper is not None and after.upper is None:
        return _("Goes on as before: %(what)s")
    return usual


def _since(row: Any) -> Any:
    """The day a row began."""
    if hasattr(row, "proposed_on"):
        return row.proposed_on
    return row.on if hasattr(row, "on") else row.during.lower
