"""The monthly sweep, and looking at a need again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from households.models import Household, Need, Review
from households.needs import need_review
from households.sweeping import sweep_change, sweep_confirm
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Outdated, Refusal


def key(world, name):
    return world.households[name].pk


def page_of(world, area="G11"):
    return f"/sweep/{world.areas[area].pk}/"


def test_the_whole_list_is_shown_without_needs_and_says_how_far_it_is(world, as_user):
    text = as_user("worker").get(page_of(world)).content.decode()
    for name in ("赵独居", "钱同意", "冯代管"):
        assert name in text
    assert "0 / 4" in text
    for word in ("重大疾病", "独居老人", "就业困难", "重点关爱户", "关注户"):
        assert word not in text
    answer = as_user("worker").post(
        page_of(world) + "?rest=1", {"keys": [key(world, "zhao"), key(world, "qian")]}
    )
    assert answer.url.startswith(page_of(world) + "?rest=1&act=")
    assert Review.objects.filter(on=world.on).count() == 2
    text = as_user("worker").get(page_of(world) + "?rest=1").content.decode()
    assert "2 / 4" in text
    assert "冯代管" in text
    assert "赵独居" not in text


def test_confirming_twice_is_once_and_is_taken_back_as_a_whole(world, as_user):
    for _ in range(2):
        as_user("worker").post(page_of(world), {"keys": [key(world, "zhao")]})
    assert Review.objects.count() == 1
    first, second = Act.objects.order_by("at")
    act_undo(act=second, by=world.user("worker"))
    act_undo(act=first, by=world.user("worker"))
    assert not Review.objects.exists()
    assert Household.objects.get(pk=key(world, "zhao")).reviewed_on is None


def test_nobody_sweeps_what_is_not_theirs(world, as_user):
    for who in ("head", "cadre", "leader", "auditor", "volunteer"):
        assert as_user(who).get("/sweep/").status_code == 404
        with pytest.raises(Refusal):
            sweep_confirm(keys=[key(world, "zhao")], on=world.on, by=world.user(who))
    assert as_user("worker").get(page_of(world, "G21")).status_code == 404
    with pytest.raises(Refusal):
        sweep_confirm(
            keys=[key(world, "zhao"), key(world, "wei")], on=world.on, by=world.user("worker")
        )
    assert not Review.objects.exists()
    assert as_user("manager").get("/sweep/").status_code == 200


def test_a_change_is_written_in_place_and_a_second_writer_is_told(world, as_user):
    household = world.households["feng"]
    page = f"{page_of(world)}{household.pk}/change/"
    sent = {
        f"{household.pk}-{name}": value
        for name, value in {
            "size": 5,
            "residence": "seasonal",
            "phone": "",
            "version": household.version,
        }.items()
    }
    assert as_user("worker").post(page, sent).status_code == 302
    household.refresh_from_db()
    assert (household.size, household.residence, household.reviewed_on) == (
        5, "seasonal", world.on,
    )  # fmt: skip
    assert household.phone_sealed
    late = as_user("grid_head").post(page, sent | {f"{household.pk}-size": 9})
    assert late.status_code == 400
    assert "5" in late.content.decode()
    household.refresh_from_db()
    assert household.size == 5
    wrong = as_user("worker").post(page, sent | {f"{household.pk}-size": 0})
    assert wrong.status_code == 400
    assert "<details open>" in wrong.content.decode()
    with pytest.raises(Outdated):
        sweep_change(
            household=household, values={"size": 7}, version=1, on=world.on,
            by=world.user("worker"),
        )  # fmt: skip
    with pytest.raises(Refusal):
        sweep_change(
            household=household, values={"size": 7}, version=household.version, on=world.on,
            by=world.user("head"),
        )  # fmt: skip


def test_a_need_is_looked_at_again_and_says_who_confirmed_it(world, as_user):
    need = Need.objects.get(household=world.households["zhao"])
    later = world.on + timedelta(days=90)
    given = {"need": need, "on": world.on, "by": world.user("manager")}
    with pytest.raises(Refusal) as refused:
        need_review(review_due_on=world.on, **given)
    assert refused.value.field == "review_due_on"
    with pytest.raises(Refusal):
        need_review(review_due_on=later, **given | {"by": world.user("worker")})
    page = f"/households/{need.household_id}/needs/"
    as_user("manager").post(page, {
        "do": "review", "need": need.pk, "confirmed_by": "民政办", "review_due_on": later,
    })  # fmt: skip
    need.refresh_from_db()
    assert (need.confirmed_by, need.review_due_on) == ("民政办", later)
    as_user("manager").post(page, {"do": "end", "need": need.pk})
    shown = as_user("cadre").get(f"/households/{need.household_id}/?tab=needs").content.decode()
    assert "已结束的需求" in shown
    assert "民政办" in shown
