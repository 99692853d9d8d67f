"""Seasonal places on pages, tiles and in the API: who adds them, who sees them, on which day."""

from collections.abc import Callable
from datetime import date
from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from accounts.models import AccessLog
from casework.recounting import kept_compare
from households.models import Household, HouseholdPlace
from households.places import place_add
from jobs.models import Act
from tests.access.asking import spelled_out, tile_at
from tests.people import World
from tests.shapes import point

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
PASTURE = (3.8, 1.8)


def pin(where: tuple[float, float] = PASTURE) -> str:
    place = point(*where)
    return f"{place.x:.6f},{place.y:.6f}"


def at(household: Household, page: str = "") -> str:
    return f"/households/{household.pk}/{page}"


def last(month: int, current: date) -> date:
    """The 15th of a month, the last one before today."""
    day = date(current.year, month, 15)
    return day if day <= current else day.replace(year=current.year - 1)


def other_month(on: date) -> int:
    return (on.month + 5) % 12 + 1


@pytest.fixture
def herder(world: World) -> Household:
    """周包联, at a summer pasture in one month that is not this one, and this month nowhere else."""
    household = world.households["zhou"]
    add(world, household, months=[other_month(world.on)], kind="summer")
    return household


def add(world: World, household: Household, **given: Any) -> HouseholdPlace:
    usual: dict[str, Any] = {
        "household": household, "kind": "summer", "months": [world.on.month],
        "point": point(*PASTURE), "source": "pin", "on": world.on, "by": world.users["manager"],
    }  # fmt: skip
    return place_add(**{**usual, **given})


def drawn(client: Client, where: tuple[float, float], on: date) -> dict[str, Any]:
    answer = client.get(f"/tiles/households/{tile_at(*where, 16)}.mvt?on={on}")
    layers: dict[str, Any] = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    found = layers.get("households", {"features": []})["features"]
    return {feature["properties"]["id"]: feature["properties"] for feature in found}


def nearest(client: Client, on: date) -> list[tuple[str, bool]]:
    answer = client.get(f"/api/v1/households?near={pin()}&limit=3&on={on}")
    return [(row["head"], row["at_season"]) for row in answer.json()["rows"]]


def test_the_map_the_card_and_the_nearest_follow_the_day(
    as_user: SignIn, world: World, herder: Household
):
    client = as_user("manager")
    then = last(other_month(world.on), world.on)
    assert drawn(client, PASTURE, then)[str(herder.pk)]["season"] is True
    assert str(herder.pk) not in drawn(client, (2.5, 0.5), then)
    assert str(herder.pk) not in drawn(client, PASTURE, world.on)
    assert "season" not in drawn(client, (2.5, 0.5), world.on)[str(herder.pk)]
    card = client.get(f"/api/v1{at(herder)}card?on={then}").json()
    assert (card["lon"], card["lat"]) == point(*PASTURE).coords
    assert card["season"]["label"] == "夏牧场"
    assert card["season"]["until"] >= str(then)
    now = client.get(f"/api/v1{at(herder)}card").json()
    assert ((now["lon"], now["lat"]), now["season"]) == (point(2.5, 0.5).coords, None)
    assert nearest(client, then)[0] == ("周包联", True)
    assert ("周包联", True) not in nearest(client, world.on)


def test_today_is_answered_from_what_the_count_keeps(as_user: SignIn, world: World):
    zhou, client = world.households["zhou"], as_user("manager")
    add(world, zhou)
    assert drawn(client, PASTURE, world.on)[str(zhou.pk)]["season"] is True
    assert nearest(client, world.on)[0] == ("周包联", True)
    assert kept_compare(on=world.on).differences == []
    found = client.post("/api/v1/search", {"q": "周包联"}, content_type="application/json").json()
    assert found["households"][0]["lon"] == pytest.approx(point(*PASTURE).x)
    at_point = client.get(f"/api/v1/households?at={pin()}&within=20").json()
    assert [row["head"] for row in at_point["rows"]] == ["周包联"]


def test_who_turns_the_calendar_first_sees_where_households_are(as_user: SignIn, world: World):
    """The count of yesterday is made anew by whoever reads first, and the places with it."""
    zhou = world.households["zhou"]
    add(world, zhou)
    Household.objects.filter(pk=zhou.pk).update(season_point=Point(0, 0, srid=4326))
    from casework.models import AreaMetric

    AreaMetric.objects.update(computed_on=date(2020, 1, 1))
    assert str(zhou.pk) in drawn(as_user("manager"), PASTURE, world.on)


def test_counts_of_areas_and_outside_stay_with_the_registered_place(as_user: SignIn, world: World):
    zhou, client = world.households["zhou"], as_user("manager")
    before = client.get("/api/v1/coverage").json()
    add(world, zhou, point=point(0.5, 0.5))
    assert client.get("/api/v1/coverage").json()["rows"] == before["rows"]
    now = Household.objects.get(pk=zhou.pk)
    assert (now.outside, now.path) == (zhou.outside, zhou.path)


def form(**more: Any) -> dict[str, Any]:
    return {
        "kind": "summer",
        "months": ["6", "7"],
        "point": pin(),
        "since": "",
        "until": "",
        **more,
    }


def test_a_place_is_added_changed_ended_and_taken_back(as_user: SignIn, world: World):
    zhou, client = world.households["zhou"], as_user("manager")
    answer = client.post(at(zhou, "places/new/"), form(months=[]))
    assert answer.status_code == 302, answer.content.decode()
    place = zhou.places.get()
    assert (place.months, place.during.lower) == ([6, 7, 8, 9], zhou.during.lower)
    page = client.get(at(zhou, "?tab=place")).content.decode()
    assert "夏牧场" in page and "6月至9月" in page
    edit = at(zhou, f"places/{place.pk}/")
    assert client.post(edit, form(months=["5", "6"], version="1")).status_code == 302
    assert zhou.places.get().months == [5, 6]
    ended = client.post(f"{edit}end/")
    assert zhou.places.get().during.upper == world.on
    client.post(f"/acts/{ended['Location'].rpartition('act=')[2]}/undo/")
    assert zhou.places.get().during.upper is None
    assert Act.objects.filter(verb="place-end", undone_at__isnull=False).exists()


def test_what_was_typed_is_kept_when_another_was_quicker(as_user: SignIn, world: World):
    zhou, client = world.households["zhou"], as_user("manager")
    place = add(world, zhou, months=[6])
    edit = at(zhou, f"places/{place.pk}/")
    client.post(edit, form(months=["7"], version="1"))
    second = client.post(edit, form(months=["8"], version="1"))
    page = second.content.decode()
    assert second.status_code == 200
    assert "月份" in page and "7月" in page
    assert 'value="8" id="id_months_7" checked' in page
    assert 'name="version" value="2"' in page
    assert zhou.places.get().months == [7]
    assert client.post(edit, form(months=["8"], version="2")).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"point": ""}, "请在地图上定点，或写出经度和纬度。"),
        ({"point": "五里坡"}, "经度"),
        ({"kind": "other", "months": []}, "请选择该户在这里居住的月份。"),
        ({"until": "1999-01-01"}, "最后一天不能早于第一天。"),
        ({"months": ["5"]}, "其中有的月份该户已登记在另一处住处"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(as_user: SignIn, world: World, wrong, sentence):
    zhou = world.households["zhou"]
    add(world, zhou, months=[5])
    answer = as_user("manager").post(at(zhou, "places/new/"), form(**wrong))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert zhou.places.count() == 1


@pytest.mark.parametrize("login", ["outsider", "leader", "worker", "head", "cadre", "nobody"])
def test_only_the_office_of_the_area_writes(as_user: SignIn, world: World, login: str):
    zhou, client = world.households["zhou"], as_user(login)
    place = add(world, zhou)
    for page in ("places/new/", f"places/{place.pk}/", f"places/{place.pk}/end/"):
        assert client.post(at(zhou, page), form()).status_code in (403, 404)
    assert zhou.places.get() == place


@pytest.mark.parametrize(
    ("login", "sees"), [("manager", True), ("cadre", True), ("outsider", False), ("leader", False)]
)
def test_a_place_is_seen_by_who_sees_the_household(
    as_user: SignIn, world: World, login: str, sees: bool
):
    zhou, client = world.households["zhou"], as_user(login)
    add(world, zhou)
    assert HouseholdPlace.objects.visible_to(world.users[login]).exists() is sees
    answers = [client.get(at(zhou, "?tab=place")), client.get(f"/api/v1{at(zhou)}card")]
    for answer in answers:
        assert (answer.status_code == 200) is sees
        assert ("夏牧场" in spelled_out(answer)) is sees
    assert AccessLog.objects.filter(field_class="P2").exists() is sees


def test_a_place_of_another_household_is_not_there(as_user: SignIn, world: World):
    place = add(world, world.households["zhou"])
    other = world.households["zhao"]
    assert as_user("manager").get(at(other, f"places/{place.pk}/")).status_code == 404
