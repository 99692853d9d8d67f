"""The page that says what would close a gap: who sees what, what is typed, what is handed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from grids.models import Post, Role
from households.handovers import handover_propose
from households.models import Household, Link
from tests.people import HOUSEHOLDS, World

pytestmark = pytest.mark.django_db
AsUser = Callable[[str], Client]


def ask(client: Client, world: World, area: str, query: str = "") -> str:
    """The page of an area with levers."""
    response = client.get(f"/whatif/?area={world.areas[area].pk}&{query}")
    assert response.status_code in (200, 400), response.status_code
    return response.content.decode()


def rows(page: str) -> dict[str, list[str]]:
    """The comparison: of each row its cells as text, changes left out."""
    found = {}
    table = re.search(r'<table class="scenarios">.*?</table>', page, re.S)
    assert table
    for key, cells in re.findall(r'<tr class="of-(\w+)">(.*?)</tr>', table[0], re.S):
        texts = re.findall(r"<td[^>]*>(.*?)</td>", cells, re.S)
        plain = [re.sub(r"<small>.*?</small>|<[^>]+>", "", text).strip() for text in texts]
        found[key] = plain
    return found


@pytest.mark.parametrize(
    ("login", "area", "status"),
    [
        ("manager", "V1", 200), ("leader", "V1", 200), ("county_leader", "V1", 200),
        ("worker", "G11", 200), ("secretary", "V1", 200), ("worker", "G12", 404),
        ("leader", "V3", 404), ("manager", "V3", 404), ("secretary", "V2", 404),
        ("head", "U111", 404), ("cadre", "V1", 404), ("clerk", "V1", 404), ("auditor", "V1", 404),
    ],
)  # fmt: skip
def test_who_may_ask(world: World, as_user: AsUser, login: str, area: str, status: int):
    response = as_user(login).get(f"/whatif/?area={world.areas[area].pk}")
    assert response.status_code == status
    for _key, head, _filed, _place, phone, address, *_rest in HOUSEHOLDS:
        assert head not in response.content.decode()
        assert address not in response.content.decode()
        assert not phone or phone not in response.content.decode()


def test_today_is_what_coverage_says_and_nothing_is_written(world: World, as_user: AsUser):
    links, posts = Link.objects.count(), Post.objects.count()
    page = ask(as_user("manager"), world, "V1")
    assert rows(page)["gap"] == ["3"] and rows(page)["unassigned"] == ["3"]
    assert rows(page)["more_people"] == ["0"]  # those in post have room for them
    filled = rows(ask(as_user("manager"), world, "V1", "name=1"))
    assert filled["gap"] == ["3", "0"] and filled["linked_rate"] == ["40.0%", "100.0%"]
    assert (Link.objects.count(), Post.objects.count()) == (links, posts)


def test_each_lever_has_its_effect(world: World, as_user: AsUser):
    manager = as_user("manager")
    Role.objects.filter(code__in=("cadre", "party_secretary")).update(may_link=False)
    v2 = rows(ask(manager, world, "V2"))
    assert (v2["vacant"], v2["no_grid"]) == (["1"], ["1"])
    unit, grid = world.areas["U211"].pk, world.areas["G21"].pk
    v2 = rows(ask(manager, world, "V2", f"fill={unit}.unit_head&name=1"))
    assert v2["gap"] == ["2", "1"] and int(v2["vacancies"][1]) == int(v2["vacancies"][0]) - 1
    more = f"more_at={grid}&more_role=unit_head&more_n=1"
    assert rows(ask(manager, world, "V2", more))["unassigned"] == ["0", "1"]
    both = f"{more}&rest={grid}&name=1"
    assert rows(ask(manager, world, "V2", both))["gap"] == ["2", "0"]
    short = rows(ask(manager, world, "V2", f"{both}&limit_unit_head=1"))
    assert (short["gap"], short["full"], short["more_people"]) == (
        ["2", "1"],
        ["0", "1"],
        ["1", "1"],
    )


def test_a_waiting_handover_is_accepted(world: World, as_user: AsUser):
    handover_propose(
        household=world.households["li"], to_post=world.posts["secretary"], on=world.on
    )
    manager = as_user("manager")
    assert rows(ask(manager, world, "V1", "name=1"))["handover"] == ["1", "1"]
    assert rows(ask(manager, world, "V1", "accept=1"))["handover"] == ["1", "0"]


@pytest.mark.parametrize("limit", ["-3", "0", "abc", "501", "2.5"])
def test_a_limit_that_is_none_is_refused_at_its_field_and_kept(
    world: World, as_user: AsUser, limit: str
):
    response = as_user("leader").get(
        f"/whatif/?area={world.areas['V1'].pk}&limit_unit_head={limit}&name=1"
    )
    page = response.content.decode()
    assert response.status_code == 400
    assert f'value="{limit}"' in page and 'aria-describedby="error-limit_unit_head"' in page
    assert "1 到 500" in page
    assert rows(page)["gap"] == ["3", "0"]  # the rest is worked out all the same


@pytest.mark.parametrize("n", ["-1", "0", "两", "51"])
def test_a_number_of_people_that_is_none_is_refused(world: World, as_user: AsUser, n: str):
    place = world.areas["G11"].pk
    response = as_user("manager").get(
        "/whatif/",
        {
            "area": str(world.areas["V1"].pk),
            "more_at": str(place),
            "more_role": "unit_head",
            "more_n": n,
        },
    )
    page = response.content.decode()
    assert response.status_code == 400 and f'value="{n}"' in page and "1 到 50" in page


def test_what_lies_elsewhere_is_refused_at_its_field(world: World, as_user: AsUser):
    far = world.areas["G31"].pk
    for query, sentence in (
        (f"more_at={far}&more_role=unit_head&more_n=1", "从列表中选一个本区域内的地点。"),
        (f"rest={far}", "从列表中选一个本区域内的网格。"),
        (f"fill={far}.unit_head", "有一个岗位已不再空缺"),
        (f"post_{world.posts['outer_head'].pk}=3", "这个岗位已不在此任职"),
    ):
        assert sentence in ask(as_user("manager"), world, "V1", query), query


def test_only_managers_raise_a_limit_by_name(world: World, as_user: AsUser):
    query = f"post_{world.posts['head'].pk}=9"
    page = ask(as_user("manager"), world, "V1", query)
    assert "连户长" in page and 'role="alert"' not in page
    page = ask(as_user("leader"), world, "V1", query)
    assert "连户长" not in page and "由苏木乡镇网格办" in page


def test_an_area_without_households_says_so(world: World, as_user: AsUser):
    Household.objects.filter(path__startswith=world.areas["G12"].path).delete()
    page = ask(as_user("manager"), world, "G12")
    assert "没有在册住户" in page and 'href="/?' in page


def test_a_county_offers_its_townships_and_a_unit_its_grid(world: World, as_user: AsUser):
    assert "东方镇" in ask(as_user("county_leader"), world, "C")
    assert str(world.areas["G11"].pk) in ask(as_user("manager"), world, "U111")


def test_most_need_is_foretold_only_to_who_may_read_needs(world: World, as_user: AsUser):
    """A leader could tell by one lever after another whose need it is."""
    assert rows(ask(as_user("manager"), world, "V1", "name=1"))["gap_zhongdian"] == ["0", "0"]
    told = rows(ask(as_user("leader"), world, "V1", "limit_unit_head=9"))["gap_zhongdian"]
    assert told[1] == "不显示"


def test_scenarios_stand_side_by_side_and_are_kept_in_the_address(world: World, as_user: AsUser):
    leader, area = as_user("leader"), world.areas["V1"].pk
    first = leader.get(f"/whatif/?area={area}&name=1&do=keep")
    assert first.status_code == 302
    kept = parse_qs(urlsplit(first["Location"]).query)["kept"]
    assert kept == ["name=1"]
    page = leader.get(f"/whatif/?area={area}&kept={kept[0]}&limit_unit_head=1").content.decode()
    assert rows(page)["gap"] == ["3", "0", "3"]
    third = leader.get(first["Location"] + "&kept=accept%3D1&kept=file%3D1")
    assert len(rows(third.content.decode())["gap"]) == 4  # today, two kept, this one


def test_it_is_handed_on_with_the_sums(world: World, as_user: AsUser):
    page = ask(as_user("leader"), world, "V1", "name=1&limit_unit_head=70")
    href = re.search(r'href="(/tasks/new/\?[^"]+)"', page)
    assert href
    task = as_user("leader").get(href[1].replace("&amp;", "&")).content.decode()
    assert "应联未联 3 户，之后 0 户" in task
    assert "/tasks/new/" not in ask(as_user("secretary"), world, "V1", "name=1")
    assert "/posts/new/" not in ask(as_user("secretary"), world, "V1", "name=1")
    grid = world.areas["G12"].pk
    more = f"more_at={grid}&more_role=unit_head&more_n=1"
    assert f"/posts/new/?area={grid}&amp;role=unit_head" in ask(
        as_user("manager"), world, "V1", more
    )


def test_it_asks_the_database_a_fixed_number_of_times(
    world: World, as_user: AsUser, django_assert_max_num_queries
):
    client = as_user("manager")
    ask(client, world, "T1")
    with django_assert_max_num_queries(48):
        ask(client, world, "T1", "name=1&limit_unit_head=1&accept=1")
