"""Every state with every verb and everybody: the table of transitions is what the services do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casework.cast import cast_of, moves_open
from casework.issues import issue_step
from casework.models import Issue, IssueStep
from casework.states import CAST, GUARDS, MOVES, TABLE
from lib.errors import Refusal
from tests.matters import ROUTES, matter_to
from tests.people import CAST as PEOPLE
from tests.people import World

pytestmark = pytest.mark.django_db


def words(world: World, verb: str) -> dict[str, Any]:
    """Whatever any transition may need; each takes its own."""
    every: dict[str, Any] = {
        "note": "说明", "result": "solved", "organisation": world.organisations["department"],
        "until": world.on + timedelta(days=9), "days": 3, "answer": "satisfied",
        "turn_to": "县人民法院", "into": world.issues["lamp"],
        "down_to": world.areas["V1"],
    }  # fmt: skip
    return {name: every[name] for name in TABLE[verb].needs}


def test_the_table_is_sound():
    verbs = [move.verb for move in MOVES]
    assert len(verbs) == len(set(verbs))
    for move in MOVES:
        assert set(move.before) | set(move.results) <= set(Issue.State.values), move.verb
        assert set(move.who) <= set(CAST) and set(move.guards) <= set(GUARDS), move.verb
    assert set().union(*(move.results for move in MOVES)) == set(Issue.State.values)
    # Whoever resolves is nobody who closes, and only a leader sets aside.
    assert not set(TABLE["resolve"].who) & set(TABLE["call"].who)
    for move in MOVES:
        if "closed" in move.results and move.before:
            assert {"another", "not_served"} <= set(move.guards), move.verb
    assert [m.verb for m in MOVES if m.results == ("shelved",)] == ["shelve"]


@pytest.mark.parametrize("state", [*ROUTES, "merged"])
def test_every_verb_by_everybody(state: str, world: World):
    """A step is taken just where the table lets this person; else it is refused and leaves
    nothing behind."""
    well = world.issues["well"]
    if state == "merged":
        issue = issue_step(issue=well, verb="merge", by=None, on=world.on,
                           into=world.issues["road"])  # fmt: skip
    else:
        issue = matter_to(well, state, on=world.on)
    for login, *_rest in PEOPLE:
        user = world.user(login)
        allowed = {move.verb for move in moves_open(issue, user, on=world.on)}
        cast = cast_of(issue, user, on=world.on)
        for move in MOVES:
            legal = state in move.before and bool(cast & set(move.who))
            assert move.verb in allowed or not legal or move.guards, (login, move.verb)
            assert legal or move.verb not in allowed, (login, move.verb)
            if move.verb in allowed:
                continue
            before = list(IssueStep.objects.order_by("pk").values_list("pk", flat=True))
            with pytest.raises(Refusal):
                issue_step(issue=issue, verb=move.verb, by=user, on=world.on,
                           **words(world, move.verb))  # fmt: skip
            assert list(IssueStep.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert Issue.objects.get(pk=issue.pk).state == state


def test_who_is_what_to_a_matter(world: World):
    well = matter_to(world.issues["well"], "dispatched", on=world.on)
    roof = world.issues["roof"]

    def cast(issue: Issue, login: str) -> set[str]:
        return set(cast_of(issue, world.user(login), on=world.on))

    assert cast(well, "clerk") == {"department"}
    assert cast(well, "manager") == {"worker", "manager"}
    assert cast(well, "leader") == cast(well, "county_leader") == {"leader"}
    assert cast(roof, "head") == {"contact"}
    assert cast(roof, "worker") == {"worker"}
    for login in ("outsider", "auditor", "administrator", "volunteer", "nobody", "outer_head"):
        assert cast(well, login) == cast(roof, login) == set(), login
