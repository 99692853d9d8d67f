"""Registering by hand, the inbox of a department, approvals: each for those it is for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.issues import issue_step
from casework.models import Issue, IssueRequest
from tests.matters import matter_to
from tests.people import World
from tests.shapes import CODES

pytestmark = pytest.mark.django_db

FORM = {"title": "路灯不亮", "kind": "help", "subject": "utilities", "source": "phone",
        "people": "3"}  # fmt: skip


def test_a_worker_registers_for_the_own_area_alone(as_user, world: World):
    worker = as_user("worker")
    given = {**FORM, "on": world.on.isoformat(), "area": CODES["G11"]}
    answer = worker.post("/issues/new/", given)
    assert answer.status_code == 302
    issue = Issue.objects.get(title="路灯不亮")
    assert (issue.area, issue.people) == (world.areas["G11"], 3)
    refused = worker.post("/issues/new/", {**given, "area": CODES["V3"], "title": "别处的事"})
    assert refused.status_code == 400 and "别处的事" in refused.content.decode()
    for login in ("clerk", "auditor", "administrator", "nobody"):
        assert as_user(login).get("/issues/new/").status_code == 404, login


def test_a_contact_registers_for_the_own_household_alone(as_user, world: World):
    head = as_user("head")
    given = {**FORM, "on": world.on.isoformat()}
    own, other = world.households["qian"], world.households["zhou"]
    assert head.post("/issues/new/", {**given, "household": own.pk}).status_code == 302
    assert Issue.objects.get(title="路灯不亮").household == own
    assert head.post("/issues/new/", {**given, "household": other.pk}).status_code == 400
    found = head.post("/issues/new/", {**given, "q": "周包联", "find": "1"}).content.decode()
    assert other.address not in found
    found = head.post("/issues/new/", {**given, "q": "钱同意", "find": "1"}).content.decode()
    assert str(own.pk) in found and "路灯不亮" in found


def test_the_inbox_parts_and_the_helper(as_user, world: World):
    well = matter_to(world.issues["well"], "dispatched", on=world.on)
    clerk = as_user("clerk")
    assert well.title in clerk.get("/matters/?show=new").content.decode()
    assert well.title not in clerk.get("/matters/?show=hand").content.decode()
    Issue.objects.filter(pk=well.pk).update(department_limit_on=world.on - timedelta(days=1))
    assert well.title in clerk.get("/matters/?show=late").content.decode()
    assert well.title not in clerk.get("/matters/?show=soon").content.decode()


def test_a_leader_decides_on_setting_aside_without_seeing_the_household(as_user, world: World):
    water = matter_to(world.issues["water"], "received", on=world.on)
    issue_step(issue=water, verb="ask_shelve", by=world.user("clerk"), on=world.on,
               note="待资金", until=world.on + timedelta(days=30))  # fmt: skip
    Issue.objects.filter(pk=water.pk).update(ticket="GD-7712", urgent=True)
    asked = IssueRequest.objects.get()
    for login in ("leader", "worker", "clerk", "manager", "outsider"):
        page = as_user(login).get("/approvals/")
        if page.status_code == 200:
            assert "待资金" not in page.content.decode(), login
        answer = as_user(login).post(f"/approvals/{asked.pk}/", {"granted": "1"})
        assert answer.status_code == 404, login
    county = as_user("county_leader")
    page = county.get("/approvals/").content.decode()
    assert "待资金" in page and water.title not in page and "卫乙一" not in page
    village = world.areas["V3"].name
    for told in (water.get_kind_display(), water.get_subject_display(), village, "涉及人数", "GD-7712", "急件",
                 world.organisations["department"].name, water.get_state_display(),
                 str(water.registered_on), str(water.limit_on)):  # fmt: skip
        assert told in page, told
    for kept in (str(water.pk), world.areas["G31"].name):
        assert kept not in page, kept
    assert county.post(f"/approvals/{asked.pk}/", {"granted": "0"}).status_code == 400
    assert county.post(f"/approvals/{asked.pk}/", {"granted": "1"}).status_code == 302
    assert Issue.objects.get(pk=water.pk).state == "shelved"
    late = county.post(f"/approvals/{asked.pk}/", {"granted": "0", "note": "先找资金"}, follow=True)
    said = late.content.decode()
    assert world.people["county_leader"].name in said and "先找资金" in said
    assert Issue.objects.get(pk=water.pk).state == "shelved"
    assert as_user("manager").post(f"/approvals/{asked.pk}/", {"granted": "0"}).status_code == 404


def test_more_time_is_granted_by_who_gave_it_out(as_user, world: World):
    well = matter_to(world.issues["well"], "received", on=world.on)
    issue_step(issue=well, verb="ask_extend", by=world.user("clerk"), on=world.on,
               note="备件在途", days=5)  # fmt: skip
    asked = IssueRequest.objects.get()
    assert as_user("leader").post(f"/approvals/{asked.pk}/", {"granted": "1"}).status_code == 404
    manager = as_user("manager")
    assert "备件在途" in manager.get("/approvals/").content.decode()
    assert manager.post(f"/approvals/{asked.pk}/", {"granted": "1"}).status_code == 302
    assert Issue.objects.get(pk=well.pk).extended


def test_who_answers_what_is_no_longer_needed_is_told_so(as_user, world: World):
    well = matter_to(world.issues["well"], "received", on=world.on)
    well = issue_step(issue=well, verb="ask_extend", by=world.user("clerk"), on=world.on,
                      note="备件在途", days=5)  # fmt: skip
    asked = IssueRequest.objects.get()
    issue_step(issue=well, verb="resolve", by=world.user("clerk"), on=world.on, result="solved",
               note="已修好")  # fmt: skip
    answer = as_user("manager").post(
        f"/approvals/{asked.pk}/", {"granted": "1", "note": "可以"}, follow=True
    )
    assert answer.status_code == 200
    assert "不再需要审批" in answer.content.decode() and "可以" in answer.content.decode()
