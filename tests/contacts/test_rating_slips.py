"""The address to rate: copied, sent as a message, printed; by nobody who served."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from casework.models import Issue, RatingLink
from casework.ratings import rating_give, rating_link_held, rating_link_issue
from lib.errors import Refusal
from tests.matters import matter_to
from tests.residents.test_cards import pages_of, texts_of


def token_in(page: str) -> str:
    (token,) = re.findall(r'name="token" value="([\w-]+)"', page)
    return token


def test_what_is_shown_once_can_be_copied_sent_and_printed(world, as_user, settings):
    roof = matter_to(world.issues["roof"], "resolved", on=world.on)
    Issue.objects.filter(pk=roof.pk).update(contact_way="钱某 139-0000 0199")
    settings.PUBLIC_ADDRESS = "https://lianhu.example"
    manager = as_user("manager")
    made = manager.post(f"/issues/{roof.pk}/rating/").content.decode()
    token = token_in(made)
    address = f"https://lianhu.example/r/{token}/"
    assert f'value="{address}"' in made and 'id="copy"' in made
    until = world.on + timedelta(days=30)
    assert f"{until.year}年{until.month}月{until.day}日" in made
    # The message holds the address and nothing else.
    (sms,) = re.findall(r'href="(sms:[^"]+)"', made)
    assert sms == f"sms:13900000199?body=https%3A%2F%2Flianhu.example%2Fr%2F{token}%2F"
    answer = manager.post("/ratings/slip/", {"token": token})
    pdf = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/pdf" and pages_of(pdf) == 1
    said = texts_of(pdf)
    assert address in said.replace("\n", "")
    for word in (roof.title, world.households["qian"].head_name, "钱某", "139"):
        assert word not in said
    assert RatingLink.objects.count() == 1  # the slip is of the same address


def test_no_message_without_a_phone_that_was_given(world, as_user):
    roof = matter_to(world.issues["roof"], "resolved", on=world.on)
    for way in ("", "0482-1234567", "微信 139000001991"):
        Issue.objects.filter(pk=roof.pk).update(contact_way=way)
        made = as_user("manager").post(f"/issues/{roof.pk}/rating/").content.decode()
        assert "/r/" in made and "sms:" not in made


@pytest.mark.parametrize("who", ["head", "clerk", "leader", "outsider", "worker", "cadre"])
def test_who_served_or_does_not_see_the_matter_prints_no_slip(world, as_user, who):
    roof = matter_to(world.issues["roof"], "resolved", on=world.on)
    token = rating_link_issue(issue=roof, on=world.on, by=world.user("manager"))
    answer = as_user(who).post("/ratings/slip/", {"token": token})
    assert answer.status_code in (302, 404)
    with pytest.raises(Refusal):
        rating_link_held(token=token, on=world.on, by=world.user(who))


def test_a_slip_of_an_address_that_opens_nothing_is_refused_in_words(world, as_user):
    token = rating_link_issue(area=world.areas["V1"], on=world.on, by=world.user("manager"))
    assert as_user("manager").post("/ratings/slip/", {"token": token}).status_code == 200
    rating_give(token=token, answer="satisfied", on=world.on)
    for given in (token, "x" * 32, ""):
        again = as_user("manager").post("/ratings/slip/", {"token": given}, follow=True)
        assert again.redirect_chain[0][0] == "/ratings/"
        said = "找不到这个评价地址" if given != token else "已经收到"
        assert said in again.content.decode(), given
