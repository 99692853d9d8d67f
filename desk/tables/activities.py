"""The ledger of activities (活动): bare counts by place, for who sees the area."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.models import Activity, ActivityKind
from desk.tables.asked import Asked
from desk.tables.deeds import organisations_of
from desk.tables.keyset import Order
from desk.tables.table import Cell, Column, Empty, Filter, Table, Total, day
from desk.tables.words import SEES_AREAS
from grids.naming import area_labels


class Facts:
    """Names of the places of a page."""

    def __init__(self, rows: list[Activity], asked: Asked) -> None:
        self.places = area_labels({row.path for row in rows}, on=asked.on)


def _kinds(asked: Asked) -> list[tuple[str, Any]]:
    return [(kind.pk, str(kind)) for kind in ActivityKind.objects.all()]


class Activities(Table):
    """Activities, the latest first."""

    kind = "activities"
    label = gettext_lazy("Activities")
    who = SEES_AREAS
    looks_in = gettext_lazy("What it was about, or the place")
    exports = (("activities", gettext_lazy("Activities")),)
    columns = (
        Column("title", gettext_lazy("What it was about"), "P0",
               lambda row, facts: Cell(row.title, reverse("activity", args=[row.pk]))),
        Column("kind", gettext_lazy("Kind"), "P0", lambda row, facts: str(row.kind)),
        Column("area", gettext_lazy("Area"), "P0",
               lambda row, facts: facts.places[row.path]["name"], sort="place"),
        Column("on", gettext_lazy("Date"), "P0", lambda row, facts: day(row.on), sort="on"),
        Column("sessions", gettext_lazy("Sessions"), "P0",
               lambda row, facts: f"{row.sessions:,}", number=True),
        Column("people", gettext_lazy("People who came"), "P0",
               lambda row, facts: f"{row.people:,}" if row.people else "", number=True),
        Column("quantity", gettext_lazy("Quantity given out"), "P0",
               lambda row, facts: row.quantity_text, number=True),
        Column("organisation", gettext_lazy("Organisation"), "P1",
               lambda row, facts: str(row.organisation or "")),
        Column("place", gettext_lazy("Place"), "P0", lambda row, facts: row.place, shown=False),
        Column("note", gettext_lazy("Note"), "P0", lambda row, facts: row.note, shown=False),
    )  # fmt: skip
    orders = (
        Order("on", gettext_lazy("Date"), ("on",), down=True),
        Order("place", gettext_lazy("Area"), ("path", "on")),
    )
    filters = (
        Filter("what", gettext_lazy("Kind"), _kinds,
               lambda rows, value, asked: rows.filter(kind=value)),
        Filter("organisation", gettext_lazy("Organisation"),
               lambda asked: organisations_of(Activity.objects.visible_to(asked.user)),
               lambda rows, value, asked: rows.filter(organisation=value)),
        Filter("since", gettext_lazy("From"), lambda asked: (),
               lambda rows, value, asked: rows.filter(on__gte=value), day=True),
        Filter("until", gettext_lazy("Up to"), lambda asked: (),
               lambda rows, value, asked: rows.filter(on__lte=value), day=True),
    )  # fmt: skip

    def seen(self, asked: Asked) -> QuerySet[Activity]:
        """Activities of the areas one may see."""
        rows = Activity.objects.visible_to(asked.user)
        return rows.select_related("kind", "organisation")

    def within(self, asked: Asked) -> QuerySet[Activity]:
        """Those of the area."""
        return self.seen(asked).filter(path__startswith=asked.path)

    def found(self, rows: QuerySet[Activity], text: str, asked: Asked) -> QuerySet[Activity]:
        """By words of the title, or the place."""
        return rows.filter(Q(title__contains=text) | Q(place__contains=text))

    def facts(self, rows: list[Activity], asked: Asked) -> Facts:
        """Places."""
        return Facts(rows, asked)

    def count_line(self, total: Total) -> str:
        """So many activities."""
        return ngettext("%(n)s activity", "%(n)s activities", total.n) % {
            "n": f"{total.n:,}" if total.exact else _("more than %s") % f"{total.n:,}"
        }

    def sums_line(self, asked: Asked, total: Total) -> str:
        """Sessions and people of the rows that fit."""
        if not total.n:
            return ""
        if not total.exact:
            return _("Choose an area or a time to add up sessions and people.")
        found = asked.rows.order_by().aggregate(sessions=Sum("sessions"),
                                                      people=Sum("people"))  # fmt: skip
        return _("Together %(sessions)s sessions, %(people)s people.") % {
            "sessions": f"{found['sessions']:,}", "people": f"{found['people'] or 0:,}",
        }  # fmt: skip

    def empty(self, asked: Asked) -> Empty:
        """How activities come to be here."""
        if asked.narrowed:
            return Empty(_("No activity fits all of this."))
        if asked.scope.households:
            return Empty(
                _("No activity is on record yet. Enter talks, training, evening classes and the"
                  " like; a joint meeting that was held is entered by itself."),
                [(reverse("activity-new"), _("Record an activity"))],
            )  # fmt: skip
        return Empty(_("No activity is on record yet. The villages record what they hold."))

    def href(self, row: Activity) -> str:
        """The page of the activity."""
        return reverse("activity", args=[row.pk])

    def label_of(self, row: Activity) -> str:
        """What it was about."""
        return row.title

    def adds(self, asked: Asked) -> list[tuple[str, Any]]:
        """The form, for who works with the households of an area."""
        if not asked.scope.households:
            return []
        return [(reverse("activity-new"), _("Record an activity"))]


TABLE = Activities()
