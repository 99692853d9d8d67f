"""Import of tickets of the hotline 12345, new and a second time, against COPY of the same rows.

``python -m bench.import_tickets [ROWS]`` makes a database of its own on the server of
DATABASE_URL with one township of 40 villages, imports a workbook of 10,000 tickets through the
importer, once as it is and once with every limit a day later, and copies the same rows into bare
tables. It prints the seconds of each step and the ratios, and drops the database.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import xlsxwriter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench.import_households import SECONDS, drop, timed, watch  # noqa: E402
from casework.importing.tickets import TicketsImporter  # noqa: E402
from casework.models import Issue  # noqa: E402
from grids.services import area_create  # noqa: E402
from households.importing.writing import copied, copy_rows  # noqa: E402
from jobs.imports import import_commit, import_open  # noqa: E402
from tests.database import create_database, point_connections_at  # noqa: E402

ON = date(2026, 11, 20)
VILLAGES = 40
HEADER = ("工单编号", "诉求标题", "诉求内容", "诉求类型", "诉求分类", "受理时间", "办理期限",
          "来电人", "联系电话", "事发地址", "所属村", "紧急程度", "工单状态")  # fmt: skip


def draw() -> None:
    """A county, a township and its villages."""
    county = area_create(level="county", name="县", code="159901", parent=None, on=ON)
    town = area_create(level="township", name="镇", code="159901100", parent=county, on=ON)
    for n in range(VILLAGES):
        area_create(
            level="village", name=f"第{n}村", code=f"159901100{200 + n}", parent=town, on=ON
        )


def workbook(path: Path, count: int, limit: str) -> Path:
    """Invented tickets, a tenth of them urgent."""
    kinds = ("咨询", "求助", "投诉", "建议")
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as file:
        sheet = file.add_worksheet("工单")
        sheet.write_row(0, 0, HEADER)
        for n in range(count):
            sheet.write_row(n + 1, 0, (
                f"20261118{n:010d}", f"第{n}件路灯不亮", f"虚构街{n % 300}巷路灯不亮，请尽快维修。",
                kinds[n % 4], "道路交通", "2026-11-18 09:30", limit, "来电人", f"139{n:08d}",
                f"虚构街{n % 300}巷", f"第{n % VILLAGES}村", "特急" if n % 10 == 0 else "一般",
                "办理中",
            ))  # fmt: skip
    return path


def load(file: Path) -> None:
    run = import_open(kind="tickets", file=file, file_name=file.name, options={}, on=ON)
    import_commit(run=run, on=ON)


def floor() -> float:
    """Seconds of the same matters and their first steps as COPY, lines made beforehand."""
    with connection.cursor() as cursor:
        names = "id, ticket, path, kind, title, text, place, contact_way, limit_on"
        cursor.execute(f"SELECT {names} FROM casework_issue")
        rows = cursor.fetchall()
        lines = ["\t".join(copied(str(cell)) for cell in row) + "\n" for row in rows]
        steps = [f"{row[0]}\tregister\tregistered\n" for row in rows]
        begun = time.perf_counter()
        cursor.execute(
            "CREATE TABLE bare (id uuid PRIMARY KEY, ticket text UNIQUE, path text, kind text,"
            " title text, text text, place text, contact_way text, limit_on date)"
        )
        cursor.execute("CREATE TABLE bare_step (issue uuid, verb text, after text)")
        copy_rows(cursor, "bare", names, lines)
        copy_rows(cursor, "bare_step", "issue, verb, after", steps)
        return time.perf_counter() - begun


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for name in ("parse", "plan", "execute"):
        watch(TicketsImporter, name, name)
    database = create_database()
    point_connections_at(database)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.UPLOAD_DIR = Path(folder) / "uploads"
            draw()
            with timed("new"):
                load(workbook(Path(folder) / "a.xlsx", count, "2026-11-25"))
            first = dict(SECONDS)
            with timed("again"):
                load(workbook(Path(folder) / "b.xlsx", count, "2026-11-26"))
        assert Issue.objects.count() == count
        least = floor()
        for step, seconds in first.items():
            print(f"{step:10} {seconds:7.2f} s")
        print(f"{'again':10} {SECONDS['again']:7.2f} s  (every limit moved)")
        print(f"{'floor':10} {least:7.2f} s  (COPY of {count} matters and steps)")
        print(f"execute / floor: {first['execute'] / least:.2f}")
        print(f"new / floor:     {first['new'] / least:.2f}")
    finally:
        drop(database)


if __name__ == "__main__":
    main()
