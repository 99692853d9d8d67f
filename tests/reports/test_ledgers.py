"""The four ledgers as workbooks, read back."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta

import openpyxl
import pytest

from accounts.models import AccessLog
from casework.issues import issue_step
from casework.models import Activity, ActivityKind, Deed
from desk.figures.ledgers import LEDGERS
from tests.shapes import CODES

pytestmark = pytest.mark.django_db


def sheet_of(client, key: str, **sent: str):
    answer = client.post(f"/ledgers/{key}/", sent)
    assert answer.status_code == 200, answer.content.decode()[:400]
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


def days(world) -> dict[str, str]:
    return {"since": world.began.isoformat(), "until": world.on.isoformat()}


@pytest.mark.parametrize("key", list(LEDGERS))
def test_each_has_title_note_merged_header_and_who_filled_it_in(world, as_user, key):
    Deed.objects.create(area=world.areas["V1"], path=world.areas["V1"].path, what="=送煤",
                        on=world.on, state="granted", amount="300.5")  # fmt: skip
    Activity.objects.create(
        area=world.areas["V1"], path=world.areas["V1"].path, title="夜校", on=world.on,
        kind=ActivityKind.objects.first(), people=30,
    )  # fmt: skip
    sheet = sheet_of(as_user("manager"), key, reason="报民政办核对", **days(world))
    ledger = LEDGERS[key]
    assert sheet["A1"].value.endswith(ledger.title)
    assert "填报单位" in sheet["A2"].value
    assert [sheet.cell(4, c).value for c in range(2, len(ledger.heads) + 2)] == [
        head for _group, head in ledger.heads
    ]
    assert any(str(area).startswith("A3:A4") for area in sheet.merged_cells.ranges)
    rows = {"issues": 3, "needing": 5, "deeds": 1, "activities": 1}[key]
    assert sheet.cell(4 + rows, 1).value == rows
    assert sheet.cell(5 + rows, 1).value is None
    assert "填表人" in sheet.cell(6 + rows, 1).value
    if key == "deeds":
        assert (sheet["E5"].value, sheet["E5"].data_type) == ("=送煤", "s")
        assert sheet["H5"].value == "300.50"


def test_needs_leave_only_with_a_reason_and_are_logged(world, as_user):
    client = as_user("manager")
    assert client.post("/ledgers/needing/", days(world)).status_code == 400
    sheet_of(client, "needing", reason="报民政办核对", **days(world))
    assert AccessLog.objects.filter(action="export.needs", field_class="P3").count() == 1


def test_only_who_manages_has_them(world, as_user):
    for user in ("leader", "worker", "head", "cadre", "outsider"):
        sent = {"area": "159901001", "reason": "看看", **days(world)}
        answer = as_user(user).post("/ledgers/needing/", sent)
        assert answer.status_code == 404, user


@pytest.mark.parametrize("key", list(LEDGERS))
def test_the_view_and_the_file_hold_the_same_rows(world, as_user, key):
    for place, on in (("V1", world.on), ("V1", world.began), ("T2", world.on)):
        area = world.areas[place]
        Deed.objects.create(area=area, path=area.path, what="送煤", on=on, state="granted")
        Activity.objects.create(area=area, path=area.path, title="夜校", on=on,
                                kind=ActivityKind.objects.first())  # fmt: skip
    issue_step(issue=world.issues["well"], verb="decline", by=None, on=world.on, note="不属本地",
               turn_to="县法院")  # fmt: skip
    # Both periods and places: all, the first day alone, a village, a day on which nothing was.
    client, ledger, found = as_user("manager"), LEDGERS[key], {}
    january = world.on.replace(month=1, day=1)
    day_before = world.on - timedelta(days=1)
    for place, since, until in (
        ("T1", january, world.on), ("T1", world.began, world.on), ("V1", world.began, world.on),
        ("T1", world.began, world.began), ("T1", day_before, day_before),
    ):  # fmt: skip
        sent = {"area": CODES[place], "since": since.isoformat(), "until": until.isoformat(),
                "reason": "核对"}  # fmt: skip
        table = opened(client, ledger, sent)
        seen = table.context["total"].n
        found[place, since, until] = seen
        sheet = sheet_of(client, key, **sent)
        numbers = [cell.value for cell in sheet["A"][4:] if isinstance(cell.value, int)]
        assert numbers == list(range(1, seen + 1)), sent
        if not ledger.view.looks:
            page = table.content.decode()
            assert f'aria-current="true">{ledger.title}' in page
            shown = [column.key for column in table.context["asked"].columns]
            assert shown == list(ledger.view.columns)
    assert found["T1", world.began, world.on] > 0
    if ledger.view.dated:
        assert found["T1", day_before, day_before] == 0
        assert len(set(found.values())) > 2 or key == "issues"
        address = client.post(f"/ledgers/{key}/look/", sent)["Location"]
        assert ledger.title not in as_user("leader").get(address).content.decode()


def opened(client, ledger, sent: dict[str, str]):
    """The table the page of ledgers leads to."""
    page = client.get("/ledgers/", {"area": sent["area"]}).content.decode()
    if ledger.view.looks:
        found = re.search(rf'formaction="(/tables/{ledger.view.table}/\?[^"]*)"', page)
        assert found and "need" not in found[1]
        return client.post(html.unescape(found[1]), {**sent, "look": "1", "need": "any"})
    address = f"/ledgers/{ledger.key}/look/"
    assert f'formaction="{address}"' in page
    return client.post(address, sent, follow=True)


def test_days_that_are_none_are_refused_at_their_ledger_and_what_was_typed_stays(world, as_user):
    sent = {"area": CODES["T1"], "since": world.on.isoformat(), "until": "2026-13-40"}
    answer = as_user("manager").post("/ledgers/deeds/look/", sent)
    assert answer.status_code == 400
    forms = answer.content.decode().split("<form ")
    refused = [form for form in forms if 'role="alert"' in form]
    assert len(refused) == 1
    assert "/ledgers/deeds/" in refused[0]
    assert f'value="{world.on.isoformat()}"' in refused[0]


def test_the_rows_of_a_ledger_are_not_for_others(world, as_user):
    for user in ("leader", "worker", "head", "outsider"):
        sent = {"area": CODES["T1"], **days(world)}
        assert as_user(user).post("/ledgers/deeds/look/", sent).status_code in (403, 404), user
