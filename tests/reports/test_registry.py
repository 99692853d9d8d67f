"""The registry: one definition for each number, its rows, and its page in the documents."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils.translation import override

from casework.models import Campaign, Contact, Issue, IssueStep
from casework.report import coverage_report
from reports.answers import rows_of, sums_by_path, values
from reports.indicators import STATIC, by_name, registry
from reports.measures import Value, quotient
from reports.sources import SOURCES

pytestmark = pytest.mark.django_db


def test_the_page_of_the_documents_is_up_to_date():
    call_command("indicators", check=True)


def test_no_two_indicators_share_a_key_or_a_name():
    names = Counter(name for one in STATIC.values() for name in (one.name, *one.other_names))
    assert [name for name, n in names.items() if n > 1] == []


def test_each_comes_from_exactly_one_place_and_says_what_it_means():
    for one in registry().values():
        ways = [bool(one.column), one.of is not None, one.less is not None]
        assert sum(ways) == 1 or (not any(ways) and one.where is not None), one.key
        assert one.definition and one.definition_en and one.unit, one.key
        for part in (*(one.of or ()), *(one.less or ())):
            assert part in registry(), one.key
        if one.where is not None:
            assert one.source in SOURCES
        opens = one.where is not None and SOURCES[one.source].table
        assert opens or one.of or one.listed or one.closed, f"{one.key} neither opens nor says why"


def test_decimals_belong_to_the_indicator():
    one = registry()["close_rate"]
    published = {0: (1429, 1461, "98%"), 1: (232, 263, "88.2%")}
    for decimals, (numerator, denominator, text) in published.items():
        changed = one.__class__(**{**one.__dict__, "decimals": decimals})
        value = Value(changed, quotient(numerator, denominator), numerator, denominator)
        assert value.text == text


def test_a_campaign_has_its_own_rate_and_decimals(world):
    Campaign.objects.create(name="安全排查", decimals=2)
    Issue.objects.filter(pk__in=[world.issues[k].pk for k in ("road", "well", "lamp")]).update(
        campaign="安全排查"
    )
    Issue.objects.filter(pk=world.issues["road"].pk).update(state="closed", finished_on=world.on)
    got = values(
        ["campaign:安全排查:rate"], world.areas["C"].path, since=world.on, until=world.on,
        current=world.on,
    )  # fmt: skip
    assert got["campaign:安全排查:rate"].text == "33.33%"
    assert by_name()["安全排查办结率"].decimals == 2


def test_a_rate_without_denominator_is_blank(world):
    got = values(
        ["close_rate", "satisfaction_rate", "visit_rate"], world.areas["V3"].path,
        since=world.on, until=world.on, current=world.on,
    )  # fmt: skip
    assert got["close_rate"].number is None
    assert got["close_rate"].text == ""


def test_coverage_is_that_of_the_one_count(world):
    for key, level in (("C", "county"), ("T1", "township"), ("V1", "village")):
        area = world.areas[key]
        report = coverage_report(
            area=area, level=level, on=world.on, current=world.on, withhold=False
        )["total"]
        got = values(
            ["gap", "in_scope", "linked", "linked_rate", "zhongdian", "overdue", "issues_open"],
            area.path, since=world.on, until=world.on, current=world.on,
        )  # fmt: skip
        for name in ("gap", "in_scope", "linked", "overdue", "issues_open"):
            assert got[name].number == report[name], (key, name)
        assert got["zhongdian"].number == report["tier"]["zhongdian"]
        assert float(got["linked_rate"].number) == pytest.approx(report["linked_rate"])


def closed(world, *, on, answer: str) -> None:
    """A matter registered and accepted the day before and closed on a day, as its steps tell."""
    before, area = on - timedelta(days=1), world.areas["V1"]
    issue = Issue.objects.create(
        kind="help", subject="traffic", source="visit", title="路口", area=area, path=area.path,
        registered_on=before, limit_on=on, accepted_on=before, state="closed", finished_on=on,
        answer=answer,
    )  # fmt: skip
    for day, was, now in ((before, "", "registered"), (before, "registered", "accepted"),
                          (on, "accepted", "closed")):  # fmt: skip
        IssueStep.objects.create(issue=issue, on=day, before=was, after=now)


def test_matters_of_a_period_as_of_any_day(world):
    last_week = world.on - timedelta(days=7)
    closed(world, on=last_week, answer="satisfied")
    closed(world, on=world.on, answer="dissatisfied")
    keys = ["issues_accepted", "issues_accepted_closed", "issues_closed", "close_rate",
            "satisfaction_rate", "issues_open"]  # fmt: skip
    path = world.areas["T1"].path

    def on(day):
        got = values(keys, path, since=last_week.replace(day=1) - timedelta(days=31), until=day,
                     current=world.on)  # fmt: skip
        return [got[key].text for key in keys]

    assert on(world.on) == ["2", "2", "2", "100.0%", "50.0%", "3"]
    # A day before the second was closed: accepted by then, still open.
    assert on(world.on - timedelta(days=1))[:4] == ["2", "1", "1", "50.0%"]


def test_every_number_has_as_many_rows(world):
    Contact.objects.create(
        household=world.households["zhao"], on=world.on, mode="phone", reached=True,
        made_by=world.people["head"], made_by_party_member=True,
    )  # fmt: skip
    known = registry()
    path = world.areas["C"].path
    simple = [one for one in known.values() if one.of is None and not one.total]
    asked = {"since": world.began, "until": world.on, "current": world.on}
    got = values([one.key for one in simple], path, **asked)
    opened = 0
    for one in simple:
        rows = rows_of(one, path, **asked)
        if rows is None:
            continue
        keys = rows.values_list(
            SOURCES[one.source].household if one.by_household else "pk", flat=True
        )
        assert len(set(keys)) == got[one.key].number, one.key
        opened += bool(got[one.key].number)
    assert opened > 20


def test_money_stays_exact(world):
    from casework.models import Deed

    for amount in ("0.10", "0.20"):
        Deed.objects.create(
            area=world.areas["V1"], path=world.areas["V1"].path, what="送煤", amount=amount,
            on=world.on,
        )  # fmt: skip
    sums = sums_by_path(
        [STATIC["deeds_amount"]], world.areas["C"].path, since=world.on, until=world.on,
        current=world.on,
    )  # fmt: skip
    assert sums[world.areas["V1"].path]["deeds_amount"] == Decimal("0.30")


def test_an_english_page_has_no_chinese_measure_words():
    with override("en"):
        assert {one.measured_in for one in STATIC.values()} == {"", "yuan"}
    with override("zh-hans"):
        assert STATIC["gap"].measured_in == "户"
