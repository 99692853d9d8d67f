"""Who sees and does what about handovers: no name before a household was accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessLog
from casework.coverage import refresh
from grids.models import Post
from households.models import Cover, Handover, Link
from jobs.models import Act
from tests.people import World
from tests.planning.handing import add_head, add_households

SignIn = Callable[..., Client]
SEE = {"manager", "outsider", "worker", "grid_head", "secretary", "head", "cadre", "volunteer",
       "backup", "outer_head"}  # fmt: skip
REASON = "近期住院，无暇顾及"


def chosen(client: Client, post: Post, **more: str) -> dict[str, str]:
    """What the form of a plan sends when nothing was changed in it."""
    page = client.get(f"/handovers/new/?post={post.pk}")
    lines = page.context["plan"].lines
    sent = {f"to_{line.household.pk}": str(line.to.post.pk) if line.to else "" for line in lines}
    return {"do": "send", "on": page.context["day"].isoformat(), "cover": "1", **sent, **more}


def offered(world: World, as_user: SignIn) -> list[Handover]:
    """The head's households are offered to another head of the unit, through the pages."""
    add_head(world, "next", "U111")
    client, post = as_user("manager"), world.posts["head"]
    answer = client.post(f"/handovers/new/?post={post.pk}", chosen(client, post))
    assert answer.status_code == 302 and answer["Location"].startswith("/handovers/?act=")
    return [Handover.objects.get(household=world.households[key]) for key in ("qian", "zhao")]


@pytest.mark.parametrize("key", sorted([*SEE, "leader", "county_leader", "clerk", "auditor",
                                        "administrator", "nobody"]))  # fmt: skip
def test_who_opens_what(world: World, as_user: SignIn, key: str) -> None:
    client, post = as_user(key), world.posts["head"].pk
    assert client.get("/handovers/").status_code == (200 if key in SEE else 404)
    plan = 200 if key == "manager" else 404
    assert client.get(f"/handovers/new/?post={post}").status_code == plan
    assert client.get(f"/handovers/leave/?post={post}").status_code == plan


def test_names_open_with_the_acceptance_and_not_before(world: World, as_user: SignIn) -> None:
    offers = offered(world, as_user)
    client = as_user("next")
    for address in ("/handovers/", "/mine/", "/today/"):
        page = client.get(address).content.decode()
        assert "2 户拟交接给您" in page
        for word in ("钱同意", "赵独居", "南街", "159000000"):
            assert word not in page
    assert "甲一村第一网格南单元" in client.get("/handovers/").content.decode()
    assert not AccessLog.objects.filter(action="handovers.own").exists()
    assert client.get(f"/households/{offers[0].household_id}/").status_code == 404
    client.post("/handovers/answer/", {"offer": [str(offers[0].pk)], "do": "accept"})
    assert "钱同意" in client.get("/mine/").content.decode()
    assert "赵独居" not in client.get("/mine/").content.decode()
    assert client.get(f"/households/{offers[1].household_id}/").status_code == 404


def test_who_reads_the_households_of_the_area_sees_whose_they_are(
    world: World, as_user: SignIn
) -> None:
    manager, post = as_user("manager"), world.posts["head"]
    sent = chosen(manager, post)
    sent |= dict.fromkeys(
        [k for k in sent if k.startswith("to_")], str(world.posts["secretary"].pk)
    )
    manager.post(f"/handovers/new/?post={post.pk}", sent)
    assert "钱同意" in as_user("secretary").get("/handovers/").content.decode()
    assert AccessLog.objects.get(action="handovers.own").rows == 2


def test_a_decline_is_kept_with_its_reason_for_who_manages(world: World, as_user: SignIn) -> None:
    offers = offered(world, as_user)
    client = as_user("next")
    keys = [str(offer.pk) for offer in offers]
    empty = client.post("/handovers/answer/", {"offer": keys[:1], "do": "decline", "reason": " "})
    assert empty.status_code == 400 and "请写明不接收的原因" in empty.content.decode()
    client.post("/handovers/answer/", {"offer": keys[:1], "do": "decline", "reason": REASON})
    assert REASON in as_user("manager").get("/handovers/").content.decode()
    again = as_user("manager").get(f"/handovers/new/?post={world.posts['head'].pk}")
    assert REASON in again.content.decode() and len(again.context["plan"].lines) == 1
    for key in ("outsider", "secretary", "cadre", "next"):
        assert REASON not in as_user(key).get("/handovers/").content.decode()
    household = f"/households/{offers[0].household_id}/"
    assert REASON not in as_user("secretary").get(household).content.decode()
    assert (
        "不接收：next测试" in as_user("secretary").get(f"{household}?tab=history").content.decode()
    )


def test_nobody_answers_for_somebody_else_or_takes_back_what_is_not_theirs(
    world: World, as_user: SignIn
) -> None:
    keys = [str(offer.pk) for offer in offered(world, as_user)]
    for who in ("backup", "outer_head", "secretary", "outsider"):
        answer = as_user(who).post("/handovers/answer/", {"offer": keys, "do": "accept"})
        assert answer.status_code == 404
    assert as_user("next").post("/handovers/withdraw/", {"offer": keys}).status_code == 404
    assert as_user("outsider").post("/handovers/withdraw/", {"offer": keys}).status_code == 404
    assert as_user("manager").post("/handovers/withdraw/", {"offer": keys}).status_code == 302
    assert set(Handover.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert (
        as_user("next").post("/handovers/answer/", {"offer": ["x"], "do": "accept"}).status_code
        == 404
    )


def test_an_answer_is_taken_back_by_who_gave_it(world: World, as_user: SignIn) -> None:
    offers = offered(world, as_user)
    client = as_user("next")
    client.post("/handovers/answer/", {"offer": [str(o.pk) for o in offers], "do": "accept"})
    assert Link.objects.filter(post=world.posts["next"]).count() == 2
    deed = Act.objects.get(verb="work.handover")
    assert not any(word in deed.sentence for word in ("钱同意", "赵独居"))
    client.post(f"/acts/{deed.pk}/undo/", {"next": "/handovers/"})
    assert not Link.objects.filter(post=world.posts["next"]).exists()
    assert Handover.objects.filter(state="proposed").count() == 2
    assert Cover.objects.filter(handover__isnull=False).count() == 2


def test_what_was_chosen_stays_where_the_plan_is_refused(world: World, as_user: SignIn) -> None:
    add_head(world, "next", "U111", most=1)
    manager, post = as_user("manager"), world.posts["head"]
    sent = chosen(manager, post)
    keys = [key for key in sent if key.startswith("to_")]
    sent |= dict.fromkeys(keys, str(world.posts["next"].pk))
    page = manager.post(f"/handovers/new/?post={post.pk}", sent)
    assert page.status_code == 400 and "还能接收 1 户" in page.content.decode()
    assert [line.to.post.pk for line in page.context["plan"].lines] == [world.posts["next"].pk] * 2
    assert Post.objects.get(pk=post.pk).during.upper is None
    early = manager.post(
        f"/handovers/new/?post={post.pk}",
        chosen(manager, post, on=(world.on - timedelta(3)).isoformat()),
    )
    assert early.status_code == 400 and "今天或以后" in early.content.decode()
    all_to = manager.post(
        f"/handovers/new/?post={post.pk}",
        {**sent, "do": "all", "all": str(world.posts["next"].pk), keys[0]: "", keys[1]: ""},
    )
    assert sorted(bool(line.to) for line in all_to.context["plan"].lines) == [False, True]


def test_backups_cover_from_one_day_to_another(world: World, as_user: SignIn) -> None:
    manager, post = as_user("manager"), world.posts["head"]
    address = f"/handovers/leave/?post={post.pk}"
    page = manager.get(address)
    sent = {f"to_{line.household.pk}": str(line.backup.post.pk)
            for line in page.context["plan"].lines}  # fmt: skip
    last = world.on + timedelta(4)
    answer = manager.post(
        address, {"do": "cover", "start": world.on.isoformat(), "last": last.isoformat(), **sent}
    )
    assert answer.status_code == 302
    assert (
        "连户长" not in Act.objects.get().sentence
        and Act.objects.get().subject_label == "grids.Area"
    )
    mine = as_user("backup").get("/mine/").content.decode()
    assert "钱同意" in mine and f"由您代管至 {last.isoformat()}" in mine
    running = manager.get(address).context["running"]
    assert len(running) == 2
    ended = manager.post(
        "/handovers/leave/end/", {"post": str(post.pk), "cover": [c.pk for c, _last in running]}
    )
    assert ended.status_code == 302 and manager.get(address).context["running"] == []
    wrong = manager.post(address, {"do": "cover", "start": last.isoformat(),
                                   "last": world.on.isoformat(), **sent})  # fmt: skip
    assert wrong.status_code == 400


def test_questions_do_not_grow_with_the_households(world: World, as_user: SignIn) -> None:
    def asked() -> int:
        refresh(world.areas["C"].path, on=world.on)
        client = as_user("manager")
        client.get(f"/handovers/new/?post={world.posts['head'].pk}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/handovers/new/?post={world.posts['head'].pk}")
            client.get(f"/handovers/leave/?post={world.posts['head'].pk}")
            client.get("/handovers/")
        return len(queries)

    add_head(world, "next", "U111")
    few = asked()
    add_households(world, "U111", 8, of="head")
    assert asked() == few
