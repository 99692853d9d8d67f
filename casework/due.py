"""What somebody should see to today, and why: the list "today".

Needs falling due by their cadence, households not reached twice running, life events and the
county's rules for visits, cards to replace, matters to call back or to move on. A household whose
needs have no cadence never falls due. What an entry says of a household is P3: it is made only for
those who know when the household is due, and names no need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from casework.coverage import refresh
from casework.models import (
    Contact,
    ContactCard,
    Dismissal,
    Issue,
    IssueHelper,
    IssueRequest,
    IssueStep,
    LifeEvent,
    VisitRule,
)
from casework.querysets import led_by
from casework.states import DEPARTMENT, HELPER, LEADER, MANAGER, MOVES, TABLE
from grids.models import Post, Role
from grids.querysets import beneath
from grids.scope import Scope, scope_of
from households.models import Household, Link, Need, NeedKind
from lib.spans import months_after

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
    """The households somebody looks after on a day, as conditions on households."""

    def __init__(self, user: User, on: date) -> None:
        self.user, self.on, self.until = user, on, on + AHEAD
        self.person = scope_of(user).person
        posts = Post.objects.in_force(on).filter(person=self.person, area__isnull=False)
        held = list(posts.values_list("role__kind", "path"))
        #: A grid worker looks after the grid; a village lead goes where nobody opened twice.
        self.grids = [path for kind, path in held if kind == Role.Kind.WORKER]
        self.villages = [path for kind, path in held if kind == Role.Kind.VILLAGE_LEAD]
        seen = Household.objects.visible_to(user).open_on(on).in_scope_on(on)
        self.own = set(Household.objects.due_open_to(user).open_on(on).values_list("pk", flat=True))
        self.due = seen.filter(Q(pk__in=self.own) | beneath(self.grids))
        #: Keys rather than a condition: what is asked of them then never reads the whole county.
        self.keys = list(self.due.values_list("pk", flat=True))
        calm = Household.objects.filter(pk__in=self.keys, fewer_contacts=False)
        self.calm = list(calm.needs_visible_to(user).values_list("pk", flat=True))
        self.urgent = seen.filter(Q(pk__in=self.own) | beneath([*self.grids, *self.villages]))

    def places(self) -> set[str]:
        """The paths whose counts must be up to date before anything is asked."""
        own = Household.objects.filter(pk__in=self.own).values_list("path", flat=True)
        return {*self.grids, *self.villages, *(path[:12] for path in own)}


def due_list(user: User, *, on: date) -> list[Entry]:
    """Everything that waits for somebody on a day, the most urgent first."""
    mine = Mine(user, on)
    for path in sorted(mine.places()):
        refresh(path, on=on)
    entries: dict[UUID, Entry] = {}
    dismissed: set[tuple[UUID, str]] | None = None
    for household, reason in _of_households(mine):
        if reason.what:
            if dismissed is None:
                dismissed = _dismissed(mine)
            if (household.pk, reason.what) in dismissed:
                continue
        entry = entries.setdefault(household.pk, Entry(household=household))
        # Whoever is to be contacted anyway needs no rule to suggest it.
        if not (reason.what.startswith("rule:") and entry.reasons):
            entry.reasons.append(reason)
    _name_others([e for e in entries.values() if e.rank == URGENT], on)
    found = [*entries.values(), *_of_matters(user, on)]
    for entry in found:
        entry.reasons.sort(key=lambda reason: (reason.rank, reason.on or date.max))
    return sorted(found, key=lambda entry: entry.order)


def _of_households(mine: Mine) -> Iterator[tuple[Household, Reason]]:
    """Every reason for every household, unsorted; a household may come again."""
    on = mine.on
    for household in not_reached_twice(mine.urgent, on=on):
        yield household, Reason(URGENT, on, _("Urgent: please go and see"))
    chosen = Household.objects.filter(pk__in=mine.keys)
    for household in chosen.filter(due_on__lte=mine.until).exclude(tier=Household.Tier.FANGXIN):
        yield household, _by_cadence(household.due_on, on)
    rules = list(VisitRule.objects.filter(active=True))
    yield from _by_events(mine, [rule for rule in rules if rule.event])
    yield from _by_rules(mine, [rule for rule in rules if rule.need_codes])
    for household in chosen.filter(Exists(_cards_to_replace(on))):
        yield household, Reason(SUGGESTED, None, _("The contact card is to be replaced"))


def _by_cadence(due_on: date | None, on: date) -> Reason:
    assert due_on is not None
    if due_on < on:
        return Reason(LATE, due_on, _("Contact overdue since %(day)s") % {"day": due_on})
    if due_on == on:
        return Reason(NOW, due_on, _("To be contacted today"))
    return Reason(WEEK, due_on, _("To be contacted this week"))


def not_reached_twice(households: QuerySet[Household], *, on: date) -> QuerySet[Household]:
    """Households with a weekly need whose last two contacts up to a day reached nobody."""
    made = Contact.objects.filter(household=OuterRef("pk"), on__lte=on)
    latest = made.order_by("-on", "-recorded_at", "-pk").values("reached")
    return (
        households.exclude(tier=Household.Tier.FANGXIN)
        .filter(weekly_on(on))
        .annotate(last=Subquery(latest[:1]), before=Subquery(latest[1:2]))
        .filter(last=False, before=False)
    )


def weekly_on(on: date) -> Q:
    """Households with a need in force that asks for a contact every week."""
    kinds = NeedKind.objects.filter(cadence=NeedKind.Cadence.WEEKLY).values_list("pk", "beside")
    needs = Need.objects.filter(household=OuterRef("pk"), void=False, during__contains=on)
    plain = [pk for pk, beside in kinds if not beside]
    found = Q(Exists(needs.filter(kind__in=plain)))
    for pk, beside in kinds:
        if beside:
            found |= Q(Exists(needs.filter(kind=pk))) & Q(
                Exists(needs.filter(kind__code__in=beside))
            )
    return found


def _by_events(mine: Mine, rules: list[VisitRule]) -> Iterator[tuple[Household, Reason]]:
    """Life events nobody has come for since; not where fewer contacts are asked for."""
    of_kind = {rule.event: rule for rule in rules}
    if not of_kind:
        return
    since = Contact.objects.filter(
        household=OuterRef("household"), reached=True, on__gt=OuterRef("on"), on__lte=mine.on
    )
    events = LifeEvent.objects.filter(
        ~Exists(since), kind__in=of_kind, on__lte=mine.on, expires_on__gt=mine.on,
        household__in=mine.calm,
    )  # fmt: skip
    for event in events.select_related("household"):
        day = event.on + timedelta(days=of_kind[event.kind].within_days)
        rank = NOW if day <= mine.on else WEEK
        yield event.household, Reason(
            rank, day, _("Something happened in the household: a visit is suggested"),
            f"event:{event.pk}",
        )  # fmt: skip


def _by_rules(mine: Mine, rules: list[VisitRule]) -> Iterator[tuple[Household, Reason]]:
    """Kinds of household the county wants visited now and then; nothing where fewer contacts are
    asked for."""
    codes = {code for rule in rules for code in rule.need_codes}
    if not codes:
        return
    shortest = min(rule.every_months for rule in rules)
    early = months_after(mine.until, -shortest)
    needs = Need.objects.filter(
        Q(household__last_contact=None) | Q(household__last_contact__reached_on__lte=early),
        kind__code__in=codes, void=False, during__contains=mine.on, clock_from__lte=early,
        household__in=mine.calm,
    )  # fmt: skip
    told: set[tuple[UUID, str]] = set()
    for need in needs.select_related("household__last_contact", "kind").order_by("clock_from"):
        last = getattr(need.household, "last_contact", None)
        latest = max(need.clock_from, last.reached_on) if last else need.clock_from
        for rule in rules:
            day = months_after(latest, rule.every_months)
            key = (need.household_id, rule.code)
            if need.kind.code in rule.need_codes and day <= mine.until and key not in told:
                told.add(key)
                yield need.household, Reason(
                    SUGGESTED, day, _("A visit is suggested by the county's rules"),
                    f"rule:{rule.code}",
                )  # fmt: skip


def _cards_to_replace(on: date) -> QuerySet[Link]:
    """New links of a household without a card, where one of the role before had been printed."""
    before = ContactCard.objects.filter(
        link__household=OuterRef("household"), link__role=OuterRef("role"),
        link__during__endswith__lte=on,
    )  # fmt: skip
    return Link.objects.in_force(on).filter(
        Exists(before), household=OuterRef("pk"), cards=None
    )  # fmt: skip


def _dismissed(mine: Mine) -> set[tuple[UUID, str]]:
    rows = Dismissal.objects.filter(until__gte=mine.on, on__lte=mine.on, household__in=mine.keys)
    return set(rows.values_list("household", "what"))


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
    backing = Link.objects.filter(
        post__person=scope_of(user).person, role__is_backup=True, void=False,
        during__contains=on, post__during__contains=on,
    ).exclude(pk__in=Link.objects.in_force(on).values("pk"))  # fmt: skip
    households = Household.objects.open_on(on).filter(pk__in=backing.values("household"))
    keys = not_reached_twice(households, on=on).values("pk")
    posts = Post.objects.filter(
        pk__in=Link.objects.in_force(on).filter(household__in=keys).values("post")
    )
    return list(posts.select_related("person", "role").order_by("person__name"))


def _of_matters(user: User, on: date) -> Iterator[Entry]:
    """Matters to call back, then those that wait for one's office or department."""
    for issues, words in (
        (follow_ups(user), _("To be called back")),
        (matters_waiting(user, on), _("Waits for you")),
    ):
        for issue in issues.order_by("limit_on", "pk")[:MATTERS]:
            rank = LATE if issue.limit_on < on else NOW if issue.urgent else WEEK
            yield Entry(issue=issue, reasons=[Reason(rank, issue.limit_on, words)])


def follow_ups(user: User) -> QuerySet[Issue]:
    """Matters somebody may call back about, by the table: whoever resolved one last does not."""
    resolved = IssueStep.objects.filter(issue=OuterRef("pk"), verb__in=("resolve", "settle"))
    scope = scope_of(user)
    mine = _held(scope) | beneath(scope.households)
    linked = Q(household__in=Household.objects.linked_to(user))
    seen = Issue.objects.visible_to(user).exclude(state__in=Issue.FINISHED)
    rows: QuerySet[Issue] = seen.filter(mine | linked, state__in=TABLE["call"].before)
    last = Subquery(resolved.order_by("-pk").values("by")[:1])
    return rows.alias(resolver=last).filter(Q(resolver=None) | ~Q(resolver=user.pk))


def matters_waiting(user: User, on: date) -> QuerySet[Issue]:
    """Matters whose next step is one's own by the table: of the area one manages or leads, of
    one's department, or that it helps with. Calls are in ``follow_ups``."""
    scope = scope_of(user)
    departments = Q(department__in=scope.departments) | Q(department__parent__in=scope.departments)
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
        cast |= {DEPARTMENT: departments, HELPER: Q(Exists(helping))}
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


def _held(scope: Scope) -> Q:
    """Matters in the hands of an area somebody manages: not those passed up beyond it."""
    at_or_above = Q(held_by__isnull=True) | beneath(scope.manage, "held_by__path")
    return beneath(scope.manage) & at_or_above
