"""One path for every import: scope, remembered columns, undo, two at once, a killed one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone, translation

from accounts.models import User
from grids.models import Role
from grids.services import person_create, post_start
from households.links import links_create
from households.models import Household, Membership, Need
from households.services import household_change_head
from jobs.imports import import_drop, import_errors, import_undo
from jobs.kept import old_previews_drop
from jobs.models import ImportForm, ImportRun
from lib.clock import today
from lib.errors import Refusal
from tests.importing.books import BEGAN, HEADER, ON, book, load, preview
from tests.shapes import CODES, draw_areas

ROWS = [
    ("A1", "赵一", "13900000001", "南街1号", CODES["G11"], None, None, 3),
    ("A2", "钱二", "", "南街2号", CODES["V1"], None, None, 2),
]
LATER = date(2026, 12, 20)


@pytest.fixture
def areas(db, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


def manager(area, name="关网办") -> User:
    user = User.objects.create_user(name)
    person = person_create(name=name, user=user)
    post_start(person=person, role=Role.objects.get(pk="grid_office"), area=area, on=BEGAN)
    return user


def test_only_who_manages_the_area_imports(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", HEADER, ROWS)
    mine, other = manager(areas["T1"]), manager(areas["T2"], "万外办")
    nobody = User.objects.create_user("闲无岗")
    with pytest.raises(Refusal):
        load(file, by=nobody)
    with pytest.raises(Refusal):
        load(file, by=mine, area=CODES["T2"])
    plan = preview(file, by=other).plan
    assert len(plan.bad_rows) == 2  # the codes of another township do not exist for her
    run = preview(file, by=mine).run
    assert run.path == areas["T1"].path
    for act in (import_drop, import_errors):
        with pytest.raises(Refusal):
            act(run=run, by=other, **({"on": ON} if act is import_errors else {}))
    assert load(file, by=mine).run.report["counts"]["new"] == 2


def test_a_mapping_is_remembered_for_the_same_headers(areas, tmp_path):
    header = ("编号甲", "当家人", "所属")
    file = book(tmp_path / "a.xlsx", header, [("A1", "赵一", CODES["U111"])])
    with pytest.raises(Refusal):
        preview(file)
    mapping = {"serial": "编号甲", "head": "当家人", "area": "所属"}
    load(file, mapping=mapping)
    assert ImportForm.objects.get().mapping == mapping
    again = preview(file)
    assert again.run.report["counts"]["unchanged"] == 1
    assert again.run.report["mapping"] == mapping


def test_undo_removes_what_was_made_and_restores_what_was_changed(areas, tmp_path):
    load(book(tmp_path / "a.xlsx", HEADER, ROWS))
    before = Household.objects.filter(serial="A1").values().get()
    header = (*HEADER, "需求", "居住状态")
    rows = [
        ("A1", "赵小一", "13900000009", "北街", CODES["U112"], None, None, 9, "低保", "常年外出"),
        ("A3", "孙三", "13900000003", "北街3号", CODES["U112"], None, None, 1, "独居", "常年外出"),
    ]
    done = load(book(tmp_path / "b.xlsx", header, rows), on=LATER)
    assert Household.objects.get(serial="A1").path == areas["U112"].path
    import_undo(run=done.run)
    after = Household.objects.filter(serial="A1").values().get()
    assert after.pop("version") > before.pop("version")  # phones merge by it, so it only grows
    del after["updated_at"], before["updated_at"]
    assert after == before
    assert Household.objects.count() == 2
    assert Membership.objects.count() == 2
    assert not Need.objects.exists()
    with pytest.raises(Refusal):
        import_undo(run=done.run)


def test_undo_is_refused_once_something_was_built_on_it(areas, tmp_path):
    done = load(book(tmp_path / "a.xlsx", HEADER, ROWS))
    one = Household.objects.get(serial="A1")
    with transaction.atomic():
        sid = transaction.savepoint()
        household_change_head(household=one, head_name="赵新")
        with pytest.raises(Refusal):
            import_undo(run=done.run)
        transaction.savepoint_rollback(sid)
    post = post_start(
        person=person_create(name="连户长"), role=Role.objects.get(pk="unit_head"),
        area=areas["U111"], on=BEGAN,
    )  # fmt: skip
    Household.objects.filter(pk=one.pk).update(path=areas["U111"].path)
    Membership.objects.filter(household=one).update(area=areas["U111"])
    one.refresh_from_db()
    assert links_create(households=[one], post=post, on=ON).linked
    with pytest.raises(Refusal):
        import_undo(run=done.run)
    assert Household.objects.count() == 2


def test_a_link_alone_keeps_an_import(areas, tmp_path):
    rows = [("A1", "赵一", "", "", CODES["U111"], None, None, 3)]
    done = load(book(tmp_path / "a.xlsx", HEADER, rows))
    post = post_start(
        person=person_create(name="连户长"), role=Role.objects.get(pk="unit_head"),
        area=areas["U111"], on=BEGAN,
    )  # fmt: skip
    assert links_create(households=Household.objects.all(), post=post, on=ON).linked
    with pytest.raises(Refusal):
        import_undo(run=done.run)


def test_old_previews_and_their_files_go(areas, tmp_path):
    run = preview(book(tmp_path / "a.xlsx", HEADER, ROWS)).run
    assert old_previews_drop(ON) == 0
    ImportRun.objects.update(at=timezone.now() - timedelta(days=15))
    assert old_previews_drop(ON) == 1
    assert not (tmp_path / "uploads" / str(run.pk)).exists()


def test_a_finished_report_holds_no_names(areas, tmp_path):
    load(book(tmp_path / "a.xlsx", HEADER, ROWS))
    rows = [("", "赵一", "", "别处", CODES["V1"], None, None, None)]
    done = load(book(tmp_path / "b.xlsx", HEADER, rows))
    report = ImportRun.objects.get(pk=done.run.pk).report
    assert report["counts"]["doubtful"] == 1
    assert "赵一" not in str(report)
    assert "钱二" not in str(report)


def test_the_command_is_dry_by_default(areas, tmp_path, capsys):
    bad = [*ROWS, ("A3", "", "", "", CODES["V1"], None, None, 1)]
    file = book(tmp_path / "a.xlsx", HEADER, bad)
    marked = tmp_path / "errors.xlsx"
    call_command("import_households", str(file), errors=marked)
    assert "户 B4" in capsys.readouterr().out
    assert marked.exists()
    assert not Household.objects.exists()
    assert not ImportRun.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_households", str(file), commit=True)
    call_command("import_households", str(file), commit=True, good_rows=True)
    assert Household.objects.count() == 2
    call_command("undo_import")
    run = ImportRun.objects.get()
    assert str(run.pk) in capsys.readouterr().out
    call_command("undo_import", str(run.pk))
    assert not Household.objects.exists()


# Other processes


def command(file: Path, uploads: Path) -> subprocess.Popen[str]:
    """The import as a process of its own on the test's database."""
    values = connection.settings_dict
    url = (
        f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}"
        f"/{values['NAME']}"
    )
    code = (
        "import sys; from django.conf import settings; import django; django.setup();"
        "from pathlib import Path; settings.UPLOAD_DIR = Path(sys.argv[2]);"
        "from django.core.management import call_command;"
        "call_command('import_households', sys.argv[1], '--commit')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(file), str(uploads)], text=True,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def wait_for(question: str) -> None:
    """Until another session waits for a lock."""
    for _turn in range(600):
        with connection.cursor() as cursor:
            cursor.execute(question)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


WAITS = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE NOT l.granted AND d.datname = current_database()
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_nothing_half_done(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    draw_areas(on=BEGAN)
    file = book(tmp_path / "a.xlsx", HEADER, ROWS)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK households_membership IN ACCESS EXCLUSIVE MODE")
        process = command(file, tmp_path / "uploads")
        wait_for(WAITS)  # households are written, memberships are not
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    for _turn in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            if cursor.fetchone()[0] == 0:
                break
        time.sleep(0.05)
    assert not Household.objects.exists()
    assert not Membership.objects.exists()
    assert load(file, on=today()).run.report["counts"]["new"] == 2


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_wait_for_each_other(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    draw_areas(on=BEGAN)
    file = book(tmp_path / "a.xlsx", HEADER, ROWS)
    counts: list[dict[str, int]] = []

    def one() -> None:
        try:
            counts.append(load(file).run.report["counts"])
        finally:
            connections.close_all()

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK households_membership IN ACCESS EXCLUSIVE MODE")
        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_for(WAITS.replace("count(*)", "count(*) = 2"))
    for thread in threads:
        thread.join(timeout=60)
    assert sorted((c["new"], c["unchanged"]) for c in counts) == [(0, 2), (2, 0)]
    assert Household.objects.count() == 2


def test_the_command_names_columns_it_does_not_know(areas, tmp_path, capsys):
    file = book(tmp_path / "a.xlsx", (*HEADER, "房屋结构"), [(*row, "砖木") for row in ROWS])
    with translation.override("zh-hans"):
        call_command("import_households", str(file))
    told = capsys.readouterr().out
    assert "房屋结构" in told
    assert not re.search(r"[a-z]+_[a-z]+:", told)


def test_every_count_of_a_report_has_a_word(areas, tmp_path, capsys):
    file = book(tmp_path / "s.xlsx", ("姓名", "电话", "岗位", "编码"),
                [("赵一", "13900000001", "网格员", CODES["G11"])])  # fmt: skip
    with translation.override("zh-hans"):
        call_command("import_staff", str(file), commit=True)
    counts = capsys.readouterr().out.splitlines()[0]
    assert not re.search("[a-z]", counts), counts


@pytest.mark.parametrize("names", [("百度经度", "百度纬度"), ("高德经度", "高德纬度")])
def test_points_under_the_name_of_a_map_are_read(areas, tmp_path, names):
    file = book(tmp_path / "p.xlsx", ("户主", "区域编码", *names),
                [("赵一", CODES["V1"], 122.905, 46.705)])  # fmt: skip
    assert {"x", "y"} <= set(preview(file, crs="bd09").plan.table.columns)
