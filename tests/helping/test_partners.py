"""Partners: agreements, offers, uptake that never exceeds what there is, bare counts of members."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from casework.models import CommunityRegistration, Offer, Uptake
from casework.partners import (
    agreement_end,
    offer_add,
    registration_record,
    remaining,
    uptake_record,
)
from grids.models import Organisation, Pairing
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Refusal
from tests.access import expected
from tests.people import World
from tests.shapes import CODES

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing(world: World) -> Pairing:
    return Pairing.objects.get(organisation=world.organisations["bureau"], area=world.areas["V1"])


@pytest.fixture
def offer(world: World, pairing: Pairing) -> Offer:
    return offer_add(pairing=pairing, title="义诊", quantity=Decimal(10), unit="场")


def take(world: World, offer: Offer, **given: Any) -> Uptake:
    return uptake_record(offer=offer, on=world.on, current=world.on, **given)


def test_no_more_is_taken_up_than_is_left(world: World, offer: Offer) -> None:
    take(world, offer, quantity=Decimal(4), people=60)
    with pytest.raises(Refusal, match="只剩 6 场") as refused:
        take(world, offer, quantity=Decimal(7))
    assert refused.value.field == "quantity"
    take(world, offer, quantity=Decimal(6))
    assert remaining(offer) == 0 and Uptake.objects.count() == 2


def test_what_cannot_be_meant_is_refused(world: World, pairing: Pairing, offer: Offer) -> None:
    before = world.began - timedelta(days=1)
    for given, field in (
        ({"quantity": None}, "quantity"), ({"quantity": Decimal(1), "people": 0}, "people"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            take(world, offer, **given)
        assert refused.value.field == field
    with pytest.raises(Refusal, match="有效期"):
        uptake_record(offer=offer, on=before, current=world.on, quantity=Decimal(1))
    with pytest.raises(Refusal):
        offer_add(pairing=pairing, title="种子", quantity=Decimal(1), unit="公斤")
    take(world, offer, quantity=Decimal(1))
    with pytest.raises(Refusal, match="更晚"):
        agreement_end(pairing=pairing, on=world.on, by=None)


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_who_sees_the_area_reads_and_who_manages_it_writes(
    world: World, as_user: SignIn, offer: Offer, login: str
) -> None:
    client, bureau = as_user(login), world.organisations["bureau"]
    opens = bool(expected.within(login, "counts"))
    page = client.get(f"/organisations/{bureau.pk}/")
    assert page.status_code == client.get("/partners/").status_code == (200 if opens else 404)
    reads = "V1" in expected.within(login, "counts")
    assert ("义诊" in page.content.decode()) == reads
    manages = "V1" in expected.within(login, "manage")
    sent = {"u-on": world.on.isoformat(), "u-quantity": "1", "u-people": "", "u-note": ""}
    answer = client.post(f"/offers/{offer.pk}/uptakes/", sent)
    assert answer.status_code == (302 if manages else 404)
    assert Uptake.objects.exists() == manages


def test_an_office_enters_an_agreement_an_offer_its_uptake_and_a_count(
    world: World, as_user: SignIn
) -> None:
    client = as_user("manager")
    given = {"name": "方格县医院党支部", "kind": "party", "area": CODES["V2"],
             "on": world.began.isoformat(), "end": "", "agreement": "健康共建协议"}  # fmt: skip
    wrong = client.post("/partners/new/", {**given, "end": world.began.isoformat()})
    assert wrong.status_code == 400 and "健康共建协议" in wrong.content.decode()
    assert not Organisation.objects.filter(kind="party").exists()
    assert client.post("/partners/new/", given).status_code == 302
    branch = Organisation.objects.get(kind="party")
    assert branch.area == world.areas["T1"]  # as far up as the office manages
    pairing = branch.pairings.get()
    sent = {"o-title": "义诊", "o-subject": "medical", "o-quantity": "4", "o-unit": "场",
            "o-until": ""}  # fmt: skip
    assert client.post(f"/agreements/{pairing.pk}/offers/", sent).status_code == 302
    offer = Offer.objects.get()
    sent = {"u-on": world.on.isoformat(), "u-quantity": "5", "u-people": "", "u-note": "赶集日"}
    refused = client.post(f"/offers/{offer.pk}/uptakes/", sent).content.decode()
    assert "只剩 4 场" in refused and "赶集日" in refused
    client.post(f"/offers/{offer.pk}/uptakes/", {**sent, "u-quantity": "3"})
    members = {"r-area": CODES["V2"], "r-on": world.on.isoformat(), "r-members": "12"}
    assert client.post(f"/organisations/{branch.pk}/registrations/", members).status_code == 302
    page = client.get(f"/organisations/{branch.pk}/").content.decode()
    assert "共 4 场，已认领 3，剩余 1" in page and "<b>12</b>" in page
    file: Any = client.post("/partners/offers.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(file.streaming_content)))
    header, row = book.get_sheet_by_index(0).to_python()
    line = dict(zip(header, row, strict=True))
    assert (line["单位"], line["数量"], line["已认领"], line["剩余"]) == (
        branch.name,
        "4",
        "3",
        "1",
    )
    act_undo(act=Act.objects.get(verb="uptake"), by=world.user("manager"))
    assert not Uptake.objects.exists()


def test_the_same_day_again_corrects_the_number_of_members(world: World) -> None:
    values: dict[str, Any] = {"organisation": world.organisations["bureau"], "area": world.areas["V1"],
              "on": world.on, "current": world.on}  # fmt: skip
    registration_record(members=8, **values)
    registration_record(members=9, **values)
    assert CommunityRegistration.objects.get().members == 9
    with pytest.raises(Refusal):
        registration_record(members=-1, **values)
