"""The pages of redraws: the report before anything is done, its day, and who sees what of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessLog
from grids.models import Area
from planning.models import Redraw
from tests.people import World
from tests.planning.redraws import add, draft, north_and_south
from tests.shapes import rectangle

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def page(redraw: Redraw) -> str:
    return f"/redraws/{redraw.pk}/"


def send(client: Client, redraw: Redraw, **data: Any) -> Any:
    redraw.refresh_from_db()
    return client.post(f"{page(redraw)}steps/", {"version": redraw.version, **data})


def test_the_report_tells_a_manager_before_anything_is_done(world: World, as_user: SignIn) -> None:
    redraw = north_and_south(world)
    answer = as_user("manager").get(page(redraw))

    text = answer.content.decode()
    for words in ("甲一村北网格", "159901100201003", "甲一村第二网格", "由 甲一村第一网格 替代"):
        assert words in text
    assert "冯代管" in text and "李无点" in text  # who change
    assert "赵独居" not in text  # who stays
    assert answer.context["figures"]
    drawing = answer.context["drawing"]
    assert len(drawing["points"]) == 1  # 李无点 has no pin
    assert {area["name"] for area in drawing["after"]} == {"甲一村第一网格", "甲一村北网格"}
    assert not Area.objects.filter(name="甲一村北网格").exists()
    logged = AccessLog.objects.filter(user=world.users["manager"], action__startswith="redraw.")
    assert set(logged.values_list("action", flat=True)) == {"redraw.points", "redraw.households"}


def test_a_leader_sees_numbers_and_nobody_by_name(world: World, as_user: SignIn) -> None:
    redraw = north_and_south(world)
    answer = as_user("leader").get(page(redraw))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert not any(name in text for name in ("冯代管", "李无点", "甲一村北街8号"))
    assert answer.context["drawing"]["points"] == []
    assert "steps/" not in text  # nothing to press
    assert not AccessLog.objects.filter(user=world.users["leader"], field_class="P2").exists()


@pytest.mark.parametrize("who", ["outsider"])
def test_it_does_not_exist_for_others(world: World, as_user: SignIn, who: str) -> None:
    redraw = north_and_south(world)
    assert as_user(who).get(page(redraw)).status_code == 404
    assert send(as_user(who), redraw, do="schedule", on=str(world.on)).status_code == 404
    assert str(redraw) not in as_user(who).get("/redraws/").content.decode()


@pytest.mark.parametrize("who", ["worker", "secretary", "head", "clerk", "auditor", "nobody"])
def test_who_neither_leads_nor_manages_has_no_such_page(
    world: World, as_user: SignIn, who: str
) -> None:
    redraw = north_and_south(world)
    for address in ("/redraws/", page(redraw), "/redraws/import/"):
        assert as_user(who).get(address).status_code == 404
    assert send(as_user("leader"), redraw, do="schedule", on=str(world.on)).status_code == 404


def test_a_later_day_is_set_and_taken_back(world: World, as_user: SignIn) -> None:
    redraw, client = north_and_south(world), as_user("manager")
    day = world.on + timedelta(days=10)
    assert send(client, redraw, do="schedule", on=str(day)).status_code == 302
    text = client.get(page(redraw)).content.decode()
    assert str(day) in text and "撤回为草案" in text
    assert send(client, redraw, do="unschedule").status_code == 302
    redraw.refresh_from_db()
    assert redraw.state == "draft"


def test_today_is_confirmed_in_numbers_first(world: World, as_user: SignIn) -> None:
    redraw, client = north_and_south(world), as_user("manager")
    asked = send(client, redraw, do="schedule", on=str(world.on))
    assert asked.status_code == 200
    assert "2 户改变归属" in asked.content.decode()
    redraw.refresh_from_db()
    assert redraw.state == "draft"

    assert send(client, redraw, do="schedule", on=str(world.on), sure="1").status_code == 302
    text = client.get(page(redraw)).content.decode()
    assert "自 " + str(world.on) in text
    assert "甲一村第二网格" in text  # where they came from is kept with it


@pytest.mark.parametrize(
    ("on", "words"),
    [("", "2024-09-04"), ("明天", "2024-09-04"), ("2020-01-01", "请选择今天或以后的日期")],
)
def test_a_bad_day_is_told_and_what_was_typed_is_kept(
    world: World, as_user: SignIn, on: str, words: str
) -> None:
    answer = send(as_user("manager"), north_and_south(world), do="schedule", on=on)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert f'value="{on}"' in answer.content.decode()


def test_the_second_of_two_is_told(world: World, as_user: SignIn) -> None:
    redraw, client = north_and_south(world), as_user("manager")
    day = str(world.on + timedelta(days=1))
    first = {"do": "schedule", "on": day, "version": redraw.version}
    assert client.post(f"{page(redraw)}steps/", first).status_code == 302
    second = client.post(f"{page(redraw)}steps/", first)
    assert second.status_code == 400
    assert "其他人刚改动了" in second.content.decode()


def test_faults_block_and_say_where(world: World, as_user: SignIn) -> None:
    redraw = draft(
        world,
        ("G11", "甲一村第一网格", rectangle(0, 0, 2, 1)),
        (None, "", rectangle(0.5, 0.9, 1, 2)),
    )
    client = as_user("manager")
    text = client.get(page(redraw)).content.decode()
    for words in ("重叠", "不再属于任何网格", "还没有名称"):
        assert words in text
    assert 'data-lon="120.0' in text
    answer = send(client, redraw, do="schedule", on=str(world.on + timedelta(days=1)))
    assert answer.status_code == 400
    redraw.refresh_from_db()
    assert redraw.state == "draft"


def test_a_gap_of_today_does_not_block(world: World, as_user: SignIn) -> None:
    """Half of V2 lies in no grid today either: told, and no reason to refuse."""
    redraw = draft(world, ("G21", "甲二嘎查一网格", rectangle(2, 0, 3, 2)), villages=("V2",))
    answer = as_user("manager").get(page(redraw))
    assert "现在也是如此" in answer.content.decode()
    assert not answer.context["report"].blocked
    assert send(as_user("manager"), redraw, do="schedule",
                on=str(world.on + timedelta(days=1))).status_code == 302  # fmt: skip


def test_what_is_blocked_shows_in_the_menu(world: World, as_user: SignIn) -> None:
    redraw = north_and_south(world)
    Redraw.objects.filter(pk=redraw.pk).update(
        state="blocked", on=world.on, error="“甲一村第三网格”是在本草案之后新设的。"
    )
    text = as_user("manager").get("/redraws/").content.decode()
    assert '网格划分 <span class="count">1</span>' in text
    assert "甲一村第三网格" in text


def test_the_list_costs_the_same_for_many(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    north_and_south(world)
    client.get("/redraws/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/redraws/")
    for _n in range(5):
        north_and_south(world)
    with CaptureQueriesContext(connection) as many:
        client.get("/redraws/")
    assert len(many) == len(one)


def test_the_report_costs_the_same_for_more_areas(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    redraw = north_and_south(world)
    client.get(page(redraw))
    with CaptureQueriesContext(connection) as two:
        client.get(page(redraw))
    north = redraw.areas.get(area=None)  # type: ignore[attr-defined]
    north.geom = rectangle(0, 1, 1, 2)
    north.save()
    add(world, redraw, None, "甲一村东北网格", rectangle(1, 1, 2, 2))
    with CaptureQueriesContext(connection) as three:
        client.get(page(redraw))
    assert len(three) == len(two)


def outlines(*rows: tuple[str, str, Any]) -> SimpleUploadedFile:
    features = [
        {"type": "Feature", "properties": {"code": code, "name": name},
         "geometry": json.loads(geom.geojson)}
        for code, name, geom in rows
    ]  # fmt: skip
    body = json.dumps({"type": "FeatureCollection", "features": features})
    return SimpleUploadedFile("甲一村.geojson", body.encode())


def test_a_file_becomes_a_draft(world: World, as_user: SignIn) -> None:
    file = outlines(
        ("159901100201001", "甲一村第一网格", rectangle(0, 0, 0.5, 2)),
        ("159901100201007", "甲一村中网格", rectangle(0.5, 0, 1, 2)),
    )
    answer = as_user("manager").post(
        "/redraws/import/", {"file": file, "crs": "wgs84", "level": "grid", "name": "2027 年"}
    )
    assert answer.status_code == 302, answer.content.decode()
    redraw = Redraw.objects.get(name="2027 年")
    rows = {(r.area.name if r.area else None, r.code) for r in redraw.areas.select_related("area")}  # type: ignore[attr-defined]
    assert rows == {
        ("甲一村第一网格", "159901100201001"),
        (None, "159901100201007"),
        ("甲一村第二网格", "159901100201002"),  # not in the file: stays as it is
    }
    assert not as_user("manager").get(page(redraw)).context["report"].blocked


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"crs": ""}, "坐标"),
        ({"file": outlines(("159901101201009", "外", rectangle(5, 0, 6, 1)))}, "159901101201009"),
        ({"file": SimpleUploadedFile("a.geojson", b"{")}, ""),
        ({"file": outlines(("159901100201", "村", rectangle(0, 0, 1, 1)))}, "159901100201"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_words(
    world: World, as_user: SignIn, change: dict[str, Any], words: str
) -> None:
    good = outlines(("159901100201001", "甲一村第一网格", rectangle(0, 0, 1, 2)))
    sent = {"file": good, "crs": "wgs84", "level": "grid", "name": "试"} | change
    sent["file"].seek(0)
    answer = as_user("manager").post("/redraws/import/", sent)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert 'value="试"' in answer.content.decode()
    assert not Redraw.objects.exists()
