"""Lists taken out of the tables are read by their importers again without a difference."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from accounts.models import AccessLog
from grids.models import Area, AreaCode, Person
from grids.services import organisation_create, post_end, post_start
from households.models import Household, Link, Need, NeedKind
from households.needs import need_begin
from tests.access import expected
from tests.importing.books import preview
from tests.people import World

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


def taken(client: Client, address: str, **sent: str) -> bytes:
    answer: Any = client.post(address, sent)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return b"".join(answer.streaming_content)


def cells(data: bytes) -> list[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def unchanged(tmp_path: Path, data: bytes, kind: str, name: str = "out.xlsx", **options) -> int:
    """Load the file as a preview: nothing new, nothing changed, no remark; how many rows."""
    file = tmp_path / name
    file.write_bytes(data)
    read = preview(file, kind=kind, **options)
    report = read.run.report
    counts = report["counts"]
    assert (counts["new"], counts["changed"], counts.get("doubtful", 0)) == (0, 0, 0), counts
    assert not report["problems"], report["problems"]
    return counts["unchanged"]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_households_come_back_without_a_difference(
    world: World, as_user: SignIn, tmp_path: Path, form: str
) -> None:
    Household.objects.filter(pk=world.households["li"].pk).update(address="=东街4号")
    data = taken(as_user("manager"), "/tables/households/export/", format=form)
    assert form != "csv" or (data.startswith(b"\xef\xbb\xbf") and "'=东街4号" in data.decode())
    on = world.on
    rows = unchanged(tmp_path, data, "households", f"out.{form}", crs="wgs84", on=on)
    assert rows == len(expected.manageable("manager"))
    row = AccessLog.objects.get(action="export.households")
    assert (row.rows, row.field_class) == (rows, "P2")


def test_a_filtered_list_and_a_selection_hold_only_their_rows(
    world: World, as_user: SignIn
) -> None:
    client = as_user("manager")
    names = [row[1] for row in cells(taken(client, "/tables/households/export/?with=cadre"))[1:]]
    assert sorted(names) == ["周包联", "赵独居"]
    keys = [str(world.households[key].pk) for key in ("wu", "wei")]  # one is not hers
    answer: Any = client.post("/tables/households/export/", {"keys": keys})
    names = [row[1] for row in cells(b"".join(answer.streaming_content))[1:]]
    assert names == ["吴格外"]


def test_contacts_come_back_without_a_difference(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    data = taken(as_user("manager"), "/tables/households/export/", what="links")
    rows = unchanged(tmp_path, data, "links", on=world.on)
    here = Link.objects.filter(household__path__startswith=world.areas["T1"].path)
    assert rows == here.count()


def test_staff_come_back_without_a_difference(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    Person.objects.filter(pk=world.people["head"].pk).update(skills=["医护", "水电维修"])
    type(world.posts["head"]).objects.filter(pk=world.posts["head"].pk).update(
        background="grower", selected_by="recommended", max_links=30
    )
    for kind in ("posts", "people"):
        data = taken(as_user("manager"), f"/tables/{kind}/export/")
        rows = unchanged(tmp_path, data, "staff", on=world.on, by=world.user("manager"))
        assert rows == len(cells(data)) - 1 > 5
    assert AccessLog.objects.filter(action="export.staff").count() == 2


def test_staff_who_work_elsewhere_or_where_no_code_is_come_back_without_a_difference(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    """Somebody of one unit holds a post of another; a grid lost its code, so its name is written."""
    here = organisation_create(name="甲镇农技站", area=world.areas["T1"], kind="unit")
    post_start(
        person=world.people["cadre"], role=world.posts["cadre"].role, organisation=here,
        on=world.began,
    )  # fmt: skip
    elsewhere = world.organisations["bureau"]
    Person.objects.filter(pk=world.people["cadre"].pk).update(organisation=elsewhere)
    AreaCode.objects.filter(area=world.areas["G11"]).update(during=(world.began, world.on))
    Area.objects.filter(pk=world.areas["G11"].pk).update(name="甲一村独名网格")
    data = taken(as_user("manager"), "/tables/posts/export/")
    assert "甲一村独名网格" in str(cells(data)) and "甲镇农技站" in str(cells(data))
    unchanged(tmp_path, data, "staff", on=world.on, by=world.user("manager"))


def test_people_without_a_post_leave_with_those_they_held(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    for login in ("worker", "head"):
        post_end(post=world.posts[login], on=world.on)
    data = taken(as_user("manager"), "/tables/people/export/?filter=ended")
    assert sorted(row[0] for row in cells(data)[1:]) == ["王格员", "连户长"]
    assert unchanged(tmp_path, data, "staff", on=world.on, by=world.user("manager")) == 2


@pytest.mark.parametrize("level", ["village", "grid", "unit"])
def test_areas_come_back_without_a_difference(
    world: World, as_user: SignIn, tmp_path: Path, level: str
) -> None:
    client = as_user("manager")
    assert client.post("/tables/areas/export/").status_code == 400
    data = taken(client, f"/tables/areas/export/?level={level}")
    file = tmp_path / "areas.xlsx"
    file.write_bytes(data)
    report = preview(file, kind="areas", level=level, on=world.on).run.report
    assert (report["counts"]["new"], report["counts"]["changed"]) == (0, 0), report["counts"]
    assert len(cells(data)) > 1


def test_needs_leave_only_with_a_reason_and_without_the_type_of_a_disability(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    kind = NeedKind.objects.get(code="CANJI", variant="severe")
    need = need_begin(household=world.households["zhao"], kind=kind, on=world.began)
    Need.objects.filter(pk=need.pk).update(subtype=4)
    client = as_user("manager")
    assert "需求" not in cells(taken(client, "/tables/households/export/"))[0]
    assert client.post("/tables/households/export/", {"needs": "1"}).status_code == 400
    data = taken(client, "/tables/households/export/", needs="1", reason="民政核对")
    text = str(cells(data))
    assert "残疾(2级)" in text
    assert "肢体" not in text
    row = AccessLog.objects.get(action="export.needs")
    assert (row.field_class, row.reason) == ("P3", "民政核对")
    unchanged(tmp_path, data, "households", crs="wgs84", on=world.on)


def test_a_list_found_by_needs_does_not_leave_without_them(world: World, as_user: SignIn) -> None:
    client, sent = as_user("manager"), {"look": "1", "tier": "zhongdian"}
    assert client.post("/tables/households/export/", sent).status_code == 400
    answer = client.post("/tables/households/export/", {**sent, "needs": "1", "reason": "冬季走访"})
    assert answer.status_code == 200


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_only_those_who_manage_export(world: World, as_user: SignIn, login: str) -> None:
    may = expected.cell(login, "manage") == "area"
    for kind in ("households", "people", "posts", "issues"):
        answer: Any = as_user(login).post(f"/tables/{kind}/export/")
        assert answer.status_code == (200 if may else 404), kind
        if may:
            data = b"".join(answer.streaming_content)
            text = str(cells(data))
            for key, household in world.households.items():
                if key not in expected.manageable(login):
                    assert household.head_name not in text


def test_matters_leave_in_plain_columns(world: World, as_user: SignIn) -> None:
    rows = cells(taken(as_user("manager"), "/tables/issues/export/"))
    assert rows[0][0] == "诉求"
    assert {row[0] for row in rows[1:]} == {"甲一村路口积水", "甲二嘎查机井损坏", "屋顶漏雨"}
