"""Why a household has nobody, in words: as the count has it, and only for who reads households."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.test import Client

from casework.coverage import facts, refresh
from grids.models import Area, Post, Role
from grids.services import post_end
from households.models import Household, Link
from lib.clock import SHANGHAI
from planning.closing import Closer, why_nobody
from tests.coverage.town import CURRENT, Writer, town_build
from tests.people import World

pytestmark = pytest.mark.django_db
AsUser = Callable[[str], Client]


def test_the_last_contact_is_the_one_the_count_means(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lib.clock.now", lambda: datetime.combine(CURRENT, time(12), SHANGHAI))
    town_build()
    writer = Writer("closing", [])
    while len(writer.households) < 30:
        writer.register()
    writer.run(400)
    held = Post.objects.in_force(CURRENT).filter(links__in=Link.objects.in_force(CURRENT))
    for post in held.distinct():  # keys are random: of a few of them nobody might be left alone
        post_end(post=post, on=CURRENT)
    county = Area.objects.get(level="county")
    counted = {fact["household_id"]: fact for fact in facts(county.path, on=CURRENT)}
    rows = list(Household.objects.open_on(CURRENT))
    reasons = {key: fact["reason"] for key, fact in counted.items()}
    found = why_nobody(rows, on=CURRENT, reasons=reasons)
    assert found.keys() == {key for key, reason in reasons.items() if reason}
    left = [why for why in found.values() if why.reason == "left"]
    assert len(left) > 3 and all(why.post.person.name in why.words for why in left)
    for key, why in found.items():
        assert why.reason == reasons[key]
        if why.reason == "left":
            assert why.since == counted[key]["left_on"]


@pytest.fixture
def left_alone(world: World) -> World:
    """赵独居 and 钱同意 lost their head of the unit; 赵独居 has the cadre still."""
    post_end(post=world.posts["head"], on=world.on - timedelta(days=3))
    refresh(world.areas["C"].path, on=world.on)
    return world


def page_of(client: Client, world: World, key: str) -> str:
    return client.get(f"/households/{world.households[key].pk}/").content.decode()


def test_the_page_says_why_since_when_and_what_closes_it(left_alone: World, as_user: AsUser):
    world = left_alone
    page = page_of(as_user("manager"), world, "qian")
    day = world.on - timedelta(days=3)
    assert f"原联系人离岗：{day} 起，原由连户长（联户长）联系" in page
    assert f"/posts/new/?area={world.areas['U111'].pk}&amp;role=unit_head" in page
    page = page_of(as_user("worker"), world, "qian")
    assert "原联系人离岗" in page and "/posts/new/" not in page
    assert "由苏木乡镇网格办指定" in page


def test_table_and_card_say_the_same(left_alone: World, as_user: AsUser):
    world, key = left_alone, left_alone.households["qian"].pk
    table = as_user("manager").get("/tables/households/?filter=gap").content.decode()
    assert "原由连户长（联户长）联系" in table and f"/households/{key}/#naming" in table
    table = as_user("worker").get("/tables/households/?filter=gap").content.decode()
    assert "原由连户长（联户长）联系" in table and "#naming" not in table
    card = as_user("manager").get(f"/api/v1/households/{key}/card").json()
    assert "原由连户长" in card["why"]["words"]
    assert card["why"]["actions"][0]["href"].endswith("#naming")
    listed = as_user("manager").get("/api/v1/households?gap=1&reason=left").json()["rows"]
    assert [(row["reason_on"], "原由连户长" in row["why"]) for row in listed] == [
        ((world.on - timedelta(days=3)).isoformat(), True)
    ]
    assert as_user("leader").get(f"/api/v1/households/{key}/card").status_code == 404


def test_who_has_a_contact_has_no_reason(world: World, as_user: AsUser):
    assert "why-nobody" not in page_of(as_user("manager"), world, "zhao")
    card = as_user("manager").get(f"/api/v1/households/{world.households['zhao'].pk}/card").json()
    assert card["why"] is None


def test_every_reason_has_an_action(world: World, django_assert_num_queries):
    home = world.households["li"]
    Role.objects.filter(code="unit_head").update(max_links=1)
    with django_assert_num_queries(2):
        closer = Closer(list(world.households.values()))
    for reason in ("no_grid", "handover", "left", "vacant", "full", "new", "unassigned"):
        why = why_nobody([home], on=world.on, reasons={home.pk: reason})[home.pk]
        assert closer.actions(why, home) and why.words, reason


def test_the_table_of_areas_sums_the_reasons(left_alone: World, as_user: AsUser):
    world = left_alone
    table = as_user("manager").get("/tables/areas/?level=village").content.decode()
    code = "159901100201"
    assert f"/tables/households/?area={code}&amp;reason=left" in table
    assert f"/whatif/?area={world.areas['V1'].pk}" in table
    table = as_user("leader").get("/tables/areas/?level=village").content.decode()
    assert "原联系人离岗 1" in table and "reason=left" not in table
