"""The first page of the ledgers follows an index, however many rows there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from casework.models import Activity, ActivityKind, Deed
from desk.tables import keyset
from desk.tables.asked import ask
from desk.tables.registry import TABLES
from tests.people import World
from tests.shapes import CODES

pytestmark = pytest.mark.django_db
ROWS = 12_000


@pytest.fixture
def many(world: World) -> World:
    """Many deeds and activities, half of the deeds for households."""
    households = [world.households["zhao"], world.households["wei"], None, None]
    places = [world.areas["U111"], world.areas["U311"], world.areas["V1"], world.areas["V3"]]
    Deed.objects.bulk_create(
        Deed(what=f"第{n}件", household=households[n % 4], area=places[n % 4],
             path=places[n % 4].path, on=world.on - timedelta(days=n % 700))
        for n in range(ROWS)
    )  # fmt: skip
    kind = ActivityKind.objects.get(code="training")
    Activity.objects.bulk_create(
        Activity(kind=kind, title=f"第{n}场", area=places[n % 4], path=places[n % 4].path,
                 on=world.on - timedelta(days=n % 700))
        for n in range(ROWS)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE casework_deed, casework_activity, households_household")
    return world


@pytest.mark.parametrize("kind", ["deeds", "activities"])
@pytest.mark.parametrize("login", ["manager", "leader", "worker"])
@pytest.mark.parametrize("address", ["", f"area={CODES['V1']}"])
def test_the_first_page_reads_no_more_than_it_shows(
    many: World, kind: str, login: str, address: str
) -> None:
    table = TABLES[kind]
    if login == "worker" and address:
        address = ""
    asked = ask(table, many.user(login), QueryDict(address), on=many.on)
    rows = table.rows(asked).order_by(*keyset.ordering(asked.order, down=asked.down))[:51]
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        plan: Any = cursor.fetchone()[0][0]["Plan"]
    nodes = list(walk(plan))
    scanned = [n for n in nodes if n.get("Relation Name") == f"casework_{table_name(kind)}"]
    assert [n["Node Type"] for n in scanned] != ["Seq Scan"]
    read = sum(n["Actual Rows"] + n.get("Rows Removed by Filter", 0) for n in scanned)
    assert read < 1000


def table_name(kind: str) -> str:
    return {"deeds": "deed", "activities": "activity"}[kind]


def walk(node: dict[str, Any]) -> Any:
    yield node
    for inner in node.get("Plans", ()):
        yield from walk(inner)
