"""The page of a matter: each sees the step that is theirs, takes it, and is told who was first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import AccessLog
from casework.issues import issue_step
from casework.models import Issue
from tests.matters import matter_to
from tests.people import World

pytestmark = pytest.mark.django_db


def state(world: World, key: str) -> str:
    return Issue.objects.get(pk=world.issues[key].pk).state


def take(client, issue: Issue, verb: str, **given):
    issue.refresh_from_db()
    given = {"verb": verb, "version": issue.version, **given}
    return client.post(f"/issues/{issue.pk}/steps/", given)


def test_a_matter_goes_all_the_way_and_comes_back(as_user, world: World):
    well = world.issues["well"]
    manager, clerk, worker = as_user("manager"), as_user("clerk"), as_user("grid_head")
    department = world.organisations["department"].pk
    assert take(manager, well, "accept").status_code == 302
    assert take(manager, well, "dispatch", organisation=department).status_code == 302
    assert take(clerk, well, "receive").status_code == 302
    resolved = take(clerk, well, "resolve", result="solved", note="已更换水泵")
    assert resolved.status_code == 302 and state(world, "well") == "resolved"
    # The clerk resolved it, so the clerk is offered no call-back and is refused one.
    assert "call" not in clerk.get(f"/issues/{well.pk}/").content.decode().split('name="verb"')
    assert take(clerk, well, "call", answer="satisfied").status_code == 400
    assert take(worker, well, "call", answer="satisfied").status_code in (400, 404)
    assert take(manager, well, "call", answer="dissatisfied").status_code == 400
    assert state(world, "well") == "resolved"
    answer = take(manager, well, "call", answer="dissatisfied", note="仍不出水")
    assert answer.status_code == 302 and state(world, "well") == "reopened"
    page = clerk.get(f"/issues/{well.pk}/").content.decode()
    assert "仍不出水" in page and 'value="begin"' in page


def test_the_second_is_told_what_the_first_did_and_keeps_what_was_typed(as_user, world: World):
    well = matter_to(world.issues["well"], "in_progress", on=world.on)
    clerk = as_user("clerk")
    issue_step(issue=well, verb="resolve", by=world.user("clerk"), on=world.on, result="partly",
               note="先修一半")  # fmt: skip
    answer = clerk.post(
        f"/issues/{well.pk}/steps/",
        {"verb": "resolve", "version": well.version, "result": "solved", "note": "我也修好了"},
    )
    body = answer.content.decode()
    assert answer.status_code == 400
    assert "卜经办" in body and "办结（待核）" in body
    assert "我也修好了" in body and "先修一半" in body
    assert Issue.objects.get(pk=well.pk).result == "partly"


def test_one_step_stands_out_for_each(as_user, world: World):
    well = world.issues["well"]

    def first(login: str) -> str:
        page = as_user(login).get(f"/issues/{well.pk}/").content.decode()
        part = page.partition('class="card block next"')[2].partition("</section>")[0]
        return part.partition('name="verb" value="')[2].partition('"')[0]

    assert (first("manager"), first("clerk"), first("leader")) == ("accept", "", "")
    matter_to(well, "dispatched", on=world.on)
    assert (first("manager"), first("clerk")) == ("", "receive")
    issue_step(issue=well, verb="ask_shelve", by=world.user("clerk"), on=world.on, note="待资金",
               until=world.on + timedelta(days=30))  # fmt: skip
    assert first("leader") == "shelve"


def test_who_sees_no_matter_takes_no_step(as_user, world: World):
    roof, well = world.issues["roof"], world.issues["well"]
    for login in ("outsider", "auditor", "administrator", "nobody", "leader"):
        answer = take(as_user(login), roof, "comment", note="看看")
        assert answer.status_code in (403, 404), login
    assert take(as_user("leader"), well, "accept").status_code == 400
    assert as_user("clerk").get(f"/issues/{well.pk}/slip/").status_code == 404


def test_the_slip_is_logged_and_holds_no_household(as_user, world: World):
    water = matter_to(world.issues["water"], "dispatched", on=world.on)
    Issue.objects.filter(pk=water.pk).update(contact_way="13700000000")
    page = as_user("clerk").get(f"/issues/{water.pk}/slip/")
    assert "13700000000" in page.content.decode()
    assert "卫乙一" not in page.content.decode()
    assert AccessLog.objects.filter(action="issue.slip").count() == 1


def test_a_repeat_is_merged_on_sight(as_user, world: World):
    road = world.issues["road"]
    manager = as_user("manager")
    from casework.issues import issue_register

    again = issue_register(kind="complaint", subject="utilities", source="phone",
                           title="路口又积水", on=world.on, area=world.areas["V1"])  # fmt: skip
    page = manager.get(f"/issues/{again.pk}/").content.decode()
    assert "甲一村路口积水" in page and str(road.pk) in page
    assert take(manager, again, "merge", into=str(road.pk)).status_code == 302
    again.refresh_from_db()
    assert (again.state, again.merged_into_id) == ("merged", road.pk)
    assert "路口又积水" in manager.get(f"/issues/{road.pk}/").content.decode()
    # An issue one may not see is no choice.
    third = issue_register(kind="complaint", subject="utilities", source="phone",
                           title="积水", on=world.on, area=world.areas["V1"])  # fmt: skip
    assert take(manager, third, "merge", into=str(world.issues["lamp"].pk)).status_code == 400
