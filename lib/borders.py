"""A division of one outline as faces: every border is kept once, so neighbours cannot drift apart.

All coordinates are WGS 84 degrees on a grid of 1e-8 (about a millimetre): a vertex that two areas
share is the same pair of numbers in both, and may be compared and looked up as such. Sizes are
metres on a plane stretched at the middle of the outline, which is exact enough for a village.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import shapely

K = TypeVar("K", bound=Hashable)
Point = tuple[float, float]
Edge = tuple[Point, Point]
Owners = frozenset[Any]

GRID = 1e-8
DIGITS = 8
#: Vertices of a file that lie nearer than this were meant to be one.
SNAP_DEGREES = 1e-6
#: Smaller or thinner than this is the rounding of an outline, as in ``grids/importing``.
LEAST_M2 = 1.0
LEAST_WIDTH_M = 0.2
#: A part smaller than this that is cut off its area joins the neighbour.
LEAST_PART_M2 = 25.0
NOBODY: Owners = frozenset()


def key_of(x: float, y: float) -> Point:
    """A vertex as it is looked up by."""
    return (round(float(x), DIGITS), round(float(y), DIGITS))


def polygons(shape: Any) -> list[Any]:
    """The polygons of whatever an overlay gives; lines and points of it are left out."""
    found: list[Any] = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            found += [] if part.is_empty else [part]
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            found += polygons(part)
    return found


def multi(shape: Any) -> Any:
    """The polygons of a shape as one multipolygon."""
    return shapely.MultiPolygon(polygons(shape))


@dataclass(frozen=True)
class Plane:
    """Metres around a latitude: one degree east and one north."""

    east: float
    north: float

    @classmethod
    def at(cls, shape: Any) -> Plane:
        """The plane of the middle of a shape."""
        box = shapely.bounds(shape)
        lat = math.radians((box[1] + box[3]) / 2)
        north = 111_132.954 - 559.822 * math.cos(2 * lat) + 1.175 * math.cos(4 * lat)
        east = 111_412.84 * math.cos(lat) - 93.5 * math.cos(3 * lat)
        return cls(east, north)

    def flat(self, shape: Any) -> Any:
        """A shape in metres."""
        return shapely.transform(shape, lambda xy: xy * (self.east, self.north))

    def round(self, shape: Any) -> Any:
        """A shape in metres back in degrees."""
        return shapely.transform(shape, lambda xy: xy / (self.east, self.north))

    def size(self, shape: Any) -> float:
        """Square metres."""
        return float(shapely.area(shape)) * self.east * self.north

    def length(self, a: Point, b: Point) -> float:
        """Metres between two vertices."""
        return math.hypot((a[0] - b[0]) * self.east, (a[1] - b[1]) * self.north)

    def width(self, polygon: Any) -> float:
        """How wide a polygon is in the mean, in metres."""
        around = float(shapely.length(self.flat(polygon).boundary))
        return 2 * self.size(polygon) / around if around else 0.0

    def compactness(self, shape: Any) -> float:
        """Polsby-Popper: 1 for a disc, less the longer the border for the land."""
        around = float(shapely.length(self.flat(shape).boundary))
        return 4 * math.pi * self.size(shape) / around**2 if around else 0.0

    def is_sliver(self, polygon: Any) -> bool:
        """Whether a polygon is too small or too thin to be land."""
        return self.size(polygon) < LEAST_M2 or self.width(polygon) < LEAST_WIDTH_M


def rings_of(polygon: Any) -> Iterator[list[Point]]:
    """The rings of a polygon, each with its land on the left, as closed lists of vertices."""
    turned = shapely.orient_polygons(polygon)
    for ring in [turned.exterior, *turned.interiors]:
        yield [key_of(x, y) for x, y in shapely.get_coordinates(ring)]


def edges_of(polygon: Any) -> Iterator[Edge]:
    """The directed edges of a polygon; its land lies on their left."""
    for ring in rings_of(polygon):
        yield from pairwise(ring)


def noded(lines: Iterable[Any]) -> Any:
    """Lines as one arrangement: cut wherever they meet, on the grid."""
    return shapely.union_all(list(lines), grid_size=GRID)


def faces_of(lines: Iterable[Any]) -> list[Any]:
    """The polygons that lines enclose."""
    return polygons(shapely.polygonize(shapely.get_parts(noded(lines))))


class Division:
    """Who owns which face of an outline; faces that several or none own are kept as they are."""

    def __init__(self, outline: Any, faces: list[Any], owners: list[Owners]) -> None:
        """``faces``: polygons that fill the outline, and land of owners beyond it."""
        self.outline = outline
        self.plane = Plane.at(outline)
        self.faces = faces
        self.owners = owners
        shapely.prepare(outline)
        inner = [shapely.point_on_surface(face) for face in faces]
        self.inside = [bool(found) for found in shapely.intersects(outline, inner)]
        self.edges: dict[Edge, int] = {
            edge: index for index, face in enumerate(faces) for edge in edges_of(face)
        }
        self._clean()

    @classmethod
    def of(cls, outline: Any, shapes: Mapping[K, Any], *, snap: bool = False) -> Division:
        """The division that shapes make of an outline.

        ``snap`` moves vertices that lie within a tenth of a metre of others onto them.
        """
        bounds = [outline.boundary, *(shape.boundary for shape in shapes.values())]
        if snap:
            for index in range(1, len(bounds)):
                before = shapely.union_all(bounds[:index])
                bounds[index] = shapely.snap(bounds[index], before, SNAP_DEGREES)
        faces = faces_of(bounds)
        inner = [shapely.point_on_surface(face) for face in faces]
        owners: list[set[K]] = [set() for _face in faces]
        keys = list(shapes)
        if keys and faces:
            for face, shape in zip(*_within(inner, list(shapes.values())), strict=True):
                owners[face].add(keys[shape])
        kept = [
            index for index, face in enumerate(faces)
            if owners[index] or outline.intersects(inner[index])
        ]  # fmt: skip
        return cls(outline, [faces[i] for i in kept], [frozenset(owners[i]) for i in kept])

    def shapes(self) -> dict[Any, Any]:
        """The multipolygon of every owner; equal vertices where two of them meet."""
        mine: dict[Any, list[Any]] = defaultdict(list)
        for face, owners in zip(self.faces, self.owners, strict=True):
            for owner in owners:
                mine[owner].append(face)
        return {owner: multi(shapely.coverage_union_all(faces)) for owner, faces in mine.items()}

    def open_land(self) -> Any:
        """What nobody owns within the outline."""
        open_faces = [
            face for face, owners, inside in zip(self.faces, self.owners, self.inside, strict=True)
            if inside and not owners
        ]  # fmt: skip
        return shapely.union_all(open_faces)

    def borders(self) -> dict[Edge, tuple[Owners, Owners]]:
        """Inner borders, each once: the edge → who owns its left and its right."""
        found: dict[Edge, tuple[Owners, Owners]] = {}
        for (a, b), index in self.edges.items():
            other = self.edges.get((b, a))
            if other is None or (b, a) in found or not (self.inside[index] and self.inside[other]):
                continue
            if self.owners[index] != self.owners[other]:
                found[(a, b)] = (self.owners[index], self.owners[other])
        return found

    def rim(self) -> set[Point]:
        """Vertices of the outline as the faces have them."""
        on: set[Point] = set()
        for (a, b), index in self.edges.items():
            other = self.edges.get((b, a))
            if self.inside[index] and (other is None or not self.inside[other]):
                on |= {a, b}
        return on

    def face_at(self, x: float, y: float) -> int | None:
        """The face under a point, or None beyond the outline."""
        point = shapely.Point(x, y)
        hits = [i for i, face in enumerate(self.faces) if face.intersects(point)]
        return min(hits, key=lambda i: (not self.inside[i], i), default=None)

    def touching(self, index: int) -> dict[int, float]:
        """Faces that share an edge with one, and the metres of it."""
        metres: dict[int, float] = defaultdict(float)
        for a, b in edges_of(self.faces[index]):
            other = self.edges.get((b, a))
            if other is not None:
                metres[other] += self.plane.length(a, b)
        return metres

    def region(self, index: int) -> list[int]:
        """A face and those with the same owners that hang together with it."""
        seen, waiting = {index}, [index]
        while waiting:
            for other in self.touching(waiting.pop()):
                same = self.owners[other] == self.owners[index]
                if same and other not in seen and self.inside[other] == self.inside[index]:
                    seen.add(other)
                    waiting.append(other)
        return sorted(seen)

    def _clean(self) -> None:
        """Give slivers and crumbs to the neighbour with the longest border."""
        for index, face in enumerate(self.faces):
            doubtful = len(self.owners[index]) != 1 or not self.inside[index]
            if doubtful and self.plane.is_sliver(face):
                self._join([index])
        for owner in sorted({o for owners in self.owners for o in owners}, key=str):
            parts = self._parts(owner)
            parts.sort(key=lambda part: -sum(self.plane.size(self.faces[i]) for i in part))
            for part in parts[1:]:
                if sum(self.plane.size(self.faces[i]) for i in part) < LEAST_PART_M2:
                    self._join(part)
        keep = [i for i, owners in enumerate(self.owners) if owners or self.inside[i]]
        if len(keep) < len(self.faces):
            self.faces = [self.faces[i] for i in keep]
            self.owners = [self.owners[i] for i in keep]
            self.inside = [self.inside[i] for i in keep]
            self.edges = {e: i for i, face in enumerate(self.faces) for e in edges_of(face)}

    def _parts(self, owner: Any) -> list[list[int]]:
        left = {i for i, owners in enumerate(self.owners) if owner in owners}
        found = []
        while left:
            waiting = [min(left)]
            left.discard(waiting[0])
            part = []
            while waiting:
                index = waiting.pop()
                part.append(index)
                near = left & self.touching(index).keys()
                left -= near
                waiting += near
            found.append(part)
        return found

    def _join(self, part: list[int]) -> None:
        """Faces beyond the outline go; others go to the single owner with the longest border."""
        if not self.inside[part[0]]:
            for index in part:
                self.owners[index] = NOBODY
            return
        metres: Counter[Owners] = Counter()
        for index in part:
            for other, length in self.touching(index).items():
                if other not in part and self.inside[other] and len(self.owners[other]) == 1:
                    metres[self.owners[other]] += length  # type: ignore[assignment]
        if metres:
            best = max(sorted(metres, key=str), key=lambda owners: metres[owners])
            for index in part:
                self.owners[index] = best


def _within(points: list[Any], shapes: list[Any]) -> tuple[Any, Any]:
    """Pairs of indices: which point lies in which shape."""
    at, of = shapely.STRtree(shapes).query(points, predicate="intersects")
    return at, of
