"""A department's workbook: handed out, filled in, read back; nothing is answered twice."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.importing.answers import HEADER
from casework.issues import issue_step
from casework.models import Issue
from jobs.models import ImportRun
from lib.sheets import read_workbook
from tests.people import World

pytestmark = pytest.mark.django_db
BOOK, PAGE = "/matters/answers.xlsx", "/matters/answers/"


@pytest.fixture
def given(world: World, settings, tmp_path) -> list[Issue]:
    """Two matters given to the department: of a public place, and of a household elsewhere."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    made = []
    for key in ("well", "water"):
        issue = issue_step(issue=world.issues[key], verb="accept", by=None, on=world.on)
        made.append(issue_step(
            issue=issue, verb="dispatch", by=None, on=world.on,
            organisation=world.organisations["department"],
        ))  # fmt: skip
    return made


def rows_of(client) -> list[dict[str, Any]]:
    """The workbook as the department opens it."""
    rows = [list(row) for row in read_workbook(client.get(BOOK).content).sheets[0].rows]
    assert tuple(rows[0]) == HEADER
    return [dict(zip(HEADER, (*row, "", "", ""), strict=False)) for row in rows[1:]]


def send(client, rows: list[dict[str, Any]], *, write: bool = True) -> ImportRun:
    """Send rows back, and the answers with them."""
    out, book = io.BytesIO(), openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(HEADER)
    for row in rows:
        sheet.append([row.get(name, "") for name in HEADER])
    book.save(out)
    answer = client.post(PAGE, {"file": SimpleUploadedFile("a.xlsx", out.getvalue())})
    assert answer.status_code == 302
    client.get(answer["Location"])
    if write:
        client.post(f"{answer['Location']}write/")
    return ImportRun.objects.latest("at")


def filled(row: dict[str, Any], result="已解决", note="已修好", day="") -> dict[str, Any]:
    return {**row, "办理结果": result, "答复": note, "办结日期": day}


def test_the_workbook_holds_the_own_matters_and_no_household(world: World, as_user, given):
    rows = rows_of(as_user("clerk"))
    assert {row["诉求"] for row in rows} == {"甲二嘎查机井损坏", "家中停水"}
    body = repr(rows)
    assert not [h for h in world.households.values() if h.head_name in body or h.address in body]
    for login in ("manager", "leader", "worker", "administrator"):
        assert as_user(login).get(BOOK).status_code == 404


def test_what_is_filled_in_is_resolved_and_the_rest_stays(world: World, as_user, given):
    client = as_user("clerk")
    rows = rows_of(client)
    run = send(client, [filled(rows[0], "部分解决", "先通水", str(world.on)), rows[1]])
    assert (run.report["counts"]["changed"], run.report["counts"]["empty"]) == (1, 1)
    issue = Issue.objects.get(pk=rows[0]["系统编号"])
    assert (issue.state, issue.result) == ("resolved", "partly")
    assert [s.verb for s in issue.steps.all()][-2:] == ["receive", "resolve"]
    assert Issue.objects.get(pk=rows[1]["系统编号"]).state == "dispatched"


def test_the_same_workbook_again_changes_nothing(world: World, as_user, given):
    client = as_user("clerk")
    rows = [filled(rows_of(client)[0]), filled(rows_of(client)[1], "签收", "")]
    send(client, rows)
    before = list(Issue.objects.order_by("pk").values())
    again = send(client, rows)
    assert (again.report["counts"]["changed"], again.report["counts"]["unchanged"]) == (0, 2)
    assert again.report["counts"]["bad"] == 0
    assert list(Issue.objects.order_by("pk").values()) == before
    assert {i.state for i in Issue.objects.filter(pk__in=[g.pk for g in given])} == {
        "resolved", "received",
    }  # fmt: skip


def test_what_moved_on_is_told_and_left(world: World, as_user, given):
    client = as_user("clerk")
    rows = rows_of(client)
    issue_step(
        issue=Issue.objects.get(pk=rows[0]["系统编号"]), verb="ask_extend", days=3,
        note="等配件", by=world.user("clerk"), on=world.on,
    )  # fmt: skip
    run = send(client, [filled(rows[0]), filled(rows[1])])
    [problem] = run.report["problems"]
    assert (problem["row"], problem["column"]) == (2, "G")
    assert Issue.objects.get(pk=rows[0]["系统编号"]).state == "dispatched"
    assert Issue.objects.get(pk=rows[1]["系统编号"]).state == "resolved"
    marked = client.get(f"{PAGE}{run.pk}/errors.xlsx")
    sheet = read_workbook(marked.content).sheets[0].rows
    assert len(sheet) == 2 and "新进展" in repr(sheet[1])


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"办理结果": "随便"}, "I"), ({"答复": ""}, "J"), ({"答复": "长" * 401}, "J"),
        ({"办结日期": "2999-01-01"}, "K"), ({"办结日期": "2020-01-01"}, "K"),
        ({"系统编号": "00000000-0000-0000-0000-000000000000"}, "G"),
        ({"系统编号": "甲"}, "G"), ({"版本": "99"}, "G"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_told_by_cell(world: World, as_user, given, change, column):
    client = as_user("clerk")
    row = {**filled(rows_of(client)[0]), **change}
    run = send(client, [row])
    assert [(p["row"], p["column"]) for p in run.report["problems"]] == [(2, column)]
    assert not Issue.objects.filter(state="resolved").exists()


def test_matters_of_others_do_not_exist(world: World, as_user, given):
    client = as_user("clerk")
    other = {**filled(rows_of(client)[0]), "系统编号": str(world.issues["road"].pk)}
    run = send(client, [other])
    assert run.report["counts"]["changed"] == 0
    assert Issue.objects.get(pk=world.issues["road"].pk).state == "registered"


def test_a_workbook_is_its_senders_alone(world: World, as_user, given):
    run = send(as_user("clerk"), [filled(rows_of(as_user("clerk"))[0])], write=False)
    for login in ("manager", "leader", "administrator"):
        client = as_user(login)
        assert client.get(f"{PAGE}{run.pk}/").status_code == 404
        assert client.get(f"/import/{run.pk}/").status_code == 404
    assert as_user("manager").get("/import/").status_code == 200


def test_answers_are_not_taken_back_by_file(world: World, as_user, given):
    run = send(as_user("clerk"), [filled(rows_of(as_user("clerk"))[0])])
    as_user("manager").post(f"/import/{run.pk}/undo/")
    assert Issue.objects.filter(state="resolved").count() == 1
