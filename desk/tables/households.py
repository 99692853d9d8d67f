"""The table of households: names and addresses (P2), never a need unless it is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.coverage import refresh, sums
from desk.tables.asked import Asked
from desk.tables.keyset import Order
from desk.tables.looking import looked_at
from desk.tables.table import (
    Cell,
    Column,
    Empty,
    Filter,
    Flag,
    Table,
    Tag,
    Total,
    day,
    managers,
)
from desk.tables.words import REASONS, SEES_HOUSEHOLDS, plan_for
from grids.models import Role
from grids.naming import area_labels
from grids.querysets import beneath
from households.finding import households_found
from households.models import Exemption, Household, Link
from lib.spans import months_after
from planning.closing import Closer, Why, why_nobody

#: A household is new for so many days.
NEW_DAYS = 30


class Facts:
    """Places and contacts of the households of a page."""

    def __init__(self, rows: list[Household], on: date) -> None:
        self.places = area_labels({row.path for row in rows}, on=on)
        self.links: dict[UUID, list[Link]] = {row.pk: [] for row in rows}
        links = Link.objects.in_force(on).filter(household__in=rows)
        for link in links.select_related("role", "post__person").order_by("role_id"):
            self.links[link.household_id].append(link)
        self.rows, self.on = rows, on

    @cached_property
    def whys(self) -> dict[UUID, Why]:
        """Why those without contact have none; asked where a column tells it."""
        return why_nobody(self.rows, on=self.on)

    @cached_property
    def closer(self) -> Closer:
        """What closes it."""
        return Closer([row for row in self.rows if row.pk in self.whys])


def _contacts(row: Household, facts: Facts) -> Cell:
    links = facts.links[row.pk]
    if not links and row.gap_reason:
        return Cell(tags=(Tag(REASONS.get(row.gap_reason, row.gap_reason), "bad"),))
    if not links:
        return Cell(tags=(Tag(_("not counted"), "quiet"),))
    return Cell("、".join(f"{link.post.person.name}（{link.role.name}）" for link in links))


def _why(row: Household, facts: Facts) -> str:
    why = facts.whys.get(row.pk)
    return why.words if why else ""


def _closing(row: Household, facts: Facts) -> Cell | str:
    why = facts.whys.get(row.pk)
    actions = facts.closer.actions(why, row) if why else []
    return Cell(actions[0].label, actions[0].href) if actions else ""


def _located(row: Household, _facts: Facts) -> Cell:
    if row.location is None:
        return Cell(tags=(Tag(_("not located"), "bad"),))
    if row.outside:
        return Cell(tags=(Tag(_("outside its grid"), "bad"),))
    return Cell(_("located"))


def excluded(on: date) -> Exists:
    """Whether a household is out of scope on a day, by an approved reason."""
    return Exists(
        Exemption.objects.filter(household=OuterRef("pk"), during__contains=on, approved_on__lte=on)
    )


def _of(**condition: Any) -> Any:
    """A flag's rows, those out of scope left out, as the numbers leave them out."""
    return lambda rows, asked: rows.filter(**condition).exclude(excluded(asked.on))


def _not_reviewed(rows: QuerySet[Household], asked: Asked) -> QuerySet[Household]:
    old = Q(reviewed_on__isnull=True) | Q(reviewed_on__lte=months_after(asked.on, -12))
    return rows.filter(old).exclude(excluded(asked.on))


def _new(rows: QuerySet[Household], asked: Asked) -> QuerySet[Household]:
    return rows.filter(registered_on__gt=asked.on - timedelta(days=NEW_DAYS))


def _roles(asked: Asked) -> list[tuple[str, str]]:
    return [(r.pk, r.name) for r in Role.objects.filter(Q(may_link=True) | Q(is_backup=True))]


def _of_areas(asked: Asked) -> bool:
    """Whether the rows are of areas: whoever sees the own links alone is the contact of each."""
    return bool(asked.scope.households)


def _reasons(asked: Asked) -> list[tuple[str, Any]]:
    return list(REASONS.items()) if _of_areas(asked) else []


def _roles_apart(asked: Asked) -> list[tuple[str, str]]:
    """The roles; not the one in which a person is the contact of every row."""
    if _of_areas(asked):
        return _roles(asked)
    own = Link.objects.in_force(asked.on).filter(post__person__user=asked.user)
    roles = set(own.values_list("role", flat=True))
    return [(key, name) for key, name in _roles(asked) if roles != {key}]


def _link_of(role: str, asked: Asked) -> Exists:
    return Exists(Link.objects.in_force(asked.on).filter(household=OuterRef("pk"), role=role))


class Households(Table):
    """Open households of one's areas, or those one is the contact of."""

    kind = "households"
    label = gettext_lazy("Households")
    who = SEES_HOUSEHOLDS
    looks_in = gettext_lazy("Name, address, number, end of the phone, contact")
    exports = (
        ("households", gettext_lazy("The households")),
        ("links", gettext_lazy("Their named contacts")),
    )
    columns = (
        Column("head", gettext_lazy("Head of household"), "P2",
               lambda row, facts: Cell(row.head_name, reverse("household", args=[row.pk])),
               sort="head"),
        Column("serial", gettext_lazy("Number"), "P2", lambda row, facts: row.serial),
        Column("address", gettext_lazy("Address"), "P2", lambda row, facts: row.address),
        Column("area", gettext_lazy("Area"), "P0",
               lambda row, facts: facts.places[row.path]["name"], sort="place"),
        Column("contacts", gettext_lazy("Contacts"), "P2", _contacts),
        Column("why", gettext_lazy("Why nobody"), "P2", _why, shown=False,
               shown_with=frozenset({"gap", "reason"})),
        Column("closing", gettext_lazy("What closes it"), "P2", _closing, shown=False,
               shown_with=frozenset({"gap", "reason"}), right=managers),
        Column("phone", gettext_lazy("Phone"), "P2",
               lambda row, facts: _("on record") if row.phone_sealed
               else Cell(tags=(Tag(_("no phone"), "bad"),))),
        Column("located", gettext_lazy("Location"), "P2", _located),
        Column("residence", gettext_lazy("Residence"), "P2",
               lambda row, facts: row.get_residence_display(), shown=False),
        Column("size", gettext_lazy("Persons"), "P2",
               lambda row, facts: "" if row.size is None else str(row.size), shown=False,
               number=True),
        Column("registered", gettext_lazy("Registered"), "P2",
               lambda row, facts: day(row.registered_on), sort="registered", shown=False),
        Column("reviewed", gettext_lazy("Last reviewed"), "P2",
               lambda row, facts: day(row.reviewed_on) or Cell(tags=(Tag(_("never"), "quiet"),)),
               sort="reviewed"),
    )  # fmt: skip
    orders = (
        Order("place", gettext_lazy("Area"), ("path", "head_name")),
        Order("head", gettext_lazy("Head of household"), ("head_name",)),
        Order("registered", gettext_lazy("Registered"), ("registered_on",), down=True),
        Order("reviewed", gettext_lazy("Last reviewed"), ("reviewed_on",),
              frozenset({"reviewed_on"})),
    )  # fmt: skip
    flags = (
        Flag("gap", gettext_lazy("Without contact"),
             lambda rows, asked: rows.exclude(gap_reason=""), useful=_of_areas),
        Flag("no_phone", gettext_lazy("No phone"), _of(phone_sealed__isnull=True)),
        Flag("unlocated", gettext_lazy("Not located"), _of(location__isnull=True)),
        Flag("outside", gettext_lazy("Outside its grid"), _of(outside=True)),
        Flag("excluded", gettext_lazy("Not counted"),
             lambda rows, asked: rows.filter(excluded(asked.on))),
        Flag("absent", gettext_lazy("Away all year"), _of(residence="away")),
        Flag("new", gettext_lazy("Newly registered"), _new),
        Flag("not_reviewed", gettext_lazy("Not reviewed for a year"), _not_reviewed),
        Flag("own", gettext_lazy("I am the contact"),
             lambda rows, asked: rows.filter(
                 pk__in=Household.objects.linked_to(asked.user).values("pk")),
             right=lambda scope: scope.own, useful=_of_areas),
    )  # fmt: skip
    filters = (
        Filter("reason", gettext_lazy("Why nobody"), lambda asked: REASONS.items(),
               lambda rows, value, asked: rows.filter(gap_reason=value).exclude(gap_reason=""),
               offered=_reasons),
        Filter("with", gettext_lazy("Has a contact"), _roles,
               lambda rows, value, asked: rows.filter(_link_of(value, asked)),
               offered=_roles_apart),
        Filter("without", gettext_lazy("Has no contact"), _roles,
               lambda rows, value, asked: rows.exclude(_link_of(value, asked)),
               offered=_roles_apart),
        Filter("residence", gettext_lazy("Residence"),
               lambda asked: Household.Residence.choices,
               lambda rows, value, asked: rows.filter(residence=value)),
    )  # fmt: skip

    def seen(self, asked: Asked) -> QuerySet[Household]:
        """Open households the person may read today."""
        return Household.objects.visible_to(asked.user).open_on(asked.on)

    def within(self, asked: Asked) -> QuerySet[Household]:
        """Those of the area; without one, of the own areas, else those one is the contact of."""
        rows = self.seen(asked)
        for path in self.paths(asked):
            refresh(path, on=asked.on)
        if asked.area is not None:
            rows = rows.filter(path__startswith=asked.path)
        elif asked.scope.households and not asked.has("own"):
            rows = rows.filter(beneath(asked.scope.households))
        if asked.typed.look:
            rows = looked_at(rows, asked)
        return rows

    def paths(self, asked: Asked) -> list[str]:
        """Where the rows lie: what must be counted before they are read."""
        return [asked.path] if asked.area is not None else list(asked.scope.households)

    def found(self, rows: QuerySet[Household], text: str, asked: Asked) -> QuerySet[Household]:
        """By name, address, number, end of the phone, initials or contact."""
        found = households_found(asked.user, text, on=asked.on)
        return rows.filter(pk__in=found.values("pk"))

    def facts(self, rows: list[Household], asked: Asked) -> Facts:
        """Places and contacts."""
        return Facts(rows, asked.on)

    def personal(self, rows: list[Household], asked: Asked) -> int:
        """All of them."""
        return len(rows)

    def total(self, asked: Asked) -> Total:
        """From the summary where one of its numbers is asked for, else counted up to a limit."""
        known = self._known(asked)
        return super().total(asked) if known is None else Total(known)

    def _known(self, asked: Asked) -> int | None:
        asks = [flag.key for flag in asked.flags] + [item.key for item, _v in asked.values]
        if asked.typed.text or asked.typed.look or len(asks) > 1:
            return None
        measure = asks[0] if asks else ""
        n = 0
        for path in self.paths(asked):
            if not any(path.startswith(root) for root in asked.scope.households):
                return None
            level = ("county", "township", "village", "grid", "unit")[len(path) // 4 - 1]
            row = sums(path, level, on=asked.on, current=asked.on).get(path)
            value = _measured(row, measure, asked.value("reason")) if row else 0
            if value is None:
                return None
            n += value
        return n if self.paths(asked) else None

    def count_line(self, total: Total) -> str:
        """So many households."""
        return ngettext("%(n)s household", "%(n)s households", total.n) % {
            "n": f"{total.n:,}" if total.exact else _("more than %s") % f"{total.n:,}"
        }

    def empty(self, asked: Asked) -> Empty:
        """How households come to be here."""
        if asked.narrowed:
            alone = not (asked.values or asked.typed.text or asked.typed.look)
            if alone and [flag.key for flag in asked.flags] == ["gap"]:
                return Empty(_("Every household here that counts has a contact."))
            return Empty(_("No household fits all of this."))
        if asked.scope.manage:
            return Empty(
                _("No household is on record here. Load the office's list, or register one."),
                [(reverse("import"), _("Load a list")), *self.adds(asked)],
            )
        if asked.scope.households:
            return Empty(_("No household is on record here. The township grid office loads them."))
        return Empty(
            _("No household names you as its contact yet. The township grid office names contacts;"
              " then they appear here.")
        )  # fmt: skip

    def adds(self, asked: Asked) -> list[tuple[str, Any]]:
        """Who manages an area registers households in it."""
        if not asked.scope.manage:
            return []
        found = [(reverse("household-new"), _("Register a household"))]
        return [plan_for(asked), *found] if asked.has("gap") else found

    def href(self, row: Household) -> str:
        """The page of the household."""
        return reverse("household", args=[row.pk])

    def label_of(self, row: Household) -> str:
        """The head's name."""
        return row.head_name


def _measured(row: dict[str, Any], measure: str, reason: str) -> int | None:
    """The number of the summary that a filter lists; None where it holds none."""
    in_scope = row["households"] - row["excluded"]
    known = {
        "": row["households"], "gap": in_scope - row["linked"], "excluded": row["excluded"],
        "unlocated": row["unlocated"], "outside": row["outside"], "absent": row["absent"],
        "no_phone": in_scope - row["with_phone"],
        "not_reviewed": in_scope - row["reviewed"], "reason": row.get(f"gap_{reason}", 0),
    }  # fmt: skip
    return known.get(measure)


TABLE = Households()
