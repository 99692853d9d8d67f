"""What the commands of imports say: targets, missing files, lists cut short, one error a cell."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from jobs import command as door
from jobs.command import counts_text
from jobs.imports import import_open, problem_lines
from jobs.models import ImportRun
from lib.errors import Refusal
from lib.tabular import Problem
from tests.importing.books import BEGAN, HEADER, ON, book, load, preview
from tests.shapes import CODES, draw_areas

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas(db, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


@pytest.mark.parametrize("name", ["out.csv", "no such folder/out.xlsx"])
def test_an_export_goes_into_a_workbook_in_a_folder_that_exists(areas, tmp_path, name):
    with pytest.raises(CommandError):
        call_command("export_households", str(tmp_path / name), area=CODES["T1"])
    assert not (tmp_path / name).exists()
    assert not (tmp_path / "no such folder").exists()


def test_the_errors_of_an_import_do_too(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", HEADER, [("A1", "赵一", "", "", CODES["V1"])])
    with pytest.raises(CommandError, match="没有文件夹"):
        call_command("import_households", str(file), "--errors", str(tmp_path / "x" / "e.xlsx"))


def test_a_file_that_is_not_there_leaves_nothing(areas, tmp_path, settings):
    missing = tmp_path / "没有.xlsx"
    with pytest.raises(Refusal, match=r"没有找到文件“.*没有\.xlsx”，请检查路径。"):
        import_open(kind="households", file=missing, file_name="没有.xlsx", on=ON)
    assert not ImportRun.objects.exists()
    assert not list(settings.UPLOAD_DIR.glob("*"))


def test_previews_are_not_listed_for_undo(areas, tmp_path, capsys):
    file = book(tmp_path / "a.xlsx", HEADER, [("A1", "赵一", "", "", CODES["V1"])])
    left = import_open(kind="households", file=file, file_name="a.xlsx", on=ON)
    done = load(file)
    call_command("undo_import")
    out = capsys.readouterr().out
    assert str(done.run.pk) in out and str(left.pk) not in out
    assert "（行数 1，新增 1，" in out
    with pytest.raises(CommandError, match="不带编号运行"):
        call_command("undo_import", "latest")


def test_a_list_cut_short_says_so(areas, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(door, "SHOWN", 2)
    rows = [(f"A{i}", "赵一", "", f"南街{i}号", CODES["V1"]) for i in range(6)]
    load(book(tmp_path / "a.xlsx", HEADER, rows))
    call_command("import_households", str(book(tmp_path / "b.xlsx", HEADER, rows[:1])))
    out = capsys.readouterr().out
    assert out.count("赵一") == 2
    assert "另有 3 条未列出" in out


def test_a_report_counts_what_it_does_not_list(areas, tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.imports.LISTED", 2)
    rows = [(f"A{i}", "赵一", "", f"南街{i}号", CODES["V1"]) for i in range(6)]
    load(book(tmp_path / "a.xlsx", HEADER, rows))
    report = preview(book(tmp_path / "b.xlsx", HEADER, rows[:1])).plan.report()
    assert report["unlisted"] == {"problems": 0, "doubtful": 0, "vanished": 3}


@pytest.mark.parametrize("cells", [("东边", 46.5), (122.5, "北边"), ("东边", "")])
def test_a_coordinate_that_cannot_be_read_is_one_error(areas, tmp_path, cells):
    rows = [("A1", "赵一", "", "", CODES["V1"], *cells)]
    plan = preview(book(tmp_path / "a.xlsx", HEADER, rows), crs="wgs84").plan
    assert len(plan.problems) == 1


def test_problems_of_staff_come_in_order_of_row(areas, tmp_path):
    header = ("姓名", "手机", "岗位", "网格编码", "起")
    rows = [
        ("赵一", "139000000011", "网格员", CODES["G11"], "2026-01-01"),
        ("钱二", "", "没有此岗", CODES["G11"], "2026-01-01"),
        ("孙三", "12", "网格员", CODES["G11"], "2026-01-01"),
        ("李四", "13900000004", "网格员", "没有此地", "2026-01-01"),
        ("周五", "13900000005", "网格员", CODES["G11"], "一月"),
    ]
    problems = preview(book(tmp_path / "a.xlsx", header, rows), kind="staff").plan.problems
    assert len(problems) >= 5
    assert [p.row for p in problems] == sorted(p.row for p in problems)


def test_lines_are_punctuated_as_the_language_wants():
    counts, problem = {"rows": 10, "new": 1}, Problem("户", 4, "B", "head", "", "缺。")
    with translation.override("zh-hans"):
        assert counts_text(counts) == "行数 10，新增 1"
        assert list(problem_lines([problem])) == ["户 B4：缺。"]
    with translation.override("en"):
        assert counts_text(counts) == "rows 10; new 1"
