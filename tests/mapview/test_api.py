"""Lists behind the numbers, naming a contact, and what bad input is told."""

import pytest

from grids.models import AreaCode
from grids.services import post_end
from jobs.models import Act
from lib.clock import today
from tests.people import World
from tests.shapes import point

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def gap_heads(client, area: str, **query: str) -> list[str]:
    page = client.get("/api/v1/households", {"area": area, "gap": "1", **query}).json()
    return [row["head"] for row in page["rows"]]


def test_naming_a_contact_makes_the_gap_fall_and_undo_brings_it_back(as_user, world: World):
    manager = as_user("manager")
    before = gap_heads(manager, "159901100201")
    assert "李无点" in before
    candidates = manager.get("/api/v1/candidates", {"area": "159901100201"}).json()["rows"]
    secretary = next(row for row in candidates if row["person"] == "舒支书")
    answer = manager.post(
        "/api/v1/links",
        {"households": [str(world.households["li"].pk)], "post": secretary["post"]},
        **JSON,
    ).json()
    assert answer["refused"] == []
    assert answer["gap"] == {"159901100201": len(before) - 1}
    assert gap_heads(manager, "159901100201") == [head for head in before if head != "李无点"]
    undone = manager.post(f"/api/v1/acts/{answer['act']}/undo", **JSON).json()
    assert undone["undone"] is True and "李无点" in undone["sentence"]
    assert gap_heads(manager, "159901100201") == before


def test_who_is_full_is_refused_by_name(as_user, world: World):
    manager = as_user("manager")
    answer = manager.post(
        "/api/v1/links",
        {
            "households": [str(world.households[key].pk) for key in ("sun", "li")],
            "post": str(world.posts["cadre"].pk),
        },
        **JSON,
    ).json()
    assert answer["linked"] == [] and answer["act"] is None
    assert not Act.objects.exists()
    assert {row["head"] for row in answer["refused"]} == {"孙界上", "李无点"}
    assert all("甘包联" in row["reason"] for row in answer["refused"])


def test_another_townships_household_does_not_exist(as_user, world: World):
    response = as_user("manager").post(
        "/api/v1/links",
        {"households": [str(world.households["jiang"].pk)], "post": str(world.posts["head"].pk)},
        **JSON,
    )
    assert response.status_code == 404


def test_a_post_that_ended_leaves_its_households_to_the_gap(as_user, world: World):
    post_end(post=world.posts["head"], on=world.on)
    page = (
        as_user("manager")
        .get("/api/v1/households", {"area": "159901100201", "gap": "1", "reason": "left"})
        .json()
    )
    assert {row["head"] for row in page["rows"]} == {"钱同意"}


def test_the_list_as_of_an_earlier_day_says_what_was_so(as_user, world: World):
    before = gap_heads(as_user("manager"), "159901100201")
    post_end(post=world.posts["head"], on=world.on)
    yesterday = world.on.replace(day=1) if world.on.day > 1 else world.began
    assert gap_heads(as_user("manager"), "159901100201", on=yesterday.isoformat()) == before


def test_pages_follow_one_another(as_user, world: World):
    manager, seen, cursor = as_user("manager"), [], ""
    for _page in range(20):
        page = manager.get(
            "/api/v1/households", {"area": "159901100", "limit": "2", "cursor": cursor}
        ).json()
        seen += [row["head"] for row in page["rows"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == page["total"] == len(set(seen)) == 8


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"on": "22.11.2026"}, "on"),
        ({"on": "2999-01-01"}, "on"),
        ({"level": "street"}, "level"),
        ({"level": "county", "area": "159901100201"}, "level"),
        ({"area": "12ab"}, "area"),
    ],
)
def test_a_coverage_question_that_cannot_be_meant_is_told_why(as_user, world, query, field):
    response = as_user("manager").get("/api/v1/coverage", query)
    assert (response.status_code, response.json()["field"]) == (400, field)


def test_a_damaged_cursor_is_told(as_user, world: World):
    response = as_user("manager").get(
        "/api/v1/households", {"area": "159901100201", "cursor": "§§"}
    )
    assert response.status_code == 400


def test_coverage_says_where_one_is_and_what_lies_above(as_user, world: World):
    report = as_user("manager").get("/api/v1/coverage", {"area": "159901100201"}).json()
    assert [step["name"] for step in report["trail"]] == ["东方镇", "甲一村"]
    assert (report["level"], report["on"]) == ("grid", today().isoformat())


def test_the_bounds_of_an_area_are_its_corners(as_user, world: World):
    village = world.areas["V1"]
    answer = as_user("manager").get(f"/api/v1/areas/{village.pk}/bounds").json()
    assert answer["bounds"] == pytest.approx([120.0, 45.0, 120.02, 45.02])
    other = as_user("outsider").get(f"/api/v1/areas/{village.pk}/bounds")
    assert other.status_code == 404


def test_the_server_says_that_it_is_well(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_api_describes_itself(client):
    document = client.get("/api/openapi.json").json()
    assert {"/api/v1/coverage", "/api/v1/search", "/api/v1/households"} <= set(document["paths"])


def test_an_area_without_code_is_asked_for_by_its_id(as_user, world: World):
    AreaCode.objects.filter(area=world.areas["V1"]).delete()
    key = str(world.areas["V1"].pk)
    report = as_user("manager").get("/api/v1/coverage", {"area": key}).json()
    assert (report["area"]["name"], report["area"]["code"]) == ("甲一村", None)
    assert as_user("outsider").get("/api/v1/coverage", {"area": key}).status_code == 404


def test_a_point_tells_its_village_grid_and_unit(as_user, world: World):
    place = point(0.5, 1.5)
    query = {"at": f"{place.x},{place.y}"}
    rows = as_user("manager").get("/api/v1/areas", query).json()["rows"]
    names = ["东方镇", "甲一村", "甲一村第一网格", "甲一村第一网格北单元"]
    assert [row["name"] for row in rows] == names
    assert as_user("outsider").get("/api/v1/areas", query).json() == {"rows": []}


def test_a_grid_worker_reads_which_village_the_own_grid_lies_in(as_user, world: World):
    report = as_user("worker").get("/api/v1/coverage").json()
    assert report["trail"][0]["name"] == "甲一村 甲一村第一网格"
