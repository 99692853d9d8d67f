"""What a row would change on a household on record. An empty cell leaves, a dash clears."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from households.attribution import Place
from households.importing.matching import Known
from households.importing.seasons import PlaceChange, PlaceDiffer
from households.models import Household, Membership, Need, NeedKind
from households.needcells import NeedMention, needs_text
from lib.sealing import Sealer
from lib.values import CLEAR

#: Nearer than this (degrees; a millimetre) two points are the same.
SAME_POINT = 1e-8
#: A sudden hardship without an end in the file ends after so many days.
HARDSHIP_DAYS = 90
#: Who confirmed a need whose number of persons comes from a department's list.
LIST = "部门名单"


@dataclass
class Change:
    """What happens to one household: new values by column, the area it moves to, its needs."""

    known: Known
    values: dict[str, Any] = field(default_factory=dict)
    move: Place | None = None
    needs: list[NeedMention] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)
    persons: dict[UUID, int] = field(default_factory=dict)
    places: PlaceChange = field(default_factory=PlaceChange)
    #: Needs of another number of persons than a department's list says, which stands: label,
    #: number on record, number in the file.
    disputed: list[tuple[str, int, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(
            self.values or self.move or self.needs or self.ended or self.persons or self.places
        )


@dataclass
class NeedOnRecord:
    """A need in force, or (a sudden hardship) one that was."""

    id: UUID
    code: str
    variant: str
    subtype: int | None
    persons: int
    in_force: bool
    label: str = ""
    listed: bool = False


class Differ:
    """Compares rows with households; reads needs and later memberships once for all of them."""

    def __init__(self, keys: Sealer, *, on: date) -> None:
        self.keys = keys
        self.on = on
        self.needs: dict[UUID, list[NeedOnRecord]] = {}
        self.later: set[UUID] = set()
        self.places = PlaceDiffer(on=on)
        self.kept_points = 0
        self.unnamed_needs = 0

    def load(self, ids: Iterable[UUID]) -> None:
        """Read what is on record about these households beside their own row."""
        wanted = list(ids)
        self.places.load(wanted)
        for start in range(0, len(wanted), 10_000):
            chunk = wanted[start : start + 10_000]
            # In the order of the export: of two of a kind, the first is the first.
            needs = Need.objects.filter(household__in=chunk, void=False)
            rows = needs.order_by("kind__position", "pk").values_list(
                "household_id", "id", "kind__code", "kind__variant", "subtype", "persons",
                "kind__label", "confirmed_by", "during",
            )  # fmt: skip
            for household, pk, code, variant, subtype, persons, name, confirmed, during in rows:
                in_force = self.on in during
                if in_force or code == "LINSHI":
                    need = NeedOnRecord(
                        pk, code, variant, subtype, persons, in_force, name, confirmed == LIST
                    )
                    self.needs.setdefault(household, []).append(need)
            self.later.update(
                Membership.objects.filter(
                    household__in=chunk, during__startswith__gt=self.on
                ).values_list("household_id", flat=True)
            )

    def change(self, known: Known, row: dict[str, Any]) -> Change:
        """The difference between a household and a row (values by field, ``place`` and ``lon``,
        ``lat``, ``coded``). ValueError with a sentence where it cannot be written."""
        change = Change(known)
        values = change.values
        for name, old in (
            ("serial", known.serial), ("head", known.head), ("address", known.address),
            ("emergency", known.emergency),
        ):  # fmt: skip
            new = row[name]
            new = "" if new is CLEAR else new
            if new is not None and new != old:
                values[name] = new
        for name, sealed in (
            ("phone", known.phone_sealed), ("emergency_phone", known.emergency_phone_sealed),
        ):  # fmt: skip
            if self.phone_differs(row[name], sealed):
                values[name] = None if row[name] is CLEAR else row[name]
        if row["size"] is not None:
            size = None if row["size"] is CLEAR else row["size"]
            if size != known.size:
                values["size"] = size
        residence = row["residence"]
        if residence is not None:
            residence = Household.Residence.PRESENT if residence is CLEAR else residence
            if residence != known.residence:
                values["residence"] = residence
        if row["registered_on"] and row["registered_on"] < known.registered_on:
            values["registered_on"] = row["registered_on"]
        moved = self.point(change, row)
        self.place(change, row, moved)
        self.need_changes(change, row["needs"])
        change.places = self.places.change(known.id, known.registered_on, row["seasons"])
        self.kept_points += change.places.kept
        return change

    def phone_differs(self, new: Any, sealed: Any) -> bool:
        """Whether a number in a file is another one than the sealed one."""
        if new is None:
            return False
        if new is CLEAR or sealed is None:
            return (new is CLEAR) != (sealed is None)
        return self.keys.open(sealed) != new

    def point(self, change: Change, row: dict[str, Any]) -> bool:
        """Whether the point changes; one set on the spot or on the map is kept."""
        known, lon, lat = change.known, row["lon"], row["lat"]
        if row["cleared"]:
            if known.lon is not None and known.location_source == "file":
                change.values["point"] = None
                return True
            return False
        if lon is None:
            return False
        if known.lon is not None and known.lat is not None:
            if abs(known.lon - lon) < SAME_POINT and abs(known.lat - lat) < SAME_POINT:
                return False
            if known.location_source != "file":
                self.kept_points += 1
                return False
        change.values["point"] = (lon, lat)
        return True

    def place(self, change: Change, row: dict[str, Any], moved: bool) -> None:
        """Whether the household is filed elsewhere: where the code says so, or, without a code,
        where its point has gone; never to a coarser area that holds it already."""
        known, place = change.known, row["place"]
        if place is None or known.path.startswith(place.path):
            return
        finer = place.path.startswith(known.path)
        if not (row["coded"] or finer or moved):
            return
        says_no_more = row["filed"] and known.path.startswith(row["filed"])
        if row["coded"] and not finer and says_no_more and not moved:
            # Below the code only a point decides, and that has not moved.
            return
        if known.id in self.later:
            raise ValueError(_("A later change of area is already on record; choose a later day."))
        change.move = place

    def need_changes(self, change: Change, mentions: Any) -> None:
        """Needs the cell names and the record lacks; a dash ends all. What the cell does not name
        stays: departments' lists know of needs a roster does not."""
        if mentions is None:
            return
        on_record = list(self.needs.get(change.known.id, ()))
        if mentions is CLEAR:
            change.ended = [need.id for need in on_record if need.in_force]
            return
        for mention in mentions:
            same = [
                need for need in on_record
                if (need.code, need.variant) == (mention.code, mention.variant)
                and (mention.type is None or need.subtype == mention.type)
            ]  # fmt: skip
            if not same:
                change.needs.append(mention)
                continue
            need = same[0]
            on_record.remove(need)
            if need.in_force and mention.persons > 1 and need.persons != mention.persons:
                if need.listed:
                    change.disputed.append((need.label, need.persons, mention.persons))
                else:
                    change.persons[need.id] = mention.persons
        if any(need.in_force for need in on_record):
            self.unnamed_needs += 1


class NeedKinds:
    """The county's vocabulary by code and variant."""

    def __init__(self) -> None:
        self.kinds = {(k.code, k.variant): k.pk for k in NeedKind.objects.all()}

    def fault(self, mentions: Iterable[NeedMention]) -> str:
        """Why a cell's needs cannot be stored, '' when they can."""
        for mention in mentions:
            if (mention.code, mention.variant) not in self.kinds:
                return _("The need %s is not in use here.") % needs_text([mention])
        return ""

    def rows(
        self, mentions: Iterable[NeedMention], *, begin: date, on: date
    ) -> list[tuple[int, int | None, int, date, date | None, date]]:
        """kind, type, persons, begin, end and start of the clock of every need of a household."""
        result = []
        for mention in mentions:
            kind = self.kinds[mention.code, mention.variant]
            start, end = begin, None
            if mention.code == "LINSHI":
                start, end = on, on + timedelta(days=HARDSHIP_DAYS)
            result.append((kind, mention.type, mention.persons, start, end, max(start, on)))
        return result
