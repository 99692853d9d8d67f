"""What somebody should see to today, and why: the list "today".

Needs falling due by their cadence, households not reached twice running, life events and the
county's rules for visits, cards to replace, matters to call back or to move on. A household whose
needs have no cadence never falls due. What an entry says of a household is P3: it is made only for
those who know when the household is due, and names no need.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from casework.coverage import refresh
from casework.models import (
    Contact,
    Issue,
    IssueHelper,
    IssueRequest,
    IssueStep,
    VisitRule,
)
from casework.querysets import led_by
from casework.states import DEPARTMENT, HELPER, LEADER, MANAGER, MOVES, TABLE
from grids.models import Post, Role
from grids.querysets import beneath
from grids.scope import Scope, scope_of
from households.models import Cover, Household, Link
from lib.spans import months_after

SQL = (Path(__file__).parent / "sql" / "due.sql").read_text("utf-8")
MINE = "WITH mine (id, tier, due_on, looked_after, calm) AS MATERIALIZED ({})\n"
AHEAD = timedelta(days=7)
#: Matters shown at most; the list of matters has them all.
MATTERS = 30
URGENT, LATE, NOW, WEEK, SUGGESTED = range(5)
State = Issue.State


@dataclass(frozen=True)
class Reason:
    """Why something is on the list. ``what`` names a suggestion that can be dismissed."""

    rank: int
    on: date | None
    words: str
    what: str = ""


@dataclass
class Entry:
    """A household or a matter to see to, with every reason for it."""

    household: Household | None = None
    issue: Issue | None = None
    reasons: list[Reason] = field(default_factory=list)
    #: For an urgent household: who else may go and see, with their sealed phones.
    others: list[Post] = field(default_factory=list)
    #: Whether the person asking is a contact of the household.
    linked: bool = False

    @property
    def order(self) -> tuple[Any, ...]:
        """Most urgent first, then the longest due."""
        first = min(self.reasons, key=lambda r: (r.rank, r.on or date.max))
        name = self.household.head_name if self.household else ""
        return (first.rank, first.on or date.max, name)

    @property
    def rank(self) -> int:
        """How urgent it is: URGENT to SUGGESTED."""
        return min(reason.rank for reason in self.reasons)


class Mine:
    """The households somebody looks after on a day, as one query."""

    def __init__(self, user: User, on: date) -> None:
        posts = Post.objects.in_force(on).filter(person=scope_of(user).person, area__isnull=False)
        held = list(posts.values_list("role__kind", "path"))
        #: A grid worker looks after the grid; a village lead goes where nobody opened twice.
        grids = [path for kind, path in held if kind == Role.Kind.WORKER]
        villages = [path for kind, path in held if kind == Role.Kind.VILLAGE_LEAD]
        # Keys rather than a condition: with it the whole county would be read.
        #: The households one is the contact of, each with its path.
        self.linked = dict(Household.objects.linked_to(user).values_list("pk", "path"))
        own = self.linked
        if Role.Kind.VOLUNTEER in scope_of(user).kinds:
            own = dict(Household.objects.due_open_to(user).values_list("pk", "path"))
        seen = Household.objects.visible_to(user, linked=self.linked)
        seen = seen.open_on(on).in_scope_on(on)
        self.households = (
            seen.filter(Q(pk__in=own) | beneath({*grids, *villages}))
            .with_needs_visible_to(user, linked=self.linked)
            .values_list(
                "pk", "tier", "due_on", _truth(Q(pk__in=own) | beneath(grids)),
                _truth(Q(fewer_contacts=False, needs_visible=True)),
            )
        )  # fmt: skip
        #: The paths whose counts must be up to date before anything is asked.
        self.places = {*grids, *villages, *(path[:12] for path in own.values())}


def _truth(condition: Q) -> Case:
    """A condition as a column, also where it can never hold."""
    return Case(When(condition, then=True), default=False)


def due_list(user: User, *, on: date) -> list[Entry]:
    """Everything that waits for somebody on a day, the most urgent first."""
    mine = Mine(user, on)
    for path in sorted(mine.places):
        refresh(path, on=on)
    reasons = _of_households(mine.households, on)
    entries = {
        household.pk: Entry(
            household=household, reasons=reasons[household.pk], linked=household.pk in mine.linked
        )
        for household in Household.objects.filter(pk__in=reasons)
    }
    _name_others([e for e in entries.values() if e.rank == URGENT], on)
    found = [*entries.values(), *_of_matters(user, on, mine.linked)]
    for entry in found:
        entry.reasons.sort(key=lambda reason: (reason.rank, reason.on or date.max))
    return sorted(found, key=lambda entry: entry.order)


def _of_households(households: Any, on: date) -> dict[UUID, list[Reason]]:
    """Every reason for every household of a query of the columns of ``mine`` in due.sql."""
    rules = list(VisitRule.objects.filter(active=True))
    until = on + AHEAD
    by_event = {rule.event: rule for rule in rules if rule.event}
    by_need = [rule for rule in rules if rule.need_codes]
    rows = _rows(
        households, on=on, until=until, events=list(by_event),
        codes=[code for rule in by_need for code in rule.need_codes],
        early=months_after(until, -min((rule.every_months for rule in by_need), default=0)),
    )  # fmt: skip
    of_kind: dict[str, list[Row]] = {}
    for row in rows:
        of_kind.setdefault(row.why, []).append(row)
    dismissed = {(row.household, row.what) for row in of_kind.get("aside", [])}
    found: dict[UUID, list[Reason]] = {}

    def add(household: UUID, reason: Reason) -> None:
        if not reason.what or (household, reason.what) not in dismissed:
            found.setdefault(household, []).append(reason)

    for row in of_kind.get("urgent", []):
        add(row.household, Reason(URGENT, on, _("Urgent: please go and see")))
    for row in of_kind.get("cadence", []):
        add(row.household, _by_cadence(row.day, on))
    for row in of_kind.get("event", []):
        add(row.household, _by_event(row, by_event, on))
    for row in sorted(of_kind.get("need", []), key=lambda row: row.day or date.min):
        # Whoever is to be contacted anyway needs no rule to suggest it.
        for reason in () if found.get(row.household) else _by_rules(row, by_need, until):
            if not found.get(row.household):
                add(row.household, reason)
    for row in of_kind.get("card", []):
        add(row.household, Reason(SUGGESTED, None, _("The contact card is to be replaced")))
    return found


@dataclass(frozen=True)
class Row:
    """A row of due.sql."""

    why: str
    household: UUID
    day: date | None
    other: date | None
    what: str


def _rows(households: Any, **given: Any) -> list[Row]:
    """Ask due.sql of the households of a query, which stays one with it: no list of keys."""
    try:
        sql, params = households.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        mine = cursor.mogrify(sql, params).decode().replace("%", "%%")
        cursor.execute(MINE.format(mine) + SQL, given)
        return [Row(*row) for row in cursor.fetchall()]


def _by_cadence(due_on: date | None, on: date) -> Reason:
    assert due_on is not None
    if due_on < on:
        return Reason(LATE, due_on, _("Contact overdue since %(day)s") % {"day": due_on})
    if due_on == on:
        return Reason(NOW, due_on, _("To be contacted today"))
    return Reason(WEEK, due_on, _("To be contacted this week"))


def _by_event(row: Row, rules: dict[str, VisitRule], on: date) -> Reason:
    """A life event nobody has come for since."""
    kind, key = row.what.split(":")
    assert row.day is not None
    day = row.day + timedelta(days=rules[kind].within_days)
    return Reason(
        NOW if day <= on else WEEK, day,
        _("Something happened in the household: a visit is suggested"), f"event:{key}",
    )  # fmt: skip


def _by_rules(row: Row, rules: list[VisitRule], until: date) -> Iterator[Reason]:
    """Kinds of household the county wants visited now and then."""
    assert row.day is not None
    latest = max(row.day, row.other) if row.other else row.day
    for rule in rules:
        day = months_after(latest, rule.every_months)
        if row.what in rule.need_codes and day <= until:
            yield Reason(
                SUGGESTED, day, _("A visit is suggested by the county's rules"), f"rule:{rule.code}"
            )


def _name_others(entries: list[Entry], on: date) -> None:
    """With a household to go and see at once stand its contacts, its backup, its grid manager."""
    if not entries:
        return
    keys = [entry.household.pk for entry in entries if entry.household]
    links = Link.objects.filter(
        household__in=keys, void=False, during__contains=on, post__void=False,
        post__during__contains=on,
    ).select_related("post__person", "post__role")  # fmt: skip
    villages = {entry.household.path[:12] for entry in entries if entry.household}
    in_force = Post.objects.in_force(on).select_related("person", "role")
    heads = list(in_force.filter(path__in=villages, role__kind=Role.Kind.WORKER))
    of_household: dict[UUID, list[Post]] = {}
    for link in links.order_by("role__is_backup", "role"):
        of_household.setdefault(link.household_id, []).append(link.post)
    for entry in entries:
        assert entry.household is not None
        village = entry.household.path[:12]
        entry.others = [
            *of_household.get(entry.household.pk, []),
            *(post for post in heads if post.path == village),
        ]


def urgent_as_backup(user: User, *, on: date) -> list[Post]:
    """Contacts whose household nobody was reached in twice running and whose backup one is while
    not standing in: the household stays unnamed, its contact is to be asked."""
    covering = Cover.objects.filter(link=OuterRef("pk"), during__contains=on)
    backing = Link.objects.filter(
        ~Exists(covering), post__person=scope_of(user).person, role__is_backup=True, void=False,
        during__contains=on, post__void=False, post__during__contains=on,
    )  # fmt: skip
    keys = list(backing.values_list("household", flat=True))
    if not keys:
        return []
    asked = Household.objects.open_on(on).filter(pk__in=keys)
    urgent = [row.household for row in _rows(
        asked.values_list("pk", "tier", "due_on", Value(False), Value(False)),
        on=on, until=on, events=[], codes=[], early=on,
    )]  # fmt: skip
    posts = Post.objects.filter(
        pk__in=Link.objects.in_force(on).filter(household__in=urgent).values("post")
    )
    return list(posts.select_related("person", "role").order_by("person__name"))


def _of_matters(user: User, on: date, linked: Collection[UUID]) -> Iterator[Entry]:
    """Matters to call back, then those that wait for one's office or department.

    ``linked`` are the households one is the contact of.
    """
    for issues, words in (
        (follow_ups(user, on, linked=linked), _("To be called back")),
        (matters_waiting(user, on), _("Waits for you")),
    ):
        for issue in issues.order_by("limit_on", "pk")[:MATTERS]:
            rank = LATE if issue.limit_on < on else NOW if issue.urgent else WEEK
            yield Entry(issue=issue, reasons=[Reason(rank, issue.limit_on, words)])


def follow_ups(user: User, on: date, *, linked: Collection[UUID] | None = None) -> QuerySet[Issue]:
    """Matters somebody may call back about, by the table: nobody who served (``cast.served``).

    ``linked`` are the households one is the contact of, where the caller has asked for them.
    """
    scope = scope_of(user)
    mine = _held(scope) if scope.manage else Q(pk__in=())
    mine |= beneath(scope.households)
    seen = Issue.objects.visible_to(user, linked=linked).exclude(state__in=Issue.FINISHED)
    rows: QuerySet[Issue] = seen.filter(mine, state__in=TABLE["call"].before)
    resolved = IssueStep.objects.filter(issue=OuterRef("pk"), by=user, after=State.RESOLVED)
    served = Q(Exists(resolved.exclude(before=State.RESOLVED)))
    if scope.person is not None:
        links = Link.objects.in_force(on).filter(household=OuterRef("household"))
        served |= Q(Exists(links.filter(post__person=scope.person)))
        raised = Contact.objects.filter(pk=OuterRef("contact"), made_by=scope.person)
        served |= Q(Exists(raised))
    if scope.departments:
        helping = IssueHelper.objects.filter(
            issue=OuterRef("pk"), organisation__in=scope.departments
        )
        served |= Q(Exists(helping))
        departments = Issue.objects.filter(_of_departments(scope), pk=OuterRef("pk"))
        served |= Q(Exists(departments))
    return rows.filter(~served)


def matters_waiting(user: User, on: date) -> QuerySet[Issue]:
    """Matters whose next step is one's own by the table: of the area one manages or leads, of
    one's department, or that it helps with. Calls are in ``follow_ups``."""
    scope = scope_of(user)
    helping = IssueHelper.objects.filter(
        issue=OuterRef("pk"), organisation__in=scope.departments, answered_on__isnull=True
    )
    led = led_by(user, on) if Role.Kind.LEADER in scope.kinds else ()
    cast: dict[str, Q] = {}
    if scope.manage:
        cast[MANAGER] = _held(scope)
    if led:
        cast[LEADER] = beneath(led)
    if scope.departments:
        cast |= {DEPARTMENT: _of_departments(scope), HELPER: Q(Exists(helping))}
    if not cast:
        return Issue.objects.none()
    asked = IssueRequest.objects.filter(issue=OuterRef("pk"), granted__isnull=True)
    of_others = asked.exclude(asked_by=user)
    only = {
        "dispatch": ~Q(state=State.DISPATCHED),
        "begin": Q(dispatched_on__isnull=False),
        "extend": Q(Exists(of_others.filter(kind=IssueRequest.Kind.EXTEND))),
        "shelve": Q(Exists(of_others.filter(kind=IssueRequest.Kind.SHELVE))),
        "resume": Q(review_on__isnull=True) | Q(review_on__lte=on),
    }
    waiting = Q(pk__in=())
    for move in MOVES:
        if move.main and move.verb not in ("call", "settle"):
            for who in set(move.who) & set(cast):
                waiting |= Q(state__in=move.before) & cast[who] & only.get(move.verb, Q())
    open_ones = Issue.objects.visible_to(user).exclude(state__in=Issue.FINISHED)
    return open_ones.filter(waiting)


def _of_departments(scope: Scope) -> Q:
    """Matters given to somebody's department or to an office of it."""
    return Q(department__in=scope.departments) | Q(department__parent__in=scope.departments)


def _held(scope: Scope) -> Q:
    """Matters in the hands of an area somebody manages: not those passed up beyond it."""
    at_or_above = Q(held_by__isnull=True) | beneath(scope.manage, "held_by__path")
    return beneath(scope.manage) & at_or_above
