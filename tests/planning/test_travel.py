"""The table of speeds: minutes by road and by track, edited by administrators, taken back."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from jobs.models import Act
from planning.matching.ways import Ways
from planning.models import AreaWay, TravelSpeed
from planning.travel import minutes
from tests.people import World

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
JULY, JANUARY = date(2026, 7, 15), date(2026, 1, 15)
SPEEDS = "/admin/planning/travelspeed/"


@pytest.fixture
def table(world: World) -> None:
    """Roads at 40 km/h all year; tracks at 20 in summer and 10 in winter, none in April and May."""
    for way, months, kmh, detour in (
        ("road", list(range(1, 13)), 40, 1.5), ("track", [6, 7, 8, 9], 20, 1.2),
        ("track", [1, 2, 3, 11, 12], 10, 1.2),
    ):  # fmt: skip
        TravelSpeed.objects.create(way=way, months=months, kmh=kmh, detour=detour)
    AreaWay.objects.create(area=world.areas["V2"], way="track")


def test_without_a_table_nothing_is_known(world: World):
    assert minutes(1000, world.areas["V1"].path, JULY) is None


@pytest.mark.parametrize(
    ("area", "on", "expected"),
    [
        ("G11", JULY, 2.25), ("G11", JANUARY, 2.25), ("V2", JULY, 3.6), ("G21", JULY, 3.6),
        ("G21", JANUARY, 7.2), ("G21", date(2026, 4, 15), None), ("T1", JULY, 2.25),
    ],
)  # fmt: skip
def test_a_kilometre_takes_its_time(world: World, table: None, area, on, expected):
    assert minutes(1000, world.areas[area].path, on) == (expected and pytest.approx(expected))


def test_matching_reckons_with_the_same_minutes(world: World, table: None):
    class Row:
        def __init__(self, lon: float, lat: float, path: str = "") -> None:
            self.lon, self.lat, self.path = lon, lat, path

    homes = [Row(120.01, 45.0, world.areas["G21"].path), Row(120.01, 45.0, world.areas["G11"].path)]
    ways = Ways(homes, [Row(120.0, 45.0)], JANUARY)
    import numpy as np

    metres, told = ways.between(np.array([0, 1]), np.array([0, 0]))
    for home, metre, minute in zip(homes, metres, told, strict=True):
        assert minute == pytest.approx(minutes(metre, home.path, JANUARY))


def test_the_nearest_tell_minutes_beside_metres(as_user: SignIn, world: World, table: None):
    client = as_user("manager")
    near = f"/api/v1/households?near=120.005,45.005&limit=1&on={world.on}"
    (row,) = client.get(near).json()["rows"]
    assert row["minutes"] == round(row["distance_m"] * 1.5 * 60 / 40000)
    TravelSpeed.objects.all().delete()
    assert client.get(near).json()["rows"][0]["minutes"] is None


def test_an_administrator_writes_the_table_and_takes_it_back(as_user: SignIn, world: World):
    client = as_user("administrator")
    added = client.post(
        f"{SPEEDS}add/", {"way": "track", "months": "11-4", "kmh": "12", "detour": "1.4"}
    )
    assert added.status_code == 302, added.content.decode()
    assert TravelSpeed.objects.get().months == [1, 2, 3, 4, 11, 12]
    assert "70" in client.get(SPEEDS).content.decode()
    act = Act.objects.get()
    client.post(f"/acts/{act.pk}/undo/")
    assert not TravelSpeed.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"months": "13"}, "1 至 12"), ({"months": "夏天"}, "11-4"), ({"kmh": "0"}, "1"),
        ({"kmh": "-5"}, "1"), ({"detour": "0.5"}, "1"), ({"months": "6-9"}, "已有"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(
    as_user: SignIn, world: World, table: None, wrong, sentence
):
    before = TravelSpeed.objects.count()
    line = {"way": "track", "months": "5", "kmh": "20", "detour": "1.2", **wrong}
    answer = as_user("administrator").post(f"{SPEEDS}add/", line)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert TravelSpeed.objects.count() == before


def test_only_administrators_see_it(as_user: SignIn, world: World):
    for login in ("manager", "leader"):
        assert as_user(login).get(SPEEDS).status_code == 404
