"""Drafts of contacts in the small world: worked out, decided by hand, put into force, taken back.

In T1 five households have nobody. In V1 the party secretary may be their contact, of sun in U111
the head of that unit, too; in V2 only the cadre, who has two and takes no more.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from grids.models import Person, Post, Role
from grids.services import area_create, post_end
from households.models import Household, Link, NeedKind
from households.needs import need_begin
from households.services import household_close
from jobs.acts import act_undo
from lib.errors import Outdated, Refusal
from planning.matching.drafts import (
    act_of,
    draft_again,
    draft_approve,
    draft_cancel,
    draft_changes,
    draft_commit,
    draft_compare,
    draft_drop,
    draft_order,
    draft_refresh,
    draft_reopen,
    draft_said,
    line_accept,
    line_pin,
    line_reject,
    line_release,
    lines_accept,
)
from planning.matching.making import draft_make
from planning.models import MatchDraft, MatchLine, TravelSpeed, Way
from tests.people import World

pytestmark = pytest.mark.django_db
State = MatchDraft.State


@pytest.fixture(autouse=True)
def in_english():
    """Sentences are compared as they are written in the source."""
    with translation.override("en"):
        yield


def order(world: World, area: str = "T1", by: str = "manager", **options) -> MatchDraft:
    return draft_order(area=world.areas[area], on=world.on, options=options, by=world.user(by))


def given(world: World, draft: MatchDraft) -> dict[str, str | None]:
    """Of each household of a draft who is proposed, by their keys."""
    homes = {home.pk: key for key, home in world.households.items()}
    posts = {post.pk: key for key, post in world.posts.items()}
    return {
        homes[household]: posts.get(post)
        for household, post in draft.lines.values_list("household", "post")
    }


def line(world: World, draft: MatchDraft, household: str) -> MatchLine:
    return draft.lines.get(household=world.households[household])


def add_head(world: World, key: str, place: str, *, skills: list[str] = [], most=None) -> Post:  # noqa: B006
    world.add_person(key, f"新{key}")
    post = world.add_post(key, "unit_head", place)
    Post.objects.filter(pk=post.pk).update(max_links=most)
    Person.objects.filter(pk=post.person_id).update(skills=skills)
    return post


def test_a_small_draft_is_ready_at_once_with_every_household_that_has_nobody(world):
    draft = order(world)
    assert (draft.state, draft.error) == (State.READY, "")
    assert given(world, draft) == {
        "sun": "head", "li": "secretary", "feng": "secretary", "wu": None, "zheng": None,
    }  # fmt: skip
    sums = draft.sums
    assert (sums["households"], sums["matched"], sums["short"], sums["people"]) == (5, 3, 2, 2)
    assert sums["before"] == {"in_scope": 8, "linked": 3, "party_linked": 3, "gap": 5}
    assert sums["after"] == {"in_scope": 8, "linked": 6, "party_linked": 6, "gap": 2}
    short = {row["name"]: (row["short"], row["more_people"], row["role"]) for row in sums["grids"]}
    assert short["甲二嘎查"] == (1, 1, "cadre")
    assert short["甲一村第二网格"] == (0, 0, "party_secretary")
    text = str(sums)
    assert not any(home.head_name in text for home in world.households.values())
    assert "2" in draft_said(draft)


def test_the_line_of_a_pair_says_why(world):
    add_head(world, "nurse", "U112", skills=["医护"])
    need_begin(
        household=world.households["feng"], kind=NeedKind.objects.get(code="DUJU"), on=world.on
    )
    found = line(world, order(world), "feng")
    assert found.post == world.posts["nurse"]
    assert found.skills == ["医护"] and not found.known and not found.language
    assert (found.load_before, found.load_after, found.most) == (0, 1, 60)
    assert found.metres == pytest.approx(0, abs=900)


def test_who_was_the_contact_before_goes_before_who_is_a_little_nearer(world):
    add_head(world, "near", "G12")
    add_head(world, "old", "G12")
    household = world.households["li"]
    Link.objects.create(
        household=household, post=world.posts["old"], role_id="unit_head",
        during=(world.began, world.began + timedelta(days=30)),
    )  # fmt: skip
    found = line(world, order(world), "li")
    assert found.post == world.posts["old"] and found.known


def test_minutes_count_where_there_is_a_table_of_speeds(world):
    assert line(world, order(world), "feng").minutes is None
    TravelSpeed.objects.create(way=Way.ROAD, kmh=6, detour=1.5, months=list(range(1, 13)))
    found = line(world, order(world), "feng")
    assert found.minutes == pytest.approx(found.metres * 1.5 / 100, abs=0.1)


def test_the_most_urgent_get_the_last_place(world):
    add_head(world, "only", "G21", most=1)
    need_begin(
        household=world.households["wu"], kind=NeedKind.objects.get(code="DABING"), on=world.on
    )
    Household.objects.filter(pk=world.households["wu"].pk).update(path=world.areas["G21"].path)
    draft = order(world, "V2")
    assert given(world, draft) == {"wu": "only", "zheng": None}


def test_limits_of_the_draft_and_reach_leave_a_shortfall_and_never_fail(world):
    assert order(world, limits={"party_secretary": 1}).sums["short"] == 3
    near = order(world, "V1", reach=1)
    # Unlocated households have no distance: they are not beyond it.
    assert given(world, near) == {"sun": None, "feng": None, "li": "secretary"}


def test_a_minimum_counts_what_one_has_already_and_says_who_lacks(world):
    add_head(world, "second", "V1")
    draft = order(world, "V1", minimum=2)
    posts = sorted(key or "" for key in given(world, draft).values())
    assert posts.count("second") >= 1 and posts.count("secretary") >= 1
    assert draft.sums["wanting"] == 1


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"limits": {"cadre": 0}}, "limits", "1 to 500"),
        ({"limits": {"cadre": -2}}, "limits", "1 to 500"),
        ({"limits": {"cadre": 501}}, "limits", "1 to 500"),
        ({"limits": {"cadre": "two"}}, "limits", "1 to 500"),
        ({"minimum": -1}, "minimum", "0 to 500"),
        ({"minimum": 3, "roles": ["cadre"]}, "minimum", "above the maximum"),
        ({"minimum": 3, "limits": {"unit_head": 2}}, "minimum", "above the maximum"),
        ({"reach": -5}, "reach", "metres"),
        ({"reasons": ["nonsense"]}, "reasons", "at least one reason"),
        ({"roles": ["grid_worker"]}, "roles", "at least one role"),
        ({"weights": {"skills": -1}}, "weights", "whole number"),
    ],
)
def test_what_nobody_can_mean_is_refused_at_its_field(world, options, field, words):
    with pytest.raises(Refusal) as refused:
        order(world, **options)
    assert refused.value.field == field
    assert words in refused.value.sentence


def test_an_area_without_households_or_without_a_gap_says_so(world):
    world.areas["empty"] = area_create(
        level="village", name="空村", code="159901100203", parent=world.areas["T1"], on=world.began
    )
    with pytest.raises(Refusal, match="no households yet"):
        order(world, "empty")
    world.add_person("other", "另户长")
    world.add_post("other", "unit_head", "U112")
    world.link("feng", "other", on=world.on)
    world.link("sun", "head", on=world.on)
    with pytest.raises(Refusal, match="nothing to match"):
        order(world, "G11")


def test_nobody_in_post_and_everyone_full_are_told_apart(world):
    full = order(world, "V2")
    assert full.state == State.READY and "limit" in draft_said(full)
    post_end(post=world.posts["cadre"], on=world.on)
    nobody = order(world, "V2")
    assert nobody.state == State.READY and "Fill the posts" in draft_said(nobody)
    assert nobody.sums["more_people"] == 2


def test_only_the_office_of_the_area_orders_and_decides(world):
    for login in ("leader", "outsider", "secretary", "worker", "administrator", "head"):
        with pytest.raises(Refusal):
            order(world, by=login)
    draft = order(world)
    for act in (line_accept, line_pin, line_reject, line_release):
        with pytest.raises(Refusal):
            act(line=line(world, draft, "li"), by=world.user("leader"))
    with pytest.raises(Refusal):
        draft_commit(draft=draft, on=world.on, by=world.user("leader"))


def test_sums_are_for_who_sees_the_counts_and_pairs_for_who_manages(world):
    draft = order(world)
    drafts = {
        login: MatchDraft.objects.visible_to(world.user(login)).filter(pk=draft.pk).exists()
        for login in ("manager", "leader", "county_leader", "outsider", "worker", "head", "auditor")
    }
    assert {login for login, seen in drafts.items() if seen} == {
        "manager", "leader", "county_leader",
    }  # fmt: skip
    lines = {
        login: MatchLine.objects.visible_to(world.user(login)).filter(draft=draft).count()
        for login in drafts
    }
    assert lines == {**dict.fromkeys(drafts, 0), "manager": 5}


def test_pins_stay_and_rejected_pairs_do_not_come_again(world):
    add_head(world, "second", "V1")
    manager = world.user("manager")
    draft = order(world)
    line_pin(line=line(world, draft, "li"), by=manager, post=world.posts["second"], on=world.on)
    line_reject(line=line(world, draft, "sun"), by=manager)
    rejected = draft.rejections.get().post
    draft = draft_again(draft=draft, on=world.on, by=manager)
    assert line(world, draft, "li").post == world.posts["second"]
    assert line(world, draft, "li").state == MatchLine.State.PINNED
    hers = draft.lines.filter(post=world.posts["second"])
    assert line(world, draft, "li").load_after == hers.count()
    assert line(world, draft, "sun").post not in (None, rejected)
    assert draft.sums["matched"] == 3


def test_a_rejected_pair_leaves_a_shortfall_until_it_is_released(world):
    manager = world.user("manager")
    draft = order(world)
    draft_approve(draft=draft, on=world.on, by=world.user("leader"))
    line_reject(line=line(world, draft, "li"), by=manager)
    draft.refresh_from_db()
    assert (draft.sums["matched"], draft.sums["short"], draft.approved_on) == (2, 3, None)
    draft = draft_again(draft=draft, on=world.on, by=manager)
    assert line(world, draft, "li").post is None
    line_release(line=line(world, draft, "li"), by=manager)
    draft = draft_again(draft=draft, on=world.on, by=manager)
    assert line(world, draft, "li").post == world.posts["secretary"]


def test_a_post_that_does_not_reach_cannot_be_pinned(world):
    draft = order(world)
    with pytest.raises(Refusal) as refused:
        line_pin(
            line=line(world, draft, "zheng"), by=world.user("manager"),
            post=world.posts["secretary"], on=world.on,
        )  # fmt: skip
    assert refused.value.field == "post"


def test_the_second_to_decide_a_line_is_told(world):
    draft = order(world)
    seen = line(world, draft, "li")
    line_reject(line=line(world, draft, "li"), by=world.user("manager"))
    with pytest.raises(Outdated):
        line_accept(line=seen, by=world.user("manager"))


def test_a_commit_links_in_one_act_that_can_be_taken_back_and_gone_on_with(world):
    manager = world.user("manager")
    draft = order(world)
    lines_accept(draft=draft, by=manager)
    draft.refresh_from_db()
    done = draft_commit(draft=draft, on=world.on, by=manager)
    assert (len(done.links), len(done.refused), done.cards, done.people) == (3, 0, 3, 2)
    linked = Household.objects.filter(links__in=done.links).values_list("head_name", flat=True)
    assert set(linked) == {"孙界上", "李无点", "冯代管"}
    draft.refresh_from_db()
    assert draft.state == State.COMMITTED
    with pytest.raises(Refusal):
        draft_commit(draft=draft, on=world.on, by=manager)
    with pytest.raises(Refusal):
        draft_drop(draft=draft, by=manager)
    with pytest.raises(Refusal):
        draft_reopen(draft=draft, by=manager)
    act_undo(act=act_of(draft), by=manager)
    assert not Link.objects.filter(pk__in=[one.pk for one in done.links]).exists()
    draft = draft_reopen(draft=draft, by=manager)
    assert len(draft_commit(draft=draft, on=world.on, by=manager).links) == 3


def test_an_overtaken_pair_is_refused_by_name_and_stays_in_the_draft(world):
    manager = world.user("manager")
    draft = order(world)
    world.add_person("other", "另户长")
    world.add_post("other", "unit_head", "U112")
    world.link("feng", "other", on=world.on)
    household_close(household=world.households["sun"], on=world.on, reason="moved_away")
    done = draft_commit(draft=draft, on=world.on, by=manager)
    assert [one.household for one in done.links] == [world.households["li"]]
    assert {one.household for one in done.refused} == {
        world.households["feng"], world.households["sun"],
    }  # fmt: skip
    assert "meanwhile" in line(world, draft, "feng").refused


def test_a_limit_lowered_meanwhile_is_kept_to(world):
    draft = order(world)
    Role.objects.filter(pk="party_secretary").update(max_links=1)
    done = draft_commit(draft=draft, on=world.on, by=world.user("manager"))
    assert (len(done.links), len(done.refused)) == (2, 1)


def test_a_draft_whose_every_pair_is_overtaken_is_not_committed(world):
    draft = order(world)
    post_end(post=world.posts["secretary"], on=world.on)
    post_end(post=world.posts["head"], on=world.on)
    with pytest.raises(Refusal, match="overtaken every pair"):
        draft_commit(draft=draft, on=world.on, by=world.user("manager"))
    draft.refresh_from_db()
    assert draft.state == State.READY


def test_a_draft_knows_what_changed_and_works_out_only_that(world):
    manager = world.user("manager")
    add_head(world, "north", "U112", most=1)
    draft = order(world)
    assert not draft_changes(draft, on=world.on)
    before = given(world, draft)
    assert before["feng"] == "north"
    # The secretary leaves, feng gets somebody by hand, a new household appears.
    add_head(world, "later", "V1")
    world.link("feng", "north", on=world.on)
    post_end(post=world.posts["secretary"], on=world.on)
    changes = draft_changes(draft, on=world.on)
    assert changes.counts == {"linked": 1, "ended": 1}
    assert len(changes.sentences()) == 2
    draft = draft_refresh(draft=draft, on=world.on, by=manager)
    assert given(world, draft) == {"sun": "head", "li": "later", "wu": None, "zheng": None}
    assert not draft_changes(draft, on=world.on)


def test_refreshing_leaves_standing_pairs_even_where_better_ones_came(world):
    manager = world.user("manager")
    draft = order(world)
    add_head(world, "nearer", "U112", skills=["医护"])
    world.add_person("east", "东户长")
    changes = draft_changes(draft, on=world.on)
    assert not changes
    draft = draft_refresh(draft=draft, on=world.on, by=manager)
    assert given(world, draft)["feng"] == "secretary"
    again = draft_again(draft=draft, on=world.on, by=manager)
    assert given(world, again)["feng"] == "nearer"


def test_somebody_full_meanwhile_keeps_the_decided_and_urgent(world):
    manager = world.user("manager")
    draft = order(world)
    line_accept(line=line(world, draft, "li"), by=manager)
    Role.objects.filter(pk="party_secretary").update(max_links=1)
    changes = draft_changes(draft, on=world.on)
    assert set(changes.overtaken) == {world.households["feng"].pk}
    assert set(changes.overtaken.values()) == {"full"}


def test_two_drafts_are_compared_by_sums_and_households(world):
    one = order(world)
    other = order(world, limits={"party_secretary": 1})
    found = draft_compare(one, other)
    assert found.one["matched"] == 3 and found.other["matched"] == 2
    assert found.same == 4 and found.only_one == 1 and found.only_other == 0


def test_only_a_leader_of_the_area_approves_and_what_was_seen(world):
    draft = order(world, approval=True)
    manager = world.user("manager")
    for login in ("manager", "outsider", "secretary"):
        with pytest.raises(Refusal):
            draft_approve(draft=draft, on=world.on, by=world.user(login))
    with pytest.raises(Refusal, match="has to approve"):
        draft_commit(draft=draft, on=world.on, by=manager)
    stale = MatchDraft.objects.get(pk=draft.pk)
    line_accept(line=line(world, draft, "li"), by=manager)
    with pytest.raises(Refusal, match="changed meanwhile"):
        draft_approve(draft=stale, on=world.on, by=world.user("leader"))
    draft.refresh_from_db()
    draft = draft_approve(draft=draft, on=world.on, by=world.user("leader"))
    assert len(draft_commit(draft=draft, on=world.on, by=manager).links) == 3


def test_a_large_one_waits_for_the_worker_and_can_be_given_up(world, monkeypatch):
    monkeypatch.setattr("planning.matching.making.SMALL", 0)
    manager = world.user("manager")
    draft = order(world)
    assert draft.state == State.WAITING
    assert draft_cancel(draft=draft, by=manager).state == State.CANCELLED
    draft_make.func(str(draft.pk))
    draft.refresh_from_db()
    assert (draft.state, draft.lines.count()) == (State.CANCELLED, 0)
    # Worked out again and given up, it has the pairs it had.
    draft = order(world)
    draft_make.func(str(draft.pk))
    draft.refresh_from_db()
    draft = draft_again(draft=draft, on=world.on, by=manager)
    assert draft.state == State.WAITING
    with pytest.raises(Refusal, match="being worked out"):
        line_accept(line=line(world, draft, "li"), by=manager)
    assert draft_cancel(draft=draft, by=manager).state == State.READY
    assert draft.lines.count() == 5


def test_given_up_amid_the_work_nothing_is_written(world, monkeypatch):
    monkeypatch.setattr("planning.matching.making.SMALL", 0)
    draft = order(world)

    def meanwhile(*args, **kwargs):
        draft_cancel(draft=draft, by=world.user("manager"))
        raise AssertionError("it went on")

    monkeypatch.setattr("planning.matching.making.inputs_read", lambda *a, **k: draft_cancel(
        draft=draft, by=world.user("manager")))  # fmt: skip
    monkeypatch.setattr("planning.matching.making.solve", meanwhile)
    draft_make.func(str(draft.pk))
    draft.refresh_from_db()
    assert (draft.state, draft.lines.count()) == (State.CANCELLED, 0)


def test_a_dropped_draft_forgets_its_pairs(world):
    draft = draft_drop(draft=order(world), by=world.user("manager"))
    assert (draft.state, draft.lines.count()) == (State.DROPPED, 0)
