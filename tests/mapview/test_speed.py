"""How much a request asks of the database: what must not creep back."""

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from households.models import Household
from tests.mapview.test_finding import find, heads
from tests.mapview.test_tiles import tile_at
from tests.people import World

pytestmark = pytest.mark.django_db


def statements(client: Client, address: str, **query: str) -> list[str]:
    """The SQL of one request, the same having been asked before."""
    client.get(address, query)
    with CaptureQueriesContext(connections["default"]) as asked:
        assert client.get(address, query).status_code == 200
    return [row["sql"] for row in asked.captured_queries]


def test_a_tile_asks_for_session_user_posts_marks_and_itself(as_user, world: World):
    z, x, y = tile_at(14, 0.5, 0.5)
    # In a test's transaction the log row is offered each time, between two savepoints.
    asked = [s for s in statements(as_user("manager"), f"/tiles/households/{z}/{x}/{y}.mvt")
             if "SAVEPOINT" not in s and "accounts_accesslog" not in s]  # fmt: skip
    assert len(asked) == 5, asked


def test_pages_of_a_list_follow_each_other_without_gap_or_repeat(as_user, world: World):
    client = as_user("manager")
    whole = client.get("/api/v1/households").json()["rows"]
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/v1/households", {"limit": 2, "cursor": cursor}).json()
        assert page["total"] == len(whole)
        seen += page["rows"]
        cursor = page["next"]
    assert [row["id"] for row in seen] == [row["id"] for row in whole]


@pytest.mark.parametrize("query", [{}, {"gap": "1"}, {"gap": "1", "reason": "no_grid"}])
def test_the_total_of_the_summary_is_the_number_of_rows(as_user, world: World, query: dict):
    page = as_user("manager").get("/api/v1/households", query).json()
    assert page["total"] == len(page["rows"]) > 0


def test_a_reason_that_is_none_opens_an_empty_list(as_user, world: World):
    page = as_user("manager").get("/api/v1/households", {"gap": "1", "reason": "zhongdian"}).json()
    assert (page["total"], page["rows"]) == (0, [])


def test_it_finds_by_the_last_digits_of_a_household_number(as_user, world: World):
    Household.objects.filter(pk=world.households["li"].pk).update(serial="152223-8808")
    assert heads(find(as_user("manager"), "8808")) == ["李无点"]


def test_a_search_is_a_union_of_questions_with_one_condition(as_user, world: World):
    client = as_user("manager")
    with CaptureQueriesContext(connections["default"]) as asked:
        find(client, "赵独居")
    [sql] = [row["sql"] for row in asked.captured_queries
             if 'FROM "households_household"' in row["sql"]]  # fmt: skip
    assert "UNION" in sql
