"""Import of generated households with attribution, against COPY + geometry + GiST alone.

``python -m bench.import_households [ROWS]`` makes a database of its own on the server of
DATABASE_URL, draws a county of 1,600 grids, writes a workbook, imports it through the importer,
and in the same run copies the same rows into a bare table with a point and a GiST index. It
prints the seconds of each step and the ratio, and drops the database.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import xlsxwriter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.gis.geos import MultiPolygon, Polygon  # noqa: E402
from django.db import connection  # noqa: E402
from psycopg2.errors import InsufficientPrivilege  # noqa: E402

from grids.boundaries import boundaries_set  # noqa: E402
from grids.services import area_create  # noqa: E402
from households.importing import writing  # noqa: E402
from households.importing.households import HouseholdsImporter  # noqa: E402
from households.models import Household  # noqa: E402
from jobs.imports import import_commit, import_open  # noqa: E402
from tests.database import create_database, drop_database, point_connections_at  # noqa: E402

ON = date(2026, 11, 20)
SIDE = 40  # grids per side of the county; a village is 2 x 2 grids, a township 8 x 8
STEP = 0.02
HEADER = ("户编号", "户主", "联系电话", "家庭住址", "区域编码", "经度", "纬度", "人口", "居住状态")
NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
SECONDS: dict[str, float] = {}


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Add the seconds spent to ``SECONDS``."""
    begun = time.perf_counter()
    yield
    SECONDS[step] = SECONDS.get(step, 0.0) + time.perf_counter() - begun


def square(x: int, y: int, size: int) -> MultiPolygon:
    """A square of the lattice in WGS 84."""
    a, b = 120 + x * STEP, 45 + y * STEP
    c, d = a + size * STEP, b + size * STEP
    return MultiPolygon(Polygon(((a, b), (c, b), (c, d), (a, d), (a, b))), srid=4326)


def draw() -> dict[tuple[int, int], str]:
    """A county of squares; village code by the lattice cell of its grids."""
    county = area_create(level="county", name="县", code="159901", parent=None, on=ON)
    outlines, codes = [(county, square(0, 0, SIDE))], {}
    towns = [(x, y) for x in range(0, SIDE, 8) for y in range(0, SIDE, 8)]
    for t, (tx, ty) in enumerate(towns):
        code = f"159901{100 + t}"
        town = area_create(level="township", name=f"镇{t}", code=code, parent=county, on=ON)
        cells = [(x, y) for x in range(tx, tx + 8, 2) for y in range(ty, ty + 8, 2)]
        for v, (vx, vy) in enumerate(cells):
            village = area_create(
                level="village", name=f"村{t}-{v}", code=f"{code}{200 + v}", parent=town, on=ON
            )
            outlines.append((village, square(vx, vy, 2)))
            for g, (dx, dy) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
                grid = area_create(
                    level="grid", name=f"网格{g}", code=f"{code}{200 + v}{g + 1:03d}",
                    parent=village, on=ON,
                )  # fmt: skip
                outlines.append((grid, square(vx + dx, vy + dy, 1)))
                codes[vx + dx, vy + dy] = f"{code}{200 + v}"
    boundaries_set(outlines=outlines, on=ON)
    return codes


def workbook(path: Path, count: int, codes: dict[tuple[int, int], str]) -> None:
    """Invented households; every second one carries the code of its village, none of its grid."""
    chance = random.Random(7)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as file:
        sheet = file.add_worksheet("户")
        sheet.write_row(0, 0, HEADER)
        for n in range(count):
            x, y = chance.random() * SIDE, chance.random() * SIDE
            name = "".join(chance.choice(NAMES) for _ in range(3))
            sheet.write_row(n + 1, 0, (
                f"H{n:07d}", name, f"139{n:08d}", f"虚构街{n % 300}巷{n}号",
                codes[int(x), int(y)] if n % 2 else "",
                120 + x * STEP, 45 + y * STEP, 1 + n % 6, "常住",
            ))  # fmt: skip


def floor() -> float:
    """Seconds of the same rows as COPY + geometry + GiST, lines made beforehand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, serial, head_name, address, path, location::text FROM households_household"
        )
        lines = ["\t".join(map(str, row)) + "\n" for row in cursor.fetchall()]
        begun = time.perf_counter()
        cursor.execute(
            "CREATE TABLE bare (id uuid PRIMARY KEY, serial text, head_name text, address text,"
            " path text, location public.geometry(Point, 4326))"
        )
        writing.copy_rows(cursor, "bare", "id, serial, head_name, address, path, location", lines)
        cursor.execute("CREATE INDEX ON bare USING gist (location)")
        return time.perf_counter() - begun


def watch(owner: object, name: str, step: str) -> None:
    """Time every call of a method or function."""
    inner = getattr(owner, name)

    def outer(*args: object, **kwargs: object) -> object:
        with timed(step):
            return inner(*args, **kwargs)

    setattr(owner, name, outer)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    for name in ("parse", "plan", "execute"):
        watch(HouseholdsImporter, name, name)
    database = create_database()
    point_connections_at(database)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.UPLOAD_DIR = Path(folder) / "uploads"
            file = Path(folder) / "households.xlsx"
            workbook(file, count, draw())
            with timed("import"):
                run = import_open(
                    kind="households", file=file, file_name=file.name, options={"crs": "wgs84"},
                    on=ON,
                )  # fmt: skip
                import_commit(run=run, on=ON)
        filed = Household.objects.exclude(path="").count()
        least = floor()
        for step, seconds in SECONDS.items():
            print(f"{step:10} {seconds:7.2f} s")
        print(f"{'floor':10} {least:7.2f} s  (COPY + geometry + GiST, {filed} rows)")
        written = SECONDS["plan"] + SECONDS["execute"]
        print(f"plan and execute / floor: {written / least:.2f}")
        print(f"import / floor:           {SECONDS['import'] / least:.2f}")
    finally:
        drop(database)


def drop(database: str) -> None:
    """Drop the database; a vacuum of the server may be at work in it for a moment."""
    for turn in range(60):
        try:
            return drop_database(database)
        except InsufficientPrivilege:
            if turn == 59:
                raise
            time.sleep(1)


if __name__ == "__main__":
    main()
