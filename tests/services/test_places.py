"""Seasonal places: where a household is on a day, and that its registered place stays its own."""

from datetime import date
from typing import Any

import pytest

from casework.demo_places import places_load
from households.models import Household, HouseholdPlace
from households.places import PLACE_ON, place_add, place_change, place_end
from jobs.acts import act, act_undo
from lib.errors import Outdated, Refusal
from tests.people import World
from tests.shapes import point

pytestmark = pytest.mark.django_db

WINTER, SUMMER = [1, 2, 3, 4, 11, 12], [6, 7, 8, 9]
CAMP, PASTURE = point(2.2, 0.2), point(3.8, 1.8)


@pytest.fixture
def herder(world: World) -> Household:
    """周包联 with a winter camp and a summer pasture, both since it was registered."""
    household = world.households["zhou"]
    for kind, months, where in (("winter", WINTER, CAMP), ("summer", SUMMER, PASTURE)):
        add(world, kind=kind, months=months, point=where)
    household.refresh_from_db()
    return household


def add(world: World, **given: Any) -> HouseholdPlace:
    usual: dict[str, Any] = {
        "household": world.households["zhou"], "kind": "other", "months": [5], "point": CAMP,
        "source": "pin", "on": world.on, "by": world.users["manager"],
    }  # fmt: skip
    return place_add(**{**usual, **given})


def where(household: Household, on: date) -> Any:
    """Where the household is on a day, asked in each of the two ways."""
    from django.db import connection

    asked = Household.objects.with_place(on).get(pk=household.pk).point
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_AsHEXEWKB({PLACE_ON}) FROM households_household h WHERE h.id = %(id)s",
            {"on": on, "id": household.pk},
        )
        told = cursor.fetchone()[0]
    assert (asked.hexewkb.decode() if asked else None) == told
    return asked


@pytest.mark.parametrize(
    ("day", "there"),
    [
        ((1, 1), CAMP), ((4, 30), CAMP), ((5, 1), None), ((5, 31), None), ((6, 1), PASTURE),
        ((9, 30), PASTURE), ((10, 1), None), ((10, 31), None), ((11, 1), CAMP), ((12, 31), CAMP),
    ],
)  # fmt: skip
def test_it_follows_the_months_over_new_year(world: World, herder: Household, day, there):
    on = date(world.on.year - (date(world.on.year, *day) > world.on), *day)
    assert where(herder, on) == (there or herder.location)


def test_the_registered_place_and_the_village_stay(world: World, herder: Household):
    before = Household.objects.get(pk=herder.pk)
    assert (before.location, before.path) == (point(2.5, 0.5), herder.path)
    assert before.memberships.count() == 1


def test_two_places_in_one_month_are_refused(world: World, herder: Household):
    with pytest.raises(Refusal, match="另一处住处"):
        add(world, months=[9, 10])
    assert herder.places.count() == 2
    add(world, months=[5, 10])


def test_what_is_over_leaves_its_months_free(world: World, herder: Household):
    summer = herder.places.get(kind="summer")
    place_end(place=summer, on=world.on, by=world.users["manager"])
    fresh = add(world, kind="summer", months=SUMMER, point=CAMP, since=world.on)
    assert fresh.during.lower == world.on


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"months": []}, "months"), ({"months": [13]}, "months"), ({"kind": "temple"}, "kind"),
        ({"since": date(1999, 1, 1)}, "since"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(world: World, given, field):
    with pytest.raises(Refusal) as refused:
        add(world, **given)
    assert refused.value.field == field


def test_only_who_manages_the_household_may(world: World):
    with pytest.raises(Refusal):
        add(world, by=world.users["outsider"])


def test_todays_place_is_kept_and_taken_back_with_the_act(world: World):
    household = world.households["zhou"]
    manager = world.users["manager"]
    with act(verb="place", by=manager, path=household.path, on=world.on, subject=household) as deed:
        add(world, months=[world.on.month])
    household.refresh_from_db()
    assert (household.season_point, household.here) == (CAMP, CAMP)
    act_undo(act=deed, by=manager)
    household.refresh_from_db()
    assert (household.season_point, household.here) == (None, household.location)
    assert not household.places.exists()


def test_who_is_second_is_told(world: World, herder: Household):
    summer = herder.places.get(kind="summer")
    same: dict[str, Any] = {"kind": "summer", "months": SUMMER, "source": "pin", "on": world.on}
    place_change(place=summer, point=CAMP, version=1, by=world.users["manager"], **same)
    with pytest.raises(Outdated):
        place_change(place=summer, point=PASTURE, version=1, by=world.users["manager"], **same)


def test_ended_on_its_first_day_it_never_was(world: World):
    place = add(world, months=[world.on.month], since=world.on)
    place_end(place=place, on=world.on, by=world.users["manager"])
    household = world.households["zhou"]
    household.refresh_from_db()
    assert household.season_point is None
    assert where(household, world.on) == household.location


def test_the_demo_gives_herders_two_places_that_stand_beside_each_other(world: World):
    households = places_load(world.users["manager"], today=world.on)
    assert households >= 1
    assert HouseholdPlace.objects.count() == 2 * households
    herders = HouseholdPlace.objects.values_list("household__path", flat=True)
    assert all(path.startswith(world.areas["V2"].path) for path in herders)
