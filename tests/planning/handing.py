"""A unit with several heads and backups beside the cast, for the tests of handing over."""

from __future__ import annotations

from datetime import date

from grids.models import Post
from households.services import household_register
from tests.people import World


def add_head(world: World, key: str, place: str, *, most: int | None = None) -> Post:
    """Another head of a unit, who may have ``most`` households."""
    return _add(world, key, "unit_head", place, most)


def add_backup(world: World, key: str, place: str, *, most: int | None = None) -> Post:
    """Another backup, who may cover ``most`` households."""
    return _add(world, key, "backup", place, most)


def _add(world: World, key: str, role: str, place: str, most: int | None) -> Post:
    world.add_person(key, f"{key}测试")
    post = world.add_post(key, role, place)
    if most is not None:
        post.max_links = most
        post.save(update_fields=["max_links"])
    return post


def add_households(world: World, place: str, count: int, *, of: str = "") -> list[str]:
    """Households without needs filed at a place; ``of`` names their contact."""
    keys = [f"{place}-{n}" for n in range(count)]
    for key in keys:
        world.households[key] = household_register(
            area=world.areas[place], head_name=f"加{key}", on=world.began, serial=f"J{key}"
        )
        if of:
            world.link(key, of)
    return keys


def filed(world: World, key: str, on: date) -> str:
    """Code of the reason a household has nobody on a day, or linked, by the one SQL."""
    from casework.coverage import facts

    household = world.households[key]
    household.refresh_from_db()
    row = next(r for r in facts(household.path, on=on) if r["household_id"] == household.pk)
    return "linked" if row["linked"] else row["reason"]
