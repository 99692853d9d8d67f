"""The ledger of help given (帮扶): of households for who may read these, of places for the area."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.models import Deed, Issue
from casework.models.deeds import plain
from desk.tables.asked import Asked
from desk.tables.keyset import Order
from desk.tables.table import (
    COUNTED,
    Cell,
    Column,
    Empty,
    Filter,
    Flag,
    Table,
    Tag,
    Total,
    choice,
    day,
)
from desk.tables.words import SEES_AREAS, SEES_HOUSEHOLDS
from grids.models import Organisation
from grids.naming import area_labels
from grids.querysets import beneath

#: Filters that also hold for what is counted and not listed: none that looks for words.
COUNTED_BY = ("state", "funds", "subject", "organisation", "since", "until")


class Facts:
    """Names of the places of a page."""

    def __init__(self, rows: list[Deed], asked: Asked) -> None:
        self.places = area_labels({row.path for row in rows}, on=asked.on)


def _what(row: Deed, _facts: Facts) -> Cell:
    tags = (Tag(_("project"), "quiet"),) if row.state in Deed.OF_PROJECTS else ()
    return Cell(row.what, reverse("deed", args=[row.pk]), tags=tags)


def _for(row: Deed, _facts: Facts) -> Cell | str:
    if row.household is not None:
        return Cell(row.household.head_name, reverse("household", args=[row.household_id]))
    return _("passers-by") if row.passers_by else _("the place")


def _equal(name: str) -> Any:
    return lambda rows, value, asked: rows.filter(**{name: value})


def organisations_of(seen: Any) -> list[tuple[str, str]]:
    """Organisations that rows one may see are of."""
    found = Organisation.objects.filter(pk__in=seen.order_by().values("organisation"))
    return [(str(pk), name) for pk, name in found.order_by("name").values_list("pk", "name")]


WHOM: list[tuple[str, Any]] = [
    ("household", gettext_lazy("a household")),
    ("place", gettext_lazy("the place")),
    ("passers", gettext_lazy("passers-by")),
]
WHOM_IS = {
    "household": Q(household__isnull=False),
    "place": Q(household__isnull=True, passers_by=False),
    "passers": Q(passers_by=True),
}


def _whom_apart(asked: Asked) -> list[tuple[str, Any]]:
    """All three where somebody sees places and households, else those that tell rows apart."""
    scope = asked.scope
    if not scope.areas:
        return []
    return WHOM if scope.households or scope.own else WHOM[1:]


class Deeds(Table):
    """Help given, the latest first."""

    kind = "deeds"
    label = gettext_lazy("Help given")
    who = SEES_AREAS | SEES_HOUSEHOLDS
    looks_in = gettext_lazy("What was done, its result, or the head of household")
    exports = (("deeds", gettext_lazy("Help given")),)
    columns = (
        Column("what", gettext_lazy("What was done"), "P2", _what),
        Column("whom", gettext_lazy("For whom"), "P2", _for),
        Column("area", gettext_lazy("Area"), "P0",
               lambda row, facts: facts.places[row.path]["name"], sort="place"),
        Column("on", gettext_lazy("Date"), "P2", lambda row, facts: day(row.on), sort="on"),
        Column("quantity", gettext_lazy("Quantity"), "P2", lambda row, facts: row.quantity_text,
               number=True),
        Column("amount", gettext_lazy("Amount (yuan)"), "P2",
               lambda row, facts: row.amount_text, number=True),
        Column("funds", gettext_lazy("Source of funds"), "P2",
               choice("funds", Deed.Funds.choices)),
        Column("state", gettext_lazy("State"), "P2", choice("state", Deed.State.choices)),
        Column("people", gettext_lazy("People helped"), "P2", lambda row, facts: row.people_text,
               number=True),
        Column("organisation", gettext_lazy("Organisation"), "P1",
               lambda row, facts: str(row.organisation or "")),
        Column("subject", gettext_lazy("Subject"), "P2",
               choice("subject", Issue.Subject.choices), shown=False),
        Column("result", gettext_lazy("Result"), "P2", lambda row, facts: row.result, shown=False),
    )  # fmt: skip
    orders = (
        Order("on", gettext_lazy("Date"), ("on",), down=True),
        Order("place", gettext_lazy("Area"), ("path", "on")),
    )
    flags = (
        Flag("projects", gettext_lazy("Projects"),
             lambda rows, asked: rows.filter(state__in=Deed.OF_PROJECTS)),
    )  # fmt: skip
    filters = (
        Filter("state", gettext_lazy("State"), lambda asked: Deed.State.choices, _equal("state")),
        Filter("funds", gettext_lazy("Source of funds"), lambda asked: Deed.Funds.choices,
               _equal("funds")),
        Filter("subject", gettext_lazy("Subject"), lambda asked: Issue.Subject.choices,
               _equal("subject")),
        Filter("whom", gettext_lazy("For whom"), lambda asked: WHOM,
               lambda rows, value, asked: rows.filter(WHOM_IS[value]), offered=_whom_apart),
        Filter("organisation", gettext_lazy("Organisation"),
               lambda asked: organisations_of(Deed.objects.visible_to(asked.user)),
               _equal("organisation")),
        Filter("since", gettext_lazy("From"), lambda asked: (),
               lambda rows, value, asked: rows.filter(on__gte=value), day=True),
        Filter("until", gettext_lazy("Up to"), lambda asked: (),
               lambda rows, value, asked: rows.filter(on__lte=value), day=True),
    )  # fmt: skip

    def seen(self, asked: Asked) -> QuerySet[Deed]:
        """Deeds this person may see."""
        rows = Deed.objects.visible_to(asked.user)
        return rows.select_related("household", "organisation")

    def within(self, asked: Asked) -> QuerySet[Deed]:
        """Those given in the area asked for, else in the areas one sees; without any, one's own.

        By the place of the deed, which an index follows: the household may have moved since.
        """
        rows = self.seen(asked).filter(path__startswith=asked.path)
        return rows.filter(beneath(asked.scope.areas)) if asked.scope.areas else rows

    def found(self, rows: QuerySet[Deed], text: str, asked: Asked) -> QuerySet[Deed]:
        """By words of what was done or came of it, or the head of the household."""
        return rows.filter(
            Q(what__contains=text) | Q(result__contains=text)
            | Q(household__head_name__contains=text)
        )  # fmt: skip

    def facts(self, rows: list[Deed], asked: Asked) -> Facts:
        """Places."""
        return Facts(rows, asked)

    def personal(self, rows: list[Any], asked: Asked) -> int:
        """Deeds of households among these."""
        return sum(1 for row in rows if row.household_id)

    def count_line(self, total: Total) -> str:
        """So many deeds."""
        return ngettext("%(n)s deed", "%(n)s deeds", total.n) % {
            "n": f"{total.n:,}" if total.exact else _("more than %s") % f"{total.n:,}"
        }

    def sums_line(self, asked: Asked, total: Total) -> str:
        """Money and people of the rows that fit, and what is counted but not listed."""
        said = []
        if total.n and total.exact:
            found = asked.rows.order_by().aggregate(money=Sum("amount"), people=Sum("people"))
            said.append(
                _("Together %(money)s yuan, %(people)s people.")
                % {"money": plain(found["money"]) or "0", "people": f"{found['people'] or 0:,}"}
            )
        elif total.n:
            said.append(_("Choose an area or a time to add up money and people."))
        hidden = self.not_listed(asked)
        if hidden is not None and hidden[0] > COUNTED:
            said.append(
                _("Besides, more than %s deeds for households: counted, not listed.")
                % f"{COUNTED:,}"
            )
        elif hidden is not None:
            n, money = hidden
            said.append(
                ngettext(
                    "Besides, %(n)s deed for a household, %(money)s yuan: counted, not listed.",
                    "Besides, %(n)s deeds for households, %(money)s yuan: counted, not listed.",
                    n,
                )
                % {"n": f"{n:,}", "money": plain(money) or "0"}
            )
        return " ".join(said)

    def not_listed(self, asked: Asked) -> tuple[int, Any] | None:
        """Deeds and yuan for households that a leader sees as a sum; None for everybody else.

        Never by words: a text that is looked for would tell of the households one by one.
        """
        scope = asked.scope
        if not scope.areas or scope.households or scope.own or asked.typed.text:
            return None
        rows = Deed.objects.filter(beneath(scope.areas), household__isnull=False)
        rows = rows.filter(path__startswith=asked.path)
        for flag in asked.flags:
            rows = flag.apply(rows, asked)
        for item, value in asked.values:
            if item.key in COUNTED_BY:
                rows = item.apply(rows, value, asked)
        found = rows.order_by()[: COUNTED + 1].aggregate(n=Count("pk"), money=Sum("amount"))
        return (found["n"], found["money"]) if found["n"] else None

    def empty(self, asked: Asked) -> Empty:
        """How deeds come to be here."""
        if asked.narrowed:
            return Empty(_("No help given fits all of this."))
        if asked.scope.households:
            return Empty(
                _("No help given is on record yet. What is done for a household is recorded on a"
                  " visit or on its page; what is done for a place, here."),
                [(reverse("deed-new"), _("Record help given"))],
            )  # fmt: skip
        if asked.scope.own:
            return Empty(
                _("No help given to the households you look after is on record yet. Open a"
                  " household to record it."), [(reverse("mine"), _("My households"))],
            )  # fmt: skip
        return Empty(_("No help given is on record yet. The villages record what they do."))

    def href(self, row: Deed) -> str:
        """The page of the deed."""
        return reverse("deed", args=[row.pk])

    def label_of(self, row: Deed) -> str:
        """What was done."""
        return row.what

    def adds(self, asked: Asked) -> list[tuple[str, Any]]:
        """The form, for who works with the households of an area; help beside need."""
        form = [(reverse("deed-new"), _("Record help given"))] if asked.scope.households else []
        return [*form, (reverse("balance"), _("Help and need"))] if asked.scope.areas else form


TABLE = Deeds()
