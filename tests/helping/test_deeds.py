"""Help given: what is refused, who writes and reads it, the ledger, the file, two at once."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.models import AccessLog
from casework.deeds import deed_change, deed_record
from casework.models import Deed
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Outdated, Refusal
from tests.access import expected
from tests.people import World
from tests.shapes import CODES

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def record(world: World, **given: Any) -> Deed:
    """A deed of today, for the village V1 where nothing else is said."""
    values = {"what": "修缮路面", "on": world.on, "current": world.on, **given}
    if "household" not in values:
        values.setdefault("area", world.areas["V1"])
    return deed_record(**values)


@pytest.fixture
def deeds(world: World) -> dict[str, Deed]:
    """One of each sort, in both townships."""
    households, bureau = world.households, world.organisations["bureau"]
    return {
        "zhao": record(world, household=households["zhao"], what="送煤过冬", quantity=Decimal(2),
                       unit="吨", amount=Decimal("1600.50"), funds="donated"),
        "wei": record(world, household=households["wei"], what="修好炉灶"),
        "road": record(world, what="硬化巷道", state="under_way", organisation=bureau,
                       amount=Decimal(300000), funds="state", people=320, approximate="over"),
        "tea": record(world, what="路口供应热茶", passers_by=True, people=80),
        "well": record(world, what="打井一眼", area=world.areas["V3"]),
    }  # fmt: skip


REFUSED = [
    ({"what": " "}, "what"),
    ({"what": "150000199001011234 的事"}, "what"),
    ({"quantity": Decimal(0), "unit": "件"}, "quantity"),
    ({"quantity": Decimal("NaN"), "unit": "件"}, "quantity"),
    ({"quantity": Decimal("1.5"), "unit": "户"}, "quantity"),
    ({"quantity": Decimal("1.555"), "unit": "亩"}, "quantity"),
    ({"quantity": Decimal(3)}, "unit"),
    ({"unit": "件"}, "quantity"),
    ({"amount": Decimal(-1), "funds": "own"}, "amount"),
    ({"amount": Decimal("0.001"), "funds": "own"}, "amount"),
    ({"amount": Decimal(100)}, "funds"),
    ({"approximate": "over"}, "approximate"),
    ({"people": 0}, "people"),
    ({"state": "planned"}, "organisation"),
    ({"state": "no such"}, "state"),
    ({"funds": "no such"}, "funds"),
]


@pytest.mark.parametrize(("given", "field"), REFUSED)
def test_what_a_deed_cannot_mean_is_refused_at_its_field(
    world: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        record(world, **given)
    assert refused.value.field == field
    assert not Deed.objects.exists()


def test_what_is_done_has_a_day_up_to_today_and_a_finished_project_its_result(
    world: World,
) -> None:
    tomorrow = world.on + timedelta(days=1)
    bureau = world.organisations["bureau"]
    with pytest.raises(Refusal, match="不能晚于今天"):
        record(world, on=tomorrow)
    assert record(world, on=tomorrow, state="planned", organisation=bureau).on == tomorrow
    with pytest.raises(Refusal) as refused:
        record(world, state="finished", organisation=bureau)
    assert refused.value.field == "result"
    before = world.began - timedelta(days=1)
    with pytest.raises(Refusal, match="不在册"):
        record(world, household=world.households["zhao"], on=before)


def test_numbers_are_written_as_offices_write_them(deeds: dict[str, Deed]) -> None:
    assert deeds["zhao"].amount_text == "1,600.5"
    assert deeds["zhao"].quantity_text == "2 吨"
    assert deeds["road"].people_text == "320余"
    assert deeds["road"].amount_text == "300,000"


WRITES_AT_V1 = {"manager", "worker", "grid_head", "secretary"}


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_who_reads_a_household_records_for_it_and_who_works_at_a_place_there(
    world: World, login: str
) -> None:
    user = world.user(login)
    may = "zhao" in expected.households(login)
    try:
        record(world, household=world.households["zhao"], by=user)
        done = True
    except Refusal:
        done = False
    assert done == may
    try:
        record(world, area=world.areas["G11"], by=user)
        at_place = True
    except Refusal:
        at_place = False
    assert at_place == (login in WRITES_AT_V1)


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_the_ledger_has_the_deeds_of_ones_households_and_of_ones_places(
    world: World, as_user: SignIn, deeds: dict[str, Deed], login: str
) -> None:
    client = as_user(login)
    seen = expected.households(login)
    places = expected.within(login, "counts")
    wanted: set[str] = {"zhao", "wei"} & seen
    wanted |= {key for key in ("road", "tea") if "V1" in places}
    wanted |= {"well"} & ({"well"} if "V3" in places else set())
    answer = client.get("/tables/deeds/")
    opens = bool(places) or expected.cell(login, "own links") != "no"
    assert answer.status_code == (200 if opens else 404)
    page = answer.content.decode()
    assert {key for key, deed in deeds.items() if deed.what in page} == wanted
    for key, deed in deeds.items():
        status = client.get(f"/deeds/{deed.pk}/").status_code
        assert status == (200 if key in wanted else 404), key
        change = client.get(f"/deeds/{deed.pk}/edit/").status_code
        writes = key in seen or (key in ("road", "tea") and login in WRITES_AT_V1 - {"worker"})
        writes |= key == "well" and login == "outsider"
        assert change == (200 if writes else 404), key


def test_a_leader_sees_the_sum_of_what_households_got_and_no_name(
    world: World, as_user: SignIn, deeds: dict[str, Deed]
) -> None:
    page = as_user("leader").get("/tables/deeds/").content.decode()
    assert "另有对住户的帮扶 1 件、1,600.5 元" in page
    assert "赵独居" not in page and "送煤过冬" not in page
    # Looking for words must not count what is not listed.
    found = as_user("leader").post("/tables/deeds/", {"q": "送煤"}).content.decode()
    assert "另有" not in found
    assert not AccessLog.objects.filter(action="table.deeds", rows__gt=0).exists()


def test_the_ledger_adds_up_filters_and_is_logged(
    world: World, as_user: SignIn, deeds: dict[str, Deed]
) -> None:
    client = as_user("manager")
    page = client.get("/tables/deeds/").content.decode()
    assert "3 件帮扶" in page and "合计 301,600.5 元，受益 400 人" in page
    assert AccessLog.objects.get(action="table.deeds").rows == 1
    projects = client.get("/tables/deeds/?filter=projects").content.decode()
    assert "硬化巷道" in projects and "送煤过冬" not in projects
    donated = client.get("/tables/deeds/?funds=donated&whom=household").content.decode()
    assert "送煤过冬" in donated and "路口供应热茶" not in donated
    yesterday = world.on - timedelta(days=1)
    assert "没有符合" in client.get(f"/tables/deeds/?until={yesterday}").content.decode()


def test_the_file_of_the_ledger_is_read_back(
    world: World, as_user: SignIn, deeds: dict[str, Deed], settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    sent = {"what": "deeds", "format": "xlsx"}
    answer: Any = as_user("manager").post("/tables/deeds/export/", sent)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    header, *rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 3
    coal = dict(zip(header, next(r for r in rows if r[0] == "送煤过冬"), strict=True))
    assert (coal["对象"], coal["数量"], coal["单位"]) == ("赵独居", "2", "吨")
    assert (coal["金额（元）"], coal["资金来源"], coal["状态"]) == ("1600.5", "捐赠", "已发放")
    assert AccessLog.objects.get(action="export.deeds").rows == 3


def posted(world: World, **more: Any) -> dict[str, Any]:
    return {"what": "送米面", "subject": "assistance", "on": world.on.isoformat(),
            "state": "granted", "quantity": "", "unit": "", "amount": "", "funds": "",
            "people": "", "approximate": "", "organisation": "", "result": "", **more}  # fmt: skip


def test_a_deed_is_recorded_on_the_households_page_and_taken_back(
    world: World, as_user: SignIn
) -> None:
    client = as_user("manager")
    zhao = world.households["zhao"]
    address = f"/deeds/new/?household={zhao.pk}"
    wrong = client.post(address, posted(world, amount="1，200元"))
    assert wrong.status_code == 400
    kept = wrong.content.decode()
    assert "请选择资金来源" in kept and "送米面" in kept and "1，200元" in kept
    answer = client.post(address, posted(world, amount="1，200元", funds="state"))
    assert answer["Location"].startswith(f"/households/{zhao.pk}/?tab=help&act=")
    deed = Deed.objects.get()
    assert (deed.amount, deed.household_id, deed.path) == (Decimal(1200), zhao.pk, zhao.path)
    shown = client.get(answer["Location"]).content.decode()
    assert "送米面" in shown and "已为赵独居户登记" in shown
    act_undo(act=Act.objects.get(), by=world.user("manager"))
    assert not Deed.objects.exists()


def test_who_is_second_is_told_what_the_first_changed_and_keeps_what_was_typed(
    world: World, as_user: SignIn, deeds: dict[str, Deed]
) -> None:
    deed = deeds["tea"]
    first = as_user("grid_head").post(
        f"/deeds/{deed.pk}/edit/",
        posted(world, area=CODES["V1"], passers_by="on", what="路口供应热茶", people="95",
               version="1"),
    )  # fmt: skip
    assert first.status_code == 302
    second = as_user("manager").post(
        f"/deeds/{deed.pk}/edit/",
        posted(world, area=CODES["V1"], passers_by="on", what="路口供应姜茶", people="80",
               version="1"),
    )  # fmt: skip
    told = second.content.decode()
    assert second.status_code == 400
    assert "现为“95”" in told and "葛格长" in told and "路口供应姜茶" in told
    with pytest.raises(Outdated):
        deed_change(deed=deed, values={}, current=world.on, by=None, version=1)
    again = as_user("manager").post(
        f"/deeds/{deed.pk}/edit/",
        posted(world, area=CODES["V1"], passers_by="on", what="路口供应姜茶", people="95",
               version="2"),
    )  # fmt: skip
    assert again.status_code == 302
    deed.refresh_from_db()
    assert (deed.what, deed.people, deed.version) == ("路口供应姜茶", 95, 3)


def test_a_deed_taken_out_is_put_back_by_the_office(
    world: World, as_user: SignIn, deeds: dict[str, Deed]
) -> None:
    assert as_user("leader").post(f"/deeds/{deeds['tea'].pk}/remove/").status_code == 404
    as_user("grid_head").post(f"/deeds/{deeds['tea'].pk}/remove/")
    assert not Deed.objects.filter(pk=deeds["tea"].pk).exists()
    act_undo(act=Act.objects.get(), by=world.user("manager"))
    assert Deed.objects.get(pk=deeds["tea"].pk).what == "路口供应热茶"


def test_the_ledger_asks_the_same_number_of_questions_however_long_it_is(
    world: World, as_user: SignIn, deeds: dict[str, Deed]
) -> None:
    client = as_user("manager")
    client.get("/tables/deeds/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/tables/deeds/")
    for n in range(45):
        record(world, household=world.households["qian" if n % 2 else "li"], what=f"第{n}件")
    with CaptureQueriesContext(connection) as many:
        client.get("/tables/deeds/")
    assert len(many) == len(few) <= 22
