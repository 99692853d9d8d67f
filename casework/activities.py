"""Activities of every kind the county has set: sessions at a place on a day, people, quantity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from casework.deeds import EARLIEST, quantity_check, works_at
from casework.models import Activity, ActivityKind
from grids.models import Area, Organisation
from lib.errors import Outdated, Refusal
from lib.identity import no_id_number

#: code, label, English label
KINDS = [
    ("talk", "宣讲", "Public talk"),
    ("training", "培训", "Training"),
    ("night_farmers", "农民夜校", "Farmers' night school"),
    ("night_cadres", "干部夜校", "Cadres' night school"),
    ("joint_meeting", "联席会议", "Joint meeting"),
    ("condolence", "慰问", "Visit of greeting"),
    ("field_study", "蹲点调研", "Study on the spot"),
    ("experts", "专家服务", "Service by experts"),
    ("publicity", "宣传报道", "Report in the media"),
    ("handing_out", "发放资料", "Handing out material"),
]
#: A held joint meeting counts as an activity of this kind.
JOINT_MEETING = "joint_meeting"
#: Units of what was given out; all count whole things.
UNITS = ("份", "册", "张", "件", "套", "篇")
WRITTEN = (
    "kind", "title", "area", "place", "on", "sessions", "people", "quantity", "unit",
    "organisation", "note", "point",
)  # fmt: skip


def ensure_activity_kinds(**kwargs: object) -> None:
    """Write the kinds where there are none yet (after migrate, and after a test's flush)."""
    if ActivityKind.objects.exists():
        return
    ActivityKind.objects.bulk_create(
        ActivityKind(code=code, label=label, label_en=label_en, position=position)
        for position, (code, label, label_en) in enumerate(KINDS, start=1)
    )


@transaction.atomic
def activity_record(
    *, kind: ActivityKind, title: str, area: Area, on: date, current: date, place: str = "",
    sessions: int = 1, people: int | None = None, quantity: Decimal | None = None,
    unit: str = "", organisation: Organisation | None = None, note: str = "",
    point: Point | None = None, by: User | None = None,
) -> Activity:  # fmt: skip
    """Write down an activity that took place. ``people`` is a bare count; nobody is named.

    ``point`` (WGS 84): the public place it was held at.
    """
    activity = Activity(
        kind=kind, title=title, area=area, path=area.path, place=place, on=on, sessions=sessions,
        people=people, quantity=quantity, unit=unit, organisation=organisation, note=note,
        point=point, recorded_by=by,
    )  # fmt: skip
    _require(activity, by)
    _check(activity, current=current)
    activity.save(force_insert=True)
    return activity


@transaction.atomic
def activity_change(
    *, activity: Activity, values: dict[str, Any], current: date, by: User | None, version: int
) -> Activity:
    """Change what is written of an activity; Outdated, with the row, where another was faster."""
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    _require(activity, by)
    if activity.version != version:
        raise Outdated(
            _("Somebody else has changed this meanwhile; look at what is different and save"
              " again."), row=activity,
        )  # fmt: skip
    for name in WRITTEN:
        if name in values:
            setattr(activity, name, values[name])
    activity.path = activity.area.path
    _require(activity, by)
    _check(activity, current=current)
    activity.version = F("version") + 1
    activity.save()
    activity.refresh_from_db()
    return activity


@transaction.atomic
def activity_remove(*, activity: Activity, by: User | None) -> None:
    """Take out an activity that was written by mistake; its history is kept."""
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    _require(activity, by)
    activity.delete()


def _require(activity: Activity, by: User | None) -> None:
    if by is not None and not works_at(by, activity.path):
        raise Refusal(_("This area was not found."), field="area")


def _check(activity: Activity, *, current: date) -> None:
    """Refuse what an activity cannot mean, and tidy its words."""
    for name in ("title", "place", "note"):
        setattr(activity, name, no_id_number(getattr(activity, name), field=name))
    if not activity.title:
        raise Refusal(_("Say in a few words what it was about."), field="title")
    if not EARLIEST <= activity.on <= current:
        raise Refusal(_("Choose a day up to today."), field="on")
    if not 1 <= activity.sessions <= 999:
        raise Refusal(_("Write the number of sessions, from 1 to 999."), field="sessions")
    if activity.people is not None and activity.people < 1:
        raise Refusal(_("Write the number of people, at least 1, or leave it empty."),
                      field="people")  # fmt: skip
    quantity_check(activity.quantity, activity.unit, units=UNITS, whole=UNITS)
