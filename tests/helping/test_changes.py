"""What was entered of partners, meetings and help is put right without losing what it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from casework.deeds import deed_change, deed_record
from casework.meetings import meeting_add, meeting_call, meeting_close
from casework.models import Meeting, MeetingAddition, Offer
from casework.partners import agreement_change, offer_add, offer_change, uptake_record, version_of
from grids.models import Pairing
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Outdated, Refusal
from reports.answers import values
from tests.people import World

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing(world: World) -> Pairing:
    return Pairing.objects.get(organisation=world.organisations["bureau"], area=world.areas["V1"])


@pytest.fixture
def offer(world: World, pairing: Pairing) -> Offer:
    made = offer_add(pairing=pairing, title="义诊", quantity=Decimal(10), unit="场")
    uptake_record(offer=made, on=world.on, current=world.on, quantity=Decimal(4))
    return made


def given(offer: Offer, **changed: Any) -> dict[str, Any]:
    kept = {name: getattr(offer, name) for name in ("title", "subject", "quantity", "unit",
                                                     "until")}  # fmt: skip
    return {"offer": offer, **kept, "version": version_of(offer), **changed}


def test_an_offer_is_never_changed_below_what_was_taken_up(world: World, offer: Offer) -> None:
    for changed, field in (
        ({"quantity": Decimal(3)}, "quantity"), ({"quantity": None, "unit": ""}, "quantity"),
        ({"unit": "人"}, "unit"), ({"until": world.on - timedelta(days=1)}, "until"),
        ({"title": " "}, "title"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            offer_change(**given(offer, **changed))
        assert refused.value.field == field
    offer_change(**given(offer, quantity=Decimal(4), title="巡回义诊", until=world.on))
    offer.refresh_from_db()
    assert (offer.quantity, offer.title, offer.until) == (Decimal(4), "巡回义诊", world.on)


def test_an_agreement_keeps_what_was_taken_up_within_it(
    world: World, pairing: Pairing, offer: Offer
) -> None:
    terms: dict[str, Any] = {"pairing": pairing, "agreement": "协议二", "version": 0}
    for on, end, field in (
        (world.on + timedelta(days=1), None, "on"), (world.began, world.on, "end"),
        (world.began, world.began, "end"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            agreement_change(**terms, on=on, end=end)
        assert refused.value.field == field
    until = world.on + timedelta(days=30)
    changed = agreement_change(**terms, on=world.began + timedelta(days=5), end=until)
    assert (changed.during.upper, changed.agreement) == (until, "协议二")
    with pytest.raises(Outdated):  # read before that
        agreement_change(**terms, on=world.began, end=None)
    with pytest.raises(Refusal):
        agreement_change(**{**terms, "version": 1}, on=world.began, end=None,
                         by=world.user("outsider"))  # fmt: skip


def test_a_change_by_form_is_taken_back_and_who_is_second_keeps_the_words(
    world: World, as_user: SignIn, offer: Offer
) -> None:
    address, prefix = f"/offers/{offer.pk}/edit/", f"c{offer.pk}"
    sent = {f"{prefix}-{name}": value for name, value in (
        ("title", "入户义诊"), ("subject", "medical"), ("quantity", "12"), ("unit", "场"),
        ("until", ""), ("version", "0"))}  # fmt: skip
    assert as_user("manager").post(address, sent).status_code == 302
    second = as_user("manager").post(address, {**sent, f"{prefix}-title": "免费义诊"})
    page = second.content.decode()
    assert second.status_code == 400 and "免费义诊" in page
    assert f'name="{prefix}-version" value="1"' in page
    offer.refresh_from_db()
    assert offer.title == "入户义诊"
    act_undo(act=Act.objects.get(verb="offer-change"), by=world.user("manager"))
    offer.refresh_from_db()
    assert (offer.title, offer.quantity) == ("义诊", Decimal(10))
    terms = f"/agreements/{offer.pairing_id}/terms/"
    for who in ("outsider", "worker", "leader"):
        assert as_user(who).post(address, sent).status_code == 404, who
        assert as_user(who).post(terms, {}).status_code == 404, who
    assert as_user("manager").post(terms, {}).status_code == 400


def held(world: World) -> Meeting:
    """A meeting with a decision on the matter of the well."""
    manager = world.user("manager")
    world.issues["well"].__class__.objects.filter(pk=world.issues["well"].pk).update(
        limit_on=world.on - timedelta(days=3)
    )
    meeting = meeting_call(area=world.areas["T1"], on=world.on, current=world.on, by=manager)
    with pytest.raises(Refusal):  # not closed yet
        meeting_add(meeting=meeting, text="补记", on=world.on, by=manager)
    item = meeting.items.get(issue=world.issues["well"])
    decided = {item.pk: {"decision": "十日内修好"}}
    return meeting_close(meeting=meeting, decisions=decided, on=world.on, by=manager, version=1)


def test_minutes_are_added_to_and_what_was_decided_stays(world: World, as_user: SignIn) -> None:
    meeting = held(world)
    well, address = world.issues["well"], f"/meetings/{meeting.pk}/additions/"
    item = meeting.items.get(issue=well)
    for who in ("leader", "worker", "outsider"):
        assert as_user(who).post(address, {"text": "补"}).status_code == 404, who
    empty = as_user("manager").post(address, {"item": item.pk, "text": " "})
    assert empty.status_code == 400 and "请填写补记内容" in empty.content.decode()
    words = "期限更正为十五日"
    assert as_user("manager").post(address, {"item": item.pk, "text": words}).status_code == 302
    added = MeetingAddition.objects.get()
    assert (added.on, added.by, added.item) == (world.on, world.users["manager"], item)
    item.refresh_from_db()
    assert item.decision == "十日内修好"
    notes = list(well.steps.filter(verb="decide").order_by("pk").values_list("note", flat=True))
    assert len(notes) == 2 and "十日内修好" in notes[0] and words in notes[1]
    for page in (f"/meetings/{meeting.pk}/", f"/meetings/{meeting.pk}/print/"):
        shown = as_user("leader").get(page).content.decode()
        assert words in shown and "关网办" in shown and "十日内修好" in shown
    act_undo(act=Act.objects.get(verb="meeting-add"), by=world.user("manager"))
    assert not MeetingAddition.objects.exists()
    assert well.steps.filter(verb="decide").count() == 1


def test_a_past_day_counts_help_as_it_stood_then(world: World) -> None:
    on, yesterday = world.on - timedelta(days=9), world.on - timedelta(days=1)
    asked = deed_record(what="申请临时救助", household=world.households["zhou"], on=on,
                        current=world.on, state="applied", quantity=Decimal(1), unit="户",
                        amount=Decimal(800), funds="state")  # fmt: skip
    deed_record(what="清理积雪", area=world.areas["V1"], on=on, current=world.on, people=20)

    def told(until: Any) -> tuple[Any, ...]:
        keys = ("deeds", "deeds_on_the_way", "deeds_amount")
        got = values(keys, world.areas["T1"].path, since=on, until=until, current=world.on)
        return tuple(int(got[key].number or 0) for key in keys)

    assert told(world.on) == told(yesterday) == (1, 1, 0)
    for state, version in (("approved", 1), ("granted", 2)):
        deed_change(deed=asked, values={"state": state}, current=world.on, by=None,
                    version=version)  # fmt: skip
    assert told(world.on) == (2, 0, 800)
    assert told(yesterday) == told(on) == (1, 1, 0)
    assert told(on - timedelta(days=1)) == (0, 0, 0)
