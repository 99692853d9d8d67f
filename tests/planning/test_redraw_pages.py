"""The editor's pages and API: who may, what is said, what is logged, and that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessLog
from planning.models import Barrier, Redraw
from planning.redrawing.barriers import barrier_add
from planning.redrawing.drafts import redraw_drop
from tests.people import World
from tests.planning.test_redraw_drafts import begin
from tests.planning.test_redraw_editing import FIRST, SECOND, at, grid
from tests.shapes import CODES

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def step(client: Client, redraw: Redraw, version: int, **change: Any) -> Any:
    return client.post(
        f"/api/v1/redraws/{redraw.pk}/steps", json.dumps({"version": version, "change": change}),
        content_type="application/json",
    )  # fmt: skip


def test_a_draft_is_begun_on_a_form_that_keeps_what_was_typed(world: World, as_user: SignIn):
    client, page = as_user("manager"), f"{reverse('redraw-new')}?area={CODES['T1']}"
    village = str(world.areas["V1"].pk)
    refused = client.post(page, {"level": "grid", "name": "秋季调整"})
    assert refused.status_code == 400 and Redraw.objects.count() == 0
    text = refused.content.decode()
    assert "请至少选择一个嘎查村" in text and "秋季调整" in text
    world.areas["V2"].boundaries.all().delete()
    assert "请先导入" in client.get(page).content.decode()
    made = client.post(page, {"level": "grid", "villages": [village], "name": "秋季调整"})
    redraw = Redraw.objects.get()
    assert made["Location"] == reverse("redraw-draw", args=[redraw.pk])
    assert client.get(made["Location"]).status_code == 200
    redraw_drop(redraw=redraw, by=world.user("manager"))
    assert client.get(made["Location"]).status_code == 409


def test_units_of_one_grid_are_begun_from_the_grid(world: World, as_user: SignIn):
    page = f"{reverse('redraw-new')}?area={CODES['G11']}"
    as_user("manager").post(page, {"level": "unit", "villages": [str(world.areas["G11"].pk)]})
    assert Redraw.objects.get().villages == [world.areas["G11"].path]


def test_each_address_for_each_of_the_cast(world: World, as_user: SignIn):
    redraw = begin(world, "V1")
    api = f"/api/v1/redraws/{redraw.pk}"
    line = {"kind": "road", "line": at((0, 1), (2, 1))}
    for key in world.users:
        client = as_user(key)
        reads = key in ("manager", "leader", "county_leader")
        writes = key == "manager"
        seen = {
            "state": client.get(api).status_code,
            "points": client.get(f"{api}/households").status_code,
            "page": client.get(reverse("redraw-draw", args=[redraw.pk])).status_code,
            "step": step(client, redraw, 0, verb="undo").status_code,
            "barrier": client.post(
                f"{api}/barriers", json.dumps(line), content_type="application/json"
            ).status_code,
        }
        assert (seen["state"] == 200) is reads, key
        assert (seen["points"] == 200) is writes and (seen["page"] == 200) is writes, key
        assert (seen["step"] == 409) is writes and (seen["barrier"] == 200) is writes, key
        if not writes:
            assert set(seen.values()) <= {200, 403, 404}, key
    assert Barrier.objects.count() == 1


def test_points_carry_no_names_and_are_logged(world: World, as_user: SignIn):
    redraw = begin(world, "V1")
    answer = as_user("manager").get(f"/api/v1/redraws/{redraw.pk}/households")
    assert len(answer.json()["points"]) == 4
    assert "赵" not in answer.content.decode()
    row = AccessLog.objects.get(action="redraw.households")
    assert (row.rows, row.field_class) == (4, "P2")
    leader = as_user("leader").get(f"/api/v1/redraws/{redraw.pk}").content.decode()
    assert "赵" not in leader and "points" not in leader


def test_every_verb_by_the_api(world: World, as_user: SignIn):
    client, redraw = as_user("manager"), begin(world, "V1")
    key = str(grid(redraw, FIRST).pk)
    other = str(grid(redraw, SECOND).pk)
    south, north, bulge = at((1, 0), (1, 2), (1.3, 1))
    village = str(world.areas["V1"].pk)
    changes: list[dict[str, Any]] = [
        {"verb": "propose", "village": village, "k": 3},
        {"verb": "undo"},
        {"verb": "rename", "key": key, "name": "南网格"},
        {"verb": "kind", "key": key, "kind": "dedicated"},
        {"verb": "lock", "key": key, "locked": True},
        {"verb": "lock", "key": key, "locked": False},
        {"verb": "move", "village": village, "inserts": [[south, north, bulge]]},
        {"verb": "split", "line": at((0, 1), (1.3, 1)), "key": key},
        {"verb": "draw", "outline": at((1.5, 0), (2, 0), (2, 1)), "name": "角"},
        {"verb": "undo"}, {"verb": "redo"},
        {"verb": "merge", "keys": [key, other]},
    ]  # fmt: skip
    version = 1
    for change in changes:
        answer = step(client, redraw, version, **change)
        assert answer.status_code == 200, (change, answer.content.decode())
        assert answer.json()["state"]["version"] == version + 1
        version += 1
    assert answer.json()["state"]["faults"] == []


def test_a_refusal_is_a_sentence_and_a_conflict_shows_what_stands(world: World, as_user: SignIn):
    client, redraw = as_user("manager"), begin(world, "V1")
    refused = step(client, redraw, 1, verb="split", line=at((0.2, 0.5), (0.4, 0.5)))
    assert refused.status_code == 400 and FIRST in refused.json()["error"]
    key = str(grid(redraw, FIRST).pk)
    step(client, redraw, 1, verb="rename", key=key, name="南网格")
    late = step(client, redraw, 1, verb="rename", key=key, name="北网格")
    assert late.status_code == 409 and "关网办" in late.json()["error"]
    assert {area["name"] for area in late.json()["state"]["areas"]} == {"南网格", SECOND}


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "burn"},
        {"verb": "split", "line": [[1e9, 0], [0, 0]]},
        {"verb": "split", "line": []},
        {"verb": "draw", "outline": [[120, 45], [120, 45]]},
        {"verb": "draw", "outline": [[120.001, 45.001], [120.002, 45.002], [120.002, 45.001], [120.001, 45.002]]},
        {"verb": "merge", "keys": []},
        {"verb": "merge", "keys": [str(uuid4()), str(uuid4())]},
        {"verb": "move", "village": str(uuid4())},
        {"verb": "give", "at": [0, 0]},
        {"verb": "rename", "key": str(uuid4()), "name": "甲"},
        {"verb": "propose", "village": "V1", "k": 50},
        {"verb": "propose", "village": "V1", "k": -3},
        {"verb": "propose", "village": "V1", "size": 0},
        {"verb": "propose", "village": "V1", "tolerance": -1},
    ],
)  # fmt: skip
def test_odd_input_is_refused_with_a_sentence(world: World, as_user: SignIn, change: dict):
    redraw = begin(world, "V1")
    if change.get("village") == "V1":
        change = {**change, "village": str(world.areas["V1"].pk)}
    answer = step(as_user("manager"), redraw, 1, **change)
    assert answer.status_code == 400 and answer.json()["error"]
    redraw.refresh_from_db()
    assert redraw.version == 1


def test_a_name_never_holds_an_id_number(world: World, as_user: SignIn):
    redraw = begin(world, "V1")
    key = str(grid(redraw, FIRST).pk)
    answer = step(
        as_user("manager"), redraw, 1, verb="rename", key=key, name="152201199001011234"
    )  # fmt: skip
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:  # no valid check digit: a mere number
        answer = step(
            as_user("manager"), redraw, 2, verb="rename", key=key, name="11010519491231002X"
        )
        assert answer.status_code == 400


def test_barriers_are_kept_for_the_village_and_removed(world: World, as_user: SignIn):
    client, redraw = as_user("manager"), begin(world, "V1")
    barrier = barrier_add(
        redraw=redraw, kind="river", line=at((0, 1), (2, 1)), name="南河", by=world.user("manager")
    )
    (shown,) = client.get(f"/api/v1/redraws/{redraw.pk}").json()["barriers"]
    assert (shown["label"], shown["name"]) == ("河流", "南河")
    assert barrier.path == world.areas["V1"].path
    address = f"/api/v1/redraws/{redraw.pk}/barriers/{barrier.pk}"
    assert as_user("leader").delete(address).status_code in (403, 404)
    assert client.delete(address).json()["state"]["barriers"] == []
    assert client.delete(address).status_code == 404
    for bad in ({"kind": "wall"}, {"line": at((0, 1))}, {"line": at((9, 9), (10, 9))}):
        body = {"kind": "road", "line": at((0, 1), (2, 1)), **bad}
        answer = client.post(
            f"/api/v1/redraws/{redraw.pk}/barriers", json.dumps(body),
            content_type="application/json",
        )  # fmt: skip
        assert answer.status_code == 400 and answer.json()["error"]


def test_the_state_costs_the_same_however_many_grids(world: World, as_user: SignIn):
    redraw = begin(world, "V1", "V2")
    client = as_user("manager")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/redraws/{redraw.pk}").status_code == 200
        return len(queries)

    before = cost()
    for x in (0.2, 0.4, 0.6, 0.8):
        redraw.refresh_from_db()
        step(client, redraw, redraw.version, verb="split", line=at((x, -0.1), (x, 2.1)))
    assert redraw.areas.count() == 7  # type: ignore[attr-defined]
    assert cost() == before


def test_a_character_that_no_text_may_hold_is_refused(world: World, as_user: SignIn):
    redraw = begin(world, "V1")
    key = str(grid(redraw, FIRST).pk)
    answer = step(as_user("manager"), redraw, 1, verb="rename", key=key, name="南\0网格")
    assert answer.status_code == 400


def test_the_work_in_grids_of_few_households_is_told_to_who_may_read_needs(
    world: World, as_user: SignIn
):
    redraw = begin(world, "V1")
    spreads = {
        login: as_user(login).get(f"/api/v1/redraws/{redraw.pk}").json()["quality"][0]["spread"]
        for login in ("manager", "leader")
    }
    assert spreads["manager"] is not None
    assert spreads["leader"] is None
