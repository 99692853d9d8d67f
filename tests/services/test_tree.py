"""The tree of areas is kept by the database itself."""

import pytest
from django.db import IntegrityError, connection, transaction

from grids.models import Area
from grids.services import area_create
from lib.errors import Refusal
from lib.spans import span
from tests.people import World

pytestmark = pytest.mark.django_db


def insert(world: World, level: str, parent: str, path: str) -> None:
    """An area written past the services; what the database puts off is checked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        Area.objects.create(
            level=level, name="试", parent=world.areas[parent], path=path, during=span(world.on)
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_grid_lies_under_a_village(world: World):
    village, other = world.areas["V1"], world.areas["V2"]
    insert(world, "grid", "V1", f"{village.path}ZZZ1")
    with pytest.raises(IntegrityError):  # the path of another village
        insert(world, "grid", "V1", f"{other.path}ZZZ1")
    with pytest.raises(IntegrityError):  # the depth of a village
        insert(world, "grid", "T1", f"{world.areas['T1'].path}ZZZ1")
    with pytest.raises(IntegrityError):  # a township is no parent of a grid
        insert(world, "grid", "T1", f"{village.path}ZZZ2")


def test_an_area_is_created_directly_beneath_its_level(world: World):
    with pytest.raises(Refusal):
        area_create(
            level="grid", name="试", code="159901100001", parent=world.areas["T1"], on=world.on
        )
