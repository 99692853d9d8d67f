"""Who opens which table, which columns it has for whom, and which rows, as the document says."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client

from accounts.models import AccessLog
from desk.tables import chips
from desk.tables.asked import ask
from desk.tables.registry import TABLES
from households.models import NeedKind
from tests.access import expected
from tests.people import ISSUES, World

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
#: Classes of the columns, and what of the document's table opens them.
#: Of a table: whose account it is, for those who look after accounts; what closes the gap of a
#: household, for who does it.
STAFF_ONLY = {"people": {"account"}, "households": {"closing"}}


def heads(page: str) -> set[str]:
    """The keys of the columns a page offers."""
    return set(re.findall(r'name="columns" value="(\w+)"', page))


def rows(page: str) -> int:
    return page.count("<tr data-href")


def opens(login: str, kind: str) -> bool:
    """Whether the document lets somebody see rows of a table."""
    counts = expected.cell(login, "counts") == "area"
    own = expected.cell(login, "own links") != "no"
    if kind == "households":
        return expected.cell(login, "household P2") == "area" or own
    if kind in ("contacts", "cards"):
        # Each row names a household.
        return counts and expected.cell(login, "household P2") == "area"
    if kind == "deeds":
        return counts or own
    if kind == "issues":
        return counts or own or expected.cell(login, "matters") != "no"
    return counts


@pytest.mark.parametrize("kind", sorted(TABLES))
@pytest.mark.parametrize("login", expected.EVERYONE)
def test_each_table_opens_for_whom_the_document_says_with_their_columns(
    world: World, as_user: SignIn, login: str, kind: str
) -> None:
    response = as_user(login).get(f"/tables/{kind}/")
    assert response.status_code == (200 if opens(login, kind) else 404)
    if response.status_code == 404:
        return
    page = response.content.decode()
    wanted = {column.key for column in TABLES[kind].columns}
    if expected.cell(login, "manage") != "area":
        wanted -= STAFF_ONLY.get(kind, set())
        assert f"/tables/{kind}/export/" not in page
        assert 'name="keys"' not in page
    assert heads(page) == wanted
    assert {column.p_class for column in TABLES[kind].columns} <= {"P0", "P1", "P2"}


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_the_rows_are_the_households_and_matters_one_may_see(
    world: World, as_user: SignIn, login: str
) -> None:
    client = as_user(login)
    page = client.get("/tables/households/").content.decode()
    seen = {key for key, one in world.households.items() if str(one.pk) in page}
    assert seen == (expected.households(login) if opens(login, "households") else set())
    page = client.get("/tables/issues/").content.decode()
    titles = {key for key, title, *_rest in ISSUES if title in page}
    assert titles == (expected.issues(login) if opens(login, "issues") else set())


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_a_matter_opens_for_those_who_may_see_it(world: World, as_user: SignIn, login: str) -> None:
    client = as_user(login)
    for key, issue in world.issues.items():
        status = client.get(f"/issues/{issue.pk}/").status_code
        assert status == (200 if key in expected.issues(login) else 404), key


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_needs_are_looked_at_only_by_post_and_only_within_the_own_scope(
    world: World, as_user: SignIn, login: str
) -> None:
    client = as_user(login)
    may = expected.cell(login, "needs P3") == "area"
    kind = NeedKind.objects.get(code="DUJU")
    by_address = client.get(f"/tables/households/?look=1&need={kind.pk}&tier=zhongdian")
    assert "独居" not in by_address.content.decode().replace("赵独居", "")
    sent = {"look": "1", "need": str(kind.pk), "reason": "冬季走访"}
    page = client.post("/tables/households/", sent).content.decode()
    before = AccessLog.objects.filter(action="table.needs", user=world.users[login])
    if not may:
        assert "独居老人" not in page
        assert not before.exists()
        return
    seen = {key for key, one in world.households.items() if str(one.pk) in page}
    holders = {"zhao", "wei"} & {k for k, a in expected.FILED.items()
                                 if a in expected.within(login, "needs P3")}  # fmt: skip
    assert seen == holders
    row = before.get()
    assert (row.field_class, row.reason) == ("P3", "冬季走访")


def test_a_look_beyond_the_own_scope_is_refused(world: World, as_user: SignIn) -> None:
    answer = as_user("worker").post("/tables/households/?area=159901100", {"look": "1"})
    assert answer.status_code == 404  # the township is not the worker's to see


def test_what_was_typed_stands_in_no_address(world: World, as_user: SignIn) -> None:
    page = as_user("manager").post(
        "/tables/households/?filter=gap", {"q": "吴格外", "look": "1", "tier": "fangxin"}
    ).content.decode()  # fmt: skip
    assert str(world.households["wu"].pk) in page
    addresses = re.findall(r'(?:href|action|formaction)="([^"]*)"', page)
    assert addresses
    for address in addresses:
        assert "吴" not in address and "q=" not in address
        assert "tier" not in address and "look" not in address


def test_the_list_of_households_is_logged_with_its_rows(world: World, as_user: SignIn) -> None:
    as_user("worker").get("/tables/households/")
    row = AccessLog.objects.get(action="table.households")
    assert (row.rows, row.field_class) == (len(expected.households("worker")), "P2")


def test_language_and_kind_of_disability_have_no_filter() -> None:
    table = TABLES["households"]
    words = {flag.key for flag in table.flags} | {item.key for item in table.filters}
    assert not words & {"language", "subtype", "need", "tier", "overdue"}


def offered(world: World, login: str, kind: str, address: str = "") -> dict[str, list[str]]:
    """The filters a page offers somebody, and the choices of each."""
    asked = ask(TABLES[kind], world.user(login), QueryDict(address), on=world.on)
    words = {
        item.key: [value for value, _label in chips.offered(item, asked)]
        for item in TABLES[kind].filters
    }
    return {
        "flags": [flag.key for flag in TABLES[kind].flags if chips.offers(flag, asked)],
        **{key: values for key, values in words.items() if values},
    }


@pytest.mark.parametrize(("login", "role"), [("head", "unit_head"), ("cadre", "cadre")])
def test_a_contact_is_offered_no_filter_that_finds_all_rows_or_none(
    world: World, as_user: SignIn, login: str, role: str
) -> None:
    found = offered(world, login, "households")
    assert not {"gap", "own"} & set(found["flags"]) and "reason" not in found
    assert role not in found["with"] and role not in found["without"]
    assert {"gap", "own"} <= set(offered(world, "worker", "households")["flags"])
    assert role in offered(world, "manager", "households")["with"]
    assert "place" not in offered(world, login, "issues")
    page = as_user(login).get("/tables/households/").content.decode()
    assert "filter=gap" not in page and "filter=own" not in page


def test_an_address_with_a_filter_that_is_not_offered_is_followed(
    world: World, as_user: SignIn
) -> None:
    client = as_user("head")
    page = client.get("/tables/households/?filter=gap").content.decode()
    assert rows(page) == 0 and "应联未联" in page
    assert rows(client.get("/tables/households/?with=unit_head").content.decode()) == 2
    assert offered(world, "head", "households", "filter=gap")["flags"][0] == "gap"


def test_levels_places_and_departments_are_offered_where_they_tell_rows_apart(
    world: World,
) -> None:
    assert offered(world, "county_leader", "areas")["level"][0] == "county"
    assert offered(world, "manager", "areas")["level"][0] == "township"
    assert offered(world, "worker", "areas")["level"] == ["grid", "unit"]
    assert "place" not in offered(world, "leader", "issues")
    for login in ("manager", "worker", "clerk"):
        assert offered(world, login, "issues")["place"] == ["public", "household"]
    assert "department" not in offered(world, "clerk", "issues")
    assert len(offered(world, "manager", "issues")["department"]) == 1
