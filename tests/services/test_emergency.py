"""The emergency list: who opens it, what it shows to whom, and that a day later it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from casework.duties import close_emergency_lists
from casework.emergency import (
    emergencies_close_due,
    emergency_close,
    emergency_open,
    help_to_move,
    households_on,
    people_told,
)
from casework.models import EmergencyList
from households.models import NeedKind
from households.needs import need_begin
from jobs.periodic import rota
from lib.clock import now
from lib.errors import Refusal
from tests.people import World

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


def opened(
    world: World, area: str = "T1", *, at: datetime | None = None, login: str = "manager"
) -> EmergencyList:
    """A list of an area, opened now."""
    return emergency_open(
        area=world.areas[area], kind="snow", reason="暴雪封路，入户转移", at=at or now(),
        by=world.user(login),
    )  # fmt: skip


def listed(
    world: World, emergency: EmergencyList, login: str, at: datetime
) -> dict[str, int | None]:
    """Households somebody reads on a list, with the persons who need help to move."""
    keys = {household.pk: key for key, household in world.households.items()}
    rows = households_on(emergency, world.user(login), at)
    persons = help_to_move(rows, at)
    return {keys[household.pk]: persons.get(household.pk) for household in rows}


def test_a_manager_opens_an_area_for_a_day(world: World):
    at = now()
    emergency = opened(world, at=at)
    assert emergency.closes_at == at + DAY
    assert listed(world, emergency, "manager", at) == {
        "zhao": 1, "qian": 1, "sun": None, "li": None, "zhou": None, "wu": None, "zheng": None,
        "feng": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("worker", {"zhao", "qian", "sun", "feng"}),
        ("secretary", {"zhao", "qian", "sun", "feng", "li"}),
        ("outsider", set()),
        ("leader", set()),
        ("county_leader", set()),
        ("head", set()),
        ("cadre", set()),
        ("auditor", set()),
        ("nobody", set()),
    ],
)
def test_others_read_only_the_part_whose_needs_their_post_opens(world: World, login, seen):
    at = now()
    assert set(listed(world, opened(world, at=at), login, at)) == seen


def test_a_list_of_one_village_shows_that_village_alone(world: World):
    at = now()
    assert set(listed(world, opened(world, "V2", at=at), "manager", at)) == {"zhou", "wu", "zheng"}


def test_after_a_day_it_shows_nothing_whether_or_not_a_job_ran(world: World):
    at = now()
    emergency = opened(world, at=at)
    last = at + DAY - timedelta(seconds=1)
    assert listed(world, emergency, "manager", last)
    assert listed(world, emergency, "manager", at + DAY) == {}
    assert list(EmergencyList.objects.open_at(last)) == [emergency]
    assert not EmergencyList.objects.open_at(at + DAY).exists()
    assert emergencies_close_due(at=last) == 0
    assert emergencies_close_due(at=at + DAY + timedelta(minutes=3)) == 1
    emergency.refresh_from_db()
    assert (emergency.closed_at, emergency.closed_by) == (emergency.closes_at, None)


def test_the_clock_writes_down_what_has_closed(world: World):
    emergency = opened(world, at=now() - DAY - timedelta(minutes=1))
    running = opened(world, "V1")
    close_emergency_lists(world.on)
    emergency.refresh_from_db()
    running.refresh_from_db()
    assert emergency.closed_at == emergency.closes_at
    assert running.closed_at is None
    assert "casework.duties.close_emergency_lists" in {duty.name for duty in rota.duties}


def test_a_manager_closes_it_early_and_may_open_it_again(world: World):
    at = now()
    emergency = opened(world, at=at)
    later = at + timedelta(hours=2)
    with pytest.raises(Refusal, match="已打开"):
        opened(world, at=later)
    emergency = emergency_close(emergency=emergency, at=later, by=world.user("manager"))
    assert listed(world, emergency, "manager", later) == {}
    with pytest.raises(Refusal, match="已关闭"):
        emergency_close(emergency=emergency, at=later, by=world.user("manager"))
    assert listed(world, opened(world, at=later), "manager", later)


def test_the_database_keeps_it_to_one_at_a_time_and_to_a_day(world: World):
    emergency = opened(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyList.objects.filter(pk=emergency.pk).update(
            closes_at=emergency.opened_at + DAY + timedelta(seconds=1)
        )


@pytest.mark.parametrize("login", ["worker", "leader", "secretary", "outsider", "administrator"])
def test_only_who_manages_the_area_opens_and_closes(world: World, login: str):
    with pytest.raises(Refusal, match="网格办"):
        opened(world, login=login)
    emergency = opened(world)
    with pytest.raises(Refusal, match="网格办"):
        emergency_close(emergency=emergency, at=now(), by=world.user(login))


def test_a_whole_county_is_not_opened_at_once(world: World):
    world.add_person("county_office", "县网办")
    world.add_post("county_office", "grid_office", "C")
    with pytest.raises(Refusal, match="乡镇"):
        opened(world, "C", login="county_office")


@pytest.mark.parametrize("reason", ["", "  雪  ", "雪灾转移"])
def test_a_reason_is_given_in_words(world: World, reason: str):
    with pytest.raises(Refusal) as refused:
        emergency_open(
            area=world.areas["V1"], kind="snow", reason=reason, at=now(), by=world.user("manager")
        )
    assert refused.value.field == "reason"


def test_one_old_person_under_several_kinds_is_one(world: World):
    for code in ("GAOLING", "DABING"):
        need_begin(
            household=world.households["zhao"], kind=NeedKind.objects.filter(code=code).get(),
            on=world.on,
        )  # fmt: skip
    need_begin(
        household=world.households["zhou"], on=world.on, persons=2,
        kind=NeedKind.objects.get(code="CANJI", variant="severe"),
    )  # fmt: skip
    at = now()
    seen = listed(world, opened(world, at=at), "manager", at)
    assert (seen["zhao"], seen["zhou"]) == (1, 2)


def test_which_kinds_need_help_to_move_is_a_setting(world: World):
    NeedKind.objects.filter(code="DUJU").update(help_to_move=False)
    NeedKind.objects.filter(code="JIANCE").update(help_to_move=True)
    at = now()
    seen = listed(world, opened(world, at=at), "manager", at)
    assert (seen["zhao"], seen["zhou"]) == (None, 1)


def test_leaders_above_and_beneath_are_told_and_nobody_elsewhere(world: World):
    world.add_person("village_leader", "包村导")
    world.add_post("village_leader", "township_leader", "V2")
    world.add_person("elsewhere", "外乡导")
    world.add_post("elsewhere", "township_leader", "T2")
    leaders, readers = people_told(world.areas["T1"], at=now())
    assert {post.person.name for post in leaders} == {"林乡领", "柯县领", "包村导"}
    assert {post.person.name for post in readers} == {"关网办", "王格员", "葛格长", "舒支书"}
    emergency = opened(world)
    for login, told in (("leader", True), ("county_leader", True), ("village_leader", True),
                        ("elsewhere", False), ("outsider", False), ("head", False)):  # fmt: skip
        assert EmergencyList.objects.visible_to(world.user(login)).contains(emergency) is told
