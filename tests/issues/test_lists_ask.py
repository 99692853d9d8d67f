"""Lists of matters with their clocks ask as much of the database for many as for few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.issues import issue_register, issue_step
from casework.models import Issue
from tests.matters import take
from tests.people import World

pytestmark = pytest.mark.django_db


def given_out(world: World) -> Issue:
    """A matter at the department, which has asked for more time."""
    issue = issue_register(
        kind="help", subject="utilities", source="phone", title="停水", area=world.areas["V1"],
        on=world.on - timedelta(days=1),
    )  # fmt: skip
    take(issue, "accept", on=world.on)
    issue = issue_step(issue=issue, verb="dispatch", by=None, on=world.on,
                       organisation=world.organisations["department"])  # fmt: skip
    return issue_step(issue=issue, verb="ask_extend", by=world.user("clerk"), on=world.on, days=2,
                      note="配件未到")  # fmt: skip


@pytest.mark.parametrize("login, address", [("clerk", "/matters/"), ("manager", "/approvals/")])
def test_as_much_for_many_as_for_few(world: World, as_user, login: str, address: str):
    client, asked = as_user(login), []
    for n in (1, 5):
        for _n in range(n):
            given_out(world)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        assert page.count("停水") >= n
        asked.append(len(queries))
    assert asked[0] == asked[1] < 40
