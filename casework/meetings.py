"""Joint meetings (联席会议): an agenda made of matters that wait, decisions written back to them.

A manager calls one for an area. Closing it writes each decision to its matter, once, and counts
as an activity; what is written in the path of a matter is not taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.activities import JOINT_MEETING, activity_record
from casework.issues import issue_event
from casework.models import ActivityKind, AgendaItem, Issue, Meeting, MeetingAddition
from grids.models import Area
from grids.services import require_manage
from lib.errors import Outdated, Refusal
from lib.identity import no_id_number

#: Matters offered for an agenda; a meeting gets through fewer.
OFFERED = 60
MOST_POINTS = 40
#: Of MeetingAddition.text.
MOST_WORDS = 400
LATEST = timedelta(days=366)


@dataclass(frozen=True)
class Waiting:
    """A matter that could be talked about: how many days past its limit (negative: before it)."""

    issue: Issue
    late: int

    @property
    def pressing(self) -> bool:
        """Whether it is chosen unless somebody says otherwise: past its limit, or set aside."""
        return self.late > 0 or self.issue.state == Issue.State.SHELVED

    @property
    def reason(self) -> str:
        """Why it is offered, in words."""
        if self.issue.state == Issue.State.SHELVED:
            until = self.issue.review_on
            return _("set aside, to be looked at again on %s") % until if until else _("set aside")
        if self.late > 0:
            return _("%(n)d days past its limit") % {"n": self.late}
        return _("open, limit in %(n)d days") % {"n": -self.late}


def matters_waiting(
    user: User, area: Area, *, on: date, besides: Iterable[UUID] = ()
) -> list[Waiting]:
    """Open, overdue and shelved matters of an area one may see, the latest first."""
    rows = Issue.objects.visible_to(user).filter(path__startswith=area.path)
    rows = rows.exclude(state__in=Issue.FINISHED).exclude(pk__in=list(besides))
    found = rows.select_related("department", "area").order_by("limit_on", "pk")[:OFFERED]
    return [Waiting(issue, (on - issue.limit_on).days) for issue in found]


@transaction.atomic
def meeting_call(
    *, area: Area, on: date, current: date, by: User, place: str = "", note: str = ""
) -> Meeting:
    """Call a joint meeting for an area; its agenda begins with what presses most."""
    require_manage(by, area.path)
    if not current - LATEST <= on <= current + LATEST:
        raise Refusal(_("Choose a day within a year of today."), field="on")
    meeting = Meeting.objects.create(
        area=area, path=area.path, on=on, place=no_id_number(place, field="place"),
        note=no_id_number(note, field="note"), called_by=by,
    )  # fmt: skip
    pressing = [one.issue for one in matters_waiting(by, area, on=current) if one.pressing]
    _write_items(meeting, pressing[:MOST_POINTS], [])
    return meeting


def _write_items(meeting: Meeting, issues: list[Issue], texts: list[str]) -> None:
    """Make these the points, in this order. A point that stays keeps its key: what somebody is
    typing for it at the moment finds it again."""
    held = {item.issue_id or item.text: item for item in meeting.items.all()}
    points: list[Issue | str] = [*issues, *dict.fromkeys(texts)]
    kept = []
    for position, point in enumerate(points, start=1):
        item = held.pop(point if isinstance(point, str) else point.pk, None)
        if item is None:
            item = AgendaItem(meeting=meeting)
            if isinstance(point, str):
                item.text = point
            else:
                item.issue = point
        item.position = position
        item.save()
        kept.append(item.pk)
    meeting.items.exclude(pk__in=kept).delete()


def _locked(meeting: Meeting, by: User | None, version: int) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require_manage(by, meeting.path)
    if meeting.held:
        raise Refusal(_("This meeting is closed: its decisions stand in the matters."))
    if meeting.version != version:
        raise Outdated(
            _("Somebody else has changed this meanwhile; look at what is different and save"
              " again."), row=meeting,
        )  # fmt: skip
    return meeting


@transaction.atomic
def meeting_points(
    *, meeting: Meeting, issues: Iterable[UUID], texts: Iterable[str], by: User, version: int
) -> Meeting:
    """Set the agenda: matters of the area one may see, then points in words."""
    meeting = _locked(meeting, by, version)
    wanted = list(dict.fromkeys(issues))
    seen = Issue.objects.visible_to(by).filter(path__startswith=meeting.path, pk__in=wanted)
    found = {issue.pk: issue for issue in seen}
    if len(found) != len(wanted):
        raise Refusal(_("A matter is not of this area any more; load the page again."))
    words = [word for text in texts if (word := no_id_number(text, field="texts")[:200])]
    if len(wanted) + len(words) > MOST_POINTS:
        raise Refusal(_("At most %d points fit a meeting.") % MOST_POINTS, field="texts")
    late = sorted(found.values(), key=lambda issue: (issue.limit_on, str(issue.pk)))
    _write_items(meeting, late, words)
    meeting.version += 1
    meeting.save(update_fields=["version"])
    return meeting


@transaction.atomic
def meeting_close(
    *, meeting: Meeting, decisions: Mapping[int, Mapping[str, Any]], on: date, by: User,
    version: int, people: int | None = None,
) -> Meeting:  # fmt: skip
    """The meeting was held: keep its decisions and write them back to the matters, once.

    ``decisions`` by the key of a point: ``decision`` in words, perhaps ``organisation`` and
    ``until``. A point without words was not decided. ``on`` is today.
    """
    meeting = _locked(meeting, by, version)
    if meeting.on > on:
        raise Refusal(_("The meeting has not taken place yet; change its day or wait."))
    if people is not None and people < 1:
        raise Refusal(_("Write the number of people, at least 1, or leave it empty."),
                      field="people")  # fmt: skip
    items = list(meeting.items.select_related("issue"))
    if not items:
        raise Refusal(_("The agenda is empty: put a matter or a point on it first."))
    for item in items:
        given = decisions.get(item.pk, {})
        item.decision = no_id_number(str(given.get("decision") or ""), field=f"decision-{item.pk}")[
            :400
        ]
        item.organisation, item.until = given.get("organisation"), given.get("until")
        if not item.decision and (item.organisation or item.until):
            raise Refusal(_("Write what was decided, too."), field=f"decision-{item.pk}")
        if item.until and item.until < meeting.on:
            raise Refusal(_("Choose a day after the meeting."), field=f"until-{item.pk}")
        item.save(update_fields=["decision", "organisation", "until"])
        if item.issue is not None and item.decision:
            issue_event(
                issue=item.issue, verb="decide", note=_written(meeting, item), by=by, on=on,
                organisation=item.organisation, until=item.until,
            )  # fmt: skip
    activity_record(
        kind=ActivityKind.objects.get(code=JOINT_MEETING), area=meeting.area,
        title=_("Joint meeting of %s") % meeting.area.name, on=meeting.on, current=on,
        place=meeting.place, people=people, by=by,
    )  # fmt: skip
    meeting.held, meeting.people = True, people
    meeting.version += 1
    meeting.save(update_fields=["held", "people", "version"])
    return meeting


@transaction.atomic
def meeting_add(
    *, meeting: Meeting, text: str, on: date, by: User, item: AgendaItem | None = None
) -> MeetingAddition:
    """Add to the minutes of a meeting that is closed (补记), of one point or of the whole.

    What was decided stays; the addition to a matter's point is written to the matter, too.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require_manage(by, meeting.path)
    if not meeting.held:
        raise Refusal(_("The meeting is not closed yet: change its agenda or its decisions."))
    text = no_id_number(text, field="text")
    if not text:
        raise Refusal(_("Write what is to be added."), field="text")
    if len(text) > MOST_WORDS:
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": MOST_WORDS}, field="text")
    if item is not None and item.meeting_id != meeting.pk:
        raise Refusal(_("Choose a point of this meeting."), field="item")
    if item is not None and item.issue is not None:
        said = _("Added to the joint meeting of %(day)s: %(text)s") % {
            "day": meeting.on.isoformat(), "text": text,
        }  # fmt: skip
        issue_event(issue=item.issue, verb="decide", note=said, by=by, on=on)
    return MeetingAddition.objects.create(meeting=meeting, item=item, text=text, on=on, by=by)


def _written(meeting: Meeting, item: AgendaItem) -> str:
    """What the path of a matter says of the decision."""
    said = _("Joint meeting of %(day)s: %(decision)s") % {
        "day": meeting.on.isoformat(), "decision": item.decision,
    }  # fmt: skip
    return said[:400]
