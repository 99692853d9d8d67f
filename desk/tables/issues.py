"""The table of matters: at public places for who sees the area, of a household for its contacts,
its managers and the department it was given to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.models import Issue
from casework.querysets import past_limit
from desk.tables.asked import Asked
from desk.tables.keyset import Order
from desk.tables.table import Cell, Column, Empty, Filter, Flag, Table, Tag, Total, choice, day
from desk.tables.words import REGISTERS, SEES_MATTERS
from grids.models import Organisation
from grids.naming import area_labels
from households.models import Household
from lib.clock import now


class Facts:
    """Places, and the households one may read, of the matters of a page."""

    def __init__(self, rows: list[Issue], asked: Asked) -> None:
        self.on, self.at = asked.on, now()
        self.places = area_labels({row.path for row in rows}, on=asked.on)
        tied = {row.household_id for row in rows if row.household_id}
        self.households: dict[UUID, str] = {}
        if tied:
            seen = Household.objects.visible_to(asked.user).filter(pk__in=tied)
            self.households = dict(seen.values_list("pk", "head_name"))


def _title(row: Issue, _facts: Facts) -> Cell:
    tags = (Tag(_("urgent"), "bad"),) if row.urgent else ()
    return Cell(row.title, reverse("issue", args=[row.pk]), tags=tags)


def _household(row: Issue, facts: Facts) -> Cell | str:
    if row.household_id is None:
        return _("public place")
    head = facts.households.get(row.household_id)
    if head is None:
        return _("a household")
    return Cell(head, reverse("household", args=[row.household_id]))


def _limit(row: Issue, facts: Facts) -> Cell:
    late = row.is_late(facts.at)
    return Cell(day(row.limit_on), tags=(Tag(_("overdue"), "bad"),) if late else ())


def _departments(asked: Asked) -> list[tuple[str, str]]:
    """Departments that matters one may see were given to."""

    def found() -> list[tuple[str, str]]:
        given = Issue.objects.visible_to(asked.user).values("department")
        rows = Organisation.objects.filter(pk__in=given).order_by("name")
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    return asked.once("departments", found)


def _departments_apart(asked: Asked) -> list[tuple[str, str]]:
    """The departments; none for a clerk, whose matters are all of the own one."""
    found = _departments(asked)
    return found if asked.scope.areas or len(found) > 1 else []


def _places(asked: Asked) -> list[tuple[str, Any]]:
    return [("public", _("public place")), ("household", _("a household"))]


def _places_apart(asked: Asked) -> list[tuple[str, Any]]:
    """Both where somebody may see both: by an area public places, by links or managing the rest."""
    scope = asked.scope
    both = scope.departments or (scope.areas and (scope.manage or scope.own))
    return _places(asked) if both else []


def _campaigns(asked: Asked) -> list[tuple[str, str]]:
    seen = Issue.objects.visible_to(asked.user).exclude(campaign="")
    return [(word, word) for word in seen.values_list("campaign", flat=True).distinct()]


def _equal(name: str) -> Any:
    return lambda rows, value, asked: rows.filter(**{name: value})


def _by_place(rows: QuerySet[Issue], value: str, asked: Asked) -> QuerySet[Issue]:
    return rows.filter(household__isnull=value == "public")


class Issues(Table):
    """Matters, the nearest limit first."""

    kind = "issues"
    label = gettext_lazy("Matters")
    who = SEES_MATTERS
    looks_in = gettext_lazy("Words of the matter, or its number")
    exports = (("issues", gettext_lazy("The matters")),)
    columns = (
        Column("title", gettext_lazy("What it is about"), "P2", _title),
        Column("kind", gettext_lazy("Kind"), "P2", choice("kind", Issue.Kind.choices)),
        Column("subject", gettext_lazy("Subject"), "P2",
               choice("subject", Issue.Subject.choices)),
        Column("area", gettext_lazy("Area"), "P0",
               lambda row, facts: facts.places[row.path]["name"], sort="place"),
        Column("household", gettext_lazy("Of whom"), "P2", _household),
        Column("state", gettext_lazy("State"), "P2", choice("state", Issue.State.choices)),
        Column("limit", gettext_lazy("Limit"), "P2", _limit, sort="limit"),
        Column("registered", gettext_lazy("Registered"), "P2",
               lambda row, facts: day(row.registered_on), sort="registered", shown=False),
        Column("people", gettext_lazy("People"), "P2", lambda row, facts: str(row.people),
               shown=False, number=True),
        Column("department", gettext_lazy("Department"), "P1",
               lambda row, facts: str(row.department or "")),
        Column("campaign", gettext_lazy("Campaign"), "P2",
               lambda row, facts: row.campaign, shown=False),
        Column("source", gettext_lazy("Came by"), "P2",
               choice("source", Issue.Source.choices), shown=False),
    )  # fmt: skip
    orders = (
        Order("limit", gettext_lazy("Limit"), ("limit_on",)),
        Order("registered", gettext_lazy("Registered"), ("registered_on",), down=True),
        Order("place", gettext_lazy("Area"), ("path", "limit_on")),
    )
    flags = (
        Flag("all", gettext_lazy("Open and finished"), lambda rows, asked: rows),
        Flag("finished", gettext_lazy("Finished"), lambda rows, asked: rows),
        Flag("overdue", gettext_lazy("Overdue"),
             lambda rows, asked: rows.filter(past_limit(asked.on))),
        Flag("supervised", gettext_lazy("Supervised"),
             lambda rows, asked: rows.filter(supervised_until__isnull=False)),
    )  # fmt: skip
    filters = (
        Filter("state", gettext_lazy("State"), lambda asked: Issue.State.choices,
               _equal("state")),
        Filter("kind", gettext_lazy("Kind"), lambda asked: Issue.Kind.choices, _equal("kind")),
        Filter("subject", gettext_lazy("Subject"), lambda asked: Issue.Subject.choices,
               _equal("subject")),
        Filter("place", gettext_lazy("Of whom"),
               _places, _by_place, offered=_places_apart),
        Filter("department", gettext_lazy("Department"), _departments, _equal("department"),
               offered=_departments_apart),
        Filter("campaign", gettext_lazy("Campaign"), _campaigns, _equal("campaign")),
        Filter("since", gettext_lazy("Registered from"), lambda asked: (),
               _equal("registered_on__gte"), day=True),
        Filter("until", gettext_lazy("Registered up to"), lambda asked: (),
               _equal("registered_on__lte"), day=True),
    )  # fmt: skip

    def seen(self, asked: Asked) -> QuerySet[Issue]:
        """Matters this person may see."""
        rows = Issue.objects.visible_to(asked.user)
        return rows.select_related("department")

    def within(self, asked: Asked) -> QuerySet[Issue]:
        """Those of the area that are open; with "finished", the others; with "all", both."""
        rows = self.seen(asked).filter(path__startswith=asked.path)
        if asked.has("all"):
            return rows
        if asked.has("finished"):
            return rows.filter(state__in=Issue.FINISHED)
        return rows if asked.value("state") else rows.exclude(state__in=Issue.FINISHED)

    def behind(self, asked: Asked) -> QuerySet[Issue]:
        """Every one, open or finished."""
        return self.seen(asked)

    def found(self, rows: QuerySet[Issue], text: str, asked: Asked) -> QuerySet[Issue]:
        """By words of the title, or the ticket."""
        return rows.filter(Q(title__contains=text) | Q(ticket=text))

    def facts(self, rows: list[Issue], asked: Asked) -> Facts:
        """Places and households."""
        return Facts(rows, asked)

    def personal(self, rows: list[Any], asked: Asked) -> int:
        """Matters of households among these."""
        return sum(1 for row in rows if row.household_id)

    def count_line(self, total: Total) -> str:
        """So many matters."""
        return ngettext("%(n)s matter", "%(n)s matters", total.n) % {
            "n": f"{total.n:,}" if total.exact else _("more than %s") % f"{total.n:,}"
        }

    def empty(self, asked: Asked) -> Empty:
        """How matters come to be here."""
        if asked.narrowed:
            return Empty(_("No matter fits all of this."))
        if not asked.scope.areas and asked.scope.departments:
            return Empty(
                _("No matter is open with your department. The township grid office gives them out;"
                  " then they appear here.")
            )  # fmt: skip
        if not asked.scope.areas:
            return Empty(
                _("No matter of the households you look after is open. Those that are registered"
                  " with a household appear here for its contact.")
            )  # fmt: skip
        return Empty(
            _("No matter is on record. Matters come from visits, from the hotline, and from"
              " complaints and suggestions."),
            [(reverse("feedback"), _("Complaint or suggestion"))],
        )  # fmt: skip

    def adds(self, asked: Asked) -> list[tuple[str, Any]]:
        """Registering by hand, for those who may."""
        if not asked.scope.kinds & REGISTERS:
            return []
        return [(reverse("issue-new"), _("Register a matter"))]

    def href(self, row: Issue) -> str:
        """The page of the matter."""
        return reverse("issue", args=[row.pk])

    def label_of(self, row: Issue) -> str:
        """The matter."""
        return row.title


TABLE = Issues()
