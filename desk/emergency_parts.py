"""How an emergency list is divided: areas to choose alone, and parts that one print takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grids.models import Area
from grids.paths import KEY_LENGTH


@dataclass(frozen=True)
class Part:
    """A part of a list for one print; where that is too much, what it is divided into instead.

    With ``rest`` only the households that no area in force beneath ``area`` holds.
    """

    area: Area | None
    households: int
    rest: bool
    parts: list[Part]


def finer(areas: Sequence[Area], path: str) -> list[Area]:
    """The uppermost of areas beneath a path; a level above what somebody sees is passed over."""
    beneath = [area for area in areas if area.path.startswith(path) and area.path != path]
    paths = {area.path for area in beneath}
    return [area for area in beneath if area.path[:-KEY_LENGTH] not in paths]


def divided(
    areas: Sequence[Area], households: Sequence[str], *, within: str, area: Area | None, most: int
) -> list[Part]:
    """Paths of households at or beneath ``within``, shared out to parts of at most ``most``.

    What nothing finer holds stays one part, however large: there is no smaller one to choose.
    """
    parts: list[Part] = []
    left = list(households)
    for inner in finer(areas, within):
        here = [path for path in left if path.startswith(inner.path)]
        left = [path for path in left if not path.startswith(inner.path)]
        if not here:
            continue
        smaller = (
            divided(areas, here, within=inner.path, area=inner, most=most)
            if len(here) > most and finer(areas, inner.path)
            else []
        )
        parts.append(Part(inner, len(here), False, smaller))
    if left:
        parts.append(Part(area, len(left), True, []))
    return parts
