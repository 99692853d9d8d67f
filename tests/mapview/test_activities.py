"""Activities on the map: public places of the year, within one's area, never a household."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from casework.activities import activity_record
from casework.models import ActivityKind
from tests.people import World

pytestmark = pytest.mark.django_db


def held(world: World, key: str, days: int = 1, **given: Any) -> None:
    """An activity in an area of the drawing, some days ago."""
    activity_record(
        kind=ActivityKind.objects.get(pk="talk"), title=f"宣讲{days}", area=world.areas[key],
        on=world.on - timedelta(days=days), current=world.on, **given,
    )  # fmt: skip


def test_a_place_has_its_count_and_its_last_day(
    as_user: Any, world: World, django_assert_max_num_queries: Any
) -> None:
    hall = Point(120.005, 45.005, srid=4326)
    held(world, "V1", 3, point=hall, place="活动室", sessions=2)
    held(world, "V1", 40, point=Point(120.00501, 45.005, srid=4326))
    held(world, "V1", 400, point=hall)
    held(world, "V1", 5)
    client = as_user("leader")
    client.get("/api/v1/activities")
    with django_assert_max_num_queries(12):
        told = client.get("/api/v1/activities").json()
    (row,) = told["rows"]
    assert (row["n"], row["sessions"], row["place"]) == (2, 3, "活动室")
    assert row["last_on"] == (world.on - timedelta(days=3)).isoformat()
    assert [one["title"] for one in row["latest"]] == ["宣讲3", "宣讲40"]
    assert told["unplaced"] == 1
    earlier = (world.on - timedelta(days=100)).isoformat()
    (then,) = client.get(f"/api/v1/activities?on={earlier}").json()["rows"]
    assert then["n"] == 1 and then["latest"][0]["title"] == "宣讲400"


def test_nobody_is_told_of_another_area(as_user: Any, world: World) -> None:
    held(world, "V1", point=Point(120.005, 45.005, srid=4326))
    assert len(as_user("manager").get("/api/v1/activities").json()["rows"]) == 1
    assert as_user("outsider").get("/api/v1/activities").json() == {"rows": [], "unplaced": 0}
    for login in ("head", "clerk", "auditor"):
        assert as_user(login).get("/api/v1/activities").status_code in (403, 404), login


def test_a_pin_is_kept_with_an_activity_and_changed(as_user: Any, world: World) -> None:
    held(world, "G11", point=Point(120.005, 45.005, srid=4326))
    client = as_user("worker")
    (row,) = client.get("/api/v1/activities").json()["rows"]
    page = client.get(f"/activities/{row['id']}/edit/").content.decode()
    assert 'value="120.005000,45.005000"' in page and 'id="pick-config"' in page
