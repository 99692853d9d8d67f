"""The pages of the drafts of contacts: who sees pairs and who sums, what is decided, what it does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessLog
from casework.models import ContactCard
from grids.models import Role
from households.models import Link
from households.places import place_add
from planning.matching.drafts import draft_order
from planning.models import MatchDraft, MatchLine
from tests.access import expected
from tests.access.asking import spelled_out
from tests.people import HOUSEHOLDS, World

SignIn = Callable[..., Client]
State = MatchDraft.State
HEADS = {key: head for key, head, *_rest in HOUSEHOLDS}
#: Households of the township that have nobody, those for whom there is room, and of them those
#: for whom the secretary of V1 is left.
#: Of the page with pairs: scope, menu, draft, changes, counts, the page, its heads, its places.
MOST_QUERIES = 60
GAP, REACHED, SECRETARY = (
    {"sun", "li", "feng", "wu", "zheng"},
    {"sun", "li", "feng"},
    {"li", "feng"},
)


@pytest.fixture
def draft(world: World) -> MatchDraft:
    """A draft of the township, ready: a head and the secretary for V1, nobody for V2."""
    made = draft_order(area=world.areas["T1"], on=world.on, by=world.user("manager"))
    assert made.state == State.READY, made.error
    return made


def line(world: World, draft: MatchDraft, household: str) -> MatchLine:
    return MatchLine.objects.get(draft=draft, household=world.households[household])


def heads_in(text: str) -> set[str]:
    return {key for key, head in HEADS.items() if head in text}


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_pairs_are_for_the_manager_and_sums_for_leaders(
    world: World, as_user: SignIn, draft: MatchDraft, login: str
):
    client = as_user(login)
    page = client.get(f"/plans/{draft.pk}/")
    text = spelled_out(page)
    sees = {"manager": 200, "leader": 200, "county_leader": 200}
    assert page.status_code == sees.get(login, 404)
    assert heads_in(text) == (GAP if login == "manager" else set())
    assert ("甲一村第一网格" in text) == (login in sees)
    if login != "manager":
        assert "舒支书" not in text or login == "secretary"
    for part in ("points.json", "pairs.xlsx"):
        status = client.get(f"/plans/{draft.pk}/{part}").status_code
        assert status == (200 if login == "manager" else 404)


def test_the_gap_that_cannot_be_closed_says_where_and_what_closes_it(
    world: World, as_user: SignIn, draft: MatchDraft
):
    text = as_user("manager").get(f"/plans/{draft.pk}/").content.decode()
    assert "/posts/new/?area=159901100202001" in text
    assert "/tasks/new/?area=159901100202001" in text
    leader = as_user("leader").get(f"/plans/{draft.pk}/").content.decode()
    assert "/tasks/new/?area=159901100202001" in leader
    assert "/posts/new/" not in leader


@pytest.mark.parametrize(
    ("do", "state", "post"),
    [("accept", "accepted", True), ("pin", "pinned", True), ("reject", "proposed", False)],
)
def test_a_pair_is_decided_on_and_the_step_taken_back(
    world: World, as_user: SignIn, draft: MatchDraft, do: str, state: str, post: bool
):
    client, before = as_user("manager"), line(world, draft, "sun")
    page = client.post(f"/plans/{draft.pk}/", {"do": f"{do}:{before.pk}"})
    assert page.status_code == 200
    after = line(world, draft, "sun")
    assert (after.state, after.post is not None) == (state, post)
    was = re.search(r'name="was" value="([^"]+)"', page.content.decode())
    assert was is not None
    client.post(f"/plans/{draft.pk}/", {"do": "back", "was": was[1]})
    back = line(world, draft, "sun")
    for name in ("state", "post_id", "metres", "known", "skills", "load_before", "most", "cost"):
        assert getattr(back, name) == getattr(before, name), name


def test_a_whole_contact_is_accepted_but_what_is_pinned_stays_so(
    world: World, as_user: SignIn, draft: MatchDraft
):
    client, li = as_user("manager"), line(world, draft, "li")
    client.post(f"/plans/{draft.pk}/", {"do": f"pin:{li.pk}"})
    client.post(f"/plans/{draft.pk}/", {"do": "accept", "post": str(li.post_id)})
    assert {key: line(world, draft, key).state for key in REACHED} == {
        "sun": "proposed", "li": "pinned", "feng": "accepted"
    }  # fmt: skip


def test_rejected_and_solved_again_the_pair_does_not_come_back(
    world: World, as_user: SignIn, draft: MatchDraft
):
    client, sun = as_user("manager"), line(world, draft, "sun")
    client.post(f"/plans/{draft.pk}/", {"do": f"reject:{sun.pk}"})
    page = client.post(f"/plans/{draft.pk}/steps/", {"do": "again"}, follow=True)
    again = line(world, draft, "sun")
    assert again.post is None or again.post.person_id != sun.post.person_id  # type: ignore[union-attr]
    assert "不选连户长" in page.content.decode()


@pytest.mark.parametrize(
    "sent", [{"do": "accept"}, {"do": "fly:1"}, {"do": "accept:99999999"}, {"do": "back"}]
)
def test_nothing_chosen_is_said_in_a_sentence(
    as_user: SignIn, draft: MatchDraft, sent: dict[str, str]
):
    page = as_user("manager").post(f"/plans/{draft.pk}/", sent)
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()


def test_what_one_did_meanwhile_is_told_to_the_other(
    world: World, as_user: SignIn, draft: MatchDraft
):
    client, version = as_user("manager"), MatchDraft.objects.get(pk=draft.pk).version
    client.post(f"/plans/{draft.pk}/", {"do": f"reject:{line(world, draft, 'sun').pk}"})
    sent = {"do": "commit", "version": version}
    page = client.post(f"/plans/{draft.pk}/steps/", sent)
    assert page.status_code == 400
    assert not Link.objects.filter(household=world.households["li"]).exists()


def test_put_into_force_the_households_have_contacts_and_it_is_taken_back_as_a_whole(
    world: World, as_user: SignIn, draft: MatchDraft
):
    client = as_user("manager")
    sent = {"do": "commit", "version": MatchDraft.objects.get(pk=draft.pk).version}
    page = client.post(f"/plans/{draft.pk}/steps/", sent, follow=True)
    linked = Link.objects.in_force(world.on).filter(post=world.posts["secretary"])
    assert {one.household.head_name for one in linked} == {HEADS[key] for key in SECRETARY}
    text = page.content.decode()
    undo = re.search(r'action="(/acts/[^"]+/undo/)"', text)
    assert undo is not None
    client.post(undo[1], {"next": f"/plans/{draft.pk}/"})
    assert not linked.all().exists()
    assert "继续处理此方案" in client.get(f"/plans/{draft.pk}/").content.decode()


def test_the_cards_of_exactly_these_links_are_printed(
    world: World, as_user: SignIn, draft: MatchDraft
):
    client = as_user("manager")
    assert client.post(f"/plans/{draft.pk}/cards/").status_code == 400
    sent = {"do": "commit", "version": MatchDraft.objects.get(pk=draft.pk).version}
    page = client.post(f"/plans/{draft.pk}/steps/", sent, follow=True)
    assert "打印 3 张联系卡" in page.content.decode()
    client.post(f"/plans/{draft.pk}/cards/")
    printed = ContactCard.objects.values_list("link__household__head_name", flat=True)
    assert set(printed) == {HEADS[key] for key in REACHED}


def test_skills_that_fit_are_shown_only_when_asked_for_and_that_is_logged(
    world: World, as_user: SignIn, draft: MatchDraft
):
    MatchLine.objects.filter(pk=line(world, draft, "feng").pk).update(skills=["就业", "语言"])
    client = as_user("manager")
    assert "就业" not in client.get(f"/plans/{draft.pk}/").content.decode()
    assert not AccessLog.objects.filter(action="plan.skills").exists()
    asked = client.post(f"/plans/{draft.pk}/", {"ask": "skills"}).content.decode()
    assert "就业" in asked and "语言" not in asked
    assert AccessLog.objects.get(action="plan.skills").field_class == "P3"
    book: Any = client.get(f"/plans/{draft.pk}/pairs.xlsx")
    assert "就业".encode() not in b"".join(book.streaming_content)


def test_the_map_has_every_household_with_a_place_and_its_contact(
    world: World, as_user: SignIn, draft: MatchDraft
):
    found = json.loads(as_user("manager").get(f"/plans/{draft.pk}/points.json").content)
    assert found["unlocated"] == 1  # li
    assert len(found["lines"]) == 4
    assert [one["name"] for one in found["contacts"]] == ["舒支书", "连户长"]
    states = {row[0]: row[1] for row in found["lines"]}
    assert states[line(world, draft, "sun").pk] == "proposed"
    assert states[line(world, draft, "wu").pk] == "short"
    place_add(
        household=world.households["li"], kind="winter", months=range(1, 13), point=Point(1.5, 0.5),
        source="pin", on=world.on,
    )  # fmt: skip
    found = json.loads(as_user("manager").get(f"/plans/{draft.pk}/points.json").content)
    assert found["unlocated"] == 0  # where it lives now is on the map
    only = as_user("manager").get(f"/plans/{draft.pk}/points.json?state=short").content
    assert {row[1] for row in json.loads(only)["lines"]} == {"short"}


def test_a_leader_approves_the_sums_where_that_was_asked_for(world: World, as_user: SignIn):
    manager, leader = as_user("manager"), as_user("leader")
    form = {"area": "159901100201 甲一村", "roles": "party_secretary", "approval": "on"}
    sent = manager.post("/plans/new/", form)
    address = sent.headers["Location"]
    draft = MatchDraft.objects.get(pk=address.split("/")[2])
    refused = manager.post(f"{address}steps/", {"do": "commit", "version": draft.version})
    assert refused.status_code == 400
    page = leader.get(address).content.decode()
    assert "批准" in page and heads_in(page) == set()
    leader.post(f"{address}steps/", {"do": "approve", "version": draft.version})
    assert leader.post(f"{address}steps/", {"do": "again"}).status_code == 400
    draft.refresh_from_db()
    manager.post(f"{address}steps/", {"do": "commit", "version": draft.version})
    assert Link.objects.filter(household=world.households["sun"]).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("most_cadre", "-3"), ("most_cadre", "501"), ("reach", "-1"), ("reach", "0"),
        ("minimum", "900"), ("area", "没有这个村"), ("weight_known", "17"),
    ],
)  # fmt: skip
def test_what_was_typed_is_kept_and_the_sentence_stands_at_its_field(
    as_user: SignIn, field: str, value: str
):
    form = {"area": "159901100 东方镇", "roles": "cadre", "name": "第一稿", field: value}
    page = as_user("manager").post("/plans/new/", form)
    text = page.content.decode()
    assert page.status_code == 400
    assert 'value="第一稿"' in text
    assert re.search(r'class="field( [a-z]+)* wrong|class="field wrong', text)
    assert not MatchDraft.objects.exists()


def test_before_the_button_it_is_told_how_many_have_nobody_and_what_room_there_is(
    as_user: SignIn, world: World
):
    Role.objects.filter(pk="party_secretary").update(max_links=7)
    text = as_user("manager").get("/plans/new/?area=159901100201").content.decode()
    assert re.search(r"无联系人户数.*?<dd[^>]*>3</dd>", text, re.S)
    assert re.search(r"村党组织书记.*?>1<.*?>7<", text, re.S)
    assert "为 3 户" in text


def test_two_drafts_are_compared_by_household(world: World, as_user: SignIn, draft: MatchDraft):
    other = draft_order(
        area=world.areas["T1"], on=world.on, by=world.user("manager"), options={"roles": ["cadre"]}
    )
    address = f"/plans/compare/?one={draft.pk}&other={other.pk}"
    text = as_user("manager").get(address).content.decode()
    assert heads_in(text) == REACHED
    assert as_user("leader").get(address).status_code == 404


def test_the_text_to_copy_names_nobody_and_no_count_below_five(as_user: SignIn, draft: MatchDraft):
    text = as_user("leader").get(f"/plans/{draft.pk}/text/").content.decode()
    assert "少于 5" in text and "：5" in text
    assert heads_in(text) == set()


def test_the_world_moves_on_and_only_what_changed_is_solved(
    world: World, as_user: SignIn, draft: MatchDraft
):
    world.link("sun", "head", on=world.on)
    client = as_user("manager")
    assert "只重算变化部分" in client.get(f"/plans/{draft.pk}/").content.decode()
    client.post(f"/plans/{draft.pk}/steps/", {"do": "refresh"})
    assert not MatchLine.objects.filter(draft=draft, household=world.households["sun"]).exists()
    assert line(world, draft, "li").post is not None


def test_the_queries_of_the_page_do_not_grow_with_its_pairs(
    world: World, as_user: SignIn, draft: MatchDraft
):
    client = as_user("manager")
    client.get(f"/plans/{draft.pk}/")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/plans/{draft.pk}/")
    MatchLine.objects.filter(draft=draft, household=world.households["li"]).delete()
    with CaptureQueriesContext(connection) as fewer:
        client.get(f"/plans/{draft.pk}/")
    assert len(few) == len(fewer) <= MOST_QUERIES


def test_somebody_else_is_chosen_by_hand_and_pinned(
    world: World, as_user: SignIn, draft: MatchDraft
):
    client, sun = as_user("manager"), line(world, draft, "sun")
    page = client.get(f"/plans/{draft.pk}/lines/{sun.pk}/").content.decode()
    assert "舒支书" in page and "连户长" in page and "魏户长" not in page
    chosen = {"post": str(world.posts["secretary"].pk)}
    answer = client.post(f"/plans/{draft.pk}/lines/{sun.pk}/", chosen)
    assert answer.headers["Location"].endswith(f"#l-{sun.pk}")
    after = line(world, draft, "sun")
    assert (after.state, after.post) == ("pinned", world.posts["secretary"])
    refused = {"post": str(world.posts["outer_head"].pk)}
    answer = client.post(f"/plans/{draft.pk}/lines/{sun.pk}/", refused)
    assert answer.status_code == 400
    assert as_user("leader").get(f"/plans/{draft.pk}/lines/{sun.pk}/").status_code == 404


def test_of_a_large_draft_what_changed_is_told_once_the_page_is_there(
    world: World, as_user: SignIn, draft: MatchDraft
):
    draft.sums["households"] = 5000
    draft.save(update_fields=["sums"])
    world.link("sun", "head", on=world.on)
    client = as_user("manager")
    page = client.get(f"/plans/{draft.pk}/").content.decode()
    assert f'data-from="/plans/{draft.pk}/changes/"' in page
    assert "只重算变化部分" not in page
    assert "只重算变化部分" in client.get(f"/plans/{draft.pk}/changes/").content.decode()


@pytest.mark.parametrize("odd", ["²", "007", "abc"])
def test_what_a_form_cannot_send_is_no_fault_of_the_server(
    world: World, as_user: SignIn, draft: MatchDraft, odd: str
):
    client, address = as_user("manager"), f"/plans/{draft.pk}/"
    nobody = line(world, draft, "zheng").pk
    assert client.get(f"{address}?line={odd}").status_code == 200
    for sent in (
        {"do": "accept", "line": odd}, {"do": "back", "was": f"{odd}:proposed:{odd}"},
        {"do": "reject", "post": odd}, {"do": "back", "was": f"{nobody}:proposed:{odd}"},
        {"do": "back", "was": f"00{nobody}:proposed:{world.posts['head'].pk}"},
    ):  # fmt: skip
        assert client.post(address, sent).status_code < 500
    step = client.post(f"{address}steps/", {"do": "approve", "version": odd})
    assert step.status_code < 500
