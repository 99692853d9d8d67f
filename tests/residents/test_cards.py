"""Contact cards: what they say, how many to a sheet, who prints them, which to replace."""

from __future__ import annotations

import re
import zlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from casework.cardpaper import cards_file, cards_pdf
from casework.cards import (
    Face,
    Holder,
    cards_print,
    cards_to_replace,
    faces_of,
    links_of_area,
)
from casework.models import CardCode, ContactCard
from desk.models import ExportJob
from desk.tables.written import export_make, file_of, may_fetch
from grids.services import post_end
from households.links import link_end
from households.models import Link
from lib.errors import Refusal
from tests.people import World


def links(world: World, *pairs: tuple[str, str]):
    return Link.objects.filter(pk__in=[world.links[pair].pk for pair in pairs])


def printed(world: World, *pairs: tuple[str, str], by: str = "manager"):
    return cards_print(links=links(world, *pairs), on=world.on, by=world.user(by))


def streams_of(pdf: bytes) -> list[bytes]:
    """Its streams, unpacked; objects lie in streams, too."""
    found = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            found.append(zlib.decompress(raw))
        except zlib.error:
            found.append(raw)
    return found


def texts_of(pdf: bytes) -> str:
    """The text somebody can select in a PDF, by the fonts' own tables of characters."""
    streams = streams_of(pdf)
    letters: dict[str, str] = {}
    for stream in streams:
        if b"beginbfchar" in stream:
            for glyph, char in re.findall(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>", stream):
                letters[glyph.decode().lower()] = bytes.fromhex(char.decode()).decode("utf-16-be")
    glyphs = re.findall(rb"<([0-9a-fA-F]+)>", b"".join(s for s in streams if b" Tf" in s))
    return "".join(
        letters.get(text[n : n + 4].decode().lower(), "")
        for text in glyphs for n in range(0, len(text), 4)
    )  # fmt: skip


def pages_of(pdf: bytes) -> int:
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in streams_of(pdf))


def test_households_of_one_place_with_one_contact_share_a_code(world):
    first, second, other = (
        printed(world, ("zhao", "head"), ("qian", "head"), ("zhao", "cadre"))
    )  # fmt: skip
    assert len({first.code_id, second.code_id, other.code_id}) == 2
    assert CardCode.objects.count() == 2


def test_a_card_not_handed_over_is_printed_anew_and_one_handed_over_is_a_second_card(world):
    (card,) = printed(world, ("zhao", "head"))
    assert printed(world, ("zhao", "head")) == [card]
    card.handed_on = world.on
    card.save()
    (second,) = printed(world, ("zhao", "head"))
    assert second != card and ContactCard.objects.handed().count() == 1
    assert second.code == card.code


def test_who_may_not_read_the_household_prints_no_card(world):
    for login in ("outsider", "leader", "clerk", "outer_head"):
        with pytest.raises(Refusal):
            printed(world, ("zhao", "head"), by=login)
    assert printed(world, ("zhao", "head"), by="head")


def test_the_card_says_who_the_contact_is_and_nothing_of_the_household(world):
    cards = printed(world, ("zhao", "head"))
    (face,) = faces_of(cards, on=world.on)
    assert face.contact.name == "连户长" and face.contact.phone.startswith("139")
    assert face.lead is not None and face.lead.name == "舒支书"
    said = texts_of(cards_file(cards, address="https://x.example", sheets=False, on=world.on))
    assert "连户长" in said and face.contact.phone in said and "舒支书" in said
    household = world.households["zhao"]
    for word in (household.head_name, household.address, household.serial):
        assert word not in said


@pytest.mark.parametrize(("cards", "sheets"), [(1, 1), (4, 1), (5, 2), (41, 11)])
def test_four_cards_lie_on_a_sheet(cards, sheets):
    face = Face("code", Holder("某某", "联户长", "13900000000"), None, "某村", "", "", "")
    seen: list[int] = []
    pdf = cards_pdf([face] * cards, address="https://x.example", sheets=True, step=seen.append)
    assert pages_of(pdf) == sheets and seen[-1] == cards


def test_one_by_one_each_has_a_page_of_a6():
    face = Face("code", Holder("<b>某</b>", "联户长", ""), None, "某村", "", "", "")
    pdf = cards_pdf([face] * 2, address="https://x.example", sheets=False)
    assert pages_of(pdf) == 2 and "<b>" in texts_of(pdf)
    assert any(re.search(rb"MediaBox \[0 0 297.6\d* 419.5\d*\]", part) for part in streams_of(pdf))


def test_the_household_page_hands_out_a_file_to_its_contact_and_its_manager(world, as_user):
    address = f"/households/{world.households['zhao'].pk}/card/"
    for login in ("head", "manager", "worker"):
        answer = as_user(login).post(address)
        assert answer["Content-Type"] == "application/pdf", login
        assert b"".join(answer.streaming_content)[:4] == b"%PDF"
        assert "赵" not in answer["Content-Disposition"]
    for login in ("outsider", "leader", "clerk", "outer_head"):
        assert as_user(login).post(address).status_code == 404, login
    nobody = as_user("manager").post(f"/households/{world.households['li'].pk}/card/")
    assert nobody.status_code == 400 and "先指定联系人" in nobody.content.decode()


def test_a_change_of_contact_lists_the_card_to_replace_until_it_is_handed_over(world, as_user):
    manager = world.user("manager")
    (card,) = printed(world, ("zhao", "head"))
    card.handed_on = world.on
    card.save()
    path = world.areas["T1"].path
    assert not cards_to_replace(manager, path, on=world.on, most=9)
    link_end(link=world.links["zhao", "head"], on=world.on)
    (line,) = cards_to_replace(manager, path, on=world.on, most=9)
    assert [link.post.person.name for link in line.links] == ["甘包联"]
    page = as_user("manager").get("/cards/?area=" + str(world.areas["V1"].pk)).content.decode()
    assert "赵独居" in page and "甘包联" in page
    assert links_of_area(manager, path, which="replace", on=world.on).count() == 1
    Link.objects.filter(pk=world.links["zhao", "head"].pk).update(void=True)
    assert cards_to_replace(world.user("outsider"), path, on=world.on, most=9) == []


def test_a_selection_is_one_file_and_many_are_made_by_the_worker(world, as_user, monkeypatch):
    client = as_user("manager")
    keys = [str(world.households[key].pk) for key in ("zhao", "qian", "li")]
    answer = client.post("/tables/households/cards/", {"keys": keys})
    assert pages_of(b"".join(answer.streaming_content)) == 1
    assert ContactCard.objects.count() == 3  # zhao has two contacts, li has none
    monkeypatch.setattr("desk.cards.AT_ONCE", 2)
    answer = client.post("/tables/households/cards/", {"keys": keys})
    assert answer.status_code == 302 and answer["Location"] == "/tables/exports/"
    job = ExportJob.objects.get()
    export_make.call(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.rows) == ("ready", 3)
    assert "便民联系卡" in client.get("/tables/exports/").content.decode()
    file = client.get(f"/tables/exports/{job.pk}/file/")
    assert file["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content)[:4] == b"%PDF"
    file_of(job).unlink()


def test_many_cards_of_a_worker_are_made_and_fetched_while_the_post_lasts(
    world, as_user, monkeypatch
):
    monkeypatch.setattr("desk.cards.AT_ONCE", 1)
    client = as_user("worker")
    own = {"area": str(world.areas["G11"].pk), "which": "all"}
    assert client.post("/cards/print/", own)["Location"] == "/tables/exports/"
    job = ExportJob.objects.get()
    assert job.managed == [world.areas["G11"].path]
    export_make.call(str(job.pk))
    assert str(job.pk) in client.get("/tables/exports/").content.decode()
    assert as_user("manager").get(f"/tables/exports/{job.pk}/file/").status_code == 404
    client = as_user("worker")
    assert client.get(f"/tables/exports/{job.pk}/file/")["Content-Type"] == "application/pdf"
    assert may_fetch(ExportJob.objects.get())
    post_end(post=world.posts["worker"], on=world.on)
    assert not may_fetch(ExportJob.objects.get())
    file_of(job).unlink()


def test_the_cards_of_an_area_are_for_its_office_and_who_hands_them_over(world, as_user):
    code = str(world.areas["V1"].pk)
    for which in ("without", "all"):
        answer = as_user("manager").post("/cards/print/", {"area": code, "which": which})
        assert answer["Content-Type"] == "application/pdf"
    for who, area, n in (("worker", "G11", 3), ("secretary", "V1", 3), ("grid_head", "V1", 3)):
        page = as_user(who).get("/cards/").content.decode()
        assert f"{n} 张" in page, (who, re.findall(r"[0-9]+ 张", page))
        own = str(world.areas[area].pk)
        answer = as_user(who).post("/cards/print/", {"area": own, "which": "all"})
        assert answer["Content-Type"] == "application/pdf", who
        assert '"/cards/"' in as_user(who).get("/tables/households/").content.decode()
        # A village that is not theirs is not found.
        assert as_user(who).get(f"/cards/?area={world.areas['V3'].pk}").status_code == 404, who
        other = {"area": str(world.areas["V3"].pk), "which": "all"}
        assert as_user(who).post("/cards/print/", other).status_code == 404, who
    for who in ("head", "cadre", "leader", "clerk", "volunteer"):
        assert as_user(who).get("/cards/").status_code == 404, who
        assert as_user(who).post("/cards/print/", {"which": "all"}).status_code == 404, who
    again = as_user("manager").post("/cards/print/", {"area": code, "which": "without"})
    assert again.status_code == 302 and "area=" in again["Location"]
    assert as_user("outsider").get(f"/cards/?area={code}").status_code == 404
    assert as_user("worker").get(f"/cards/?area={code}").status_code == 404


def test_the_codes_lead_to_the_address_the_county_has_set(world, as_user, monkeypatch):
    seen: list[str] = []
    monkeypatch.setattr(
        "desk.cardfiles.cards_file",
        lambda cards, *, address, **_rest: seen.append(address) or b"%PDF",
    )
    address = f"/households/{world.households['zhao'].pk}/card/"
    as_user("manager").post(address)
    with override_settings(PUBLIC_ADDRESS="https://lianhu.example"):
        as_user("manager").post(address)
    assert seen == ["http://testserver", "https://lianhu.example"]


def test_printing_more_cards_asks_no_more_questions(world):
    """Cards of one village: what is asked does not grow with them."""
    asked = []
    for pairs in ([("zhao", "head")], [("zhao", "head"), ("qian", "head"), ("zhao", "cadre")]):
        with CaptureQueriesContext(connection) as queries:
            faces_of(printed(world, *pairs), on=world.on)
        asked.append(len(queries))
    assert asked[1] <= asked[0] + 1, asked
