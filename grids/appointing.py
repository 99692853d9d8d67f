"""Who may give and take which posts (docs/decisions/0080).

A grid office names the people who work for it, within what it manages. Whatever opens more than a
grid office has (its own kind of post, the counts of a leader, a department's matters, the log, the
configuration) is appointed by an administrator.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Role
from grids.querysets import beneath
from grids.scope import Kind, scope_of
from jobs.models import Act
from lib.errors import Refusal

#: Kinds of post a grid office names itself.
NAMED = frozenset({Kind.HEAD, Kind.CADRE, Kind.WORKER, Kind.VILLAGE_LEAD, Kind.VOLUNTEER})
#: Kinds an administrator appoints.
APPOINTED = frozenset(Kind) - NAMED

#: Begins of the verbs of what administrators do: settings, and appointments with the records of
#: the people appointed.
CONFIGURE = "configure."
APPOINT = "appoint."
#: What one recorded of the own daily work.
WORK = "work."


def configured_by(user: User) -> tuple[str, ...]:
    """Paths whose accounts somebody configures; a superuser of the command line: everywhere."""
    return ("",) if user.is_superuser and user.is_active else scope_of(user).configure


def givable(user: User) -> Q:
    """Posts somebody may give and take, as a condition on posts."""
    named = beneath(scope_of(user).manage) & Q(role__kind__in=NAMED)
    return named | beneath(configured_by(user)) & Q(role__kind__in=APPOINTED)


def may_give(by: User, kind: str, path: str) -> bool:
    """The same question of a post that is not written yet."""
    if kind in NAMED:
        return scope_of(by).manages(path)
    return any(path.startswith(root) for root in configured_by(by))


def require_give(by: User | None, role: Role, path: str) -> None:
    """Refuse who may not give or take this post; None is the command line, run by the deployer."""
    if by is None or may_give(by, role.kind, path):
        return
    if role.kind in APPOINTED:
        raise Refusal(_("A %(role)s is appointed by an administrator.") % {"role": role})
    raise Refusal(_("Only the township grid office of this area may do this."))


def post_verb(verb: str, role: Role) -> str:
    """What an act about a post of a role is called: it says who may take it back."""
    return verb if role.kind in NAMED else APPOINT + verb


def may_take_back(by: User, act: Act) -> bool:
    """Whether somebody may take an act back: whoever manages its area today, who did it included.

    What an administrator did is taken back by the one who did it, while still in post, else an
    office would give itself back what was taken from it. What somebody recorded of the own daily
    work they take back themselves, as the office of the area may.
    """
    if act.verb.startswith((CONFIGURE, APPOINT)):
        roots = configured_by(by)
        return act.by_id == by.pk and any(not act.path or act.path.startswith(r) for r in roots)
    scope = scope_of(by)
    if act.verb.startswith(WORK) and act.by_id == by.pk:
        return scope.own or any(act.path.startswith(root) for root in scope.areas)
    return scope.manages(act.path)


def require_take_back(by: User | None, act: Act) -> None:
    """Refuse who may not take it back; None is the command line, run by the deployer."""
    if by is not None and not may_take_back(by, act):
        raise Refusal(_("Only the township grid office of this area may do this."))
