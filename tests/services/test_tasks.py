"""Handing over a gap: who may hand it to whom, how it goes on, and what it opens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.models import Task, TaskHousehold
from casework.tasks import (
    moves_open,
    number_now,
    posts_to_hand_to,
    side_of,
    task_accept,
    task_answer,
    task_close,
    task_hand,
    task_remind,
    task_reopen,
    task_report,
    task_withdraw,
)
from grids.services import post_end
from households.models import Household
from lib.errors import Refusal
from tests.people import World

pytestmark = pytest.mark.django_db


def handed(world: World, by: str = "leader", to: str = "manager", area: str = "V1", **rest) -> Task:
    """A gap handed over by one of the cast to another."""
    return task_hand(
        area=world.areas[area], subject=rest.pop("subject", "gap"), to_post=world.posts[to],
        due_on=world.on + timedelta(days=7), on=world.on, by=world.user(by), **rest,
    )  # fmt: skip


def shown(world: World, task: Task, login: str) -> set[str]:
    """Households of a task that somebody may read."""
    keys = {household.pk: key for key, household in world.households.items()}
    lines = TaskHousehold.objects.visible_to(world.user(login)).filter(task=task)
    return {keys[line.household_id] for line in lines}


def verbs(task: Task) -> list[str]:
    return list(task.steps.values_list("verb", flat=True))


def test_a_leader_hands_a_gap_over_with_its_number_and_households(world: World):
    task = handed(world)
    assert task.number == 3
    assert shown(world, task, "leader") == shown(world, task, "manager") == {"sun", "li", "feng"}
    assert verbs(task) == ["handed"]


def test_one_reason_of_it_is_handed_over_alone(world: World):
    for reason in set(
        Household.objects.exclude(gap_reason="").values_list("gap_reason", flat=True)
    ):
        number = number_now(world.areas["V1"], "gap", reason, on=world.on)
        if number:
            task = handed(world, reason=reason)
            assert task.lines.count() == number


def test_vacant_posts_are_handed_over_without_a_household(world: World):
    number = number_now(world.areas["T1"], "vacancies", "", on=world.on)
    assert number > 0
    task = handed(world, area="T1", subject="vacancies")
    assert (task.number, task.lines.count()) == (number, 0)


def test_it_opens_nothing_outside_the_task(world: World):
    handed(world)
    assert not Household.objects.visible_to(world.user("leader")).exists()
    assert not Household.objects.needs_visible_to(world.user("leader")).exists()


def test_whoever_holds_it_reads_the_part_of_the_own_area(world: World):
    task = handed(world, to="worker")
    assert shown(world, task, "worker") == {"sun", "feng"}
    assert shown(world, task, "leader") == {"sun", "li", "feng"}


@pytest.mark.parametrize(
    "login", ["county_leader", "outsider", "secretary", "grid_head", "head", "auditor", "nobody"]
)
def test_nobody_else_knows_of_it(world: World, login: str):
    task = handed(world)
    assert not Task.objects.visible_to(world.user(login)).exists()
    assert shown(world, task, login) == set()
    assert side_of(task, world.user(login), on=world.on) == ""


def test_it_goes_from_hand_to_answer_to_close(world: World):
    leader, manager = world.user("leader"), world.user("manager")
    task = handed(world)
    assert set(moves_open(task, "held")) == {"accepted", "reported", "answered"}
    task = task_accept(task=task, on=world.on, by=manager)
    task = task_remind(task=task, on=world.on, by=leader)
    task = task_report(task=task, note="已联系两户", on=world.on, by=manager)
    assert task.state == "accepted"
    world.link("sun", "secretary", on=world.on)
    task = task_answer(task=task, note="已全部安排", on=world.on, by=manager)
    task = task_reopen(task=task, note="还有两户", on=world.on, by=leader)
    task = task_answer(task=task, note="均已安排", on=world.on, by=manager)
    task = task_close(task=task, on=world.on, by=leader)
    assert task.state == "closed"
    assert verbs(task) == ["handed", "accepted", "reminded", "reported", "answered", "reopened",
                           "answered", "closed"]  # fmt: skip
    assert [step.number for step in task.steps.all()] == [3, 3, 3, 3, 2, 2, 2, 2]
    assert shown(world, task, "leader") == shown(world, task, "manager") == set()
    with pytest.raises(Refusal, match="经过"):
        task_withdraw(task=task, on=world.on, by=leader)


def test_a_task_withdrawn_shows_nothing_and_stays_in_the_line_of_events(world: World):
    task = task_withdraw(task=handed(world), note="交错了", on=world.on, by=world.user("leader"))
    assert shown(world, task, "leader") == set()
    assert verbs(task) == ["handed", "withdrawn"]


def test_each_side_has_its_own_steps(world: World):
    task = handed(world)
    for act in (task_accept, task_close, task_withdraw, task_remind):
        wrong = "leader" if act is task_accept else "manager"
        with pytest.raises(Refusal):
            act(task=task, on=world.on, by=world.user(wrong))
    with pytest.raises(Refusal) as refused:
        task_answer(task=task, note=" ", on=world.on, by=world.user("manager"))
    assert refused.value.field == "note"


@pytest.mark.parametrize("login", ["worker", "secretary", "head", "outsider", "auditor"])
def test_only_leaders_and_the_office_of_the_area_hand_out(world: World, login: str):
    with pytest.raises(Refusal, match="领导"):
        handed(world, by=login)


def test_a_manager_hands_out_and_never_to_himself(world: World):
    assert handed(world, by="manager", to="secretary").from_post == world.posts["manager"]
    with pytest.raises(Refusal) as refused:
        handed(world, by="manager", to="manager")
    assert refused.value.field == "to_post"


@pytest.mark.parametrize("to", ["outsider", "leader", "head", "cadre", "clerk"])
def test_it_goes_to_a_post_that_can_close_it(world: World, to: str):
    with pytest.raises(Refusal) as refused:
        handed(world, to=to)
    assert refused.value.field == "to_post"


def test_posts_of_the_area_of_those_above_and_of_its_parts_can_close_it(world: World):
    found = posts_to_hand_to(world.areas["V1"], on=world.on)
    assert {post.person.name for post in found} == {"关网办", "舒支书", "葛格长", "王格员"}
    found = posts_to_hand_to(world.areas["V2"], on=world.on)
    assert {post.person.name for post in found} == {"关网办"}


def test_the_answer_is_due_on_a_day_to_come(world: World):
    for days in (-1, 400):
        with pytest.raises(Refusal) as refused:
            task_hand(
                area=world.areas["V1"], subject="gap", to_post=world.posts["manager"],
                due_on=world.on + timedelta(days=days), on=world.on, by=world.user("leader"),
            )  # fmt: skip
        assert refused.value.field == "due_on"


def test_where_there_is_nothing_there_is_nothing_to_hand_out(world: World):
    with pytest.raises(Refusal, match="0"):
        handed(world, reason="full")


def test_a_task_ends_with_either_post(world: World):
    task = handed(world)
    post_end(post=world.posts["manager"], on=world.on)
    assert shown(world, task, "leader") == shown(world, task, "manager") == set()
    assert not Task.objects.open_on(world.on).exists()
    task = task_withdraw(task=task, on=world.on, by=world.user("leader"))
    task = handed(world, to="secretary")
    post_end(post=world.posts["leader"], on=world.on)
    assert shown(world, task, "secretary") == shown(world, task, "leader") == set()
    with pytest.raises(Refusal, match="结束"):
        task_answer(task=task, note="已安排", on=world.on, by=world.user("secretary"))


def test_steps_are_only_ever_added(world: World):
    task = handed(world)
    with pytest.raises(Exception, match="pgtrigger"):
        task.steps.update(note="改")
