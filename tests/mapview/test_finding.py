"""Finding a household, an area or a contact person, and the nearest ones to a point."""

import pytest
from django.test import Client

from households.services import household_change_head
from tests.people import World
from tests.shapes import ORIGIN, STEP

pytestmark = pytest.mark.django_db


def find(client: Client, text: str) -> dict:
    response = client.post("/api/v1/search", {"q": text}, content_type="application/json")
    assert response.status_code == 200, response.content
    return response.json()


def heads(found: dict) -> list[str]:
    return [row["head"] for row in found["households"]]


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("赵独居", "赵独居"),
        ("独居", "赵独居"),
        ("赵", "赵独居"),
        ("zdj", "赵独居"),
        ("0002", "钱同意"),
        ("15900000002", "钱同意"),
        ("FG004", "李无点"),
        ("fg004", "李无点"),
        ("界河", "孙界上"),
        ("界河路3", "孙界上"),
    ],
)
def test_it_finds_a_household(as_user, world: World, text: str, head: str):
    assert heads(find(as_user("manager"), text)) == [head]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("独居", "name"), ("zdj", "initials"), ("fg004", "number"),
        ("0002", "phone"), ("界河", "address"), ("连户长", "contact"), ("lhc", "contact"),
    ],
)  # fmt: skip
def test_it_says_by_what_it_found(as_user, world: World, text: str, by: str):
    found = find(as_user("manager"), text)["households"]
    assert {row["found_by"] for row in found} == {by}


def test_it_finds_by_two_characters_of_a_new_name(as_user, world: World):
    household_change_head(household=world.households["li"], head_name="欧阳晴川")
    assert heads(find(as_user("manager"), "晴川")) == ["欧阳晴川"]
    assert heads(find(as_user("manager"), "无点")) == []


def test_it_finds_the_households_of_a_contact_person(as_user, world: World):
    found = find(as_user("manager"), "连户长")
    assert heads(found) == ["赵独居", "钱同意"]
    assert [person["name"] for person in found["people"]] == ["连户长"]


def test_nothing_outside_the_scope_is_found_or_hinted_at(as_user, world: World):
    assert find(as_user("manager"), "卫乙一") == find(as_user("manager"), "不存在")
    assert heads(find(as_user("outsider"), "卫乙一")) == ["卫乙一"]
    assert find(as_user("worker"), "周包联")["households"] == []


def test_a_leader_finds_places_but_no_household(as_user, world: World):
    assert find(as_user("leader"), "赵独居")["households"] == []
    assert "甲一村" in [a["name"] for a in find(as_user("leader"), "甲一")["areas"]]


def test_an_empty_search_finds_nothing(as_user, world: World):
    assert find(as_user("manager"), "  ") == {"areas": [], "households": [], "people": []}


def test_the_nearest_come_first_with_distance_and_bearing(as_user, world: World):
    near = f"{ORIGIN[0] + 0.5 * STEP},{ORIGIN[1] + 0.4 * STEP}"
    rows = as_user("manager").get("/api/v1/households", {"near": near, "limit": 2}).json()["rows"]
    assert [row["head"] for row in rows] == ["钱同意", "赵独居"]
    # 0.001 degree of longitude at 45 degrees north is 78.8 m, of latitude 111.1 m.
    assert rows[0]["distance_m"] == pytest.approx(78.9, abs=0.5)
    assert rows[0]["bearing"] == pytest.approx(90, abs=0.5)
    assert rows[1]["distance_m"] == pytest.approx(111.1, abs=0.5)
    assert rows[1]["bearing"] % 360 == pytest.approx(0, abs=0.5)


def test_the_nearest_are_ones_own(as_user, world: World):
    near = f"{ORIGIN[0] + 2.5 * STEP},{ORIGIN[1] + 0.5 * STEP}"
    rows = as_user("head").get("/api/v1/households", {"near": near}).json()["rows"]
    assert {row["head"] for row in rows} == {"赵独居", "钱同意"}


@pytest.mark.parametrize("near", ["", "120", "a,b", "1e9,45", "nan,45", "120,95"])
def test_a_point_that_is_none_is_refused_with_a_sentence(as_user, world: World, near: str):
    response = as_user("manager").get("/api/v1/households", {"near": near})
    assert response.status_code == 400
    assert response.json()["field"] == "near"
