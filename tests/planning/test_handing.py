"""Somebody leaves: the plan, what is sent, the answers, and what the coverage count says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.coverage import refresh, sums
from grids.models import Post, Role
from grids.services import post_end
from households.handovers import handovers_answer, handovers_withdraw
from households.links import links_create
from households.models import Cover, Handover, Household, Link
from households.services import household_close, household_move
from jobs.acts import act, act_undo
from lib.errors import Refusal
from planning.handing.covering import covers_end, covers_of, covers_start, leave_plan
from planning.handing.plans import Plan, handover_plan
from planning.handing.sending import Sent, Unfit, handover_send
from tests.contacting import contact_record
from tests.people import World
from tests.planning.handing import add_backup, add_head, add_households, filed

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def plan_of(world: World, key: str = "head", days: int = 0) -> Plan:
    post = Post.objects.select_related("role", "person").get(pk=world.posts[key].pk)
    return handover_plan(post, on=world.on + timedelta(days), by=world.user("manager"))


def heads_only(world: World) -> None:
    """Nobody but heads of units takes households over."""
    Role.objects.exclude(code="unit_head").update(may_link=False)


def send(world: World, plan: Plan, *, cover: bool = True, **to: str) -> Sent:
    """Send a plan as it is, with other recipients for some households (by their keys)."""
    chosen = {line.household.pk: line.to.post.pk if line.to else None for line in plan.lines}
    for key, post in to.items():
        chosen[world.households[key].pk] = world.posts[post].pk
    return handover_send(
        post=plan.post, on=plan.on, chosen=chosen, cover=cover, by=world.user("manager")
    )


def takes(plan: Plan) -> dict[str, str]:
    """Who takes over, by name of household."""
    return {
        line.household.head_name: line.to.post.person.name if line.to else "" for line in plan.lines
    }


def answer(world: World, who: str, *, accept: bool = True, reason: str = "", **by: str):
    offers = Handover.objects.filter(state="proposed", to_post=world.posts[who]).values_list(
        "pk", flat=True
    )
    return handovers_answer(
        handovers=list(offers), accept=accept, on=world.on, reason=reason,
        by=world.user(by.get("by", who)),
    )  # fmt: skip


def test_least_change_for_the_households(world: World) -> None:
    add_head(world, "near", "U111")
    add_head(world, "wide", "G11")
    keys = add_households(world, "U111", 3, of="head")
    # One of them was looked after by the head of the grid before: they know each other.
    contact_record(
        household=world.households[keys[0]], on=world.on - WEEK, made_by=world.people["wide"],
        mode="visit", reached=True,
    )  # fmt: skip
    taken = takes(plan_of(world))
    assert taken.pop(f"加{keys[0]}") == "wide测试"
    assert set(taken.values()) == {"near测试"} and len(taken) == 4
    assert takes(plan_of(world)) == takes(plan_of(world)), "the same each time"


def test_neighbours_stay_together_and_nobody_gets_more_than_the_most(world: World) -> None:
    heads_only(world)
    add_head(world, "one", "U111", most=3)
    add_head(world, "two", "U111", most=9)
    add_households(world, "U111", 4, of="head")
    assert set(takes(plan_of(world)).values()) == {"two测试"}
    Post.objects.filter(pk=world.posts["two"].pk).update(max_links=4)
    plan = plan_of(world)
    assert {load.taker.post.person.name: load.after for load in plan.loads()} == {
        "two测试": 4, "one测试": 2,
    }  # fmt: skip
    Post.objects.filter(pk=world.posts["one"].pk).update(max_links=1)
    plan = plan_of(world)
    assert len(plan.short()) == 1 and not any(load.over for load in plan.loads())
    # 钱同意 has a serious illness: somebody else goes without.
    assert "钱同意" not in [line.household.head_name for line in plan.short()]


def test_where_nobody_reaches_a_household_it_is_short_and_never_an_error(world: World) -> None:
    Post.objects.filter(role__may_link=True).exclude(pk=world.posts["head"].pk).update(void=True)
    plan = plan_of(world)
    assert [line.to for line in plan.lines] == [None, None]
    sent = send(world, plan)
    assert (len(sent.offered), len(sent.left)) == (0, 2)
    assert filed(world, "qian", world.on) == "left"


def test_a_contact_in_the_same_role_never_gets_a_household_twice(world: World) -> None:
    """赵独居 has the cadre already: the other cadre is offered 钱同意 alone."""
    plan = plan_of(world)
    for line in plan.lines:
        roles = {taker.post.role_id for taker in line.choices}
        assert ("cadre" in roles) == (line.household.head_name != "赵独居")


def test_sent_for_a_later_day_the_old_contact_stays_until_then(world: World) -> None:
    add_head(world, "next", "U111")
    plan = plan_of(world, days=7)
    sent = send(world, plan)
    day = world.on + WEEK
    assert (len(sent.offered), len(sent.covered), sent.left) == (2, 2, [])
    assert filed(world, "qian", world.on) == filed(world, "qian", day - DAY) == "linked"
    assert filed(world, "qian", day) == "linked", "the backup covers"
    assert answer(world, "next").refused == []
    links = world.households["qian"].links.filter(void=False, role="unit_head")
    assert sorted((one.during.lower, one.during.upper) for one in links) == [
        (world.began, day), (day, None),
    ]  # fmt: skip
    assert not Cover.objects.exclude(link=world.links["feng", "backup"]).exists()
    assert filed(world, "qian", day) == "linked"


def test_until_it_is_accepted_a_backup_covers_and_without_one_it_waits(world: World) -> None:
    add_head(world, "next", "U111")
    assert filed(world, "qian", world.on) == "linked"
    with act(verb="post.end", by=world.user("manager"), path=world.posts["head"].path,
             on=world.on, subject=world.posts["head"]) as deed:  # fmt: skip
        send(world, plan_of(world), cover=False)
    assert filed(world, "qian", world.on) == "handover"
    act_undo(act=deed, by=world.user("manager"))
    assert filed(world, "qian", world.on) == "linked" and not Handover.objects.exists()
    sent = send(world, plan_of(world))
    assert len(sent.covered) == 2 and filed(world, "qian", world.on) == "linked"
    done = answer(world, "next", accept=False, reason="离得太远")
    assert [(o.state, o.note) for o in done.done] == [("declined", "离得太远")] * 2
    assert filed(world, "qian", world.on) == "linked", "the backup still covers"
    again = plan_of(world)
    assert not again.ends and [o.note for o in again.lines[0].declined] == ["离得太远"]
    assert "next测试" not in takes(again).values(), "not asked a second time by itself"
    assert "next测试" in {t.post.person.name for t in again.lines[0].choices}
    add_head(world, "third", "U111")
    send(world, plan_of(world))
    assert answer(world, "third").refused == []
    # The covers that began with the first offer end with the second's answer.
    assert not Cover.objects.filter(link__household=world.households["qian"]).exists()
    assert set(
        Link.objects.in_force(world.on).filter(household=world.households["qian"])
        .values_list("post__person__name", flat=True)
    ) == {"third测试"}  # fmt: skip


def test_sending_is_taken_back_whole_until_somebody_has_answered(world: World) -> None:
    add_head(world, "next", "U111")
    manager = world.user("manager")
    with act(verb="post.end", by=manager, path=world.posts["head"].path, on=world.on,
             subject=world.posts["head"]) as deed:  # fmt: skip
        send(world, plan_of(world))
    answer(world, "next")
    with pytest.raises(Refusal):
        act_undo(act=deed, by=manager)


def test_a_decline_says_why(world: World) -> None:
    add_head(world, "next", "U111")
    send(world, plan_of(world))
    with pytest.raises(Refusal) as refused:
        answer(world, "next", accept=False, reason="  ")
    assert refused.value.field == "reason"
    assert Handover.objects.filter(state="proposed").count() == 2


def test_only_whom_it_was_offered_to_answers(world: World) -> None:
    add_head(world, "next", "U111")
    send(world, plan_of(world))
    with pytest.raises(Refusal):
        answer(world, "next", by="outer_head")
    with pytest.raises(Refusal):
        answer(world, "next", by="outsider")
    assert answer(world, "next", by="manager").refused == []


def test_who_is_full_meanwhile_accepts_as_far_as_there_is_room(world: World) -> None:
    add_head(world, "next", "U111", most=2)
    send(world, plan_of(world))
    key = add_households(world, "U111", 1)[0]
    world.link(key, "next", on=world.on)
    done = answer(world, "next")
    assert len(done.done) == 1 and len(done.refused) == 1
    assert "上限" in done.refused[0][1]
    assert Handover.objects.filter(state="proposed").count() == 1


def test_offers_end_with_the_post_they_were_made_to(world: World) -> None:
    next_post = add_head(world, "next", "U111")
    send(world, plan_of(world), cover=False)
    post_end(post=next_post, on=world.on)
    assert set(Handover.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert filed(world, "qian", world.on) == "left"
    later = add_head(world, "later", "U111")
    send(world, plan_of(world), cover=False)
    post_end(post=later, on=world.on + WEEK)
    assert filed(world, "qian", world.on) == "handover"
    assert filed(world, "qian", world.on + WEEK) == "left"


def test_a_household_closed_is_offered_no_more_and_one_filed_elsewhere_is_out_of_reach(
    world: World,
) -> None:
    add_head(world, "next", "U111")
    send(world, plan_of(world), zhao="next", qian="next")
    household_close(household=world.households["zhao"], on=world.on, reason="moved")
    household_move(household=world.households["qian"], area=world.areas["G12"], on=world.on)
    done = answer(world, "next")
    assert done.done == [] and [offer.household.head_name for offer, _why in done.refused] == [
        "钱同意"
    ]
    states = dict(Handover.objects.values_list("household__head_name", "state"))
    assert states == {"赵独居": "withdrawn", "钱同意": "proposed"}
    handovers_withdraw(handovers=[done.refused[0][0].pk], on=world.on, by=world.user("manager"))
    assert "next测试" not in takes(plan_of(world)).values()


def test_a_contact_named_by_hand_settles_the_offer(world: World) -> None:
    add_head(world, "next", "U111")
    add_head(world, "other", "U111")
    send(world, plan_of(world), qian="next", zhao="next")
    links_create(households=[world.households["qian"]], post=world.posts["other"], on=world.on)
    links_create(households=[world.households["zhao"]], post=world.posts["next"], on=world.on)
    states = dict(Handover.objects.values_list("household__head_name", "state"))
    assert states == {"钱同意": "withdrawn", "赵独居": "accepted"}
    assert not Cover.objects.exclude(link=world.links["feng", "backup"]).exists()


def test_withdrawn_it_goes_back_to_the_plan(world: World) -> None:
    add_head(world, "next", "U111")
    sent = send(world, plan_of(world))
    assert plan_of(world).lines == [] and plan_of(world).offered == 2
    with pytest.raises(Refusal):
        handovers_withdraw(handovers=[sent.offered[0].pk], on=world.on, by=world.user("outsider"))
    handovers_withdraw(handovers=[sent.offered[0].pk], on=world.on, by=world.user("manager"))
    assert len(plan_of(world).lines) == 1
    assert answer(world, "next").done != []


def test_what_does_not_fit_is_said_per_household_and_nothing_is_written(world: World) -> None:
    add_head(world, "next", "U111", most=1)
    with pytest.raises(Unfit) as unfit:
        send(world, plan_of(world), qian="next", zhao="next")
    assert len(unfit.value.lines) == 1
    assert Post.objects.get(pk=world.posts["head"].pk).during.upper is None
    plan = plan_of(world)
    world.link("sun", "head", on=world.on)
    with pytest.raises(Refusal, match="变化"):
        send(world, plan)


def test_every_household_has_one_outcome_and_the_counts_agree(world: World) -> None:
    """Heads of little room: offered or left, never both; links of a role never overlap."""
    heads_only(world)
    for n, most in enumerate((2, 1, 3)):
        add_head(world, f"h{n}", "U111", most=most)
    add_backup(world, "second", "U111", most=2)
    add_households(world, "U111", 9, of="head")
    plan = plan_of(world)
    sent = send(world, plan)
    offered = [offer.household_id for offer in sent.offered]
    left = [household.pk for household in sent.left]
    assert sorted(offered + left) == sorted(line.household.pk for line in plan.lines)
    assert len(set(offered + left)) == 11 and len(offered) == 6
    assert len(sent.covered) + len(sent.uncovered) == len(offered)
    for n in range(3):
        assert answer(world, f"h{n}").refused == []
    path = world.areas["T1"].path
    refresh(path, on=world.on)
    today_ = sums(path, "village", on=world.on, current=world.on)
    base = sums(path, "village", on=world.on, current=world.on - DAY)
    assert today_ == base
    linked = Link.objects.in_force(world.on).filter(household__in=offered, role="unit_head")
    assert linked.values("household").distinct().count() == linked.count() == len(offered)


def test_backups_cover_while_a_contact_is_away_and_no_row_says_who(world: World) -> None:
    add_backup(world, "second", "U111", most=1)
    manager, end = world.user("manager"), world.on + WEEK
    post = Post.objects.select_related("role", "person").get(pk=world.posts["head"].pk)
    Post.objects.filter(pk=world.posts["backup"].pk).update(max_links=2)
    plan = leave_plan(post, start=world.on, end=end, by=manager)
    chosen = {line.household.pk: line.backup.post.pk if line.backup else None
              for line in plan.lines}  # fmt: skip
    assert plan.short() == []
    with act(verb="covers.start", by=manager, path=post.path, on=world.on,
             subject=world.areas["U111"]) as deed:  # fmt: skip
        made = covers_start(post=post, start=world.on, end=end, chosen=chosen, by=manager)
    assert {(c.during.lower, c.during.upper) for c in made} == {(world.on, end)}
    assert filed(world, "qian", end) == "linked", "the contact itself stays"
    names = {f.name for model in (Cover, Link) for f in model._meta.get_fields()}
    assert not names & {"leave", "away", "absent", "on_leave"}
    assert len(covers_of(post, by=manager, on=world.on)) == 2
    act_undo(act=deed, by=manager)
    assert covers_of(post, by=manager, on=world.on) == []
    covers_start(post=post, start=world.on, end=end, chosen=chosen, by=manager)
    covers = covers_of(post, by=manager, on=world.on)
    assert covers_end(covers=[c.pk for c in covers], on=world.on + DAY, by=manager) == 2
    assert {c.during.upper for c in covers_of(post, by=manager, on=world.on)} == {world.on + DAY}


def test_backups_are_not_given_more_than_they_may_cover(world: World) -> None:
    Post.objects.filter(pk=world.posts["backup"].pk).update(max_links=2)
    world.cover("feng")
    post = Post.objects.select_related("role", "person").get(pk=world.posts["head"].pk)
    plan = leave_plan(post, start=world.on, end=world.on + WEEK, by=world.user("manager"))
    # 钱同意 is ill and comes first.
    assert [line.household.head_name for line in plan.short()] == ["赵独居"]
    with pytest.raises(Unfit):
        covers_start(
            post=post, start=world.on, end=world.on + WEEK, by=world.user("manager"),
            chosen={line.household.pk: world.posts["backup"].pk for line in plan.lines},
        )  # fmt: skip
    assert Cover.objects.count() == 1 and Household.objects.count() == 10


@pytest.mark.parametrize(
    ("first", "last", "field"), [(-1, 3, "start"), (2, 2, "end"), (0, 900, "end")]
)
def test_days_that_cannot_be_covered(world: World, first: int, last: int, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        leave_plan(
            world.posts["head"], start=world.on + timedelta(first),
            end=world.on + timedelta(last), by=world.user("manager"),
        )  # fmt: skip
    assert refused.value.field == field
