"""Whose posts and accounts are whose, and how a post is ended, for the tests of these pages."""

from __future__ import annotations

from typing import Any

from django.test import Client

from grids.appointing import APPOINTED, NAMED
from tests.access import expected
from tests.people import CAST, World

IN_POST = [login for login, _name, role, *_rest in CAST if role]


def of_area(login: str, root: str) -> bool:
    """Whether somebody's post lies at or beneath an area; organisations belong to the county."""
    place = expected.POST[login][1]
    return root in expected.chain(place if place in expected.PARENT else "C")


def gives(login: str, other: str) -> bool:
    """Whether ``login`` gives the post of ``other``, from the table and the drawing alone."""
    kind = expected.POST[other][0]
    if expected.cell(login, "manage") == "area":
        return kind in NAMED and of_area(other, expected.POST[login][1])
    if expected.cell(login, "configure") == "yes":
        return kind in APPOINTED and of_area(other, expected.POST[login][1])
    return False


def looks_after(login: str, other: str) -> bool:
    """Whether ``login`` may correct and reset ``other``: everybody of the cast has one post."""
    administers = expected.cell(login, "configure") == "yes"
    return login != other and (administers or gives(login, other))


def knows(login: str, other: str) -> bool:
    """Whether ``login`` may look ``other`` up."""
    if expected.cell(login, "counts") == "area" or expected.cell(login, "configure") == "yes":
        return of_area(other, expected.POST[login][1])
    return False


def end(client: Client, world: World, login: str, **data: Any) -> Any:
    on = data.pop("on", world.on.isoformat())
    body = {"on": on, "seen_on": on, "to": "", "seen_to": "", **data}
    return client.post(f"/posts/{world.posts[login].pk}/end/", body)
