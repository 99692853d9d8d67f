"""Every role before every door of an emergency list, while it is open and a day later."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import AccessLog
from casework.emergency import emergency_close, emergency_open
from casework.models import EmergencyList
from lib.clock import now
from tests.access import expected
from tests.access.asking import spelled_out
from tests.people import HOUSEHOLDS, World
from tests.shapes import ORIGIN

SignIn = Callable[..., Client]
REASON = "暴雪封路，入户转移"
PHONES = {key: phone for key, _h, _f, _p, phone, *_rest in HOUSEHOLDS if phone}
NEEDS = ["独居老人", "重大疾病", "最低生活保障", "监测户", "DUJU", "DABING", "DIBAO", "JIANCE"]
BOX = f"{ORIGIN[0]},{ORIGIN[1]},{ORIGIN[0] + 0.1},{ORIGIN[1] + 0.1}"
LATER = timedelta(hours=24)


def doors(emergency: EmergencyList) -> list[str]:
    """Every address that names a list."""
    page = f"/emergency/{emergency.pk}/"
    return [page, f"{page}?help=1", f"{page}print/", f"/api/v1{page}places?box={BOX}"]


def marks_of(world: World, key: str) -> list[str]:
    household = world.households[key]
    return [household.head_name, household.address, str(household.pk), PHONES.get(key) or "—none—"]


def parts_in(text: str) -> dict[str, tuple[str, int]]:
    """The parts a list is divided into for printing, by address: name and households."""
    found = re.findall(r'<a href="(\?x=1[^"]*)">([^<]+)</a> <span class="number">(\d+) 户', text)
    return {html.unescape(address): (name, int(n)) for address, name, n in found}


def set_clock(patch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let the pages be asked at another moment."""
    for module in ("desk.emergency", "desk.api_emergency", "desk.context", "mapview.views"):
        patch.setattr(f"{module}.now", lambda: at)


@pytest.fixture
def opened(world: World) -> EmergencyList:
    """A list of the township, opened a minute ago."""
    return emergency_open(
        area=world.areas["T1"], kind="snow", reason=REASON, by=world.user("manager"),
        at=now() - timedelta(minutes=1),
    )  # fmt: skip


def readable(login: str) -> set[str]:
    """Households of the township whose needs a post of somebody opens."""
    inside = {key for key, area in expected.FILED.items() if "T1" in expected.chain(area)}
    area = expected.within(login, "needs P3")
    return {key for key in inside if expected.FILED[key] in area}


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_a_list_shows_each_of_the_cast_the_part_whose_needs_are_open_to_them(
    world: World, as_user: SignIn, opened: EmergencyList, login: str
):
    client, seen = as_user(login), readable(login)
    for door in doors(opened):
        response = client.get(door)
        assert response.status_code == (200 if seen else 404), door
        text = spelled_out(response)
        for key in world.households:
            if key not in seen:
                assert not [mark for mark in marks_of(world, key) if mark in text], (door, key)
        assert not [word for word in NEEDS if word in text], door
        if seen:
            assert response["Cache-Control"] == "private, no-store"
    if seen:
        text = spelled_out(client.get(doors(opened)[0]))
        for key in seen:
            household = world.households[key]
            assert household.head_name in text
            assert household.address in text
            assert PHONES.get(key, "") in text


def test_it_says_that_help_is_needed_and_how_many_persons(as_user: SignIn, opened, world: World):
    text = spelled_out(as_user("manager").get(doors(opened)[0]))
    assert text.count("需协助转移 1 人") == 2  # zhao and qian
    rows = as_user("manager").get(doors(opened)[3]).json()["rows"]
    assert {row["head"]: row["help"] for row in rows if row["help"]} == {"赵独居": 1, "钱同意": 1}
    assert rows[0]["help"] == rows[1]["help"] == 1
    contacts = {row["head"]: row["contacts"] for row in rows}
    assert [c["person"] for c in contacts["赵独居"]] == ["甘包联", "连户长"]


@pytest.mark.parametrize(
    ("login", "area"), [("manager", "T1"), ("worker", "G11"), ("secretary", "V1")]
)
def test_the_map_begins_with_what_somebody_looks_after(
    world: World, as_user: SignIn, opened: EmergencyList, login: str, area: str
):
    client = as_user(login)
    config = client.get(doors(opened)[0]).context["config"]
    assert config["area"] == world.areas[area].pk
    assert client.get(f"/api/v1/areas/{config['area']}/bounds").status_code == 200


def test_a_day_later_no_byte_of_it_is_left(
    world: World, as_user: SignIn, opened: EmergencyList, monkeypatch: pytest.MonkeyPatch
):
    for seconds, status in ((-1, 200), (0, 410), (3600, 410)):
        set_clock(monkeypatch, opened.closes_at + timedelta(seconds=seconds))
        for login in ("manager", "worker", "secretary"):
            for door in doors(opened):
                response = as_user(login).get(door)
                gone = 404 if "/api/" in door else status
                assert response.status_code == (200 if status == 200 else gone), (door, login)
                if status == 200:
                    continue
                text = spelled_out(response)
                for key in world.households:
                    assert not [mark for mark in marks_of(world, key) if mark in text]
            search = as_user(login).post(doors(opened)[0], {"q": "赵"})
            assert search.status_code == status
            assert status == 200 or "赵独居" not in spelled_out(search)


def test_a_list_closed_early_shows_nothing_at_once(world: World, as_user: SignIn, opened):
    assert as_user("manager").post(f"/emergency/{opened.pk}/close/").status_code == 302
    for door in doors(opened):
        response = as_user("worker").get(door)
        assert response.status_code == (404 if "/api/" in door else 410)
        assert "赵独居" not in spelled_out(response)


@pytest.mark.parametrize("login", ["worker", "leader", "secretary", "outsider", "auditor", "head"])
def test_only_its_manager_closes_it_or_opens_one(world: World, as_user: SignIn, opened, login: str):
    client = as_user(login)
    assert client.post(f"/emergency/{opened.pk}/close/").status_code == 404
    new = client.post("/emergency/new/?area=159901100201", {"kind": "snow", "reason": REASON})
    assert new.status_code == 404
    assert EmergencyList.objects.count() == 1
    opened.refresh_from_db()
    assert opened.closed_at is None


def test_a_manager_opens_it_by_hand_after_the_numbers(world: World, as_user: SignIn):
    client = as_user("manager")
    text = spelled_out(client.get("/emergency/new/?area=159901100201"))
    assert "<b>5</b> 户的姓名、地址、电话" in text
    assert "林乡领" in text
    assert "柯县领" in text
    short = client.post("/emergency/new/?area=159901100201", {"kind": "snow", "reason": "雪"})
    assert short.status_code == 400
    assert "至少 5 个字" in spelled_out(short)
    done = client.post("/emergency/new/?area=159901100201", {"kind": "snow", "reason": REASON})
    assert done["Location"] == f"/emergency/{EmergencyList.objects.get().pk}/"


@pytest.mark.parametrize("login", ["leader", "county_leader"])
def test_a_leader_is_told_who_and_why_and_of_no_household(
    world: World, as_user: SignIn, opened: EmergencyList, login: str
):
    for address in ("/", "/emergency/"):
        text = spelled_out(as_user(login).get(address))
        for word in ("关网办", REASON, "东方镇"):
            assert word in text, (address, word)
        assert f"/emergency/{opened.pk}/" not in text
        for key in world.households:
            assert not [mark for mark in marks_of(world, key) if mark in text]


@pytest.mark.parametrize(
    "login", ["outsider", "head", "cadre", "clerk", "auditor", "administrator", "nobody"]
)
def test_nobody_else_hears_of_it(world: World, as_user: SignIn, opened, login: str):
    for address in ("/", "/emergency/", "/tasks/"):
        assert REASON not in spelled_out(as_user(login).get(address, follow=True))


def test_the_notice_goes_when_the_list_closes(
    world: World, as_user: SignIn, opened: EmergencyList, monkeypatch: pytest.MonkeyPatch
):
    set_clock(monkeypatch, opened.closes_at)
    assert REASON not in spelled_out(as_user("leader").get("/"))
    past = spelled_out(as_user("leader").get("/emergency/"))
    assert REASON in past
    assert "自动关闭" in past


def test_each_view_is_logged_as_p2_and_p3_with_list_and_reason(world, as_user: SignIn, opened):
    for door in doors(opened):
        as_user("secretary").get(door)
    as_user("secretary").post(doors(opened)[0], {"q": "赵"})
    rows = AccessLog.objects.filter(user=world.users["secretary"], scope=str(opened.pk))
    assert set(rows.values_list("reason", flat=True)) == {REASON}
    for action, times in (("emergency.list", 3), ("emergency.print", 1), ("emergency.map", 1)):
        for field_class in ("P2", "P3"):
            assert rows.filter(action=action, field_class=field_class).count() == times
    text = spelled_out(as_user("auditor").get("/log/"))
    assert REASON in text
    assert "东方镇" in text
    assert "赵独居" not in text


def test_searching_finds_on_the_list_alone(world: World, as_user: SignIn, opened: EmergencyList):
    emergency_close(emergency=opened, at=now(), by=world.user("manager"))
    village = emergency_open(
        area=world.areas["V2"], kind="flood", reason="河道漫堤，组织转移", at=now(),
        by=world.user("manager"),
    )  # fmt: skip
    client = as_user("manager")
    found = spelled_out(client.post(f"/emergency/{village.pk}/", {"q": "周包联"}))
    assert world.households["zhou"].address in found
    other = spelled_out(client.post(f"/emergency/{village.pk}/", {"q": "赵独居"}))
    assert world.households["zhao"].address not in other
    by_phone = spelled_out(client.post(f"/emergency/{village.pk}/", {"q": "0005"}))
    assert "周包联" in by_phone


def test_too_much_for_one_print_is_divided_by_village_and_grid_with_counts(
    world: World, as_user: SignIn, opened: EmergencyList, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("desk.emergency.MOST_PRINTED", 2)
    door, areas = doors(opened)[2], world.areas
    client = as_user("manager")
    text = spelled_out(client.get(door))
    assert "共 8 户" in text
    assert not [mark for key in world.households for mark in marks_of(world, key) if mark in text]
    assert not AccessLog.objects.filter(action="emergency.print").exists()
    parts = parts_in(text)
    assert parts[f"?x=1&part={areas['G12'].pk}"] == ("甲一村 甲一村第二网格", 1)
    assert parts[f"?x=1&part={areas['G21'].pk}"] == ("甲二嘎查 甲二嘎查第一网格", 2)
    assert parts[f"?x=1&part={areas['V2'].pk}&rest=1"] == ("未归入下级", 1)
    for key in ("V1", "V2", "G11"):
        assert f"?x=1&part={areas[key].pk}" not in parts
    printed = [spelled_out(client.get(door + address)) for address in parts]
    for key, household in world.households.items():
        times = sum(household.address in sheet for sheet in printed)
        assert times == (key in readable("manager")), key


@pytest.mark.parametrize("login", ["worker", "secretary"])
def test_who_reads_a_part_is_offered_the_parts_of_that_alone(
    world: World, as_user: SignIn, opened, monkeypatch: pytest.MonkeyPatch, login: str
):
    monkeypatch.setattr("desk.emergency.MOST_PRINTED", 1)
    client, door = as_user(login), doors(opened)[2]
    text = spelled_out(client.get(door))
    parts = parts_in(text)
    assert parts
    assert sum(n for _name, n in parts.values()) == len(readable(login))
    assert "甲二嘎查" not in text
    other = spelled_out(client.get(f"{door}?part={world.areas['V2'].pk}"))
    assert world.households["zhou"].address not in other


def test_what_no_smaller_area_holds_is_printed_however_long(
    world: World, as_user: SignIn, opened, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("desk.emergency.MOST_PRINTED", 0)
    client, door = as_user("manager"), doors(opened)[2]
    for key, area, rest in (("wu", "V2", "&rest=1"), ("zhao", "U111", "")):
        text = spelled_out(client.get(f"{door}?part={world.areas[area].pk}{rest}"))
        assert world.households[key].address in text


def test_a_refused_reason_is_told_beside_it_and_kept(world: World, as_user: SignIn) -> None:
    answer = as_user("manager").post(
        "/emergency/new/?area=159901100201", {"kind": "snow", "reason": "雪"}
    )
    text = answer.content.decode()
    field = text[text.index('name="reason"') :].partition("<button")[0]
    assert answer.status_code == 400 and ">雪</textarea>" in field and "errorlist" in field
