"""Naming and ending contacts by hand: one act each, and what keeps it from being taken back."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from households.covers import cover_start
from households.handovers import handover_propose
from households.links import link_end
from households.models import Handover, Link
from households.naming import contact_end, contacts_name
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Refusal
from tests.people import World

pytestmark = pytest.mark.django_db


def name(world: World, post: str, *households: str) -> Act:
    """The act of naming by the office of the first township."""
    _outcome, act = contacts_name(
        households=[world.households[key] for key in households], post=world.posts[post],
        on=world.on, by=world.user("manager"),
    )  # fmt: skip
    assert act is not None
    return act


def test_an_act_lies_in_the_finest_area_of_all_its_households(world: World) -> None:
    assert name(world, "head", "sun").path == world.households["sun"].path
    act = name(world, "secretary", "sun", "li")
    assert all(world.households[key].path.startswith(act.path) for key in ("sun", "li"))
    assert (act.subject_label, act.path[:12]) == ("grids.Area", world.areas["V1"].path)


def test_where_nobody_is_linked_no_act_is_kept(world: World) -> None:
    outcome, act = contacts_name(
        households=[world.households["zhao"]], post=world.posts["head"], on=world.on,
        by=world.user("manager"),
    )  # fmt: skip
    assert act is None and not Act.objects.exists()
    assert [household for household, _why in outcome.refused] == [world.households["zhao"]]


def test_a_household_that_was_offered_waits_again(world: World) -> None:
    offer = handover_propose(
        household=world.households["sun"], to_post=world.posts["head"], on=world.began
    )
    act = name(world, "head", "sun")
    assert Handover.objects.get(pk=offer.pk).state == Handover.State.ACCEPTED
    act_undo(act=act, by=world.user("manager"))
    offer.refresh_from_db()
    assert offer.state == Handover.State.PROPOSED and world.on in offer.during


def test_an_end_is_taken_back_with_what_covered(world: World) -> None:
    link = world.links["feng", "backup"]
    cover = cover_start(link=link, on=world.on)
    act = contact_end(link=link, on=world.on, by=world.user("manager"))
    assert not link.covers.exists()
    act_undo(act=act, by=world.user("manager"))
    assert link.covers.get().during == cover.during


def test_a_contact_taken_back_is_not_ended(world: World) -> None:
    act = name(world, "head", "sun")
    link = Link.objects.get(household=world.households["sun"])
    act_undo(act=act, by=world.user("manager"))
    with pytest.raises(Refusal):
        link_end(link=link, on=world.on)


def test_one_link_changed_since_keeps_all_that_were_named_together(world: World) -> None:
    act = name(world, "secretary", "sun", "li")
    link_end(link=Link.objects.get(household=world.households["li"]), on=world.on)
    with pytest.raises(Refusal):
        act_undo(act=act, by=world.user("manager"))
    assert Link.objects.in_force(world.on).filter(household=world.households["sun"]).exists()


def test_an_undo_locks_post_household_and_link_in_this_order(world: World) -> None:
    named, ended = (
        name(world, "head", "sun"),
        contact_end(link=world.links["zhao", "head"], on=world.on, by=world.user("manager")),
    )
    for act in (ended, named):
        with CaptureQueriesContext(connection) as queries:
            act_undo(act=act, by=world.user("manager"))
        locked = [
            found[1]
            for query in queries
            if "FOR " in query["sql"] and (found := re.search(r'FROM "(\w+)"', query["sql"]))
        ]
        assert locked == ["jobs_act", "grids_post", "households_household", "households_link"]
