"""The generator alone: clean outlines, published totals by plain counting, the same bytes again."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import shapely

from fixtures import generate, town
from fixtures.records import Link, Programme

TODAY = date(2026, 11, 22)
TALLY = date(2024, 12, 31)


@pytest.fixture(scope="module")
def yindeer() -> Programme:
    return generate.build("yindeer", today=TODAY)


@pytest.fixture(scope="module")
def gaize() -> Programme:
    return generate.build("gaize", today=TODAY)


@pytest.fixture(scope="module")
def published() -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    with (generate.HERE / "published_totals.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            totals.setdefault(row["programme"], {})[row["indicator"]] = int(row["value"])
    return totals


def in_force(link: Link) -> bool:
    return link.begin <= TALLY and (link.end is None or link.end > TALLY)


@pytest.mark.parametrize("name", ["yindeer", "gaize"])
def test_outlines_are_a_clean_coverage_at_each_level(name, request):
    programme = request.getfixturevalue(name)
    grids = [grid.outline for grid in programme.grids]
    villages = [village.outline for village in programme.villages]
    for outlines in (grids, villages):
        assert shapely.coverage_is_valid(outlines)
        assert {outline.geom_type for outline in outlines} == {"Polygon"}
        assert all(shapely.is_valid(outlines))
    for village in programme.villages:
        whole = shapely.coverage_union_all([grid.outline for grid in village.grids])
        assert whole.equals(village.outline)


def test_it_has_the_real_villages_of_the_town(yindeer):
    assert len(yindeer.villages) == 59
    types = Counter(v.type for v in yindeer.villages)
    assert types == {"社区": 16, "嘎查": 13, "村": 29, "林场": 1}
    assert len({v.code for v in yindeer.villages}) == 59
    assert all(v.code.startswith("152223100") for v in yindeer.villages)


def test_it_has_the_published_people_of_2024(yindeer, published):
    totals = published["音德尔镇 2024"]
    heads = [p for p in yindeer.posts if p.role == "联户长" and p.held_on(TALLY)]
    assert len(yindeer.grids) == totals["联户单元"]
    assert len(heads) == totals["联户长"]
    for background, count in Counter(p.background for p in heads).items():
        assert count == totals[f"联户长·{background}"]
    assert set(Counter(p.area for p in heads).values()) == {2, 3}
    cadres = [p for p in yindeer.posts if p.role == "包联干部" and p.held_on(TALLY)]
    assert len(cadres) == totals["结对联系党员干部"]
    assert all(p.party for p in cadres)
    assert {sum(in_force(link) for link in p.links) for p in cadres} == {1, 2}


def test_it_has_the_published_households_and_orders_of_2024(yindeer, published):
    totals = published["音德尔镇 2024"]
    key = [h for h in yindeer.households if h.key_on(TALLY)]
    linked = [
        h for h in key if any(link.post.role == "包联干部" and in_force(link) for link in h.links)
    ]
    assert len(key) == len(linked) == totals["结对联系重点户"]
    solved = [
        m for m in yindeer.matters if m.source == "12345热线" and m.closed and m.closed <= TALLY
    ]
    assert len(solved) == totals["12345热线工单化解"]


def test_the_county_has_its_published_households(gaize, published):
    totals = published["改则县 2024"]
    cadres = [p for p in gaize.posts if p.role == "包联干部"]
    assert len(cadres) == totals["结对干部"]
    assert {len(p.links) for p in cadres} <= {4, 5}
    assert len(gaize.households) == totals["结对群众"]
    assert all(len(h.links) == 1 for h in gaize.households)
    tiers = Counter(h.tier_on(TALLY) for h in gaize.households)
    assert tiers == {
        "fangxin": totals["放心户"],
        "guanzhu": totals["关注户"],
        "zhongdian": totals["重点户"],
    }


def test_the_county_called_and_visited_the_published_households_in_2024(gaize, published):
    totals = published["改则县 2024"]
    for mode, indicator in (("电话", "电话联系"), ("走访", "现场走访")):
        households = {
            contact.household.serial for contact in gaize.contacts
            if contact.on.year == 2024 and contact.mode == mode and contact.reached
        }  # fmt: skip
        assert len(households) == totals[indicator]


def test_nobody_holds_a_link_outside_a_post_or_above_the_limit(yindeer):
    for household in yindeer.households:
        spans = Counter()
        for link in household.links:
            post = link.post
            assert post.begin <= link.begin
            assert link.end is None or link.begin < link.end
            assert post.end is None or (link.end is not None and link.end <= post.end)
            spans[post.role] += link.end is None
        assert all(count <= 1 for count in spans.values())
    for post in yindeer.posts:
        if post.role == "联户长":
            assert post.load() <= (post.limit or town.LIMIT)


def test_the_day_of_loading_shows_gaps_of_all_kinds(yindeer):
    told = generate.files.expected(yindeer)
    assert told["households"] == town.HOUSEHOLDS
    assert 380 <= told["gap"] <= 440
    assert told["gap_zhongdian"] == 9
    assert set(told["gap_reasons"]) == {
        "full",
        "handover",
        "left",
        "new",
        "no_grid",
        "unassigned",
        "vacant",
    }
    assert told["unlocated"] == 46
    assert told["issues_open"] == 58
    assert max(told["gap_by_village"].values()) > 50
    assert 20 <= len(told["gap_by_village"]) <= 32


def test_points_lie_in_their_grid_but_for_the_strays(yindeer):
    outside = 0
    for grid in yindeer.grids:
        here = [h for h in grid.households if h.lon is not None]
        inside = shapely.contains_xy(grid.outline, [h.lon for h in here], [h.lat for h in here])
        outside += len(here) - int(inside.sum())
    assert outside == town.OUTSIDE


def test_phones_are_invented_and_staff_share_none(yindeer):
    numbers = [p.phone for p in yindeer.posts] + [h.phone for h in yindeer.households if h.phone]
    assert all(number.startswith("1990000") and len(number) == 11 for number in numbers)
    people = {(p.name, p.phone) for p in yindeer.posts}
    assert len({phone for _name, phone in people}) == len(people)


def test_it_has_one_login_per_role(yindeer):
    assert set(yindeer.logins) == {
        "leader",
        "county",
        "manager",
        "worker",
        "head",
        "cadre",
        "clerk",
        "auditor",
        "admin",
    }
    assert all(post.held_on(TODAY) for post in yindeer.logins.values())
    assert yindeer.logins["head"].load() > 20
    assert yindeer.logins["worker"].area[:12] == yindeer.logins["head"].area[:12]


def test_serials_are_unique(yindeer, gaize):
    for programme in (yindeer, gaize):
        serials = [h.serial for h in programme.households]
        assert len(set(serials)) == len(serials)


def test_the_same_day_gives_the_same_bytes(tmp_path: Path):
    generate.generate("yindeer", tmp_path / "one", today=TODAY)
    generate.generate("yindeer", tmp_path / "two", today=TODAY)
    assert generate.digest(tmp_path / "one") == generate.digest(tmp_path / "two")


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2028, 2, 29)])
def test_it_is_alive_on_any_later_day(today):
    told = generate.files.expected(generate.build("yindeer", today=today))
    assert 380 <= told["gap"] <= 440


def test_it_refuses_a_day_before_its_history():
    with pytest.raises(ValueError, match="2026"):
        generate.build("yindeer", today=date(2025, 6, 1))
