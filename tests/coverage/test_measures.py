"""Each measure by its smallest example; ``docs/definitions.md`` says the same in words."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import User
from casework.issues import issue_register, issue_step
from casework.report import REMAINDER_NAME, coverage_report, gap_a_month_ago
from grids.models import Area, Person, Post, Role
from grids.paths import DEPTH
from grids.services import (
    area_create,
    organisation_create,
    pairing_start,
    person_create,
    post_end,
    post_start,
)
from households import services
from households.covers import cover_start
from households.handovers import handover_propose
from households.links import link_end, links_create
from households.models import Household, NeedKind
from households.needs import need_begin
from tests.contacting import contact_record
from tests.matters import matter_to

pytestmark = pytest.mark.django_db
BEGIN = date(2025, 1, 1)
ON = date(2026, 3, 31)


@pytest.fixture
def place() -> SimpleNamespace:
    """A county with one township, village, grid and unit; nobody holds a post."""
    areas: dict[str, Any] = {}
    parent = None
    codes = ("159905", "159905100", "159905100200", "159905100200001", "15990510020000101")
    for level, code in zip(DEPTH, codes, strict=True):
        parent = areas[level] = area_create(
            level=level, name=f"小{level}", code=code, parent=parent, on=BEGIN
        )
    return SimpleNamespace(**areas)


def row(place: SimpleNamespace, on: date = ON) -> dict[str, Any]:
    """The total of the county as an earlier day is counted, which is also today's summary."""
    asked = {"area": place.county, "level": "county", "withhold": False}
    before = coverage_report(**asked, on=on, current=on + timedelta(days=1))["total"]
    now = coverage_report(**asked, on=on, current=on)["total"]
    assert now == before
    return now


def reasons(place: SimpleNamespace, on: date = ON) -> dict[str, int]:
    """The reasons that somebody has; they add up to the gap."""
    found = row(place, on)
    assert sum(found["gap_reasons"].values()) == found["gap"]
    return {key: n for key, n in found["gap_reasons"].items() if n}


def household(area: Area, on: date = BEGIN, **more: Any) -> Household:
    return services.household_register(area=area, head_name="某户", on=on, **more)


def post(role: str, member: bool = False, on: date = BEGIN, **where: Any) -> Post:
    person = person_create(name="某人", party_member=member)
    return post_start(person=person, role=Role.objects.get(pk=role), on=on, **where)


def link(home: Household, to: Post, on: date = BEGIN) -> Any:
    return links_create(households=[home], post=to, on=on).linked[0]


def kind(code: str, variant: str = "") -> NeedKind:
    return NeedKind.objects.get(code=code, variant=variant)


def due(place: SimpleNamespace, home: Household, on: date = ON) -> date | None:
    row(place, on)
    home.refresh_from_db()
    return home.due_on


# Why nobody -------------------------------------------------------------------------------


def test_it_is_in_no_grid_before_everything_else(place):
    home = household(place.village)
    handover_propose(household=home, to_post=post("unit_head", area=place.unit), on=BEGIN)
    assert reasons(place) == {"no_grid": 1}


def test_it_waits_for_an_answer_before_the_holder_left(place):
    home, first = household(place.unit), post("unit_head", area=place.unit)
    link(home, first)
    post_end(post=first, on=date(2026, 3, 1))
    assert reasons(place) == {"left": 1}
    assert row(place)["left_on"] == date(2026, 3, 1)
    handover_propose(household=home, to_post=post("unit_head", area=place.unit), on=ON)
    assert reasons(place) == {"handover": 1}
    assert row(place)["left_on"] is None


def test_a_link_ended_for_itself_is_not_a_holder_who_left(place):
    home, head = household(place.unit), post("unit_head", area=place.unit)
    link_end(link=link(home, head), on=date(2026, 3, 1))
    post_end(post=head, on=date(2026, 3, 10))
    assert reasons(place) == {"vacant": 1}


@pytest.mark.parametrize("ends", [None, date(2027, 1, 1)])
def test_of_two_links_that_ended_on_a_day_one_ended_with_its_post(place, ends):
    home, head = household(place.unit), post("unit_head", area=place.unit)
    cadre = post("cadre", organisation=organisation_create(name="某局", area=place.county))
    Post.objects.filter(pk=cadre.pk).update(during=(BEGIN, ends))
    link(home, head)
    link_end(link=link(home, cadre), on=date(2026, 3, 1))
    post_end(post=head, on=date(2026, 3, 1))
    assert reasons(place) == {"left": 1}
    assert row(place)["left_on"] == date(2026, 3, 1)


def test_nobody_is_in_post_though_a_worker_is(place):
    household(place.unit)
    post("grid_worker", area=place.grid)
    post("unit_head", area=place.township)
    assert reasons(place) == {"vacant": 1}


def test_everybody_in_post_is_full_until_one_has_room(place):
    first, _second = household(place.unit), household(place.unit)
    link(first, post("unit_head", area=place.unit, max_links=1))
    assert reasons(place) == {"full": 1}
    bureau = organisation_create(name="某局", area=place.county)
    post("cadre", organisation=bureau)
    assert reasons(place) == {"full": 1}
    pairing_start(organisation=bureau, area=place.village, on=ON)
    assert reasons(place) == {"unassigned": 1}


def test_a_person_is_full_in_every_post_of_a_role(place):
    other = area_create(
        level="unit", name="另一单元", code="15990510020000102", parent=place.grid, on=BEGIN
    )
    head = post("unit_head", area=place.unit, max_links=1)
    post_start(person=head.person, role=head.role, on=BEGIN, area=other, max_links=1)
    household(other)
    assert reasons(place) == {"unassigned": 1}
    link(household(place.unit), head)
    assert reasons(place) == {"full": 1}


@pytest.mark.parametrize(("days", "reason"), [(0, "new"), (29, "new"), (30, "unassigned")])
def test_it_is_newly_registered_for_thirty_days(place, days, reason):
    post("unit_head", area=place.unit)
    household(place.unit, on=ON - timedelta(days=days))
    assert reasons(place) == {reason: 1}


def test_being_unlocated_is_no_reason_and_prevents_no_link(place):
    home, head = household(place.unit), post("unit_head", area=place.unit)
    assert (row(place)["unlocated"], reasons(place)) == (1, {"unassigned": 1})
    link(home, head, on=ON)
    assert (row(place)["unlocated"], row(place)["linked"]) == (1, 1)


# Links, party, posts ----------------------------------------------------------------------


def test_a_backup_counts_only_while_covering(place):
    backup = link(household(place.unit), post("backup", member=True, area=place.village))
    assert row(place)["linked"] == 0
    cover_start(link=backup, on=ON, end=ON + timedelta(days=2))
    assert [row(place, ON + timedelta(days=n))["linked"] for n in (-1, 0, 1, 2)] == [0, 1, 1, 0]
    assert row(place)["party_linked_rate"] == 1.0


def test_only_a_party_member_met_face_to_face_counts_as_met(place):
    home = household(place.unit)
    member, other = post("volunteer", True, area=place.unit), post("volunteer", area=place.unit)
    for maker, mode, reached in (
        (member, "phone", True), (member, "wechat", True), (member, "entrusted", True),
        (member, "visit", False), (other, "visit", True),
    ):  # fmt: skip
        contact_record(household=home, made_by=maker.person, on=ON, mode=mode, reached=reached)
    assert row(place)["party_met"] == 0
    contact_record(household=home, made_by=member.person, on=ON, mode="came", reached=True)
    assert row(place)["party_met_rate"] == 1.0
    assert row(place, date(2027, 3, 30))["party_met"] == 1
    assert row(place, date(2027, 3, 31))["party_met"] == 0


def test_who_is_overloaded_in_two_posts_is_counted_once(place):
    other = area_create(
        level="unit", name="另一单元", code="15990510020000102", parent=place.grid, on=BEGIN
    )
    head = post("unit_head", area=place.unit)
    second = post_start(person=head.person, role=head.role, on=BEGIN, area=other)
    for to, area in ((head, place.unit), (second, other)):
        link(household(area), to)
    assert row(place)["overloaded"] == 0
    Post.objects.update(max_links=1)
    assert row(place)["overloaded"] == 1
    Person.objects.update(party_member=True)
    assert row(place)["party_linked"] == 2


def test_required_posts_without_a_holder_are_vacant(place):
    assert (row(place)["required_posts"], row(place)["vacancies"]) == (4, 4)
    post("unit_head", area=place.unit)
    post("unit_head", area=place.unit)
    assert row(place)["vacancies"] == 3


# Needs ------------------------------------------------------------------------------------


def test_old_age_counts_only_beside_living_alone(place):
    home = household(place.unit)
    need_begin(household=home, kind=kind("GAOLING"), on=ON)
    assert (row(place)["tier"]["fangxin"], due(place, home)) == (1, None)
    need_begin(household=home, kind=kind("DUJU"), on=ON)
    assert (row(place)["tier"]["zhongdian"], due(place, home)) == (1, ON + timedelta(days=7))
    assert row(place)["gap_zhongdian"] == 1


def test_sudden_hardship_is_due_the_next_day_then_monthly(place):
    home, visitor = household(place.unit), post("volunteer", area=place.unit)
    need_begin(household=home, kind=kind("LINSHI"), on=ON, end=date(2026, 9, 1))
    assert due(place, home) == date(2026, 4, 1)
    assert [row(place, date(2026, 4, day))["overdue_zhongdian"] for day in (1, 2)] == [0, 1]
    seen = {"household": home, "made_by": visitor.person, "mode": "phone"}
    contact_record(**seen, on=date(2026, 4, 2), reached=False)
    assert row(place, date(2026, 4, 2))["overdue"] == 1
    contact_record(**seen, on=date(2026, 4, 2), reached=True)
    assert due(place, home, date(2026, 4, 2)) == date(2026, 5, 2)


@pytest.mark.parametrize(
    ("code", "begin", "expected"),
    [
        ("DIBAO", date(2025, 11, 30), date(2026, 2, 28)),
        ("DIBAO", date(2026, 1, 31), date(2026, 4, 30)),
        ("DUJU", date(2026, 1, 31), date(2026, 2, 28)),
        ("DUJU", date(2026, 2, 28), date(2026, 3, 28)),
        ("SHINENG", date(2026, 2, 25), date(2026, 3, 4)),
    ],
)
def test_it_is_due_by_the_calendar_at_the_end_of_a_month(place, code, begin, expected):
    home = household(place.unit)
    variant = "full" if code == "SHINENG" else ""
    need_begin(household=home, kind=kind(code, variant), on=begin)
    assert due(place, home) == expected
    assert row(place, expected)["overdue"] == 0
    assert row(place, expected + timedelta(days=1))["overdue"] == 1


def test_it_counts_from_the_day_a_need_was_recorded(place):
    home = household(place.unit)
    need_begin(household=home, kind=kind("DUJU"), on=BEGIN, recorded_on=date(2026, 3, 10))
    assert due(place, home) == date(2026, 4, 10)


def test_a_household_without_a_cadence_is_never_due(place):
    home = household(place.unit)
    need_begin(household=home, kind=kind("CHANYE"), on=BEGIN)
    assert (due(place, home), row(place)["tier"]["fangxin"]) == (None, 1)


def test_a_merged_need_begins_anew(place):
    home, into = household(place.unit), household(place.unit)
    need_begin(household=home, kind=kind("DUJU"), on=BEGIN)
    services.household_merge(household=home, into=into, on=ON)
    assert (row(place)["households"], due(place, into)) == (1, date(2026, 4, 30))


# Scope, rows, days ------------------------------------------------------------------------


def test_who_is_out_of_scope_is_counted_apart_from_the_day_of_approval(place):
    home, _other = household(place.unit), household(place.unit)
    asker, approver = (User.objects.create_user(username=name) for name in "ab")
    for user, person in ((asker, post("grid_office", area=place.county).person),
                         (approver, post("grid_office", area=place.county).person)):  # fmt: skip
        Person.objects.filter(pk=person.pk).update(user=user)
    asked = services.exemption_ask(
        household=home, reason="declined", on=date(2026, 3, 1), by=User.objects.get(pk=asker.pk)
    )
    assert (row(place)["in_scope"], row(place)["excluded"]) == (2, 0)
    services.exemption_approve(
        exemption=asked, on=date(2026, 3, 20), by=User.objects.get(pk=approver.pk)
    )
    assert row(place, date(2026, 3, 19))["excluded"] == 0
    found = row(place, date(2026, 3, 20))
    assert (found["households"], found["in_scope"], found["excluded"], found["gap"]) == (2, 1, 1, 1)
    assert row(place, date(2027, 3, 1))["excluded"] == 0


def test_away_all_year_stays_in_scope_and_is_counted_apart(place):
    home = household(place.unit)
    services.residence_set(household=home, residence="away", on=ON)
    assert (row(place)["absent"], row(place)["in_scope"], row(place)["gap"]) == (1, 1, 1)


def test_rates_of_nobody_are_blank_and_empty_areas_have_rows(place):
    report = coverage_report(area=place.county, level="unit", on=ON, current=ON, withhold=False)
    assert [r["code"] for r in report["rows"]] == ["15990510020000101", None]
    empty = report["rows"][0]
    assert (empty["households"], empty["gap"], empty["linked_rate"]) == (0, 0, None)


def test_every_level_adds_up_with_a_last_row(place):
    for area in (place.village, place.grid, place.unit, place.unit):
        household(area)
    issue_register(
        kind="help", subject="other", source="visit", title="某事", on=BEGIN, area=place.township
    )
    for level in DEPTH:
        report = coverage_report(area=place.county, level=level, on=ON, current=ON, withhold=False)
        for name in ("households", "gap", "vacancies", "issues_open"):
            assert sum(r[name] for r in report["rows"]) == report["total"][name]
        rest = [r for r in report["rows"] if r["code"] is None]
        assert [r["name"] for r in rest] == [REMAINDER_NAME] * len(rest)
        if level == "grid":
            assert (rest[0]["households"], rest[0]["gap_reasons"]["no_grid"]) == (1, 1)


def test_an_issue_is_open_until_closed_and_overdue_past_its_limit(place):
    issue = issue_register(
        kind="consult", subject="other", source="visit", title="某事", on=date(2026, 3, 6),
        area=place.unit,
    )  # fmt: skip
    assert row(place, date(2026, 3, 5))["issues_open"] == 0
    assert [row(place, date(2026, 3, day))["issues_overdue"] for day in (9, 10)] == [0, 1]
    matter_to(issue, "shelved", on=date(2026, 3, 11))
    assert row(place)["issues_overdue"] == 1
    issue_step(issue=issue, verb="resume", by=None, on=ON)
    matter_to(issue, "closed", on=ON)
    assert (row(place)["issues_open"], row(place, date(2026, 3, 30))["issues_open"]) == (0, 1)


def test_it_tells_the_gap_of_a_month_earlier(place):
    household(place.unit, on=date(2026, 2, 28))
    household(place.unit, on=date(2026, 3, 1))
    assert gap_a_month_ago(place.county, on=ON) == {"gap": 1, "on": date(2026, 2, 28)}
    assert gap_a_month_ago(place.county, on=date(2026, 3, 20)) is None
