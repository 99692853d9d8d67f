"""A table or a list asks the database as often for many rows as for few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import Deed, Issue
from tests.shapes import CODES

pytestmark = pytest.mark.django_db


def asked(client, address):
    client.get(address)  # what was marked is counted before
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_table_of_matters_by_state_and_area(world, as_user):
    client = as_user("manager")
    address = f"/tables/issues/?area={CODES['V1']}&state=registered"
    few = asked(client, address)
    road = world.issues["road"]
    Issue.objects.bulk_create(
        Issue(area=road.area, path=road.path, kind=road.kind, subject=road.subject,
              source=road.source, title=f"第{n}件", registered_on=world.on, limit_on=world.on)
        for n in range(40)
    )  # fmt: skip
    assert asked(client, address) == few
    assert few <= 15


def test_the_table_of_help_given(world, as_user):
    client = as_user("manager")
    v1 = world.areas["V1"]
    Deed.objects.create(what="一件", area=v1, path=v1.path, on=world.on)
    few = asked(client, "/tables/deeds/")
    Deed.objects.bulk_create(
        Deed(what=f"第{n}件", area=v1, path=v1.path, on=world.on) for n in range(40)
    )
    assert asked(client, "/tables/deeds/") == few
    assert few <= 12


def test_the_inbox_of_a_department(world, as_user):
    client = as_user("clerk")
    few = asked(client, "/matters/")
    well = world.issues["well"]
    Issue.objects.bulk_create(
        Issue(area=well.area, path=well.path, kind=well.kind, subject=well.subject,
              source=well.source, title=f"第{n}件", registered_on=world.on, limit_on=world.on,
              department=well.department, state=well.state, dispatched_on=world.on,
              department_limit_on=world.on)
        for n in range(40)
    )  # fmt: skip
    assert asked(client, "/matters/") == few
    assert few <= 12


def test_what_waits_in_the_menu_is_one_question(world, as_user):
    client = as_user("manager")
    with CaptureQueriesContext(connection) as queries:
        client.get("/feedback/")
    menu = [one["sql"] for one in queries if "count(*)" in one["sql"].lower()]
    assert len(menu) == 1
    assert "casework_task" in menu[0]
    assert "casework_submission" in menu[0]
