"""Lists that numbers open and no tab offers: contacts, cards handed over, ratings.

None of them says by whom, and none can be exported: nothing may be counted by staff member.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.models import Contact, ContactCard, Rating
from desk.tables.asked import Asked
from desk.tables.keyset import Order
from desk.tables.table import Cell, Column, Empty, Table, Total, day
from desk.tables.words import SEES_AREAS
from grids.naming import area_labels
from households.models import Household

SEES_AREAS_HOUSEHOLDS = frozenset({"manager", "worker", "village_lead"})
PURPOSES = dict(Contact.Purpose.choices)


class Facts:
    """Names of the places of a page."""

    def __init__(self, paths: set[str], asked: Asked) -> None:
        self.places = area_labels(paths, on=asked.on)


def _of_household(household: Household) -> Cell:
    return Cell(household.head_name, reverse("household", args=[household.pk]))


class Behind(Table):
    """What the three share."""

    listed = False
    columns_path = "path"

    def within(self, asked: Asked) -> QuerySet[Any]:
        """Those of the area."""
        return self.seen(asked).filter(**{f"{self.columns_path}__startswith": asked.path})

    def found(self, rows: QuerySet[Any], text: str, asked: Asked) -> QuerySet[Any]:
        """Nothing is looked for here."""
        return rows

    def chooses(self, asked: Asked) -> bool:
        """Nothing is done with these rows."""
        return False

    def count_line(self, total: Total) -> str:
        """So many rows."""
        return ngettext("%(n)s row", "%(n)s rows", total.n) % {
            "n": f"{total.n:,}" if total.exact else _("more than %s") % f"{total.n:,}"
        }

    def empty(self, asked: Asked) -> Empty:
        """Where nothing is on record."""
        return Empty(_("Nothing of this is on record here that you may see."))


class Contacts(Behind):
    """Contacts with households one may read, the latest first."""

    kind = "contacts"
    label = gettext_lazy("Contacts with households")
    who = SEES_AREAS_HOUSEHOLDS
    columns_path = "household__path"
    columns = (
        Column("on", gettext_lazy("Date"), "P2", lambda row, facts: day(row.on), sort="on"),
        Column("household", gettext_lazy("Household"), "P2",
               lambda row, facts: _of_household(row.household)),
        Column("area", gettext_lazy("Area"), "P0",
               lambda row, facts: facts.places[row.household.path]["name"]),
        Column("mode", gettext_lazy("Way"), "P2", lambda row, facts: row.get_mode_display()),
        Column("reached", gettext_lazy("Reached"), "P2",
               lambda row, facts: _("reached") if row.reached else _("tried")),
        Column("purposes", gettext_lazy("Purposes"), "P2",
               lambda row, facts: "、".join(str(PURPOSES.get(p, p)) for p in row.purposes)),
    )  # fmt: skip
    orders = (Order("on", gettext_lazy("Date"), ("on",), down=True),)

    def seen(self, asked: Asked) -> QuerySet[Contact]:
        """Contacts of the households one may read."""
        return Contact.objects.visible_to(asked.user).select_related("household")

    def facts(self, rows: list[Contact], asked: Asked) -> Facts:
        """Places."""
        return Facts({row.household.path for row in rows}, asked)

    def personal(self, rows: list[Any], asked: Asked) -> int:
        """All of them."""
        return len(rows)

    def label_of(self, row: Contact) -> str:
        """The head's name."""
        return row.household.head_name


class Cards(Behind):
    """Contact cards handed over, the latest first."""

    kind = "cards"
    numbered = True
    label = gettext_lazy("Contact cards")
    who = SEES_AREAS_HOUSEHOLDS
    columns_path = "link__household__path"
    columns = (
        Column("handed", gettext_lazy("Handed over"), "P2", lambda row, facts: day(row.handed_on),
               sort="handed"),
        Column("household", gettext_lazy("Household"), "P2",
               lambda row, facts: _of_household(row.link.household)),
        Column("area", gettext_lazy("Area"), "P0",
               lambda row, facts: facts.places[row.link.household.path]["name"]),
        Column("printed", gettext_lazy("Printed"), "P2",
               lambda row, facts: day(row.printed_on)),
    )  # fmt: skip
    orders = (
        Order("handed", gettext_lazy("Handed over"), ("handed_on",), frozenset({"handed_on"}),
              down=True),
    )  # fmt: skip

    def seen(self, asked: Asked) -> QuerySet[ContactCard]:
        """Cards of the households one may read."""
        return ContactCard.objects.visible_to(asked.user).select_related("link__household")

    def facts(self, rows: list[ContactCard], asked: Asked) -> Facts:
        """Places."""
        return Facts({row.link.household.path for row in rows}, asked)

    def personal(self, rows: list[Any], asked: Asked) -> int:
        """All of them."""
        return len(rows)

    def label_of(self, row: ContactCard) -> str:
        """The head's name."""
        return row.link.household.head_name


class Ratings(Behind):
    """What households said of the service at places, the latest first."""

    kind = "ratings"
    label = gettext_lazy("Ratings")
    who = SEES_AREAS
    columns = (
        Column("on", gettext_lazy("Date"), "P0", lambda row, facts: day(row.on), sort="on"),
        Column("area", gettext_lazy("Area"), "P0",
               lambda row, facts: facts.places[row.path]["name"]),
        Column("answer", gettext_lazy("Rating"), "P0",
               lambda row, facts: row.get_answer_display()),
        Column("via", gettext_lazy("Given by"), "P0", lambda row, facts: row.get_via_display()),
    )  # fmt: skip
    orders = (Order("on", gettext_lazy("Date"), ("on",), down=True),)

    def seen(self, asked: Asked) -> QuerySet[Rating]:
        """Ratings of one's areas."""
        return Rating.objects.visible_to(asked.user)

    def facts(self, rows: list[Rating], asked: Asked) -> Facts:
        """Places."""
        return Facts({row.path for row in rows}, asked)

    def label_of(self, row: Rating) -> str:
        """The place has no name of a person."""
        return day(row.on)


TABLES = (Contacts(), Cards(), Ratings())
