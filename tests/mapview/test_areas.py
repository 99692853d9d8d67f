"""An area in numbers: how large, who holds its posts, how the gap moved week by week."""

from datetime import timedelta

import pytest

from grids.services import post_end
from tests.people import World

pytestmark = pytest.mark.django_db


def coverage(client, **query: str) -> dict:
    return client.get("/api/v1/coverage", query).json()


def test_rows_say_how_many_square_kilometres_their_outline_holds(as_user, world: World):
    report = coverage(as_user("manager"), level="village")
    sizes = {row["name"]: row["km2"] for row in report["rows"]}
    # A square of the drawing is 788 metres wide and 1111 high.
    assert sizes == {
        "甲一村": pytest.approx(3.50, abs=0.02),
        "甲二嘎查": pytest.approx(3.50, abs=0.02),
    }
    assert report["total"]["km2"] == pytest.approx(7.01, abs=0.03)
    units = coverage(as_user("manager"), level="unit")["rows"]
    assert {row["name"]: row["km2"] for row in units}["甲一村第二网格单元"] is None
    assert {row["km2"] for row in units if row["code"] is None} == {None}


def test_on_paper_small_counts_of_needs_are_withheld_from_everybody(as_user, world: World):
    manager = as_user("manager")
    assert coverage(manager)["total"]["withheld"] == []
    printed = coverage(manager, print="1", level="village")
    for row in [printed["total"], *printed["rows"]]:
        for count in (row["overdue"], row["gap_zhongdian"], *row["tier"].values()):
            assert count is None or count == 0 or count >= 5
    assert printed == coverage(as_user("leader"), level="village")


def posts(client, world: World, key: str, **query: str) -> dict:
    return client.get(f"/api/v1/areas/{world.areas[key].pk}/posts", query).json()


def test_the_posts_of_an_area_come_before_those_of_whom_is_paired_with_it(as_user, world: World):
    found = posts(as_user("leader"), world, "V1")
    assert [row["person"] for row in found["rows"]][-1] == "甘包联"
    assert {row["person"] for row in found["rows"]} == {
        "葛格长",
        "舒支书",
        "支愿者",
        "侯备员",
        "甘包联",
    }
    secretary = next(row for row in found["rows"] if row["person"] == "舒支书")
    assert secretary["since"] == world.began.isoformat()
    assert secretary["phone"].startswith("139")
    assert found["more"] == 0


@pytest.mark.parametrize("key", ["C", "T1", "V1", "G11"])
def test_vacancies_by_role_add_up_to_those_of_the_area(as_user, world: World, key: str):
    client = as_user("county_leader")
    roles = posts(client, world, key)["roles"]
    total = coverage(client, area=str(world.areas[key].pk))["total"]
    assert sum(row["vacant"] for row in roles) == total["vacancies"]
    assert sum(row["required"] for row in roles) == total["required_posts"]


def test_only_who_gives_a_post_is_led_to_its_end(as_user, world: World):
    def may_end(login: str) -> set[str]:
        return {row["person"] for row in posts(as_user(login), world, "V1")["rows"] if row["gives"]}

    assert {"葛格长", "舒支书"} <= may_end("manager")
    for login in ("leader", "secretary"):
        assert may_end(login) == set(), login


def test_posts_are_those_of_the_day(as_user, world: World):
    post_end(post=world.posts["secretary"], on=world.on)
    leader = as_user("leader")
    names = {row["person"] for row in posts(leader, world, "V1")["rows"]}
    assert "舒支书" not in names
    yesterday = (world.on - timedelta(days=1)).isoformat()
    names = {row["person"] for row in posts(leader, world, "V1", on=yesterday)["rows"]}
    assert "舒支书" in names


def test_who_sees_no_area_sees_no_posts_of_it(as_user, world: World):
    for login in ("outsider", "head", "auditor"):
        address = f"/api/v1/areas/{world.areas['V1'].pk}/posts"
        assert as_user(login).get(address).status_code == 404, login


def test_the_trend_is_what_each_week_was(as_user, world: World):
    post_end(post=world.posts["head"], on=world.on - timedelta(days=10))
    leader = as_user("leader")
    address = f"/api/v1/areas/{world.areas['T1'].pk}/trend"
    rows = leader.get(address, {"weeks": "4"}).json()["rows"]
    assert len(rows) == 4
    assert rows[-1]["on"] == world.on.isoformat()
    for row in rows:
        total = coverage(leader, on=row["on"])["total"]
        assert (row["gap"], row["linked_rate"]) == (total["gap"], total["linked_rate"])
    assert rows[0]["gap"] < rows[-1]["gap"]


def test_before_an_area_began_its_trend_says_nothing(as_user, world: World):
    address = f"/api/v1/areas/{world.areas['T1'].pk}/trend"
    query = {"weeks": "2", "on": (world.began + timedelta(days=3)).isoformat()}
    rows = as_user("leader").get(address, query).json()["rows"]
    assert (rows[0]["gap"], rows[0]["linked_rate"]) == (None, None)
    assert rows[1]["gap"] is not None
