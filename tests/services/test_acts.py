"""An act is taken back as a whole, or refused with a sentence where something was built on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import AccessLog, User
from casework.coverage import recount, sums
from casework.recounting import kept_compare
from grids.models import Area, Post
from grids.services import post_end
from households.covers import cover_start
from households.links import link_end, links_create
from households.models import Exemption, Household, Link, Membership, Need
from households.services import (
    exemption_approve,
    exemption_ask,
    household_change_head,
    household_close,
    household_locate,
    household_merge,
    household_move,
    household_register,
    household_split,
)
from jobs.acts import act, act_undo
from jobs.models import Act
from jobs.undo import event_models
from lib.errors import Refusal
from tests.contacting import contact_record
from tests.people import World
from tests.shapes import point

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


#: What only grows, and what the count writes (compared by the counts).
ASIDE = {
    "version",
    "session_round",
    "updated_at",
    "location_3857",
    "season_point",
    "season_3857",
    "point_3857",
    "tier",
    "due_on",
    "gap_reason",
    "outside",
}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row whose history is kept."""
    rows = {}
    for events in event_models():
        model = events.pgh_tracked_model
        names = [f.name for f in model._meta.concrete_fields]
        kept = [name for name in names if name not in ASIDE]
        rows[model._meta.label] = [
            {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()}
            for row in model._base_manager.order_by("pk").values(*kept)
        ]
    return rows


def counted(world: World) -> dict[str | None, dict[str, Any]]:
    """The numbers of every unit, as any reader gets them."""
    return sums(world.areas["C"].path, "unit", on=world.on, current=world.on)


def do(world: World, subject: Any, login: str = "manager") -> Any:
    """An act of one of the cast in the first township."""
    return act(
        verb="test", by=world.user(login), path=world.areas["T1"].path, on=world.on,
        subject=subject, sentence="做了一件事",
    )  # fmt: skip


def move(world: World) -> None:
    household_move(household=world.households["zhao"], area=world.areas["G12"], on=world.on)


def close(world: World) -> None:
    household_close(household=world.households["feng"], on=world.on, reason="moved")


def close_while_covered_and_exempt(world: World) -> None:
    world.cover("feng")  # made and removed in the same act
    exemption_ask(
        household=world.households["feng"], reason="empty", on=world.on, by=world.user("manager")
    )
    close(world)


def split(world: World) -> None:
    household_split(household=world.households["qian"], head_name="钱二小", size=1, on=world.on)


def merge(world: World) -> None:
    household_merge(household=world.households["zhao"], into=world.households["qian"], on=world.on)


def end_post(world: World) -> None:
    post_end(post=world.posts["head"], on=world.on)


def register(world: World) -> None:
    household_register(
        area=world.areas["U112"], head_name="新来户", on=world.on, point=point(0.2, 1.2),
        residence="away",
    )  # fmt: skip


def change_head(world: World) -> None:
    household_change_head(
        household=world.households["sun"], head_name="孙新主", phone="15911112222"
    )


def locate(world: World) -> None:
    household_locate(
        household=world.households["sun"], point=point(0.4, 0.4), on=world.on, source="pin",
        accuracy_m=None,
    )  # fmt: skip


def exempt(world: World) -> None:
    asked = exemption_ask(
        household=world.households["wu"], reason="moved", on=world.on, by=world.user("manager")
    )
    exemption_approve(exemption=asked, on=world.on, by=world.user("manager"))


def make_many(world: World) -> None:
    chosen = [world.households[key] for key in ("sun", "li", "wu")]
    Need.objects.bulk_create(
        Need(household=h, kind=world.households["zhao"].needs.get().kind,
             during=h.during, clock_from=world.on) for h in chosen
    )  # fmt: skip
    links_create(households=chosen, post=world.posts["cadre"], on=world.on)


@pytest.mark.parametrize(
    "deed",
    [move, close, close_while_covered_and_exempt, split, merge, end_post, register, change_head,
     locate, exempt, make_many],
)  # fmt: skip
def test_it_puts_everything_back(world: World, deed: Callable[[World], None]) -> None:
    if deed is not close_while_covered_and_exempt:
        world.cover("feng", end=world.on + timedelta(days=9))
    rows, numbers = everything(), counted(world)
    with do(world, world.households["zhao"]) as done:
        deed(world)
    assert everything() != rows
    act_undo(act=done, by=world.user("manager"))
    assert everything() == rows
    assert counted(world) == numbers
    recount(Area.objects.values_list("pk", flat=True), on=world.on)
    assert counted(world) == numbers
    assert kept_compare(on=world.on).differences == []


def test_versions_only_grow(world: World) -> None:
    before = world.households["zhao"].version
    with do(world, world.households["zhao"]) as done:
        move(world)
    moved = Household.objects.get(pk=world.households["zhao"].pk).version
    act_undo(act=done, by=world.user("manager"))
    assert Household.objects.get(pk=world.households["zhao"].pk).version > moved > before


def test_what_happens_outside_an_act_is_not_part_of_it(world: World) -> None:
    household_register(area=world.areas["U112"], head_name="先来户", on=world.on)
    with do(world, world.areas["U112"]) as done:
        register(world)
    household_register(area=world.areas["U112"], head_name="后来户", on=world.on)
    act_undo(act=done, by=world.user("manager"))
    heads = Household.objects.values_list("head_name", flat=True)
    assert "新来户" not in heads and {"先来户", "后来户"} <= set(heads)


def test_two_acts_of_one_request_are_taken_back_apart(world: World, as_user: SignIn) -> None:
    with pghistory.context(url="/one/"):
        with do(world, world.households["sun"]) as first:
            change_head(world)
        with do(world, world.households["qian"]) as second:
            split(world)
    act_undo(act=first, by=world.user("manager"))
    assert Household.objects.get(pk=world.households["sun"].pk).head_name == "孙界上"
    assert Household.objects.filter(head_name="钱二小").exists()
    act_undo(act=second, by=world.user("manager"))
    assert not Household.objects.filter(head_name="钱二小").exists()


def test_an_act_holds_no_other(world: World) -> None:
    with (
        pytest.raises(RuntimeError),
        do(world, world.households["sun"]),
        do(world, world.households["sun"]),
    ):
        pass


def test_nothing_is_kept_of_an_act_that_was_refused(world: World) -> None:
    with pytest.raises(Refusal), do(world, world.households["sun"]):
        change_head(world)
        household_change_head(household=world.households["li"], head_name=" ")
    assert Household.objects.get(pk=world.households["sun"].pk).head_name == "孙界上"
    assert not Act.objects.exists()


def refused(done: Act, by: User) -> str:
    """The sentence with which an undo is refused; nothing is changed by it."""
    rows = everything()
    with pytest.raises(Refusal) as caught:
        act_undo(act=done, by=by)
    assert everything() == rows
    return caught.value.sentence


def test_it_is_refused_once_the_row_was_changed_again(world: World) -> None:
    with do(world, world.households["sun"]) as done:
        change_head(world)
    household_change_head(household=world.households["sun"], head_name="孙再主")
    assert "住户" in refused(done, world.user("manager"))


def test_it_is_refused_once_a_contact_rests_on_a_registered_household(world: World) -> None:
    with do(world, world.areas["U111"]) as done:
        fresh = household_register(area=world.areas["U111"], head_name="新来户", on=world.on)
    links_create(households=[fresh], post=world.posts["head"], on=world.on)
    assert refused(done, world.user("manager"))


def test_it_is_refused_once_a_contact_was_named_after_a_move(world: World) -> None:
    with do(world, world.households["zhao"]) as done:
        move(world)
    world.link("zhao", "secretary", on=world.on)
    assert "结对" in refused(done, world.user("manager"))


def test_it_is_refused_once_another_holds_the_role(world: World) -> None:
    with do(world, world.posts["head"]) as done:
        end_post(world)
    world.add_person("heir", "季户长")
    world.add_post("heir", "unit_head", "U111", on=world.on)
    world.link("qian", "heir", on=world.on)
    assert refused(done, world.user("manager"))


def test_it_is_refused_once_a_backup_covers_a_link_it_made(world: World) -> None:
    with do(world, world.households["sun"]) as done:
        link = world.link("sun", "backup", on=world.on)
    cover_start(link=link, on=world.on)
    assert refused(done, world.user("manager"))


def test_a_visit_does_not_keep_a_pin_from_going_back(world: World) -> None:
    with do(world, world.households["sun"]) as done:
        locate(world)
    contact_record(
        household=world.households["sun"], made_by=world.people["worker"], on=world.on,
        mode="visit", reached=True,
    )  # fmt: skip
    act_undo(act=done, by=world.user("manager"))
    assert Household.objects.get(pk=world.households["sun"].pk).location == point(1.0, 0.5)


def test_it_is_refused_twice_and_after_a_week(world: World) -> None:
    with do(world, world.households["sun"]) as done:
        change_head(world)
    act_undo(act=done, by=world.user("manager"))
    assert refused(done, world.user("manager"))
    with do(world, world.households["sun"]) as old:
        change_head(world)
    Act.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=8))
    assert "7" in refused(old, world.user("manager"))


def test_whoever_manages_the_area_takes_it_back(world: World) -> None:
    with do(world, world.households["sun"], "leader") as done:
        change_head(world)
    for login in ("outsider", "worker", "county_leader", "leader"):
        assert refused(done, world.user(login))
    act_undo(act=done, by=world.user("manager"))


def test_who_manages_no_longer_takes_nothing_back(world: World, as_user: SignIn) -> None:
    """Else somebody moved to another town would change households of this one for a week."""
    with do(world, world.households["sun"]) as done:
        change_head(world)
    client, page = as_user("manager"), f"/feedback/?act={done.pk}"
    assert "做了一件事" in client.get(page).content.decode()
    office = world.posts["manager"]
    world.add_post("manager", "unit_head", "U111")
    post_end(post=office, on=world.on)
    assert "做了一件事" not in client.get(page).content.decode()
    assert client.post(f"/acts/{done.pk}/undo/").status_code == 404
    assert client.post(f"/api/v1/acts/{done.pk}/undo").status_code == 404
    assert refused(done, User.objects.get(pk=world.user("manager").pk))
    assert Household.objects.get(pk=world.households["sun"].pk).head_name == "孙新主"


def test_a_link_ended_runs_on_as_before(world: World) -> None:
    link = world.links["feng", "backup"]
    world.cover("feng")
    with do(world, world.households["feng"]) as done:
        link_end(link=link, on=world.on)
    assert not Link.objects.in_force(world.on).filter(pk=link.pk).exists()
    act_undo(act=done, by=world.user("manager"))
    assert Link.objects.in_force(world.on).filter(pk=link.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_undos_at_once_one_is_told(world: World) -> None:
    with do(world, world.households["zhao"]) as done:
        move(world)
    told: list[str] = []
    ready = threading.Barrier(2)

    def take_back() -> None:
        try:
            ready.wait()
            act_undo(act=done, by=world.user("manager"))
            told.append("")
        except Refusal as refusal:
            told.append(refusal.sentence)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take_back) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, told)) == [False, True]
    assert Membership.objects.get(household=world.households["zhao"]).area == world.areas["U111"]


def test_the_page_says_what_was_done_and_takes_it_back(world: World, as_user: SignIn) -> None:
    with do(world, world.households["sun"]) as done:
        change_head(world)
    client, page = as_user("manager"), f"/households/{world.households['sun'].pk}/"
    assert "做了一件事" in client.get(f"{page}?act={done.pk}").content.decode()
    answer = client.post(f"/acts/{done.pk}/undo/", {"next": page})
    assert answer["Location"] == f"{page}?act={done.pk}"
    shown = client.get(answer["Location"]).content.decode()
    assert "做了一件事" in shown and "/undo/" not in shown
    assert "孙界上" in shown


def test_without_a_next_page_it_goes_to_the_subject(world: World, as_user: SignIn) -> None:
    with do(world, world.households["sun"]) as done:
        change_head(world)
    for following in ("", "https://elsewhere.example/"):
        answer = as_user("manager").post(f"/acts/{done.pk}/undo/", {"next": following})
        assert answer["Location"].startswith(f"/households/{world.households['sun'].pk}/")
    assert Act.objects.get(pk=done.pk).undone_at is not None


def test_a_refused_undo_says_why_on_the_page(world: World, as_user: SignIn) -> None:
    with do(world, world.households["sun"]) as done:
        change_head(world)
    household_change_head(household=world.households["sun"], head_name="孙再主")
    answer = as_user("manager").post(f"/acts/{done.pk}/undo/", follow=True)
    assert "不能撤回" in answer.content.decode()


def test_the_api_takes_it_back(world: World, as_user: SignIn) -> None:
    with do(world, world.posts["head"]) as done:
        end_post(world)
    answer = as_user("manager").post(f"/api/v1/acts/{done.pk}/undo")
    assert answer.status_code == 200
    assert answer.json()["undone"] is True and "做了一件事" in answer.json()["sentence"]
    logged = AccessLog.objects.filter(action="act", user=world.user("manager"))
    assert [row.field_class for row in logged] == ["P2"]
    assert Post.objects.in_force(world.on).filter(pk=world.posts["head"].pk).exists()
    assert as_user("manager").post(f"/api/v1/acts/{done.pk}/undo").status_code == 400


@pytest.mark.parametrize(
    "login", ["outsider", "worker", "leader", "head", "cadre", "auditor", "administrator", "nobody"]
)
def test_an_act_of_others_does_not_exist(world: World, as_user: SignIn, login: str) -> None:
    with do(world, world.households["sun"]) as done:
        change_head(world)
    client = as_user(login)
    assert client.post(f"/acts/{done.pk}/undo/").status_code == 404
    assert client.post(f"/api/v1/acts/{done.pk}/undo").status_code == 404
    assert "做了一件事" not in client.get(f"/feedback/?act={done.pk}").content.decode()
    assert Exemption.objects.count() == 0
    assert Household.objects.get(pk=world.households["sun"].pk).head_name == "孙新主"
