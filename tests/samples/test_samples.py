"""抽样回访: the same seed draws the same, somebody else asks, results are told by place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessLog
from casework.issues import issue_register, issue_step
from casework.models import Issue, Sample, SampleCall
from casework.samples import results_of, sample_call, sample_draw, why_not
from grids.models import Area, Role
from households.models import Household
from lib.errors import Outdated, Refusal
from tests.contacting import contact_record
from tests.people import World

pytestmark = pytest.mark.django_db


def settled(world: World, n: int, *, area: str = "V1", by: str = "worker") -> list[Issue]:
    """Matters solved on the spot by one of the cast and closed."""
    made = []
    for number in range(n):
        issue = issue_register(
            kind="help", subject="traffic", source="visit", title=f"第{number}件", on=world.on,
            area=world.areas[area], contact_way="13800001111", by=None,
        )  # fmt: skip
        issue = issue_step(
            issue=issue, verb="settle", by=None, in_name_of=world.user(by), on=world.on,
            result="solved", note="已解决",
        )  # fmt: skip
        made.append(issue_step(
            issue=issue, verb="close", by=None, in_name_of=world.user("manager"), on=world.on
        ))  # fmt: skip
    return made


def draw(world: World, *, kind="matters", size=5, seed=None, area="T1", login="manager") -> Sample:
    return sample_draw(
        area=world.areas[area], kind=kind, since=world.on - timedelta(days=30), until=world.on,
        size=size, seed=seed, on=world.on, by=world.user(login),
    )  # fmt: skip


def keys(sample: Sample) -> list[Any]:
    return [call.issue_id or call.household_id for call in sample.calls.all()]


def test_the_same_seed_draws_the_same_and_another_does_not(world: World):
    settled(world, 30)
    one, again, other = draw(world, seed=7), draw(world, seed=7), draw(world, seed=8)
    assert keys(one) == keys(again) and len(set(keys(one))) == 5
    assert keys(one) != keys(other)
    assert one.drawn_from == 30 and draw(world).seed != draw(world).seed


def test_every_matter_is_as_likely_as_another(world: World):
    settled(world, 10)
    found = dict.fromkeys(Issue.objects.filter(state="closed").values_list("pk", flat=True), 0)
    for seed in range(300):
        for key in keys(draw(world, seed=seed, size=3)):
            found[key] += 1
    # 90 each on average; a fair draw lies outside 60 to 120 once in some thousand runs.
    assert all(60 <= n <= 120 for n in found.values())


def test_only_closed_matters_of_area_and_period_with_a_way_to_call(world: World):
    mine = settled(world, 3)
    settled(world, 2, area="V3")
    Issue.objects.filter(pk=mine[0].pk).update(finished_on=world.on - timedelta(days=31))
    Issue.objects.filter(pk=mine[1].pk).update(contact_way="")
    assert keys(draw(world)) == [mine[2].pk]
    with pytest.raises(Refusal):
        draw(world, area="T2")


def test_households_are_asked_only_where_they_agreed(world: World):
    for key in ("zhao", "qian", "sun"):
        contact_record(
            household=world.households[key], made_by=world.people["worker"], on=world.on,
            mode="visit", reached=key != "sun",
        )  # fmt: skip
    with pytest.raises(Refusal):
        draw(world, kind="households")
    Household.objects.filter(pk__in=[world.households[k].pk for k in ("zhao", "sun", "feng")]).update(calls_agreed=True)  # fmt: skip
    assert keys(draw(world, kind="households")) == [world.households["zhao"].pk]


def test_the_household_form_says_who_agrees(world: World, as_user):
    page = f"/households/{world.households['sun'].pk}/edit/"
    form = {"head_name": "孙界上", "residence": "present", "calls_agreed": "on", "version": "1"}
    version = Household.objects.get(pk=world.households["sun"].pk).version
    as_user("manager").post(page, {**form, "version": str(version)})
    assert Household.objects.get(pk=world.households["sun"].pk).calls_agreed


def test_somebody_else_asks(world: World):
    settled(world, 1, by="worker")
    contact_record(
        household=world.households["zhao"], made_by=world.people["grid_head"], on=world.on,
        mode="visit", reached=True,
    )  # fmt: skip
    Household.objects.filter(pk=world.households["zhao"].pk).update(calls_agreed=True)
    matter = draw(world).calls.get()
    household = draw(world, kind="households").calls.get()
    barred = {
        login: [bool(why_not([call], world.user(login))) for call in (matter, household)]
        for login in ("worker", "grid_head", "manager", "head", "cadre", "leader", "outsider")
    }
    assert barred == {
        "worker": [True, False], "grid_head": [False, True], "manager": [False, False],
        "head": [True, True], "cadre": [True, True], "leader": [True, True],
        "outsider": [True, True],
    }  # fmt: skip
    with pytest.raises(Refusal):
        sample_call(call=matter, answer="satisfied", on=world.on, by=world.user("worker"))


def test_an_answer_confirms_what_was_solved_on_the_spot(world: World):
    [issue] = settled(world, 1)
    call = draw(world).calls.get()
    sample_call(call=call, answer="unreached", on=world.on, by=world.user("manager"))
    assert [s.verb for s in issue.steps.all()][-1] == "close"
    sample_call(call=call, answer="satisfied", on=world.on, by=world.user("grid_head"))
    assert [s.verb for s in issue.steps.all()][-2:] == ["close", "confirm"]
    with pytest.raises(Outdated, match="满意"):
        sample_call(call=call, answer="dissatisfied", on=world.on, by=world.user("manager"))


def test_who_is_dissatisfied_has_the_matter_reopened(world: World):
    [issue] = settled(world, 1)
    sample_call(
        call=draw(world).calls.get(), answer="dissatisfied", note="又坏了", on=world.on,
        by=world.user("manager"),
    )  # fmt: skip
    issue.refresh_from_db()
    assert issue.state == "reopened" and "又坏了" in list(issue.steps.all())[-1].note


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"size": 0}, "size"), ({"size": 201}, "size"), ({"seed": -1}, "seed"),
        ({"since": date(2999, 1, 1)}, "until"), ({"until": date(2999, 1, 1)}, "until"),
        ({"kind": "staff"}, "kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_its_field(world: World, change, field):
    settled(world, 1)
    usual = {"area": world.areas["T1"], "kind": "matters", "since": world.on, "until": world.on,
             "size": 5, "on": world.on, "by": world.user("manager")}  # fmt: skip
    with pytest.raises(Refusal) as refused:
        sample_draw(**{**usual, **change})
    assert refused.value.field == field


def answered(world: World, area: str, n: int, satisfied: int) -> None:
    settled(world, n, area=area)
    sample = draw(world, area=area, size=n)
    for number, call in enumerate(sample.calls.all()):
        answer = "basically" if number < satisfied else "dissatisfied"
        SampleCall.objects.filter(pk=call.pk).update(answer=answer)


def test_results_are_told_by_place_and_small_ones_withheld(world: World):
    for number in range(3):
        for village in ("V1", "V2"):
            world.add_person(f"{village}{number}", f"员{village}{number}")
            world.add_post(f"{village}{number}", "volunteer", village)
    Role.objects.filter(code="volunteer").update(may_link=True)
    answered(world, "V1", 8, 6)
    answered(world, "V2", 4, 4)
    whole, places = results_of(Sample.objects.all(), world.areas["T1"], on=world.on)
    assert (whole.answered, whole.percent) == (12, "83.3")
    # V2 has too few; V1 alone would give it away by subtraction.
    assert [(r.answered, r.withheld, r.share) for r in places] == [
        (8, True, None), (4, True, None),
    ]  # fmt: skip
    answered(world, "V2", 6, 3)
    whole, places = results_of(Sample.objects.all(), world.areas["T1"], on=world.on)
    assert [(r.answered, r.percent) for r in places] == [(8, "75.0"), (10, "70.0")]


def test_a_place_of_fewer_than_three_in_post_is_not_compared(world: World):
    answered(world, "V1", 6, 6)
    answered(world, "V2", 6, 6)
    _whole, places = results_of(Sample.objects.all(), world.areas["T1"], on=world.on)
    assert any(place.withheld for place in places)


def test_nothing_leads_from_an_answer_to_who_served(world: World, as_user):
    answered(world, "V1", 6, 6)
    page = as_user("leader").get("/samples/").content.decode()
    assert not [p.name for p in world.people.values() if p.name in page and p.name != "林乡领"]


@pytest.mark.parametrize(
    ("login", "home", "one"),
    [("manager", 200, 200), ("worker", 200, 200), ("secretary", 200, 200), ("leader", 200, 404),
     ("outsider", 200, 404), ("head", 404, 404), ("clerk", 404, 404), ("auditor", 404, 404)],
)  # fmt: skip
def test_who_opens_it(world: World, as_user, login, home, one):
    settled(world, 2)
    sample = draw(world)
    client = as_user(login)
    assert client.get("/samples/").status_code == home
    page = client.get(f"/samples/{sample.pk}/")
    assert page.status_code == one
    # Her grid holds none of these matters: the page is there, the calls are not.
    shown = one == 200 and login != "worker"
    assert ("13800001111" in page.content.decode()) == shown


def test_reading_a_sample_is_logged_and_asks_no_more_for_more(world: World, as_user):
    settled(world, 20)
    small, large = draw(world, size=2), draw(world, size=20)
    client = as_user("manager")
    counts = []
    for sample in (small, large):
        client.get(f"/samples/{sample.pk}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/samples/{sample.pk}/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert AccessLog.objects.filter(action="sample.calls", rows=20).exists()


def test_the_page_draws_and_writes_answers_down(world: World, as_user):
    settled(world, 3)
    client = as_user("manager")
    form = {"kind": "matters", "since": str(world.on), "until": str(world.on), "size": "2"}
    wrong = client.post("/samples/", {**form, "size": "999"})
    assert wrong.status_code == 400 and 'value="999"' in wrong.content.decode()
    page = client.post("/samples/", form, follow=True).content.decode()
    sample = Sample.objects.get()
    assert str(sample.seed) in page
    call = next(iter(sample.calls.all()))
    client.post(f"/samples/{sample.pk}/{call.pk}/", {"answer": "basically", "note": "尚可"})
    call.refresh_from_db()
    assert (call.answer, call.note, call.called_by) == ("basically", "尚可", world.user("manager"))
    assert Area.objects.get(pk=sample.area_id) == world.areas["T1"]
