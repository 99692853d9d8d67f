"""The small world itself stands as it is drawn."""

from __future__ import annotations

from households.models import Household, Link
from tests.people import CAST, HOUSEHOLDS, World


def test_it_files_households_where_the_drawing_says(world: World) -> None:
    paths = {area.path: key for key, area in world.areas.items()}
    filed = {key: paths[h.path] for key, h in world.households.items()}
    assert filed == {
        "zhao": "U111", "qian": "U111", "sun": "U111", "li": "U121", "zhou": "U211",
        "wu": "V2", "zheng": "U211", "feng": "U112", "wei": "U311", "jiang": "U311",
    }  # fmt: skip


def test_it_has_one_sign_in_for_each_of_the_cast(world: World) -> None:
    assert set(world.users) == {row[0] for row in CAST}
    assert Household.objects.count() == len(HOUSEHOLDS)


def test_it_counts_the_backup_only_while_covering(world: World) -> None:
    feng = world.households["feng"]
    assert not Link.objects.in_force(world.on).filter(household=feng).exists()
    world.cover("feng")
    assert Link.objects.in_force(world.on).filter(household=feng).exists()
