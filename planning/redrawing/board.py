"""A draft being changed: its divisions by village, and one way to write a new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Area
from lib.borders import LEAST_M2, Division
from lib.clock import today
from lib.errors import Refusal
from planning.models import Redraw, RedrawArea
from planning.redrawing.drafts import as_geos, as_shapely, families
from planning.redrawing.placing import households_placed
from planning.redrawing.steps import redraw_opened, step_keep


@dataclass(frozen=True)
class Told:
    """What a change did: the draft, the areas it is about, and what somebody should know."""

    redraw: Redraw
    keys: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


class Board:
    """The areas of a draft, locked for one change by somebody who may make it."""

    def __init__(self, redraw: Redraw, version: int | None, by: User) -> None:
        """Outdated where somebody has changed the draft since ``version``."""
        self.redraw = redraw_opened(redraw=redraw, version=version, by=by)
        self.by = by
        areas = self.redraw.areas.select_related("parent", "area").order_by("pk")  # type: ignore[attr-defined]
        self.areas: dict[str, RedrawArea] = {str(area.pk): area for area in areas}

    @cached_property
    def families(self) -> dict[UUID, tuple[Area, Any]]:
        """The areas that are divided, with their outlines, by key."""
        return {parent.pk: (parent, outline) for parent, outline in families(self.redraw)}

    def family(self, key: Any) -> tuple[Area, Any]:
        """One of them; refused where a draft does not hold it."""
        found = self.families.get(key)
        if found is None:
            raise Refusal(_("This draft does not hold that village (any longer)."))
        return found

    def one(self, key: str) -> RedrawArea:
        """An area of the draft by its key."""
        area = self.areas.get(str(key))
        if area is None:
            raise Refusal(_("This grid is no longer part of the draft."))
        return area

    def unlocked(self, key: str) -> RedrawArea:
        """An area of the draft that may be changed."""
        area = self.one(key)
        if area.locked:
            raise Refusal(_("%s is locked; unlock it first.") % area.name)
        return area

    def shapes(self, parent: Area) -> dict[str, Any]:
        """The shapes of a family by key."""
        return {
            key: as_shapely(area.geom)
            for key, area in self.areas.items()
            if area.parent_id == parent.pk
        }

    def division(self, parent: Area) -> Division:
        """The division of a family."""
        return Division.of(self.family(parent.pk)[1], self.shapes(parent))

    def names(self, parent: Area) -> set[str]:
        """Names that are taken in a family."""
        return {area.name for area in self.areas.values() if area.parent_id == parent.pk}

    def households(self, parent: Area, shapes: Iterable[Any]) -> list[int]:
        """How many households lie in each of some shapes of a family."""
        areas = [RedrawArea(parent=parent, name="", geom=as_geos(shape)) for shape in shapes]
        return households_placed(self.redraw, on=today(), areas=areas).counts()

    def counts(self) -> dict[str, int]:
        """How many households lie in each area."""
        areas = list(self.areas.values())
        counts = households_placed(self.redraw, on=today(), areas=areas).counts()
        return dict(zip(self.areas, counts, strict=True))

    def fresh(self, parent: Area, name: str, replaces: Iterable[Area]) -> RedrawArea:
        """A new area, not written yet; ``replaces`` are written with it."""
        area = RedrawArea(redraw=self.redraw, parent=parent, name=name)
        if self.redraw.level == "grid":
            area.grid_kind = Area.GridKind.GENERAL
        area.origin = list(replaces)  # type: ignore[attr-defined]
        return area

    def today(self, area: RedrawArea) -> list[Area]:
        """The areas of today that an area of the draft stands for."""
        return [*([area.area] if area.area else []), *area.replaces.all()]

    def keep(self, label: str) -> None:
        """Begin the change: from here on it can be taken back."""
        step_keep(self.redraw, label=label, by=self.by)

    def write(
        self, parent: Area, division: Division, label: str, *, fresh: dict[str, RedrawArea]
    ) -> None:
        """Write a new division of a family as one step; ``fresh`` are its new areas by key.

        Refused where it would change a locked area.
        """
        shapes = division.shapes()
        mine = {key: a for key, a in self.areas.items() if a.parent_id == parent.pk}
        for key, area in mine.items():
            before = as_shapely(area.geom)
            after = shapes.get(key)
            if area.locked and (
                after is None or division.plane.size(before ^ after) > LEAST_M2
            ):  # fmt: skip
                raise Refusal(_("%s is locked; unlock it first.") % area.name)
        self.keep(label)
        RedrawArea.objects.filter(
            pk__in=[mine[key].pk for key in mine if key not in shapes]
        ).delete()
        for key, shape in shapes.items():
            geom = as_geos(shape)
            if key in mine:
                if not mine[key].geom.equals_exact(geom) or key in fresh:
                    mine[key].geom = geom
                    mine[key].save()
            else:
                fresh[key].geom = geom
                fresh[key].save(force_insert=True)
            if key in fresh:
                fresh[key].replaces.set(getattr(fresh[key], "origin", []))
