"""What may I see? Rights are the union of a person's posts and links in force.

The table in ``docs/who-sees-what.md`` says it in words and is read by the tests; ``RIGHTS`` is
the same table in code. Nothing else grants access: no group, no flag on the account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection

from accounts.models import User
from grids.models import Role
from lib.clock import today

Kind = Role.Kind


@dataclass(frozen=True)
class Right:
    """What holding a post of one kind opens, within the path of the post."""

    counts: bool = False  # names of places and counts; small P3 counts withheld
    households: bool = False  # P2 of all households of the area
    needs: bool = False  # P3 of these, masked until asked for; counts not withheld
    manage: bool = False  # import, export, link, dispatch, redraw
    own: bool = False  # P2 of the own linked households
    own_due: bool = False  # when these are due, and the care note
    own_needs: bool = False  # P3 of the own linked households
    matters: bool = False  # matters given to the own department
    log: bool = False  # the access log, no content
    configure: bool = False  # configuration and accounts, no casework


RIGHTS: dict[str, Right] = {
    Kind.HEAD: Right(own=True, own_due=True),
    Kind.CADRE: Right(own=True, own_due=True, own_needs=True),
    Kind.WORKER: Right(
        counts=True, households=True, needs=True, own=True, own_due=True, own_needs=True
    ),
    Kind.VILLAGE_LEAD: Right(
        counts=True, households=True, needs=True, own=True, own_due=True, own_needs=True
    ),
    Kind.MANAGER: Right(counts=True, households=True, needs=True, manage=True),
    Kind.LEADER: Right(counts=True),
    Kind.DEPARTMENT: Right(matters=True),
    Kind.AUDITOR: Right(log=True),
    Kind.ADMINISTRATOR: Right(configure=True),
    Kind.VOLUNTEER: Right(own=True),
}


@dataclass(frozen=True)
class Scope:
    """The paths and keys a person's posts open on a day; empty for nobody."""

    person: UUID | None = None
    areas: tuple[str, ...] = ()
    households: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    manage: tuple[str, ...] = ()
    configure: tuple[str, ...] = ()
    own: bool = False
    own_needs: bool = False
    departments: tuple[UUID, ...] = ()
    kinds: frozenset[str] = field(default_factory=frozenset)

    def sees_all_counts_of(self, path: str) -> bool:
        """Whether small P3 counts are shown: only to those who may read the needs there."""
        return any(path.startswith(root) for root in self.needs)

    def manages(self, path: str) -> bool:
        """Whether this person may change what lies at ``path``."""
        return any(path.startswith(root) for root in self.manage)


def _outermost(paths: set[str]) -> tuple[str, ...]:
    """Paths that lie beneath no other one, in order."""
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


#: Person, path, organisation and kind of each post in force; one row of nulls without any.
HELD = """
SELECT p.id, t.path, t.organisation_id, r.kind
FROM grids_person p
LEFT JOIN grids_post t ON t.person_id = p.id AND NOT t.void AND t.during @> %s::date
LEFT JOIN grids_role r ON r.code = t.role_id
WHERE p.user_id = %s
"""


def _held(user: User, on: date) -> list[tuple[UUID, str, UUID | None, str | None]]:
    """What every request asks: one statement, and plain SQL, which spares a millisecond."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [on, user.pk])
        return cursor.fetchall()


def scope_on(user: User, on: date) -> Scope:
    """Everything ``user`` may see on a day, from the posts in force of the person behind it."""
    if not user.is_authenticated or not user.is_active:
        return Scope()
    held = _held(user, on)
    if not held:
        return Scope()
    paths: dict[str, set[str]] = {
        "areas": set(),
        "households": set(),
        "needs": set(),
        "manage": set(),
        "configure": set(),
    }
    own = own_needs = False
    departments: list[UUID] = []
    kinds: set[str] = set()
    for _person, path, organisation, kind in held:
        if kind is None:
            continue
        right = RIGHTS[kind]
        kinds.add(kind)
        own |= right.own
        own_needs |= right.own_needs
        if right.matters and organisation:
            departments.append(organisation)
        for name, granted in (
            ("areas", right.counts),
            ("households", right.households),
            ("needs", right.needs),
            ("manage", right.manage),
            ("configure", right.configure),
        ):
            # A post held for an organisation opens no territory: its path is where the
            # organisation belongs, which may be the whole county.
            if granted and organisation is None:
                paths[name].add(path)
    return Scope(
        person=held[0][0],
        areas=_outermost(paths["areas"]),
        households=_outermost(paths["households"]),
        needs=_outermost(paths["needs"]),
        manage=_outermost(paths["manage"]),
        configure=_outermost(paths["configure"]),
        own=own,
        own_needs=own_needs,
        departments=tuple(departments),
        kinds=frozenset(kinds),
    )


def scope_of(user: User) -> Scope:
    """Today's scope, asked once per request (the user object lives as long as its request)."""
    cached = user.__dict__.get("_scope")
    on = today()
    if cached is None or cached[0] != on:
        cached = (on, scope_on(user, on))
        user.__dict__["_scope"] = cached
    return cached[1]


def kinds_of(user: User) -> frozenset[str]:
    """Kinds of role held today, for the gate; a superuser made on the command line configures."""
    kinds = scope_of(user).kinds
    return kinds | {Kind.ADMINISTRATOR} if user.is_superuser else kinds
