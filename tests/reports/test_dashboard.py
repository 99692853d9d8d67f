"""The dashboard and the wall: numbers that open, from summaries, with small ones withheld."""

from __future__ import annotations

import html
import re

import pytest

from casework.models import Contact, Deed, Issue
from grids.models import Area
from reports.comparing import compared, interval
from reports.snapshots import snapshots_write
from tests.shapes import CODES

pytestmark = pytest.mark.django_db

NUMBER = re.compile(
    r'<a class="num" href="(?P<href>[^"]+)" data-n="(?P<n>[^"]*)"'
    r'|<form method="post" action="(?P<post>[^"]+)" class="num-form">(?P<fields>.*?)'
    r'<button class="num" type="submit" data-n="(?P<m>[^"]*)"',
    re.S,
)
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')
HOW_MANY = re.compile(r'class="how-many" role="status">\D*([\d,]+)')


def with_work(world) -> None:
    """A contact, a deed and a closed matter, so that there is something of each."""
    Contact.objects.create(
        household=world.households["zhao"], on=world.on, mode="visit", reached=True,
        made_by=world.people["head"], made_by_party_member=True,
    )  # fmt: skip
    Deed.objects.create(
        area=world.areas["V1"], path=world.areas["V1"].path, what="修路灯", on=world.on,
        state="granted",
    )  # fmt: skip
    Issue.objects.filter(pk=world.issues["road"].pk).update(
        state="closed", accepted_on=world.on, finished_on=world.on, answer="satisfied"
    )
    snapshots_write(on=world.on, current=world.on)


@pytest.mark.parametrize("span", ["month", "year"])
def test_every_number_opens_to_as_many_rows(world, as_user, span):
    with_work(world)
    client = as_user("manager")
    page = client.get("/dashboard/", {"span": span}).content.decode()
    opened = {}
    for found in NUMBER.finditer(page):
        address = html.unescape(found["href"] or found["post"])
        fields = dict(FIELD.findall(found["fields"] or ""))
        rows = client.post(address, fields) if found["post"] else client.get(address)
        assert rows.status_code == 200, address
        n = int(found["n"] or found["m"])
        empty = "how-many" in rows.content.decode()
        assert empty, address
        told = HOW_MANY.search(rows.content.decode())
        assert int(told[1].replace(",", "")) == n, address
        opened[address] = n
    assert len(opened) > 25
    assert sum(opened.values()) > 20


def test_a_number_that_does_not_open_says_why(world, as_user):
    with_work(world)
    for user in ("manager", "leader", "worker"):
        page = as_user(user).get("/dashboard/").content.decode()
        for plain in re.findall(r'<span class="(?:num plain|withheld)"[^>]*>', page):
            assert re.search(r'title="[^"]{4,}"', plain), plain


def test_no_address_of_a_number_speaks_of_needs(world, as_user):
    with_work(world)
    page = as_user("manager").get("/dashboard/").content.decode()
    for address in re.findall(r'(?:href|action)="(/tables/[^"]+)"', page):
        assert not re.search(
            r"zhongdian|guanzhu|fangxin|tier|need|overdue(?!~)|visit_", address
        ) or ("issues_" in address or "filter=overloaded" in address), address


def test_small_counts_of_needs_are_withheld_from_a_leader(world, as_user):
    with_work(world)
    page = as_user("leader").get("/dashboard/").content.decode()
    report = as_user("leader").get("/api/v1/coverage").json()["total"]
    assert report["withheld"]
    assert 'class="withheld"' in page
    assert "num-form" not in page
    assert '"overdue"' not in page.split('id="charts"')[-1].split("</script>")[0]


def test_the_wall_withholds_from_everybody_and_names_nobody(world, as_user):
    with_work(world)
    answer = as_user("manager").get("/wall/")
    page = answer.content.decode()
    assert "withheld" in page
    for household in world.households.values():
        assert household.head_name not in page
        assert household.address not in page
    for person in world.people.values():
        assert person.name not in page
    assert 'http-equiv="refresh"' in page


def test_it_counts_nothing_when_it_is_looked_at(world, as_user, django_assert_max_num_queries):
    with_work(world)
    client = as_user("leader")
    client.get("/dashboard/")
    with django_assert_max_num_queries(23) as asked:
        client.get("/dashboard/")
    bases = re.compile(r'FROM "?casework_(issue|contact|deed|activity|contactcard|rating)"?[ )]')
    for query in asked.captured_queries:
        assert not bases.search(query["sql"]), query["sql"]


def test_without_a_summary_it_says_so(world, as_user):
    answer = as_user("manager").get("/dashboard/")
    assert answer.status_code == 200
    assert "汇总" in answer.content.decode()


def test_another_township_does_not_exist(world, as_user):
    assert as_user("leader").get("/dashboard/", {"area": CODES["T2"]}).status_code == 404
    assert as_user("leader").get("/wall/", {"area": CODES["T2"]}).status_code == 404


def test_places_with_fewer_than_three_people_are_not_compared():
    places = [("甲", "1", 8, 10, 3), ("乙", "2", 9, 10, 2), ("丙", "3", 1, 4, 5)]
    dots, few_people, few_cases = compared(places)
    assert [dot.name for dot in dots] == ["甲"]
    assert (few_people, few_cases) == (["乙"], ["丙"])


def test_the_order_is_that_of_the_codes_never_of_the_share(world, as_user):
    snapshots_write(on=world.on, current=world.on)
    dots, _people, _cases = compared(
        [("甲", "1", 5, 10, 3), ("乙", "2", 9, 10, 3), ("丙", "3", 7, 10, 3)]
    )
    assert [dot.code for dot in dots] == ["1", "2", "3"]


@pytest.mark.parametrize(("part", "whole"), [(0, 5), (5, 5), (1429, 1461), (1, 2)])
def test_an_interval_holds_its_share(part, whole):
    low, high = interval(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    with pytest.raises(ValueError):
        interval(3, 0)


def test_holders_are_people_each_once(world):
    snapshots_write(on=world.on, current=world.on)
    village = Area.objects.get(pk=world.areas["V1"].pk)
    kept = village.snapshots.get()
    # The head of a unit and the party secretary, who may link here; and who work in the grids.
    assert kept.parts["holders"]["link"] >= 2
    assert kept.parts["holders"]["grid"] >= 3
