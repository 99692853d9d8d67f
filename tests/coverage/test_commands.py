"""`manage.py coverage` and `manage.py recount`."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from casework.management.commands.coverage import as_csv, as_table, width
from casework.models import AreaMetric
from casework.report import coverage_report
from grids.models import Area
from households.models import Household
from lib.clock import today

pytestmark = pytest.mark.django_db


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def report(level: str = "village") -> dict:
    county = Area.objects.get(level="county")
    return coverage_report(area=county, level=level, on=today(), current=today(), withhold=False)


def test_json_is_the_rows_of_the_report(world):
    rows = json.loads(
        printed("coverage", "--area", "159901", "--level", "village", "--format", "json")
    )
    assert [row["code"] for row in rows] == [row["code"] for row in report()["rows"]]
    assert [row["gap"] for row in rows] == [row["gap"] for row in report()["rows"]]
    assert rows[0]["gap_reasons"] == report()["rows"][0]["gap_reasons"]


def test_a_padded_code_is_the_same_area(world):
    asked = ("--level", "grid", "--format", "json")
    assert printed("coverage", "--area", "159901000000", *asked) == printed(
        "coverage", "--area", "159901", *asked
    )


def test_csv_carries_a_byte_order_mark_and_no_formula(world):
    row = {"code": "1", "name": "=1+1", "gap": 0, "linked_rate": None, "tier": {"fangxin": 2}}
    text = as_csv([row, {**row, "name": "@甲"}])
    assert text.startswith("\ufeff")
    cells = list(csv.DictReader(io.StringIO(text[1:])))
    assert [line["name"] for line in cells] == ["'=1+1", "'@甲"]
    assert (cells[0]["tier.fangxin"], cells[0]["linked_rate"]) == ("2", "")
    assert (
        printed("coverage", "--area", "159901", "--level", "grid", "--format", "csv")[0] == "\ufeff"
    )


def test_columns_of_the_table_line_up_under_chinese_names(world):
    lines = as_table(report()["rows"]).split("\n")
    assert len({width(line) for line in lines}) == 1
    assert "甲一村" in printed("coverage", "--area", "159901", "--level", "village")


@pytest.mark.parametrize("arguments", [("999999", "village"), ("159901100201", "county")])
def test_it_says_what_it_cannot_count(world, arguments):
    with pytest.raises(CommandError):
        printed("coverage", "--area", arguments[0], "--level", arguments[1])


def test_recount_check_tells_each_difference_and_fails(world):
    report()
    assert "0 differences" in printed("recount", "--check")
    AreaMetric.objects.filter(area__codes__code="159901100201002").update(linked=77)
    home = Household.objects.first()
    Household.objects.filter(pk=home.pk).update(gap_reason="full", tier="guanzhu")
    out = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("recount", "--check", stdout=out)
    assert failure.value.returncode == 1
    assert "linked 77" in out.getvalue()
    assert str(home.pk) in out.getvalue()
    assert Household.objects.get(pk=home.pk).gap_reason == "full"
    printed("recount")
    assert "0 differences" in printed("recount", "--check")


def test_a_day_written_otherwise_is_answered_with_a_sentence(world):
    with pytest.raises(CommandError, match="2024-09-04"):
        printed("coverage", "--area", "159901", "--level", "village", "--on", "2026.1.1")


def test_the_table_has_headings_and_the_others_field_names(world):
    asked = ("coverage", "--area", "159901", "--level", "village")
    with translation.override("zh-hans"):
        headings = printed(*asked).split("\n")[0].split()
    assert headings[:4] == ["编码", "名称", "户数", "应联户"]
    assert not any(heading.isascii() for heading in headings)
    assert printed(*asked, "--format", "csv").lstrip("\ufeff").startswith("code,name,")


def test_a_reader_that_has_enough_is_no_fault():
    running = subprocess.Popen(
        [sys.executable, "manage.py", "help", "--commands"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    told = running.stderr.read()
    running.stderr.close()
    assert running.wait(60) == 128 + signal.SIGPIPE
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
