"""The real load of both fixtures, and the published totals by the program's own counting."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import F

from accounts.models import User
from casework.coverage import REASONS, facts, sums
from casework.models import (
    Contact,
    ContactCard,
    Deed,
    Issue,
    IssuePhoto,
    IssueStep,
    Meeting,
    SampleCall,
    Submission,
    Uptake,
)
from fixtures.generate import HERE
from grids.models import Area, Post
from grids.scope import scope_of
from households.models import Link
from lib.clock import today

TALLY = date(2024, 12, 31)
PASSWORD = "a password made at install"
BACKGROUNDS = {
    "无职党员": "member", "村民代表": "representative", "积极分子": "activist",
    "后备干部": "reserve", "乡土人才": "talent", "屯不错": "capable", "种养大户": "grower",
}  # fmt: skip


def published(programme: str) -> dict[str, int]:
    with (HERE / "published_totals.csv").open(encoding="utf-8") as file:
        return {
            row["indicator"]: int(row["value"])
            for row in csv.DictReader(file) if row["programme"] == programme
        }  # fmt: skip


class Loaded:
    """One fixture in the database, with the generator's own count and the time it took."""

    def __init__(self, name: str, folder: Path) -> None:
        password = folder / "password"
        password.write_text(PASSWORD + "\n", encoding="utf-8")
        # The loader's own processor time: other tests run beside this one.
        began = time.process_time()
        call_command(
            "load_demo", fixture=name, password_file=password, folder=folder / name, verbosity=0
        )
        self.seconds = time.process_time() - began
        self.expected: dict[str, Any] = json.loads(
            (folder / name / "expected.json").read_text(encoding="utf-8")
        )
        self.path = Area.objects.get(level="county").path

    def counted(self, on: date) -> dict[str, Any]:
        """The coverage of the whole county on a day."""
        return sums(self.path, "county", on=on, current=today())[self.path]


@pytest.fixture(scope="module")
def loaded(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Loaded]:  # fmt: skip
    """A fixture loaded once for all tests of this file that name it; taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Loaded(request.param, tmp_path_factory.mktemp("demo"))
        transaction.set_rollback(True)


town = pytest.mark.parametrize("loaded", ["yindeer"], indirect=True, scope="module")
county = pytest.mark.parametrize("loaded", ["gaize"], indirect=True, scope="module")
both = pytest.mark.parametrize("loaded", ["yindeer", "gaize"], indirect=True, scope="module")

pytestmark = pytest.mark.django_db


@town
def test_the_people_of_2024_are_as_published(loaded):
    totals = published("音德尔镇 2024")
    units = Area.objects.in_force(TALLY).filter(level="unit")
    assert units.count() == totals["联户单元"]
    posts = Post.objects.in_force(TALLY)
    heads = posts.filter(role__code="unit_head")
    assert heads.count() == totals["联户长"]
    found = Counter(heads.values_list("background", flat=True))
    assert found == {code: totals[f"联户长·{label}"] for label, code in BACKGROUNDS.items()}
    assert set(Counter(heads.values_list("area", flat=True)).values()) == {2, 3}
    cadres = posts.filter(role__code="cadre", person__party_member=True)
    assert cadres.count() == totals["结对联系党员干部"]


@town
def test_the_linked_households_of_2024_are_as_published(loaded):
    totals = published("音德尔镇 2024")
    counted = loaded.counted(TALLY)
    assert counted["zhongdian"] - counted["gap_zhongdian"] == totals["结对联系重点户"]
    links = Link.objects.filter(void=False, during__contains=TALLY, role__code="cadre")
    by_cadre = set(links.values_list("household", flat=True))
    key = {f["household_id"] for f in facts(loaded.path, on=TALLY) if f["tier"] == "zhongdian"}
    assert len(key & by_cadre) == totals["结对联系重点户"]
    # One links at most two households, so nobody is over the limit on that day or today.
    assert max(Counter(links.values_list("post__person", flat=True)).values()) == 2
    assert counted["overloaded"] == 0
    assert loaded.counted(today())["overloaded"] == 0


@town
def test_the_hotline_orders_of_2024_are_as_published(loaded):
    closed = IssueStep.objects.filter(
        issue__source=Issue.Source.HOTLINE, after=Issue.State.CLOSED, on__lte=TALLY
    )
    assert closed.count() == published("音德尔镇 2024")["12345热线工单化解"]


@county
def test_the_households_of_the_county_are_as_published(loaded):
    totals = published("改则县 2024")
    for on in (TALLY, today()):
        counted = loaded.counted(on)
        cadres = Post.objects.in_force(on).filter(role__code="cadre")
        assert cadres.count() == totals["结对干部"]
        assert counted["households"] == counted["linked"] == totals["结对群众"]
        assert counted["fangxin"] == totals["放心户"]
        assert counted["guanzhu"] == totals["关注户"]
        assert counted["zhongdian"] == totals["重点户"]
        assert counted["overloaded"] == 0


@both
def test_today_is_as_the_generator_told(loaded):
    told, counted = loaded.expected, loaded.counted(today())
    assert counted["households"] == told["households"]
    assert counted["households"] - counted["excluded"] == told["in_scope"]
    assert {r: counted[f"gap_{r}"] for r in REASONS if counted[f"gap_{r}"]} == told["gap_reasons"]
    assert counted["gap_zhongdian"] == told["gap_zhongdian"]
    assert {tier: counted[tier] for tier in told["tier"]} == told["tier"]
    assert counted["unlocated"] == told["unlocated"]
    assert counted["issues_open"] == told["issues_open"]
    assert Link.objects.count() == told["links"]


@town
def test_today_shows_some_of_everything(loaded):
    counted = loaded.counted(today())
    assert counted["overdue"] == 38
    assert counted["outside"] == 37
    assert counted["issues_overdue"] == 6
    assert 1 <= counted["vacancies"] <= 12
    assert 0.7 < counted["party_met"] / counted["households"] < 0.95
    rows = sums(loaded.path, "village", on=today(), current=today())
    gaps = {path: sum(row[f"gap_{r}"] for r in REASONS) for path, row in rows.items() if path}
    assert len(gaps) == 59
    assert sum(gaps.values()) == loaded.expected["gap"]


@town
def test_rarely_filled_pages_show_something(loaded):
    assert ContactCard.objects.to_replace(today()).count() >= 5
    assert SampleCall.objects.exclude(answer="").count() >= 5
    assert IssuePhoto.objects.values("issue").distinct().count() == 2


@both
def test_it_is_loaded_within_a_minute(loaded):
    assert loaded.seconds < 40


@town
def test_each_login_has_the_rights_of_its_post(loaded):
    kinds = {
        "leader": "leader", "county": "leader", "manager": "manager", "worker": "worker",
        "head": "head", "cadre": "cadre", "clerk": "department", "auditor": "auditor",
        "admin": "administrator",
    }  # fmt: skip
    for login, kind in kinds.items():
        assert scope_of(User.objects.get(username=login)).kinds == {kind}
    assert User.objects.get(username="manager").check_password(PASSWORD)


@town
def test_a_second_load_is_refused(loaded, tmp_path):
    with pytest.raises(CommandError, match=r"empty|空"):
        call_command("load_demo", password_file=tmp_path / "none", folder=tmp_path, verbosity=0)


@town
def test_the_deeds_of_2024_are_those_published(loaded: Loaded) -> None:
    done = Deed.objects.filter(state__in=Deed.DONE, path__startswith=loaded.path)
    assert done.filter(on__year=2024).count() == published("音德尔镇 2024")["办实事"] == 47
    assert done.filter(household__isnull=False).count() > 50
    assert done.exclude(on__year=2024).exists()
    assert Meeting.objects.filter(held=True).count() == 1
    assert IssueStep.objects.filter(verb="decide").count() == 3
    assert Uptake.objects.count() == 8


@town
def test_the_cards_of_2024_are_those_published(loaded: Loaded) -> None:
    handed = ContactCard.objects.handed().filter(handed_on__year=2024)
    assert handed.count() == published("音德尔镇 2024")["发放联系卡"]
    assert not handed.filter(link__during__startswith__gt=F("handed_on")).exists()
    assert Submission.objects.waiting().count() == 5


@county
def test_the_contacts_of_the_county_in_2024_are_those_published(loaded: Loaded) -> None:
    totals = published("改则县 2024")
    made = Contact.objects.filter(
        on__year=2024, reached=True, household__path__startswith=loaded.path
    )
    for mode, indicator in (("phone", "电话联系"), ("visit", "现场走访")):
        households = made.filter(mode=mode).values("household").distinct()
        assert households.count() == totals[indicator]
