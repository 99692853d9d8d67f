"""One row per request that returned personal data, before its first byte, and for ever."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path

from accounts.gate import allow
from accounts.models import AccessLog, AccessSeal, User
from accounts.reads import Read, note_read, seal_log, verify_log
from config import settings as project
from config import urls
from desk.figures.ledgers import LEDGERS
from desk.lists import ACTIONS
from desk.tables import registry
from desk.tables.exports import EXPORTS
from tests.access.asking import tile_at
from tests.people import World

SignIn = Callable[..., Client]
TABLES = ("accounts_accesslog", "accounts_accessseal")
NO_LOG = """
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the disk is full'; END$$;
CREATE TRIGGER refuse BEFORE INSERT ON accounts_accesslog
FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
"""


def tile_of(x: float, y: float, z: int = 14) -> str:
    """The address of the household tile at a place of the drawing."""
    return f"/tiles/households/{tile_at(x, y, z)}.mvt"


@allow("manager")
def streaming(request: HttpRequest) -> StreamingHttpResponse:
    """Reads personal data only while it is already being sent."""

    def lines() -> Iterator[bytes]:
        yield b"head\n"
        note_read(request, Read("export", "all", 1, "P2"))
        yield "赵独居".encode()

    return StreamingHttpResponse(lines())


@allow("manager")
def large(request: HttpRequest) -> HttpResponse:
    """A page long enough to be compressed."""
    note_read(request, Read("large", "all", 1, "P2"))
    return HttpResponse("赵独居" * 1000)


class WithOddViews:
    urlpatterns = [*urls.urlpatterns, path("streaming/", streaming), path("large/", large)]
    handler400, handler403 = urls.handler400, urls.handler403
    handler404, handler500 = urls.handler404, urls.handler500


def actions() -> list[str]:
    return list(AccessLog.objects.order_by("id").values_list("action", flat=True))


def test_it_writes_one_row_per_request_with_personal_data(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    client.get("/api/v1/coverage")
    client.get("/tiles/areas/10/853/366.mvt")
    client.get("/")
    assert actions() == []
    client.get("/api/v1/households?area=159901100201")
    row = AccessLog.objects.get()
    assert (row.user, row.action, row.field_class, row.rows, row.minute) == (
        world.users["manager"], "households.list", "P2", 5, None,
    )  # fmt: skip
    assert row.scope == world.areas["V1"].path
    client.post("/api/v1/search", {"q": "赵独居"}, content_type="application/json")
    assert actions() == ["households.list", "search"]


def test_it_writes_no_row_where_nothing_personal_was_returned(
    world: World, as_user: SignIn
) -> None:
    as_user("manager").post("/api/v1/search", {"q": "没有此人"}, content_type="application/json")
    assert actions() == []


def test_it_never_writes_what_was_looked_for(world: World, as_user: SignIn) -> None:
    as_user("manager").post("/api/v1/search", {"q": "赵独居"}, content_type="application/json")
    row = AccessLog.objects.get()
    assert "赵" not in f"{row.action}{row.scope}{row.reason}"


def test_it_writes_tiles_once_per_minute_layer_and_scope(world: World, as_user: SignIn) -> None:
    client = as_user("worker")
    for _ in range(3):
        assert client.get(tile_of(0.5, 0.5)).content
    rows = AccessLog.objects.filter(action="tile.households")
    # Two where the clock turned a minute meanwhile.
    assert 1 <= rows.count() <= 2
    assert len({row.minute for row in rows}) == rows.count()
    as_user("manager").get(tile_of(0.5, 0.5))
    assert {row.user for row in rows.all()} == {world.users["worker"], world.users["manager"]}


@pytest.mark.parametrize("kind", ["page", "api", "tile", "post"])
@pytest.mark.django_db(transaction=True)
def test_it_sends_nothing_when_the_row_cannot_be_written(
    world: World, as_user: SignIn, kind: str
) -> None:
    client, zhao = as_user("manager"), world.households["zhao"]
    with connection.cursor() as cursor:
        cursor.execute(NO_LOG)
    try:
        response = {
            "page": lambda: client.get(f"/households/{zhao.pk}/"),
            "api": lambda: client.get("/api/v1/households?area=159901100201"),
            "tile": lambda: client.get(tile_of(0.5, 0.5)),
            "post": lambda: client.post(f"/households/{zhao.pk}/", {"ask": "needs"}),
        }[kind]()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON accounts_accesslog")
    assert response.status_code == 503
    body = response.content.decode()
    assert "赵独居" not in body and "甲一村南街" not in body and "独居老人" not in body
    if kind in ("api", "tile"):
        assert set(response.json()) == {"error"}
    else:
        assert "查看记录无法写入" in body


def test_it_sends_nothing_when_the_log_fails_in_any_other_way(
    world: World, as_user: SignIn, monkeypatch
) -> None:
    def broken(request: HttpRequest) -> None:
        raise DatabaseError("connection lost")

    monkeypatch.setattr("accounts.middleware.write_reads", broken)
    response = as_user("manager").get("/api/v1/households?area=159901100201")
    assert (response.status_code, "赵独居" in response.content.decode()) == (503, False)


@override_settings(ROOT_URLCONF=WithOddViews)
def test_a_stream_cannot_read_behind_the_log(world: World, as_user: SignIn) -> None:
    response: Any = as_user("manager").get("/streaming/")
    sent = b""
    with pytest.raises(RuntimeError):
        for piece in response.streaming_content:
            sent += piece
    assert sent == b"head\n"


@override_settings(
    ROOT_URLCONF=WithOddViews,
    MIDDLEWARE=["django.middleware.gzip.GZipMiddleware", *project.MIDDLEWARE],
)
def test_compression_does_not_pass_the_log_by(world: World, as_user: SignIn, monkeypatch) -> None:
    client = as_user("manager")
    response = client.get("/large/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert actions() == ["large"]

    def broken(request: HttpRequest) -> None:
        raise DatabaseError("connection lost")

    monkeypatch.setattr("accounts.middleware.write_reads", broken)
    assert client.get("/large/", headers={"accept-encoding": "gzip"}).status_code == 503


def filled(world: World, rows: int = 5) -> None:
    """Rows of the log that are old enough to be sealed; the first of a test has number 1."""
    with connection.cursor() as cursor:
        if not AccessLog.objects.exists():
            cursor.execute("SELECT setval('accounts_accesslog_id_seq', 1, false)")
        cursor.execute("SELECT coalesce(max(id), 0) FROM accounts_accesslog")
        before = cursor.fetchone()[0]
    AccessLog.objects.bulk_create(
        AccessLog(user=world.users["manager"], action=f"read {n}", scope="x", rows=1,
                  field_class="P2")
        for n in range(rows)
    )  # fmt: skip
    unprotected(f"UPDATE accounts_accesslog SET at = at - interval '1 minute' WHERE id > {before}")


def unprotected(sql: str) -> None:
    """What only the owner of the table could do: change it with its triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sql", ["UPDATE {} SET rows = 0", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_the_log(world: World, table: str, sql: str) -> None:
    filled(world)
    seal_log()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
    assert AccessLog.objects.filter(rows=1).count() == 5


def verified(**options) -> tuple[str, str, bool]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_log", stdout=out, stderr=err, **options)
    except CommandError as error:
        assert error.returncode == 1
        return out.getvalue(), err.getvalue(), False
    return out.getvalue(), err.getvalue(), True


def test_seals_chain_batches_and_the_rest_is_named(world: World, monkeypatch) -> None:
    monkeypatch.setattr("accounts.reads.BATCH", 3)
    filled(world)
    assert [seal_log(), seal_log(), seal_log()] == [3, 2, 0]
    first, second = AccessSeal.objects.order_by("last")
    assert second.previous == first.digest
    AccessLog.objects.create(
        user=world.users["manager"], action="just now", scope="x", rows=1, field_class="P2"
    )
    assert verify_log() == ([], 1)
    out, err, sound = verified()
    assert sound and err == "" and "1" in out and second.digest in out


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_still_being_written_is_waited_for() -> None:
    """A seal never runs past a lower number that another request has yet to commit."""
    user = User.objects.create(username="slow")
    row = {"user": user, "action": "read", "scope": "x", "rows": 1, "field_class": "P2"}
    writing, committed = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            AccessLog.objects.create(**row)
            writing.set()
            committed.wait(10)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    writing.wait(10)
    AccessLog.objects.create(**row)
    with pytest.raises(OperationalError):
        seal_log()
    committed.set()
    writer.join()
    assert seal_log() == 2
    assert verify_log() == ([], 0)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_accesslog SET rows = 7 WHERE action = 'read 2'",
        "UPDATE accounts_accesslog SET at = at + interval '1 second' WHERE action = 'read 2'",
        "UPDATE accounts_accesslog SET scope = 'y' WHERE action = 'read 2'",
        "DELETE FROM accounts_accesslog WHERE action = 'read 2'",
        "UPDATE accounts_accessseal SET digest = repeat('0', 64) WHERE first = 1",
        "DELETE FROM accounts_accessseal WHERE first = 1",
    ],
)
def test_verify_log_names_what_was_changed(world: World, monkeypatch, sql: str) -> None:
    monkeypatch.setattr("accounts.reads.BATCH", 3)
    filled(world)
    seal_log(), seal_log()
    unprotected(sql)
    _out, err, sound = verified()
    assert not sound and err.strip()


def test_verify_log_tells_that_the_end_of_the_chain_is_gone(world: World, monkeypatch) -> None:
    monkeypatch.setattr("accounts.reads.BATCH", 3)
    filled(world)
    seal_log(), seal_log()
    head = AccessSeal.objects.order_by("-last").values_list("digest", flat=True)[0]
    assert verified(head=head)[2]
    unprotected("DELETE FROM accounts_accessseal WHERE first > 1")
    unprotected("DELETE FROM accounts_accesslog WHERE id > 3")
    assert not verified(head=head)[2]


def test_old_seals_stay_valid_when_rows_follow(world: World) -> None:
    filled(world, 2)
    seal_log(world.on)
    filled(world, 2)
    assert verify_log()[0] == []
    seal_log(world.on + timedelta(days=1))
    assert verify_log() == ([], 0)


def reads_written() -> Iterator[str]:
    """The keys of reads that the program's own sources write, one of each kind where made up."""
    made_up: dict[str, Iterable[str]] = {
        "export.{}": EXPORTS, "table.{}": registry.TABLES,
        "ledger.{}": [key for key, one in LEDGERS.items() if one.p_class != "P0"],
    }  # fmt: skip
    for app in ("accounts", "casework", "desk", "grids", "households", "mapview", "residents"):
        for file in Path(app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Read"):
                    continue
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    yield str(key.value)
                elif isinstance(key, ast.JoinedStr):
                    parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in key.values]
                    pattern = "".join(str(part) for part in parts)
                    yield from (pattern.format(one) for one in made_up[pattern])


def test_the_auditor_reads_words_and_no_keys() -> None:
    written = set(reads_written())
    assert len(written) > 50
    assert written <= set(ACTIONS)


def test_the_log_names_the_village_of_a_grid(world: World, as_user: SignIn) -> None:
    grid = world.areas["G11"]
    AccessLog.objects.create(
        user=world.user("worker"), action="sweep.list", scope=grid.path, rows=1, field_class="P2"
    )
    page = as_user("auditor").get("/log/").content.decode()
    assert f"{world.areas['V1'].name} {grid.name}" in page
