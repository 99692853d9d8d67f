"""Long lists are written beside the requests, for who asked alone, and removed after a day."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from python_calamine import CalamineWorkbook

from accounts.models import AccessLog
from desk.models import ExportJob
from desk.tables import exporting, written
from grids.models import Post
from tests.access import expected
from tests.people import World

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def long_ones(settings, tmp_path: Path, monkeypatch) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(exporting, "LARGE", 2)
    monkeypatch.setattr(written, "STEP", 1)


def asked_for(client: Client, address: str = "/tables/households/export/", **sent: str) -> Any:
    answer = client.post(address, sent)
    assert answer.status_code == 302 and answer["Location"] == "/tables/exports/"
    return ExportJob.objects.order_by("-at")[0]


def made(job: ExportJob) -> ExportJob:
    written.export_make.func(str(job.pk))
    return ExportJob.objects.get(pk=job.pk)


def sheet_of(data: bytes) -> list[Any]:
    """The rows of a workbook with its header."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def fetched(client: Client, job: ExportJob) -> Any:
    return client.get(f"/tables/exports/{job.pk}/file/")


def test_it_is_made_by_the_worker_and_logged_when_it_is_fetched(
    world: World, as_user: SignIn
) -> None:
    client = as_user("manager")
    job = asked_for(client)
    assert DBTaskResult.objects.get().args_kwargs["args"] == [str(job.pk)]
    assert fetched(client, job).status_code == 404  # not yet
    assert "data-going" in client.get("/tables/exports/").content.decode()
    job = made(job)
    n = len(expected.manageable("manager"))
    assert (job.state, job.rows) == ("ready", n)
    assert written.file_of(job).stat().st_mode & 0o777 == 0o600
    assert not AccessLog.objects.filter(action="export.households").exists()
    answer = fetched(client, job)
    data = b"".join(answer.streaming_content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert len(sheet.to_python()) == n + 1
    row = AccessLog.objects.get(action="export.households")
    assert (row.user, row.rows, row.field_class) == (world.user("manager"), n, "P2")


@pytest.mark.parametrize(
    ("address", "action", "p_class"),
    [
        ("/tables/people/export/", "export.staff", "P1"),
        ("/tables/posts/export/", "export.staff", "P1"),
        ("/tables/areas/export/?level=unit", "export.areas", "P0"),
        ("/tables/issues/export/", "export.issues", "P2"),
        ("/tables/households/export/", "export.links", "P2"),
    ],
)
def test_the_whole_of_every_list_is_made_and_logged_alike(
    world: World, as_user: SignIn, monkeypatch, address: str, action: str, p_class: str
) -> None:
    client = as_user("manager")
    sent = {"what": action.removeprefix("export.")}
    monkeypatch.setattr(exporting, "LARGE", 1000)
    at_once: Any = client.post(address, sent)
    wanted = sheet_of(b"".join(at_once.streaming_content))
    monkeypatch.setattr(exporting, "LARGE", 1)
    job = made(asked_for(client, address, **sent))
    assert (job.state, job.rows) == ("ready", len(wanted) - 1)
    answer = fetched(client, job)
    assert sheet_of(b"".join(answer.streaming_content)) == wanted
    logged = AccessLog.objects.filter(action=action, field_class=p_class)
    assert list(logged.values_list("rows", flat=True)) == [job.rows, job.rows]


def test_a_short_list_and_a_selection_come_at_once(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    keys = [str(world.households["wu"].pk)]
    assert client.post("/tables/households/export/", {"keys": keys}).status_code == 200
    assert client.post("/tables/households/export/?with=cadre").status_code == 200
    assert not ExportJob.objects.exists()


def test_nobody_else_fetches_or_cancels_it(world: World, as_user: SignIn) -> None:
    job = made(asked_for(as_user("manager")))
    for login in ("leader", "head", "auditor", "worker"):
        client = as_user(login)
        assert fetched(client, job).status_code in (302, 403, 404), login
        client.post(f"/tables/exports/{job.pk}/drop/")
    assert ExportJob.objects.get(pk=job.pk).state == "ready"
    assert not AccessLog.objects.filter(action="export.households").exists()


def test_one_that_was_given_up_is_not_made(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    job = asked_for(client)
    client.post(f"/tables/exports/{job.pk}/drop/")
    assert made(job).state == "cancelled"
    assert not written.file_of(job).exists()


def test_giving_up_amid_the_rows_stops_it(world: World, as_user: SignIn, monkeypatch) -> None:
    job = asked_for(as_user("manager"))
    counted = written._counted

    def given_up(job: ExportJob, rows: Any) -> Any:
        for n, row in enumerate(counted(job, rows)):
            if n == 1:
                ExportJob.objects.filter(pk=job.pk).update(state="cancelled")
            yield row

    monkeypatch.setattr(written, "_counted", given_up)
    assert made(job).state == "cancelled"
    assert not written.file_of(job).exists()


def test_a_post_that_ended_meanwhile_gives_no_file(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    job, ready = asked_for(client), made(asked_for(client))
    Post.objects.filter(person__user=world.user("manager")).update(void=True)
    assert made(job).state == "failed"
    assert not written.may_fetch(ExportJob.objects.get(pk=ready.pk))


def test_needs_leave_with_their_reason_and_what_was_typed_is_forgotten(
    world: World, as_user: SignIn, monkeypatch
) -> None:
    monkeypatch.setattr(exporting, "LARGE", 0)
    client = as_user("manager")
    address = "/tables/households/export/"
    assert client.post(address, {"needs": "1"}).status_code == 400
    job = asked_for(client, address, needs="1", reason="年终核对", q="赵独居")
    assert job.typed == {"q": "赵独居", "reason": "年终核对"}
    job = made(job)
    assert job.typed == {}
    assert fetched(client, job).status_code == 200
    row = AccessLog.objects.get(action="export.needs")
    assert (row.field_class, row.reason) == ("P3", "年终核对")


def test_only_a_few_are_made_at_once_for_one_person(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    for _n in range(written.MOST):
        asked_for(client)
    answer = client.post("/tables/households/export/")
    assert answer.status_code == 400
    assert ExportJob.objects.count() == written.MOST


def test_files_and_rows_are_gone_after_a_day(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    job, lost = made(asked_for(client)), asked_for(client)
    ExportJob.objects.filter(pk=job.pk).update(at=timezone.now() - timedelta(hours=25))
    ExportJob.objects.filter(pk=lost.pk).update(moved_at=timezone.now() - timedelta(hours=2))
    assert fetched(client, job).status_code == 404
    assert written.exports_forget(world.on) == 1
    assert not written.file_of(job).exists()
    assert ExportJob.objects.get().state == "failed"
