"""Matters on the map: pins at public places alone, as they stood on the day asked for."""

from datetime import timedelta

import pgtrigger
import pytest

from accounts.models import AccessLog
from casework.models import Issue, IssueStep
from tests.mapview.test_tiles import fetch
from tests.matters import matter_to
from tests.people import World

pytestmark = pytest.mark.django_db


def pins(client, world: World, **query: str) -> dict[str, str]:
    """The pins of the drawing by the key of their matter, with their state."""
    keys = {str(issue.pk): key for key, issue in world.issues.items()}
    found: dict[str, str] = {}
    for x in (0.8, 3.2, 5.4):
        for feature in (
            fetch(client, "issues", 14, x, 0.6, **query).get("issues", {}).get("features", [])
        ):
            properties = feature["properties"]
            assert set(properties) == {"id", "kind", "state"}
            found[keys[properties["id"]]] = properties["state"]
    return found


def registered_earlier(world: World, key: str, days: int) -> Issue:
    """Let a matter have been registered some days ago, to be answered two days later."""
    began = world.on - timedelta(days=days)
    with pgtrigger.ignore("casework.IssueStep:append_only"):
        IssueStep.objects.filter(issue=world.issues[key]).update(on=began)
    Issue.objects.filter(pk=world.issues[key].pk).update(
        registered_on=began, limit_on=began + timedelta(days=2)
    )
    return Issue.objects.get(pk=world.issues[key].pk)


def test_a_leader_sees_the_pins_of_the_own_area(as_user, world: World):
    assert pins(as_user("leader"), world) == {"road": "open", "well": "open"}
    assert pins(as_user("outsider"), world) == {"lamp": "open"}


def test_a_matter_of_a_household_has_no_pin_for_anybody(as_user, world: World):
    assert "roof" not in pins(as_user("manager"), world)
    assert as_user("manager").get(f"/api/v1/issues/{world.issues['roof'].pk}").status_code == 200


def test_a_pin_shows_the_state_of_the_day_asked_for(as_user, world: World):
    road = registered_earlier(world, "road", 20)
    matter_to(road, "closed", on=world.on - timedelta(days=5))
    client = as_user("leader")

    def days_ago(days: int) -> dict[str, str]:
        return pins(client, world, on=(world.on - timedelta(days=days)).isoformat())

    assert days_ago(21) == {}
    assert days_ago(19) == days_ago(18) == {"road": "open"}
    assert days_ago(17) == days_ago(6) == {"road": "overdue"}
    assert days_ago(5) == {}
    assert pins(client, world) == {"well": "open"}


def test_the_state_of_today_is_that_of_the_last_step(as_user, world: World):
    registered_earlier(world, "road", 20)
    by_column = Issue.objects.open_on(world.on, current=world.on)
    by_steps = Issue.objects.open_on(world.on, current=world.on + timedelta(days=1))
    assert set(by_column) == set(by_steps)


def test_a_matter_tells_how_far_it_is(as_user, world: World):
    road = registered_earlier(world, "road", 20)
    matter_to(road, "closed", on=world.on - timedelta(days=5))
    client = as_user("leader")
    now = client.get(f"/api/v1/issues/{road.pk}").json()
    assert (now["title"], now["state"], now["overdue"]) == ("甲一村路口积水", "closed", False)
    assert now["area"] == {"code": "159901100201", "name": "甲一村"}
    day = (world.on - timedelta(days=6)).isoformat()
    then = client.get(f"/api/v1/issues/{road.pk}", {"on": day}).json()
    assert (then["state"], then["overdue"]) == ("registered", True)


def test_reading_a_matter_of_a_household_is_logged(as_user, world: World):
    client = as_user("manager")
    client.get(f"/api/v1/issues/{world.issues['road'].pk}")
    assert not AccessLog.objects.filter(action="issue").exists()
    client.get(f"/api/v1/issues/{world.issues['roof'].pk}")
    assert AccessLog.objects.get(action="issue").field_class == "P2"
