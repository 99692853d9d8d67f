"""No service of matters keeps a national ID number, whichever page the words came from."""

from __future__ import annotations

import pytest

from casework.issues import issue_register, issue_step
from casework.models import CardCode, Issue, Rating, Task
from casework.ratings import rating_from_card
from casework.supervising import sum_supervise
from lib.errors import Refusal
from tests.people import World

pytestmark = pytest.mark.django_db
NUMBER = "本人152221199001011234办事"


@pytest.mark.parametrize("field", ["title", "text"])
def test_a_matter_is_not_registered_with_one(world: World, field: str):
    n = Issue.objects.count()
    words = {"title": "停水", field: NUMBER}
    with pytest.raises(Refusal) as caught:
        issue_register(kind="help", subject="utilities", source="counter", on=world.on,
                       area=world.areas["V1"], **words)  # type: ignore[arg-type]  # fmt: skip
    assert caught.value.field == field and Issue.objects.count() == n


def test_no_step_says_one(world: World):
    road = world.issues["road"]
    with pytest.raises(Refusal) as caught:
        issue_step(issue=road, verb="comment", by=world.user("manager"), on=world.on, note=NUMBER)
    assert caught.value.field == "note" and road.steps.count() == 1


def test_the_page_for_complaints_says_so_and_keeps_what_was_typed(world: World, as_user):
    typed = {"kind": "complaint", "title": "系统登录不便", "text": NUMBER}
    answer = as_user("worker").post("/feedback/", typed)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "系统登录不便" in page and "身份证" in page


def test_no_rating_says_one(world: World):
    unit = world.areas["U111"]
    code = CardCode.objects.create(
        code="k8", post=world.posts["head"], area=unit, path=unit.path, made_on=world.on
    )
    with pytest.raises(Refusal) as caught:
        rating_from_card(code=code, answer="basically", text=NUMBER, on=world.on)
    assert caught.value.field == "text" and not Rating.objects.exists()


def test_words_that_are_too_long_are_refused_and_not_cut(world: World):
    road = world.issues["road"]
    with pytest.raises(Refusal) as caught:
        issue_step(
            issue=road, verb="comment", by=world.user("manager"), on=world.on, note="好" * 401
        )
    assert caught.value.field == "note" and road.steps.count() == 1


def test_where_to_turn_is_never_cut_off(world: World):
    road, manager = world.issues["road"], world.user("manager")
    with pytest.raises(Refusal) as caught:
        issue_step(issue=road, verb="decline", by=manager, on=world.on, note="因" * 395,
                   turn_to="县住建局服务窗口")  # fmt: skip
    assert caught.value.field == "note" and Issue.objects.get(pk=road.pk).state == "registered"
    road = issue_step(issue=road, verb="decline", by=manager, on=world.on, note="不归本级办理。",
                      turn_to="县住建局服务窗口")  # fmt: skip
    said = road.steps.values_list("note", flat=True).last()  # type: ignore[attr-defined]
    assert "县住建局服务窗口" in str(said)


def test_the_question_of_a_leader_names_nobody_by_number(world: World):
    with pytest.raises(Refusal) as caught:
        sum_supervise(
            area=world.areas["T1"], subject="matters", to_post=world.posts["manager"],
            due_on=world.on, on=world.on, note=NUMBER, by=world.user("leader"),
        )  # fmt: skip
    assert caught.value.field == "note" and not Task.objects.exists()
