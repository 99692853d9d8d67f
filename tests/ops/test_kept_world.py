"""The world kept for many tests is whole for each of them, and nowhere for the others."""

from __future__ import annotations

import pytest
from django.db import connection

from households.models import Household
from tests.people import HOUSEHOLDS, World


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_the_world_whole(world: World, time: str) -> None:
    assert Household.objects.count() == len(HOUSEHOLDS)
    zhao = world.households["zhao"]
    assert zhao.head_name == Household.objects.get(pk=zhao.pk).head_name == "赵独居"
    zhao.head_name = time
    zhao.save()
    world.households.clear()
    Household.objects.filter(pk=zhao.pk).update(head_name=time)


def test_who_does_not_ask_for_it_sees_nothing_of_it(db: None) -> None:
    assert not Household.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_commits_has_a_world_apart(world: World) -> None:
    assert Household.objects.count() == len(HOUSEHOLDS)
    assert not str(connection.settings_dict["NAME"]).endswith("world")
