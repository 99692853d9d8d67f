"""Every filter lists exactly the households its number counts; saved views keep filters alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import QueryDict

from casework.coverage import facts, refresh
from desk.models import SavedView
from desk.tables.asked import ask
from desk.tables.registry import TABLES
from desk.tables.table import Table
from grids.models import Person
from grids.services import post_end
from households.models import Exemption, Household
from households.services import household_review, residence_set
from tests.people import World
from tests.shapes import CODES

pytestmark = pytest.mark.django_db


def found(world: World, address: str, kind: str = "households", login: str = "manager") -> set:
    table: Table = TABLES[kind]
    asked = ask(table, world.user(login), QueryDict(address), on=world.on)
    keys = [row.pk for row in table.page(asked).rows]
    assert table.total(asked).n == len(keys)
    return set(keys)


def heads(world: World, address: str) -> set[str]:
    keys = found(world, address)
    return {key for key, one in world.households.items() if one.pk in keys}


@pytest.fixture
def varied(world: World) -> World:
    """One moved away with approval, one away all year, one reviewed."""
    exempt = world.households["sun"]
    Exemption.objects.create(
        household=exempt, reason="moved", during=(world.began, None),
        asked_by=world.users["manager"], approved_by=world.users["manager"],
        approved_on=world.began,
    )  # fmt: skip
    residence_set(household=world.households["li"], residence="away", on=world.on)
    household_review(household=world.households["zhao"], on=world.on - timedelta(days=3))
    refresh("", on=world.on)
    return world


def test_flags_list_what_their_numbers_count(varied: World) -> None:
    path = varied.areas["T1"].path
    rows = {row["household_id"]: row for row in facts(path, on=varied.on)}
    counted = {key: row for key, row in rows.items() if not row["excluded"]}
    wanted = {
        "gap": {key for key, row in rows.items() if row["reason"]},
        "unlocated": {key for key, row in counted.items() if row["unlocated"]},
        "outside": {key for key, row in counted.items() if row["outside"]},
        "absent": {key for key, row in counted.items() if row["absent"]},
        "excluded": {key for key, row in rows.items() if row["excluded"]},
        "no_phone": {key for key, row in counted.items() if not row["with_phone"]},
        "not_reviewed": {key for key, row in counted.items() if row["reviewed_on"] is None},
    }
    for flag, keys in wanted.items():
        assert found(varied, f"filter={flag}") == keys, flag
        assert found(varied, f"filter={flag}&area={CODES['T1']}") == keys, flag
    assert all(wanted.values())


def test_reasons_contacts_residence_and_areas_narrow_together(varied: World) -> None:
    assert heads(varied, "with=cadre") == {"zhao", "zhou"}
    assert heads(varied, "without=unit_head&with=cadre") == {"zhou"}
    assert heads(varied, "residence=away") == {"li"}
    assert heads(varied, f"area={CODES['U111']}&with=unit_head") == {"zhao", "qian"}
    for reason in ("no_grid", "vacant", "unassigned"):
        rows = Household.objects.filter(gap_reason=reason, path__startswith=varied.areas["T1"].path)
        assert found(varied, f"reason={reason}") == set(rows.values_list("pk", flat=True))


def test_an_unknown_word_of_an_address_is_passed_over(varied: World) -> None:
    assert heads(varied, "filter=nonsense&reason=nothing&sort=up&columns=tier") == heads(varied, "")


def test_a_new_household_is_listed_for_thirty_days(varied: World) -> None:
    new = varied.on - timedelta(days=29)
    Household.objects.filter(pk=varied.households["wu"].pk).update(registered_on=new)
    assert heads(varied, "filter=new") == {"wu"}


def test_vacancies_are_rows_and_add_up_to_the_number(world: World) -> None:
    refresh("", on=world.on)
    table = TABLES["posts"]
    asked = ask(table, world.user("manager"), QueryDict("filter=vacant"), on=world.on)
    missing = sum(row.missing for row in table.page(asked).rows)
    from casework.coverage import sums

    path = world.areas["T1"].path
    assert missing == sums(path, "township", on=world.on, current=world.on)[path]["vacancies"]
    before = missing
    post_end(post=world.posts["head"], on=world.on)
    after = sum(row.missing for row in table.page(asked).rows)
    assert after == before + 1


def test_people_and_posts_at_and_over_their_limit(world: World) -> None:
    post = world.posts["head"]  # two households
    for most, words in ((2, ["full"]), (1, ["full", "overloaded"]), (3, [])):
        type(post).objects.filter(pk=post.pk).update(max_links=most)
        for word in ("full", "overloaded"):
            people = found(world, f"filter={word}", "people")
            assert (world.people["head"].pk in people) == (word in words), (most, word)
            assert (post.pk in found(world, f"filter={word}", "posts")) == (word in words)


def test_people_without_a_post_now_and_without_account(world: World) -> None:
    post_end(post=world.posts["worker"], on=world.on)
    assert found(world, "filter=ended", "people") == {world.people["worker"].pk}
    assert world.posts["worker"].pk in found(world, "filter=ended", "posts")
    Person.objects.filter(pk=world.people["head"].pk).update(user=None)
    assert found(world, "filter=no_account", "people") == {world.people["head"].pk}


def test_posts_that_ended_since_a_day(world: World) -> None:
    post = world.posts["worker"]
    post_end(post=post, on=world.on)
    assert post.pk in found(world, f"ended_since={world.on}", "posts")
    for day in (world.on + timedelta(days=1), "2026-13-01", "gestern"):  # passed over
        assert post.pk not in found(world, f"ended_since={day}", "posts")
    type(post).objects.filter(pk=post.pk).update(during=(world.began, world.on - timedelta(days=9)))
    assert post.pk not in found(world, f"ended_since={world.on - timedelta(days=8)}", "posts")
    assert post.pk in found(world, f"ended_since={world.on - timedelta(days=9)}", "posts")


def test_the_last_day_of_a_post_is_shown_among_those_that_ended(world: World, as_user) -> None:
    post_end(post=world.posts["worker"], on=world.on)
    client = as_user("manager")
    assert "离岗日期" in client.get("/tables/posts/?filter=ended").content.decode()
    chosen = client.get("/tables/posts/?filter=ended&columns=person").content.decode()
    assert 'data-label="离岗日期"' not in chosen


def test_columns_and_a_day_are_chosen_beside_a_text_that_was_typed(world: World, as_user) -> None:
    client = as_user("manager")
    typed = {"q": world.households["zhao"].head_name, "columns": ["head", "residence"]}
    page = client.post("/tables/households/?filter=no_phone&columns=head", typed).content.decode()
    assert f'value="{typed["q"]}"' in page
    assert "/tables/households/?filter=no_phone&amp;columns=head&amp;columns=residence" in page
    post_end(post=world.posts["worker"], on=world.on)
    typed = {"q": world.people["worker"].name, "ended_since": str(world.on)}
    page = client.post("/tables/posts/", typed).content.decode()
    assert str(world.posts["worker"].pk) in page
    assert f"ended_since={world.on}" in page


def test_what_leads_on_from_a_refused_page_leads_to_the_table(world: World, as_user) -> None:
    client = as_user("manager")
    for address in ("/tables/households/views/?filter=gap", "/tables/areas/export/"):
        answer = client.post(address, {"name": " "})
        assert answer.status_code == 400
        addresses = re.findall(r'(?:href|action|formaction)="([^"]*)"', answer.content.decode())
        assert not [one for one in addresses if one.startswith("?") or not one]


def test_a_view_keeps_filters_and_columns_and_never_a_text(world: World, as_user) -> None:
    client = as_user("manager")
    address = "/tables/households/views/?filter=gap&area=159901100201&columns=head,area"
    answer = client.post(address, {"name": "甲一村未联", "q": "赵独居", "look": "1"})
    view = SavedView.objects.get()
    assert view.query == {"area": ["159901100201"], "filter": ["gap"]}
    assert view.columns == ["head", "area"]
    page = client.get(answer["Location"]).content.decode()
    assert "甲一村未联" in page
    assert "甲一村未联" not in as_user("worker").get("/tables/households/").content.decode()
    assert client.post(address, {"name": "甲一村未联"}).status_code == 400
    assert client.post(address, {"name": " "}).status_code == 400


def test_a_view_is_renamed_removed_and_taken_back_by_its_owner_alone(world: World, as_user) -> None:
    client = as_user("manager")
    client.post("/tables/households/views/?filter=gap", {"name": "未联"})
    view = SavedView.objects.get()
    address = f"/tables/households/views/{view.pk}/"
    for login in ("worker", "outsider"):
        assert as_user(login).post(address, {"do": "remove"}).status_code == 404
    client.post(address, {"do": "rename", "name": "应联未联"})
    answer = client.post(address, {"do": "remove"})
    page = client.get(answer["Location"]).content.decode()
    assert "已删除视图“应联未联”" in page
    client.post(address, {"do": "restore"})
    view.refresh_from_db()
    assert (view.name, view.removed_at) == ("应联未联", None)
