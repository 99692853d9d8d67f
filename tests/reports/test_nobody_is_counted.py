"""Nothing counts, sorts, rates or exports contacts, overdue or ratings by staff member.

The walk goes through the registry, the summaries, the tables and the exports. Load and capacity
are the exception: how many households somebody is the contact of, and how many there may be.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Q

from casework.models import Contact, Rating
from desk.tables import exporting
from desk.tables.exports import EXPORTS
from desk.tables.registry import TABLES
from reports import waiting
from reports.indicators import registry
from reports.models import Snapshot
from reports.snapshots import snapshots_write
from reports.sources import SOURCES

pytestmark = pytest.mark.django_db
#: Columns that lead from a record of the work to who did it.
TO_STAFF = re.compile(
    r"made_by(?!_party_member)|recorded_by|called_by|printed_by|handed_by|answered_by|asked_by"
    r"|to_post|from_post|\bpost\b(?!__person__party_member)"
)
#: Tables about staff: who holds which post, and how many households each is the contact of.
OF_STAFF = {"people", "posts"}
LOAD = {"load", "links", "limit", "capacity", "full", "overloaded"}
WORK = re.compile(r"contact(?!s?\b.*named)|visit|overdue|rating|satisf|deed|matter|issue|reached")


def names_in(condition: Any) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from names_in(child)
        else:
            yield child[0]


def test_no_indicator_asks_who_did_the_work(world):
    for one in registry().values():
        if one.where is None or one.source in ("posts", "areas"):
            continue
        for name in (*names_in(one.where(world.began, world.on)), one.total):
            assert not TO_STAFF.search(name), (one.key, name)


def test_no_source_is_grouped_but_by_place():
    for source in SOURCES.values():
        assert source.path.endswith("path"), source
        assert not TO_STAFF.search(source.household), source


def test_no_summary_names_a_person(world):
    snapshots_write(on=world.on, current=world.on)
    kept = str(list(Snapshot.objects.values_list("values", "parts")))
    for person in world.people.values():
        assert person.name not in kept
        assert str(person.pk) not in kept


def test_no_table_of_the_work_is_sorted_filtered_or_shown_by_staff_member():
    for table in TABLES.values():
        if table.kind in OF_STAFF:
            continue
        for order in table.orders:
            for name in order.fields:
                assert not TO_STAFF.search(name), (table.kind, order.key)
        keys = {item.key for item in (*table.filters, *table.flags)}
        assert not keys & {"by", "person", "made_by", "staff", "recorded_by"}, table.kind
        columns = {column.key for column in table.columns}
        assert not columns & {"by", "person", "made_by", "staff", "recorded_by"}, table.kind


def test_no_table_of_staff_has_a_column_of_the_work():
    for kind in OF_STAFF & TABLES.keys():
        for column in TABLES[kind].columns:
            assert column.key in LOAD or not WORK.search(column.key), (kind, column.key)
        for order in TABLES[kind].orders:
            assert order.key in LOAD or not WORK.search(order.key), (kind, order.key)


def test_no_export_writes_who_did_the_work():
    source = inspect.getsource(inspect.getmodule(EXPORTS["issues"].sheet))
    assert not re.search(r"made_by|recorded_by|called_by", source)
    assert "contacts" not in EXPORTS and "ratings" not in EXPORTS
    assert inspect.getsource(exporting).count("if not offered") == 1
    for kind in ("contacts", "cards", "ratings"):
        assert TABLES[kind].exports == ()


def test_contacts_cannot_be_exported_at_all(world, as_user):
    for kind in ("contacts", "cards", "ratings"):
        assert as_user("manager").post(f"/tables/{kind}/export/").status_code == 404


def test_a_rating_leads_to_nobody():
    names = {field.name for field in Rating._meta.get_fields()}
    assert not names & {"made_by", "post", "person", "recorded_by", "by", "link"}


def test_holders_are_counted_and_never_told(world):
    found = waiting.holders_by_path(world.areas["C"].path, until=world.on)
    assert found
    parts = waiting.parts_by_path(world.areas["C"].path, until=world.on, current=world.on)
    for row in parts.values():
        assert all(isinstance(n, int) for n in row["holders"].values())


def test_the_walk_would_find_it():
    assert TO_STAFF.search("made_by")
    assert TO_STAFF.search("contact__recorded_by__person")
    assert not TO_STAFF.search("made_by_party_member")
    assert {"made_by"} <= {field.name for field in Contact._meta.get_fields()}
