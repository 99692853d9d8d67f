"""Pages follow each other without a gap or a repeat, whatever the order and the filter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.http import QueryDict

from casework.activities import activity_record
from casework.cards import cards_print
from casework.deeds import deed_record
from casework.models import ActivityKind, ContactCard, Issue
from casework.ratings import rating_from_card
from desk.tables import chips, keyset
from desk.tables.asked import ask
from desk.tables.registry import TABLES
from desk.tables.table import Table
from grids.models import AreaCode, Person
from households.models import Link
from households.services import household_register, household_review
from tests.contacting import contact_record
from tests.people import World
from tests.shapes import CODES

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Namesakes, some never reviewed, some registered on the same day; pages of three."""
    monkeypatch.setattr(Table, "size", 3)
    for n in range(17):
        household = household_register(
            area=world.areas[("U111", "G12", "V1")[n % 3]], head_name=f"同名{'甲乙丙'[n % 3]}",
            on=world.began + timedelta(days=n % 4), serial=f"S{n}",
        )  # fmt: skip
        if n % 2:
            household_review(household=household, on=world.on - timedelta(days=n % 5))
    training = ActivityKind.objects.get(code="training")
    for n in range(5):
        deed_record(
            what=f"第{n}件", on=world.on - timedelta(days=n % 2), current=world.on,
            household=world.households["zhao"] if n % 2 else None, area=world.areas["V1"],
        )  # fmt: skip
        activity_record(
            kind=training, title=f"第{n}场", area=world.areas["V1"], current=world.on,
            on=world.on - timedelta(days=n % 2),
        )  # fmt: skip
        contact_record(
            household=world.households["zhao"], made_by=world.people["worker"], mode="phone",
            on=world.on - timedelta(days=n % 2), reached=True,
        )  # fmt: skip
    links = Link.objects.in_force(world.on).filter(
        household__path__startswith=world.areas["T1"].path
    )
    cards = cards_print(links=links, on=world.on, by=world.user("manager"))
    ContactCard.objects.filter(pk__in=[card.pk for card in cards]).update(handed_on=world.on)
    for _n in range(5):
        rating_from_card(code=cards[0].code, answer="satisfied", on=world.on)
    return world


def pages(table: Table, world: World, address: str, *, back: bool = False) -> Iterator[list[Any]]:
    """The pages of an address one after the other, forward or back from the last."""
    word, key = ("before", "") if back else ("after", "")
    for _n in range(60):
        given = QueryDict(f"{address}&{word}={key}")
        page = table.page(ask(table, world.user("manager"), given, on=world.on))
        yield [str(row.pk) for row in page.rows]
        key = (page.before if back else page.after) or ""
        if not key:
            return
    raise AssertionError("the pages never end")


CASES = [
    (table.kind, f"sort={sign}{order.key}&{word}")
    for table in TABLES.values()
    for order, sign, word in product(
        table.orders, ("", "-"), ("", *(f"filter={flag.key}" for flag in table.flags))
    )
]


@pytest.mark.parametrize(("kind", "address"), CASES)
def test_pages_hold_every_row_once_in_one_order(crowd: World, kind: str, address: str) -> None:
    table = TABLES[kind]
    followed = [key for page in pages(table, crowd, address) for key in page]
    asked = ask(table, crowd.user("manager"), QueryDict(address), on=crowd.on)
    assert len(followed) == len(set(followed)) == table.total(asked).n
    if not asked.has("vacant") or kind != "posts":
        terms = keyset.ordering(asked.order, down=asked.down)
        whole = table.rows(asked).order_by(*terms)
        assert followed == [str(key) for key in whole.values_list("pk", flat=True)]


def test_areas_stand_in_the_order_of_the_codes_of_the_day(crowd: World) -> None:
    """One got another code today, which is now the last; one lost its code and comes first."""
    other, without = crowd.areas["G11"], crowd.areas["V2"]
    AreaCode.objects.filter(area__in=[other, without]).update(during=(crowd.began, crowd.on))
    AreaCode.objects.create(area=other, code="159901999", during=(crowd.on, None))
    followed = [key for page in pages(TABLES["areas"], crowd, "") for key in page]
    codes = AreaCode.objects.filter(during__contains=crowd.on).order_by("code")
    wanted = [str(key) for key in codes.values_list("area", flat=True) if str(key) in followed]
    assert followed == [str(without.pk), *wanted]
    assert followed[-1] == str(other.pk)


BACK = [
    (table.kind, f"sort={sign}{order.key}")
    for table in TABLES.values()
    for order, sign in product(table.orders, ("", "-"))
]


@pytest.mark.parametrize(("kind", "address"), BACK)
def test_pages_lead_back_the_same_way(
    crowd: World, monkeypatch: pytest.MonkeyPatch, kind: str, address: str
) -> None:
    """Among namesakes, matters of one day and areas without a code, from the last to the first."""
    Person.objects.filter(pk__in=[one.pk for one in crowd.people.values()]).update(name="同名")
    Issue.objects.update(limit_on=crowd.on, registered_on=crowd.on)
    AreaCode.objects.filter(area__level="grid").update(during=(crowd.began, crowd.on))
    monkeypatch.setattr(Table, "size", 2)
    table = TABLES[kind]
    forward = list(pages(table, crowd, address))
    assert len(forward) > 1
    last = QueryDict(f"{address}&after={forward[-2][-1]}")
    page = table.page(ask(table, crowd.user("manager"), last, on=crowd.on))
    seen = [[str(row.pk) for row in page.rows]]
    while page.before:
        given = QueryDict(f"{address}&before={page.before}")
        page = table.page(ask(table, crowd.user("manager"), given, on=crowd.on))
        seen.append([str(row.pk) for row in page.rows])
    back = [key for rows in reversed(seen) for key in rows]
    assert back == [key for rows in forward for key in rows]


def test_an_address_opens_the_same_filters_order_and_columns(crowd: World) -> None:
    area = CODES["V1"]
    for kind, address in {
        "households": "filter=no_phone&filter=new&with=cadre&sort=-head&columns=head,size",
        "people": "filter=full&role=unit_head&sort=-name&columns=name,skills",
        "posts": f"filter=ended&ended_since={crowd.began}&sort=-person&columns=role,until",
        "areas": "filter=vacant&level=grid&sort=-name&columns=name,type",
        "deeds": "filter=projects&state=planned&funds=own&since=2020-01-01&sort=place"
        "&columns=what,result",
        "activities": "what=training&until=2026-01-01&sort=place&columns=title,note",
        "issues": "filter=overdue&state=accepted&kind=help&sort=place&columns=title,campaign",
    }.items():
        asked = ask(TABLES[kind], crowd.user("manager"), QueryDict(f"{address}&area={area}"),
                    on=crowd.on)  # fmt: skip
        again = ask(TABLES[kind], crowd.user("manager"), QueryDict(asked.address()[1:]),
                    on=crowd.on)  # fmt: skip
        assert asked.query() == again.query()
        words = QueryDict(address)
        assert set(words) <= set(asked.query()), kind
        assert ",".join(asked.query()["columns"]) == words["columns"]
        assert chips.all_rows(asked).count("&") == 3  # area, order and two columns are left
        assert [one.on for one in chips.orders(asked)].count(True) == 1


def test_vacancies_lead_back_too(crowd: World) -> None:
    table = TABLES["posts"]
    forward = list(pages(table, crowd, "filter=vacant"))
    assert len(forward) > 1
    given = QueryDict(f"filter=vacant&before={forward[1][0]}")
    page = table.page(ask(table, crowd.user("manager"), given, on=crowd.on))
    assert [row.pk for row in page.rows] == forward[0]


def test_a_row_that_is_gone_begins_the_list_anew(crowd: World, as_user) -> None:
    gone = crowd.households["wei"].pk  # of another township: as if it did not exist
    answer = as_user("manager").get(f"/tables/households/?after={gone}")
    assert answer.status_code == 400
    assert "名单已有变动" in answer.content.decode()
    assert answer.content.decode().count("<tr data-href") == 3


def test_the_address_names_no_person(crowd: World, as_user) -> None:
    page = as_user("manager").get("/tables/households/").content.decode()
    assert "after=" in page
    for line in page.split("href="):
        assert "%E5%90%8C" not in line.split(">")[0]
