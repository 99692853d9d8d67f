"""Which household on record does a row of a list mean? By 户编号, else by 户主 and 地址."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from households.importing.matching import near, same_text
from households.importing.places import Places

QUERY = """
SELECT id, serial, head_name, address, path, lower(during), upper(during)
FROM households_household
WHERE path LIKE %(pattern)s AND (head_name = ANY(%(heads)s)
    OR (serial <> '' AND serial = ANY(%(serials)s)))
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A household on record; open from ``lower`` up to, but not on, ``upper``."""

    id: UUID
    serial: str
    head: str
    address: str
    path: str
    lower: date
    upper: date | None

    def open_on(self, day: date) -> bool:
        return self.lower <= day and (self.upper is None or day < self.upper)

    def since(self, day: date) -> date:
        """A day of a list, not before the household was registered."""
        return max(day, self.lower)

    @property
    def label(self) -> str:
        return " ".join(part for part in (self.serial, self.head) if part)


class Homes:
    """The households beneath a path that the rows of a file may mean."""

    def __init__(
        self, path: str, serials: Iterable[Any], heads: Iterable[Any], places: Places
    ) -> None:
        self.places = places
        self.by_serial: dict[str, list[Home]] = {}
        self.by_head: dict[str, list[Home]] = {}
        parameters: dict[str, Any] = {
            "pattern": f"{path}%",
            "serials": sorted({s for s in serials if isinstance(s, str)}),
            "heads": sorted({h for h in heads if isinstance(h, str)}),
        }
        with connection.cursor() as cursor:
            cursor.execute(QUERY, parameters)
            for row in cursor.fetchall():
                home = Home(*row)
                if home.serial:
                    self.by_serial.setdefault(home.serial, []).append(home)
                self.by_head.setdefault(home.head, []).append(home)

    def find(
        self, *, serial: str, head: str, address: str, area: str, village: str, day: date
    ) -> tuple[Home, str]:
        """The household of a row and a warning ('' when none); ValueError with a sentence."""
        place, _warning = self.places.of_cells(area, village)
        within = place.path if place else ""
        if serial:
            found = self._narrow(self.by_serial.get(serial, []), head, within, day)
            if not found:
                raise ValueError(_("No household here has the number %s.") % serial[:40])
            if len(found) > 1:
                raise ValueError(_("Several households have the number %s.") % serial[:40])
            warning = ""
            if head and found[0].head != head:
                warning = _("On record the head of this household has another name.")
            return found[0], warning
        if not head:
            raise ValueError(_("Give the number of the household, or its head and address."))
        if not address and not within:
            raise ValueError(_("A name alone is not enough; give the address or the number."))
        found = self.by_head.get(head, [])
        if address:
            found = [home for home in found if same_text(home.address, address)]
        found = self._narrow(found, "", within, day)
        if not found:
            raise ValueError(_("No household here fits this head and address."))
        if len(found) > 1:
            raise ValueError(_("Several households fit; give the number of the household."))
        return found[0], ""

    def _narrow(self, found: list[Home], head: str, within: str, day: date) -> list[Home]:
        """Those in the named place; of these the open ones and those of this head, if any are."""
        if within:
            found = [h for h in found if h.path.startswith(within) or near(h.path, within)]
        for better in (
            [h for h in found if h.upper is None or day < h.upper],
            [h for h in found if h.head == head],
        ):
            common = [h for h in better if h in found]
            if common and len(found) > 1:
                found = common
        return found


def told(value: Any) -> str:
    """A text cell, '' when it is empty or a dash."""
    return value if isinstance(value, str) else ""
