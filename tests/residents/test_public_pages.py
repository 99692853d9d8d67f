"""The page behind a card: for anybody, small, without a word about any household."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from casework.cards import cards_print
from casework.models import CardText, Issue, Rating, SendTally, Submission
from casework.ratings import rating_link_issue
from casework.sending import MOST, tallies_forget
from grids.services import post_end
from households.models import Link
from tests.people import CAST, HOUSEHOLDS, World

KIB = 1024


@pytest.fixture
def card(world: World):
    """The card of a household with need, printed by the grid office."""
    links = Link.objects.filter(pk=world.links["zhao", "head"].pk)
    return cards_print(links=links, on=world.on, by=world.user("manager"))[0]


@pytest.fixture
def texts(world: World) -> CardText:
    return CardText.objects.create(
        area=world.areas["T1"], services="政策咨询", duty="每月 15 日", duty_phone="04820000001",
        complain="监督电话 12345",
    )  # fmt: skip


def photo() -> io.BytesIO:
    out = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 43.0, 12.0)})
    Image.new("RGB", (900, 600), "green").save(out, "JPEG", exif=exif.tobytes())
    out.seek(0)
    out.name = "现场.jpg"
    return out


def sent(card, client: Client | None = None, kind: str = "matter", **words):
    """What the server answers to a form that was filled in."""
    typed = {"matter": "help", "text": "路灯不亮", "once": str(uuid4()), **words}
    return (client or Client()).post(f"/c/{card.code.code}/{kind}/", typed)


def pages(card, world: World) -> list[str]:
    token = rating_link_issue(area=world.areas["V1"], on=world.on)
    code = card.code.code
    return [f"/c/{code}/", *(f"/c/{code}/{kind}/" for kind in ("matter", "fewer", "data", "rate")),
            "/progress/", f"/r/{token}/"]  # fmt: skip


def test_anybody_reads_who_the_contact_is_and_whom_to_call(card, texts):
    page = Client().get(f"/c/{card.code.code}/")
    text = page.content.decode()
    assert page.status_code == 200 and "连户长" in text and "tel:139" in text
    assert texts.duty_phone in text and texts.services in text and texts.duty in text
    assert page["Cache-Control"] == "private, no-store" and not page.cookies


def test_no_page_says_a_word_about_a_household(card, world, texts, as_user):
    """For strangers and for every one of the cast, in both languages."""
    ours = {row[0]: world.households[row[0]] for row in HOUSEHOLDS}
    for client in [Client(), *(as_user(row[0]) for row in CAST)]:
        for address in pages(card, world):
            for language in ("zh-hans", "en"):
                answer = client.get(address, {"lang": language})
                assert answer.status_code == 200, address
                text = answer.content.decode()
                for household in ours.values():
                    for word in (household.head_name, household.address, household.serial,
                                 str(household.pk)):  # fmt: skip
                        assert word not in text, address


def test_the_address_says_nothing(card, world):
    link = world.links["zhao", "head"]
    for key in (link.pk.hex, link.post_id.hex, link.household_id.hex, "FG001"):
        assert key[:6] not in card.code.code
    assert re.fullmatch("[2-9a-z]{12}", card.code.code)


def test_all_of_a_page_is_at_most_60_kib_without_any_compression(card, world):
    style = finders.find("css/residents.css")
    script = finders.find("js/pages/residents.js")
    assert style and script
    # Asked for by the script at once; the map itself comes after a press alone.
    pick = finders.find("js/data/pick.js")
    extra = sum(Path(path).stat().st_size for path in (style, script, pick))
    for address in pages(card, world):
        page = Client().get(address).content
        assert re.findall(rb'(?:src|href)="(/static/[^"]+)', page)  # nothing else is fetched
        assert {m.decode() for m in re.findall(rb'(?:src|href)="(/static/[^"]+)', page)} <= {
            "/static/css/residents.css", "/static/js/pages/residents.js",
        }  # fmt: skip
        assert len(page) + extra < 60 * KIB
        assert len(gzip.compress(page)) < 6 * KIB


def test_the_outline_of_a_card_is_its_village_and_grids_and_nothing_else(card, world):
    answer = Client().get(f"/c/{card.code.code}/outline/")
    told = answer.json()
    assert set(told) == {"bounds", "outlines", "basemap"} and len(told["bounds"]) == 4
    assert {row["level"] for row in told["outlines"]} == {"village", "grid"}
    assert {key for row in told["outlines"] for key in row} == {
        "name", "level", "lon", "lat", "rings",
    }  # fmt: skip
    names = {row["name"] for row in told["outlines"]}
    assert names == {
        area.name for area in world.areas.values()
        if area.level in ("village", "grid") and area.path.startswith(card.code.path[:12])
        and area.boundaries.exists()
    }  # fmt: skip
    assert "no-store" in answer["Cache-Control"] and not answer.cookies
    assert Client().get("/c/zzzzzzzzzzzz/outline/").status_code == 404


def test_an_unknown_code_says_what_to_do_with_404(world):
    page = Client().get("/c/zzzzzzzzzzzz/")
    assert page.status_code == 404 and "12345" in page.content.decode()


def test_when_the_post_ended_the_successor_is_named_and_then_the_office(card, world, texts):
    post_end(post=world.posts["head"], on=world.on)
    text = Client().get(f"/c/{card.code.code}/").content.decode()
    assert "已不在此岗位" in text and "王格员" in text and "连户长" not in text
    for key in ("worker", "grid_head", "secretary"):
        post_end(post=world.posts[key], on=world.on)
    text = Client().get(f"/c/{card.code.code}/").content.decode()
    assert "接替人员尚未确定" in text and f"tel:{texts.duty_phone}" in text


def test_a_matter_waits_and_is_in_no_count_and_on_no_map(card, world, as_user):
    before = Issue.objects.count()
    page = sent(card, lon="122.9", lat="46.7", photo=photo(), name="某某", phone="13900001111")
    assert page.status_code == 200
    row = Submission.objects.get()
    assert (row.state, row.matter, row.point.coords) == ("waiting", "help", (122.9, 46.7))
    assert row.number in page.content.decode()
    kept = Image.open(io.BytesIO(bytes(row.photo)))
    assert kept.format == "JPEG" and not kept.getexif()
    assert b"13900001111" not in bytes(row.phone_sealed)
    assert Issue.objects.count() == before
    for address in ("/api/v1/coverage", "/tables/issues/", "/"):
        assert "路灯不亮" not in as_user("manager").get(address).content.decode()


def test_the_same_form_twice_is_one_message_with_one_receipt(card):
    once = str(uuid4())
    first, second = (sent(card, once=once).content.decode() for _n in range(2))
    number = re.search(r'id="number">([^<]+)', first)[1]
    assert number in second and re.search(r'id="secret">(\w+)', first)[1] in second
    row = Submission.objects.get()
    known_to_staff = sent(card, once=str(row.pk)).content.decode()
    assert number not in known_to_staff  # the key staff see gets nobody's code


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"text": " "}, "一句话"),
        ({"matter": "dispute"}, "类别"),
        ({"phone": "12"}, "电话号码"),
        ({"text": "我的身份证号 152221198001011239"}, "身份证"),
        ({"place": "某" * 81}, "80"),
        ({"website": "http://spam"}, "留空"),
        ({"photo": io.BytesIO(b"GIF89a no photo at all")}, "JPEG"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_what_was_typed_is_kept(card, words, says):
    typed = {"text": "村口的桥<b>坏了", "name": "王某", **words}
    page = sent(card, **typed)
    text = page.content.decode()
    assert page.status_code == 400 and says in text
    assert 'value="王某"' in text and "<b>" not in text
    assert not Submission.objects.exists()


@pytest.mark.parametrize("kind", ["fewer", "data"])
def test_what_concerns_a_household_needs_a_number_to_call_back(card, world, kind):
    assert sent(card, kind=kind, name="赵某").status_code == 400
    assert sent(card, kind=kind, name="赵某", phone="13900001111").status_code == 200
    row = Submission.objects.get()
    assert row.household is None and row.kind == kind
    world.households["zhao"].refresh_from_db()
    assert not world.households["zhao"].fewer_contacts


def test_too_many_from_one_address_or_card_are_refused_until_tomorrow(card, world, monkeypatch):
    monkeypatch.setitem(MOST, "send.address", 2)
    assert [sent(card).status_code for _n in range(3)] == [200, 200, 400]
    page = sent(card, text="还没说完的话")
    assert "明天" in page.content.decode() and "还没说完的话" in page.content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    monkeypatch.setitem(MOST, "send.code", 3)
    assert [sent(card, elsewhere).status_code for _n in range(2)] == [200, 400]
    assert not SendTally.objects.filter(key__contains="127.0.0.1").exists()
    tallies_forget(world.on)
    assert sent(card).status_code == 400  # today is not forgotten
    SendTally.objects.update(on=world.began)
    tallies_forget(world.on)
    assert not SendTally.objects.exists()


def receipt(page) -> dict[str, str]:
    text = page.content.decode()
    return {
        "number": re.findall(r'id="number">([^<]+)', text)[0],
        "code": re.findall(r'id="secret">([^<]+)', text)[0],
    }


def test_progress_needs_the_number_and_its_code(card, monkeypatch):
    known = receipt(sent(card, text="<script>alert(1)</script>"))
    page = Client().post("/progress/", known)
    assert page.status_code == 200 and "尚未查看" in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    wrong = Client().post("/progress/", {**known, "code": "x" * 8})
    assert wrong.status_code == 400 and "尚未查看" not in wrong.content.decode()
    monkeypatch.setitem(MOST, "look.number", 3)
    assert Client().post("/progress/", known).status_code == 200
    assert Client().post("/progress/", known).status_code == 400


def test_the_service_is_rated_from_the_card_and_once_by_a_link(card, world):
    code = card.code.code
    assert Client().post(f"/c/{code}/rate/", {"answer": "satisfied"}).status_code == 200
    assert Client().post(f"/c/{code}/rate/", {"answer": "five stars"}).status_code == 400
    token = rating_link_issue(area=world.areas["V1"], on=world.on)
    assert Client().post(f"/r/{token}/", {"answer": "basically"}).status_code == 200
    assert Client().post(f"/r/{token}/", {"answer": "basically"}).status_code == 404
    assert Client().get("/r/nothing/").status_code == 404
    assert sorted(Rating.objects.values_list("via", flat=True)) == ["card", "link"]


def test_a_form_of_another_site_is_refused(card):
    strict = Client(enforce_csrf_checks=True)
    assert sent(card, strict).status_code == 403
