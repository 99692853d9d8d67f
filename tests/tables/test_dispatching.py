"""Matters chosen in the table are given out at once; the first page asks few questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.issues import issue_register
from casework.models import DispatchRule, Issue
from tests.people import World

pytestmark = pytest.mark.django_db


def more(world: World, n: int) -> list[Issue]:
    return [
        issue_register(
            kind="help",
            subject="utilities",
            source="phone",
            title=f"停水{i}",
            area=world.areas["V1"],
            on=world.on,
        )
        for i in range(n)
    ]


def test_chosen_matters_are_given_out_with_or_without_a_rule(as_user, world: World):
    issues = more(world, 2)
    manager = as_user("manager")
    keys = {"keys": [str(one.pk) for one in issues]}
    page = manager.post("/tables/issues/dispatch/", keys).content.decode()
    assert "方格县水利局" in page and 'value="rules"' not in page
    DispatchRule.objects.create(area=world.areas["C"], subject="utilities",
                                organisation=world.organisations["department"])  # fmt: skip
    assert 'value="rules"' in manager.post("/tables/issues/dispatch/", keys).content.decode()
    answer = manager.post("/tables/issues/dispatch/", {**keys, "organisation": "rules"})
    assert answer.status_code == 302
    for one in issues:
        one.refresh_from_db()
        assert (one.state, one.department) == ("dispatched", world.organisations["department"])
        assert [step.verb for step in one.steps.all()] == ["register", "accept", "dispatch"]


def test_nobody_gives_out_what_is_not_theirs(as_user, world: World):
    (issue,) = more(world, 1)
    lamp = world.issues["lamp"]
    given = {"organisation": str(world.organisations["department"].pk)}
    for login in ("worker", "leader", "clerk", "nobody"):
        answer = as_user(login).post("/tables/issues/dispatch/", {"keys": issue.pk, **given})
        assert answer.status_code == 404, login
    answer = as_user("manager").post("/tables/issues/dispatch/", {"keys": lamp.pk, **given})
    assert answer.status_code == 400
    assert Issue.objects.get(pk=lamp.pk).state == Issue.objects.get(pk=issue.pk).state


def test_the_page_asks_as_much_for_many_as_for_few(as_user, world: World):
    manager = as_user("manager")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert manager.get("/tables/issues/?state=registered").status_code == 200
        return len(queries)

    few = asked()
    more(world, 20)
    assert asked() == few
    assert few <= 30


def test_an_urgent_matter_is_overdue_by_the_hour_everywhere(as_user, world: World):
    road = world.issues["road"]
    Issue.objects.filter(pk=road.pk).update(
        urgent=True, limit_on=world.on + timedelta(days=1),
        limit_at=Issue.objects.get(pk=road.pk).registered_on.strftime("%Y-%m-%dT00:00:00+08:00"),
    )  # fmt: skip
    manager = as_user("manager")
    assert road.title in manager.get("/tables/issues/?filter=overdue").content.decode()
    assert manager.get(f"/api/v1/issues/{road.pk}").json()["overdue"] is True
    assert "clock-late" in manager.get(f"/issues/{road.pk}/").content.decode()
