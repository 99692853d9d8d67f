"""One page on an area, to take along: figures, why households have nobody, a small map.

For paper small counts of needs are withheld from everybody, as on every print.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import cos, radians
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from PIL import Image, ImageDraw, ImageFont
from shapely import wkb

from grids.models import Area, Boundary
from reports.counted import REASONS
from reports.measures import Value

TEMPLATE = Path(__file__).with_name("brief.docx")
WIDTH, HEIGHT = 520, 360
#: Places that are numbered on the map and named beneath it.
NAMED = 8
#: The ramp of what is missing, as on the map; nought is its own class.
RAMP = ("#f6efe6", "#fdd0a2", "#fd8d3c", "#e0512f", "#a3180f")
FIGURES = ("gap", "gap_zhongdian", "linked_rate", "in_scope", "overdue", "vacancies",
           "issues_open", "issues_overdue", "issues_closed", "close_rate", "satisfaction_rate",
           "deeds")  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """An area on the small map: its name, gap, class of the ramp, rings in points of the paper,
    and a point within it."""

    name: str
    gap: int
    colour: str
    rings: list[list[tuple[float, float]]]
    within: tuple[float, float] = (0, 0)


@dataclass(frozen=True)
class Drawing:
    """The small map with its legend: colour and words of each class that occurs."""

    pieces: list[Piece]
    legend: list[tuple[str, str]]

    @property
    def svg(self) -> list[tuple[str, str]]:
        """Colour and path of each piece."""
        return [
            (piece.colour, " ".join("M" + "L".join(f"{x},{y}" for x, y in ring) + "Z"
                                    for ring in piece.rings))
            for piece in self.pieces
        ]  # fmt: skip

    @property
    def named(self) -> list[tuple[int, Piece]]:
        """Those with the largest gaps, numbered as on the map."""
        found = sorted((piece for piece in self.pieces if piece.gap), key=lambda one: -one.gap)
        return list(enumerate(found[:NAMED], start=1))

    def png(self) -> bytes:
        """The same as a picture, at twice the size, for Word."""
        image = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), "#ffffff")
        pen = ImageDraw.Draw(image)
        for piece in self.pieces:
            for ring in piece.rings:
                points = [(x * 2, y * 2) for x, y in ring]
                pen.polygon(points, fill=piece.colour, outline="#59626c")
        font = ImageFont.load_default(size=24)
        for number, piece in self.named:
            x, y = piece.within
            pen.text((x * 2, y * 2), str(number), fill="#1d2329", font=font, anchor="mm",
                     stroke_width=4, stroke_fill="#ffffff")  # fmt: skip
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()


def classes(gaps: list[int]) -> list[int]:
    """Upper bounds of at most four classes of gaps above nought, quantiles in whole numbers."""
    found = sorted(gap for gap in gaps if gap)
    if not found:
        return []
    return sorted({found[min(len(found) - 1, len(found) * part // 4)] for part in (1, 2, 3)}
                  | {found[-1]})  # fmt: skip


def drawing_of(rows: list[Mapping[str, Any]], *, on: date) -> Drawing:
    """The areas of report rows as drawn on a day, by their gap; without those never drawn."""
    outlines = {
        area: wkb.loads(bytes(geom.wkb))
        for area, geom in Boundary.objects.filter(
            area__in=[row["id"] for row in rows if row["id"]], during__contains=on
        ).values_list("area_id", "geom")
    }
    if not outlines:
        return Drawing([], [])
    west = min(shape.bounds[0] for shape in outlines.values())
    south = min(shape.bounds[1] for shape in outlines.values())
    east = max(shape.bounds[2] for shape in outlines.values())
    north = max(shape.bounds[3] for shape in outlines.values())
    # A degree of longitude is shorter than one of latitude; at this size a plain factor will do.
    narrow = cos(radians((south + north) / 2))
    scale = min((WIDTH - 8) / ((east - west) * narrow or 1), (HEIGHT - 8) / ((north - south) or 1))
    bounds = classes([row["gap"] for row in rows])

    def colour(gap: int) -> str:
        if not gap:
            return RAMP[0]
        return RAMP[1 + next(i for i, bound in enumerate(bounds) if gap <= bound)]

    def put(x: float, y: float) -> tuple[float, float]:
        return (round(4 + (x - west) * narrow * scale, 1), round(4 + (north - y) * scale, 1))

    pieces = []
    for row in rows:
        shape = outlines.get(row["id"])
        if shape is None:
            continue
        plain = shape.simplify(0.6 / scale)
        parts = getattr(plain, "geoms", [plain])
        rings = [
            [put(x, y) for x, y in part.exterior.coords] for part in parts if not part.is_empty
        ]
        inside = shape.representative_point()
        pieces.append(
            Piece(row["name"], row["gap"], colour(row["gap"]), rings, put(inside.x, inside.y))
        )
    legend, low = [(RAMP[0], "0")], 1
    for number, bound in enumerate(bounds, start=1):
        legend.append((RAMP[number], f"{low}–{bound}" if bound > low else str(bound)))
        low = bound + 1
    return Drawing(pieces, legend)


@dataclass(frozen=True)
class Brief:
    """What the page says, the same in PDF and Word."""

    area: Area
    name: str
    on: date
    values: Mapping[str, Value]
    reasons: list[tuple[str, int]]
    drawing: Drawing

    @property
    def figures(self) -> list[tuple[str, str]]:
        """Name and value in words of each figure."""
        return [(self.values[key].indicator.name, said(self.values[key]))
                for key in FIGURES if key in self.values]  # fmt: skip


def said(value: Value) -> str:
    """A value for paper."""
    if value.withheld:
        return "少于5，不公布"
    if value.number is None:
        return "—"
    return value.text if value.indicator.is_rate else f"{value.text} {value.indicator.unit}"


def reasons_of(total: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Why households have nobody, most first."""
    found = [(REASONS[key][0], n) for key, n in total["gap_reasons"].items() if n]
    return sorted(found, key=lambda item: -item[1])


def pdf(brief: Brief) -> bytes:
    """One page A4; text can be selected, the map is drawn in lines."""
    from weasyprint import HTML

    html = render_to_string("reports/brief.html", {
        "brief": brief, "width": WIDTH, "height": HEIGHT, "most": max(
            (n for _name, n in brief.reasons), default=1),
    })  # fmt: skip
    return HTML(string=html).write_pdf()


def _paired(rows: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Two to a line; beside the last there may be nothing."""
    nothing = {"name": "", "value": "", "n": ""}
    return [[*rows[n : n + 2], nothing][:2] for n in range(0, len(rows), 2)]


def word(brief: Brief) -> bytes:
    """The same as a Word document, from the template beside this file."""
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage, RichText

    document = DocxTemplate(TEMPLATE)
    picture: Any = ""
    if brief.drawing.pieces:
        picture = InlineImage(document, io.BytesIO(brief.drawing.png()), width=Mm(150))
    legend = RichText()
    for colour, words in brief.drawing.legend:
        legend.add("■", color=colour)
        legend.add(f" {words}　")
    figures = [{"name": name, "value": value} for name, value in brief.figures]
    reasons = [{"name": name, "n": f"{n} 户"} for name, n in brief.reasons]
    document.render(
        {
            "name": brief.name, "on": brief.on.isoformat(),
            "figures": _paired(figures), "reasons": _paired(reasons),
            "map": picture, "legend": legend,
            "places": "　".join(f"{number} {piece.name} {piece.gap}户"
                               for number, piece in brief.drawing.named),
        },
        autoescape=True,
    )  # fmt: skip
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
