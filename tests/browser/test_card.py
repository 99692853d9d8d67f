"""A resident scans the card, sends a matter with a photo, sees it taken up, and rates it."""

from __future__ import annotations

import io
import re

from PIL import Image
from playwright.sync_api import Browser, expect

from casework.cards import cards_print
from casework.models import Issue, IssuePhoto, Rating
from households.models import Link
from tests.browser.conftest import PHONE, Visitor, wait_for_silence, watch
from tests.people import World

NARROW = 360


def picture() -> bytes:
    """A photo large enough to be made small before it is sent, with a place in it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 43.0, 12.0)})
    out = io.BytesIO()
    noise = Image.effect_noise((2400, 1800), 60).convert("RGB")
    noise.save(out, "JPEG", quality=90, exif=exif.tobytes())
    return out.getvalue()


def test_from_the_card_to_the_rating(chromium: Browser, live_server, town: World) -> None:
    links = Link.objects.filter(pk=town.links["zhao", "head"].pk)
    (card,) = cards_print(links=links, on=town.on, by=town.user("manager"))
    context = chromium.new_context(
        viewport={"width": NARROW, "height": 740}, locale="zh-CN", permissions=["geolocation"],
        geolocation={"longitude": 120.005, "latitude": 45.005, "accuracy": 12},
    )  # fmt: skip
    complaints: list[str] = []
    page = context.new_page()
    watch(page, complaints)
    page.goto(f"{live_server.url}/c/{card.code.code}/")
    expect(page.get_by_role("heading", name=re.compile("连户长"))).to_be_visible()
    assert not context.cookies()
    page.get_by_role("link", name="反映事项").click()
    page.get_by_label("求助").check()
    page.get_by_label("是什么事").fill("村口路灯不亮")
    page.get_by_role("button", name="发送我现在的位置").click()
    expect(page.get_by_text("误差约 12 米")).to_be_visible()
    page.locator("[type=file]").set_input_files(
        {"name": "灯.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    expect(page.locator("[type=file]")).to_have_value(re.compile("photo.jpg"))  # made small
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    number, secret = page.locator("#number").inner_text(), page.locator("#secret").inner_text()

    width, height = PHONE
    office = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    desk = Visitor(office.new_page(), live_server.url, width)
    desk.sign_in("manager")
    desk.page.goto(f"{live_server.url}/submissions/")
    desk.fits()
    desk.page.get_by_role("link", name="村口路灯不亮").click()
    expect(desk.page.locator(".sent-photo")).to_be_visible()
    desk.page.locator("[name=subject]").select_option("utilities")
    desk.page.get_by_role("button", name="登记诉求").click()
    desk.page.wait_for_url(re.compile("/issues/"))
    issue = Issue.objects.get(source="resident")
    assert issue.ticket == number and issue.point is not None
    assert not Image.open(io.BytesIO(bytes(IssuePhoto.objects.get().image))).getexif()

    page.get_by_role("button", name="查询进度").click()
    expect(page.locator(".state")).to_contain_text("已登记")
    Issue.objects.filter(pk=issue.pk).update(state="closed", result="solved")
    page.get_by_label("编号").fill(number.lower())
    page.get_by_label("查询码").fill(secret)
    page.locator("button.call").click()
    expect(page.locator(".state")).to_contain_text("已办结")
    page.get_by_role("button", name="评价办理情况").click()
    page.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="谢谢")).to_be_visible()
    rating = Rating.objects.get()
    assert (rating.issue, rating.answer, rating.via) == (issue, "satisfied", "link")
    assert [cookie.get("name") for cookie in context.cookies()] == ["csrftoken"]
    assert not complaints
    office.close()
    context.close()
    wait_for_silence()
