"""Who somebody is to a matter, and what they may do with it now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from casework import states
from casework.clocks import working_days_since
from casework.models import Issue, IssueRequest, IssueStep
from casework.querysets import led_by
from casework.states import MOVES, RETURN_DAYS, Move
from grids.models import Area, Organisation, Post, Role
from grids.paths import at_and_above
from grids.scope import scope_of
from households.models import Household, Link
from lib.clock import now

#: Kinds of role that may hold a matter at each level it is passed up to.
HOLDS = (Role.Kind.WORKER, Role.Kind.VILLAGE_LEAD, Role.Kind.MANAGER, Role.Kind.HEAD)


def held_path(issue: Issue) -> str:
    """The area whose posts have it in hand: higher than its place once it was passed up."""
    return issue.held_by.path if issue.held_by_id else issue.path  # type: ignore[union-attr]


def cast_of(issue: Issue, user: User, *, on: date) -> frozenset[str]:
    """Everything somebody is to a matter (``states.CAST``); empty for a stranger."""
    scope = scope_of(user)
    found = set()
    if issue.household_id and Household.objects.linked_to(user).filter(
        pk=issue.household_id
    ).exists():  # fmt: skip
        found.add(states.CONTACT)
    if any(issue.path.startswith(path) for path in scope.households):
        found.add(states.WORKER)
    if scope.manages(held_path(issue)):
        found.add(states.MANAGER)
    if Role.Kind.LEADER in scope.kinds and any(
        issue.path.startswith(path) for path in led_by(user, on)
    ):
        found.add(states.LEADER)
    if issue.department_id and scope.departments:
        department = issue.department
        if {issue.department_id, department and department.parent_id} & set(scope.departments):
            found.add(states.DEPARTMENT)
    if (
        scope.departments and issue.helpers.filter(organisation__in=scope.departments).exists()  # type: ignore[attr-defined]
    ):
        found.add(states.HELPER)
    return frozenset(found)


def departments_for(path: str) -> QuerySet[Organisation]:
    """Departments of a place: those of its areas and of the areas above it."""
    return Organisation.objects.filter(
        kind=Organisation.Kind.DEPARTMENT, area__path__in=at_and_above(path)
    ).order_by("name")


def next_higher(issue: Issue, *, on: date) -> Area | None:
    """The next area up at which somebody holds a post that could take the matter."""
    above = at_and_above(held_path(issue))[:-1]
    held = set(
        Post.objects.in_force(on)
        .filter(area__isnull=False, path__in=above, role__kind__in=HOLDS)
        .values_list("path", flat=True)
    )
    return Area.objects.filter(path=max(held, key=len)).first() if held else None


def lower_levels(issue: Issue, *, on: date) -> QuerySet[Area]:
    """Areas between where a matter was passed up to and its place, itself among them, at which
    somebody holds a post that could take it back; the highest first."""
    here = len(held_path(issue))
    below = [path for path in at_and_above(issue.path) if len(path) > here]
    held = Post.objects.in_force(on).filter(
        area__isnull=False, path__in=below, role__kind__in=HOLDS
    )
    return Area.objects.filter(path__in=held.values("path")).order_by("path")


def resolved_step(issue: Issue) -> IssueStep | None:
    """The step by which it was last resolved."""
    return issue.steps.filter(verb__in=("resolve", "settle")).last()  # type: ignore[attr-defined]


def waiting(issue: Issue, kind: str) -> IssueRequest | None:
    """The request of a kind that waits for an answer."""
    return issue.requests.filter(kind=kind, granted__isnull=True).first()  # type: ignore[attr-defined]


def served(issue: Issue, user: User, *, on: date) -> bool:
    """Whether somebody served in a matter: a contact of the household, who made the contact it was
    raised in, who resolved it once, or whose department handles it or helps."""
    scope = scope_of(user)
    if scope.departments:
        department = issue.department
        helpers = issue.helpers.values_list("organisation", flat=True)  # type: ignore[attr-defined]
        handled = {issue.department_id, department and department.parent_id, *helpers}
        if handled & set(scope.departments):
            return True
    # Not whoever commented on it while it stood resolved.
    resolved = issue.steps.filter(by=user, after=Issue.State.RESOLVED)  # type: ignore[attr-defined]
    if resolved.exclude(before=Issue.State.RESOLVED).exists():
        return True
    if scope.person is None:
        return False
    if issue.contact is not None and issue.contact.made_by_id == scope.person:
        return True
    links = Link.objects.in_force(on).filter(household=issue.household_id)
    return bool(issue.household_id) and links.filter(post__person=scope.person).exists()


def _another(issue: Issue, by: User, on: date) -> bool:
    step = resolved_step(issue)
    return step is None or step.by_id is None or step.by_id != by.pk


def _others(issue: Issue, by: User, on: date) -> bool:
    return not issue.requests.filter(granted__isnull=True, asked_by=by).exists()  # type: ignore[attr-defined]


def _holding(issue: Issue, by: User, on: date) -> bool:
    """Whether somebody holds a post at the level that has a matter in hand, or above it."""
    posts = Post.objects.in_force(on).filter(person=scope_of(by).person, role__kind__in=HOLDS)
    return posts.filter(area__isnull=False, path__in=at_and_above(held_path(issue))).exists()


def _within_return(issue: Issue, by: User | None, on: date) -> bool:
    given = issue.dispatched_on
    return given is not None and working_days_since(given, on) <= RETURN_DAYS


def _before_limit(issue: Issue, by: User | None, on: date) -> bool:
    if issue.department_limit_at is not None:
        return now() <= issue.department_limit_at
    return issue.department_limit_on is None or on <= issue.department_limit_on


Kind = IssueRequest.Kind
Guard = Callable[[Issue, User, date], bool]
#: Whether a further condition of ``states.GUARDS`` is met.
GUARDS: dict[str, Guard] = {
    states.ANOTHER: _another,
    states.OTHERS: _others,
    states.NOT_SERVED: lambda issue, by, on: not served(issue, by, on=on),
    "within_return": _within_return,
    "before_limit": _before_limit,
    "not_extended": lambda issue, by, on: not issue.extended,
    "no_extend_waiting": lambda issue, by, on: waiting(issue, Kind.EXTEND) is None,
    "extend_waiting": lambda issue, by, on: waiting(issue, Kind.EXTEND) is not None,
    "no_shelve_waiting": lambda issue, by, on: waiting(issue, Kind.SHELVE) is None,
    "shelve_waiting": lambda issue, by, on: waiting(issue, Kind.SHELVE) is not None,
    "on_spot": lambda issue, by, on: issue.on_spot,
    "has_department": lambda issue, by, on: issue.dispatched_on is not None,
    "no_department": lambda issue, by, on: issue.dispatched_on is None,
    "higher_up": lambda issue, by, on: next_higher(issue, on=on) is not None,
    states.HOLDING: _holding,
    "lower_down": lambda issue, by, on: lower_levels(issue, on=on).exists(),
    "offices": lambda issue, by, on: Organisation.objects.filter(
        parent=issue.department_id
    ).exists(),
}
#: Conditions that only a person can fail; the program itself is not asked.
OF_PERSONS = (states.ANOTHER, states.OTHERS, states.NOT_SERVED, states.HOLDING)


def failed(move: Move, issue: Issue, by: User | None, *, on: date) -> str:
    """The first further condition of a transition that is not met; empty where all are."""
    for name in move.guards:
        if by is None and name in OF_PERSONS:
            continue
        if not GUARDS[name](issue, by, on):  # type: ignore[arg-type]
            return name
    return ""


def moves_open(issue: Issue, user: User, *, on: date) -> list[Move]:
    """What somebody may do with a matter now, in the order of the table."""
    cast = cast_of(issue, user, on=on)
    return [
        move for move in MOVES
        if issue.state in move.before and cast & set(move.who)
        and not failed(move, issue, user, on=on)
    ]  # fmt: skip


def next_move(moves: list[Move], issue: Issue, *, on: date) -> Move | None:
    """The one step that stands out for whoever may take ``moves``; None where others are to act.

    What waits with a department is not given out once more, and what was set aside rests until
    its day.
    """
    for move in moves:
        if not move.main:
            continue
        if move.verb == "dispatch" and issue.state == Issue.State.DISPATCHED:
            continue
        if move.verb == "resume" and issue.review_on is not None and issue.review_on > on:
            continue
        return move
    return None


def waits_for(issue: Issue) -> str:
    """Who is to act, for those who only watch; empty where nobody is."""
    if not issue.is_open:
        return ""
    if issue.state == Issue.State.SHELVED:
        return _("It rests until %(day)s.") % {"day": issue.review_on or ""}
    with_department = issue.state in Issue.WITH_DEPARTMENT and issue.dispatched_on is not None
    if with_department and issue.department is not None:
        return _("It waits for %(who)s.") % {"who": issue.department.name}
    if issue.state in (Issue.State.RESOLVED, Issue.State.FOLLOW_UP):
        return _("Somebody else than who resolved it is to call back.")
    return _("It waits for the office of %(who)s.") % {"who": (issue.held_by or issue.area).name}
