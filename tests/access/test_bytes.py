"""What one may not see is not in the bytes of any answer, and nothing hints that it exists."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver

from accounts.gate import walk
from households.models import Household, Link
from households.naming import contacts_name
from lib.clock import now
from lib.history import TAKING_BACK_SETTING
from tests.access import expected
from tests.access.asking import OPERATIONS, answers
from tests.people import HOUSEHOLDS, ISSUES, PINS, World

SignIn = Callable[..., Client]
NEEDS = ["独居老人", "重大疾病", "最低生活保障", "监测户", "就业困难", "DUJU", "DABING", "DIBAO",
         "JIANCE", "SHIYE", "重点关爱户", "关注户", "暂无需求户"]  # fmt: skip
SMALL = ("overdue", "overdue_zhongdian", "gap_zhongdian")
HELD = {key for key, *_rest in HOUSEHOLDS}
PHONES = {key: phone for key, _h, _f, _p, phone, *_rest in HOUSEHOLDS if phone}


def marks_of(world: World, key: str) -> list[str]:
    """Everything that would betray one household."""
    household = world.households[key]
    marks = [household.head_name, household.address, str(household.pk), household.serial]
    return marks + ([PHONES[key]] if key in PHONES else [])


def test_every_operation_of_the_api_is_asked() -> None:
    routes = {
        route.removeprefix("api/")
        for route, _c, name, space in walk(get_resolver().url_patterns)
        if space == "api" and name not in ("openapi-json", "api-root")
    }
    assert routes == OPERATIONS


def titles_hidden_in(world: World, login: str, asked: str) -> list[str]:
    """Titles of matters that an answer must not hold: all, but of the one asked for by its key,
    and on the lists of matters those one may see."""
    seen = expected.issues(login)
    if not asked.startswith(("/tables/issues/", "/matters/", "/today/")):
        keys = {key: str(world.issues[key].pk) for key in seen}
        pages = ("/api/v1/issues/{}", "/issues/{}/")
        seen = {k for k, pk in keys.items() if asked in [page.format(pk) for page in pages]}
    return [title for key, title, *_rest in ISSUES if key not in seen]


def hold_to_the_table(world: World, login: str, found: dict[str, tuple[int, str]]) -> None:
    """No answer holds a mark of a household out of scope, nor a need of any."""
    hidden = set(world.households) - expected.households(login)
    own = {str(world.households[key].pk) for key in expected.own(login)}
    for asked, (status, body) in found.items():
        assert status in (200, 302, 404), asked
        for key in hidden:
            for mark in marks_of(world, key):
                assert mark in asked or mark not in body, (asked, mark)
        if asked.startswith("/tiles/"):
            for key, _title, tied_to, _department in ISSUES:
                assert tied_to not in HELD or str(world.issues[key].pk) not in body, (asked, key)
        if asked.startswith("/tiles/density/"):
            assert status == (200 if expected.within(login, "needs P3") else 404), asked
        if asked.startswith("/households/") and asked.split("/")[2] in own:
            continue  # the page of an own household: tests/access/test_household_page.py
        for word in [*NEEDS, *titles_hidden_in(world, login, asked)]:
            assert word not in body or (word in NEEDS and of_vocabulary(asked)), (asked, word)
        if asked not in ("/mine/", "/today/"):
            for phone in PHONES.values():
                assert phone not in body, (asked, phone)


def of_vocabulary(asked: str) -> bool:
    """The page to choose what to look for, and pages of sums, hold words and no household."""
    return asked == "/tables/households/needs/" or asked.startswith(
        ("/dashboard/", "/wall/", "/forms/")
    )


def found_by_search(world: World, found: dict[str, tuple[int, str]]) -> set[str]:
    """Households whose own name finds them."""
    keys = set()
    for key, household in world.households.items():
        rows = json.loads(found[f"search {household.head_name}"][1]).get("households", [])
        keys |= {key for row in rows if row["id"] == str(household.pk)}
    return keys


def pinned(found: dict[str, tuple[int, str]]) -> set[str]:
    """Ids of the pins of all tiles of matters."""
    return {
        json.loads(feature)["properties"]["id"]
        for asked, (status, body) in found.items()
        if asked.startswith("/tiles/issues/") and status == 200
        for feature in json.loads(body).get("issues", [])
    }


def drawn(found: dict[str, tuple[int, str]]) -> set[str]:
    """Ids of the points of all household tiles."""
    features = [
        json.loads(feature)["properties"]["id"]
        for asked, (status, body) in found.items()
        if asked.startswith("/tiles/households/14/") and status == 200
        for feature in json.loads(body).get("households", [])
    ]
    return set(features)


def take_away_what_is_out_of_scope(world: World, login: str) -> None:
    """Delete the households that somebody neither sees nor counts, nor has a matter of."""
    counted = expected.within(login, "counts") | expected.tied_to_matters(login)
    with connection.cursor() as cursor:  # the steps of their matters go with them
        cursor.execute("SELECT set_config(%s, '1', true)", [TAKING_BACK_SETTING])
    for key, area in expected.FILED.items():
        if not {area, key} & counted and key not in expected.households(login):
            household = Household.objects.get(pk=world.households[key].pk)
            household.issues.all().delete()
            household.delete()


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_the_bytes_hold_what_the_table_says_and_hint_at_nothing_else(
    world: World, as_user: SignIn, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The wall display tells the minute it was drawn; the two rounds lie minutes apart.
    moment = now()
    monkeypatch.setattr("desk.figures.wall.now", lambda: moment)
    may = expected.households(login)
    keys = {str(household.pk): key for key, household in world.households.items()}
    client = as_user(login)
    before = answers(world, client)
    hold_to_the_table(world, login, before)
    assert found_by_search(world, before) == may
    assert {keys[key] for key in drawn(before)} == may - {"li"}  # which has no place
    sees_counts = bool(expected.within(login, "counts"))
    pins = {str(world.issues[key].pk) for key in expected.issues(login) & PINS.keys()}
    assert pinned(before) == (pins if sees_counts else set())
    for key, issue in world.issues.items():
        status, _body = before[f"/api/v1/issues/{issue.pk}"]
        assert status == (200 if sees_counts and key in expected.issues(login) else 404), key
    _status, listed = before["/api/v1/households"]
    if may:
        assert {keys[row["id"]] for row in json.loads(listed)["rows"]} == may
    # With every household out of scope taken away, every answer is the same to the byte.
    take_away_what_is_out_of_scope(world, login)
    after = answers(world, client)
    assert [asked for asked in before if before[asked] != after[asked]] == []


@pytest.mark.parametrize("login", ["leader", "county_leader"])
def test_small_counts_of_needs_are_withheld_from_those_who_see_counts(
    world: World, as_user: SignIn, login: str
) -> None:
    seen = 0
    asked_for = answers(world, as_user(login), only="/api/v1/coverage?")
    for asked, (status, body) in asked_for.items():
        if status != 200:
            continue
        report = json.loads(body)
        for row in [*report["rows"], report["total"]]:
            seen += 1
            for count in [*(row[name] for name in SMALL), *row["tier"].values()]:
                assert count is None or count == 0 or count >= 5, asked
    assert seen > 10


def test_those_who_read_the_needs_see_the_same_counts_in_full(
    world: World, as_user: SignIn
) -> None:
    total = as_user("manager").get("/api/v1/coverage").json()["total"]
    assert total["withheld"] == []
    assert sum(total["tier"].values()) == total["in_scope"]


def test_links_of_others_cannot_be_made_or_hinted_at(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    post, wei = str(world.posts["head"].pk), str(world.households["wei"].pk)
    sun = str(world.households["sun"].pk)

    def ask(address: str, body: dict) -> tuple[int, bytes]:
        response = client.post(address, body, content_type="application/json")
        return response.status_code, response.content

    missing = ask("/api/v1/links", {"households": [str(uuid4())], "post": post})
    assert missing[0] == 404
    assert ask("/api/v1/links", {"households": [wei], "post": post}) == missing
    assert ask("/api/v1/links", {"households": [sun, wei], "post": post}) == missing
    foreign = ask("/api/v1/links", {"households": [sun], "post": str(world.posts["outer_head"].pk)})
    assert foreign == ask("/api/v1/links", {"households": [sun], "post": str(uuid4())})
    _outcome, theirs = contacts_name(
        households=[world.households["jiang"]], post=world.posts["outer_head"], on=world.on,
        by=world.user("outsider"),
    )  # fmt: skip
    assert theirs is not None
    there, nowhere = (
        ask(f"/api/v1/acts/{theirs.pk}/undo", {}),
        ask("/api/v1/acts/00000000-0000-4000-8000-000000000000/undo", {}),
    )
    assert there == nowhere and there[0] == 404
    assert Link.objects.in_force(world.on).filter(household=world.households["jiang"]).exists()
    assert not Link.objects.filter(household=world.households["sun"]).exists()


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/v1/search", {"q": "赵独居"}),
        ("/api/v1/links", {"households": [], "post": ""}),
        ("/api/v1/acts/00000000-0000-4000-8000-000000000000/undo", {}),
    ],
)
def test_a_post_of_another_site_is_refused(
    world: World, as_user: SignIn, address: str, body: dict
) -> None:
    client = as_user("manager", csrf=True)
    response = client.post(address, body, content_type="application/json")
    assert response.status_code == 403
    assert set(response.json()) == {"error"}
    client.get("/households/" + str(world.households["zhao"].pk) + "/")
    token = client.cookies["csrftoken"].value
    response = client.post(
        address, body, content_type="application/json", headers={"x-csrftoken": token}
    )
    assert response.status_code != 403


@pytest.mark.parametrize("login", ["worker", "leader", "head", "cadre", "auditor", "administrator"])
def test_only_managers_link(world: World, as_user: SignIn, login: str) -> None:
    body = {"households": [str(world.households["sun"].pk)], "post": str(world.posts["head"].pk)}
    response = as_user(login).post("/api/v1/links", body, content_type="application/json")
    assert response.status_code == 404
    assert not Link.objects.filter(household=world.households["sun"]).exists()
