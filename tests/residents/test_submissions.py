"""What residents sent, answered by the grid office: taken up, confirmed after a call, refused."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessLog
from casework.cards import cards_print
from casework.models import Deed, Issue, IssuePhoto, Submission
from casework.submissions import (
    Sent,
    Taken,
    Words,
    progress_of,
    submission_accept,
    submission_confirm,
    submission_send,
    submissions_refuse,
)
from grids.models import Area
from households.models import Household, Link
from lib.errors import Refusal
from tests.contacting import contact_record
from tests.people import CAST, World
from tests.residents.test_public_pages import photo


def send(world: World, kind: str = "matter", link: tuple[str, str] = ("zhao", "head"),
         **words: object) -> Sent:  # fmt: skip
    links = Link.objects.filter(pk=world.links[link].pk)
    by = "manager" if link != ("wei", "outer_head") else "outsider"
    (card,) = cards_print(links=links, on=world.on, by=world.user(by))
    typed = {
        "text": "村口路灯不亮",
        "matter": "help",
        "name": "赵",
        "phone": "13900001111",
        **words,
    }
    return submission_send(
        once=uuid4(), code=card.code, kind=kind, words=Words(**typed),  # type: ignore[arg-type]
        sender=str(uuid4()), on=world.on,
    )  # fmt: skip


TAKEN = Taken(kind="help", subject="utilities", title="村口路灯不亮")


def test_a_matter_taken_up_has_the_number_as_its_ticket_and_the_photo_with_it(world):
    sent = send(world, photo=photo().getvalue(), point=(122.9, 46.7))
    issue = submission_accept(
        submission=sent.submission, taken=TAKEN, by=world.user("manager"), on=world.on
    )
    assert (issue.source, issue.ticket) == ("resident", sent.submission.number)
    assert issue.point.coords == (122.9, 46.7) and issue.area == world.areas["U111"]
    assert "13900001111" in issue.contact_way
    kept = IssuePhoto.objects.get(issue=issue)
    assert (kept.width, kept.height) == (900, 600) and bytes(kept.image)[:2] == b"\xff\xd8"
    sent.submission.refresh_from_db()
    assert sent.submission.photo is None and sent.submission.state == "accepted"
    assert "已登记" in progress_of(sent.submission)


def test_of_a_household_only_after_a_call_back_and_then_without_a_pin(world):
    sent, zhao, by = send(world, point=(122.9, 46.7)), world.households["zhao"], "manager"
    with pytest.raises(Refusal) as caught:
        submission_accept(
            submission=sent.submission, by=world.user(by), on=world.on,
            taken=Taken("help", "utilities", "停电", household=zhao),
        )  # fmt: skip
    assert caught.value.field == "called_back"
    issue = submission_accept(
        submission=sent.submission, by=world.user(by), on=world.on,
        taken=Taken("help", "utilities", "停电", household=zhao, called_back=True),
    )  # fmt: skip
    assert issue.household == zhao and issue.point is None


def test_a_household_of_elsewhere_is_not_found(world):
    sent = send(world)
    with pytest.raises(Refusal, match=r"没有找到|未找到|找不到"):
        submission_accept(
            submission=sent.submission, by=world.user("manager"), on=world.on,
            taken=Taken("help", "utilities", "停电", world.households["wei"], called_back=True),
        )  # fmt: skip


def test_fewer_contacts_from_the_call_back_on(world):
    sent = send(world, "fewer")
    zhao = world.households["zhao"]
    version = zhao.version
    submission_confirm(
        submission=sent.submission, household=zhao, called_back=True, by=world.user("manager"),
        on=world.on,
    )  # fmt: skip
    zhao.refresh_from_db()
    assert zhao.fewer_contacts and zhao.version == version + 1


def test_the_second_is_told_who_answered_before(world):
    sent = send(world)
    manager = world.user("manager")
    submissions_refuse(keys=[sent.submission.pk], reason="重复", by=manager, on=world.on)
    for again in (
        lambda: submission_accept(submission=sent.submission, taken=TAKEN, by=manager, on=world.on),
        lambda: submission_confirm(
            submission=sent.submission, household=world.households["zhao"], called_back=True,
            by=manager, on=world.on,
        ),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="关网办"):
            again()
    with pytest.raises(Refusal):
        submissions_refuse(keys=[sent.submission.pk], reason="重复", by=manager, on=world.on)
    assert Issue.objects.filter(source="resident").count() == 0


def test_spam_is_refused_at_once_with_a_reason_the_sender_reads(world, as_user):
    sent = [send(world, text=f"<img src=x onerror=alert({n})>") for n in range(3)]
    keys = [str(one.submission.pk) for one in sent]
    page = as_user("manager").get("/submissions/").content.decode()
    assert "&lt;img" in page and "<img src=x" not in page
    client = as_user("manager")
    kept = client.post("/submissions/", {"keys": keys[:2]})
    assert kept.status_code == 400 and kept.content.decode().count(" checked") == 2
    assert client.post("/submissions/", {"keys": keys, "reason": "广告"}).status_code == 302
    assert set(Submission.objects.values_list("state", "note")) == {("refused", "广告")}
    answer = Client().post(
        "/progress/", {"number": sent[0].submission.number, "code": sent[0].secret}
    )
    assert "广告" in answer.content.decode() and "关网办" not in answer.content.decode()


def test_managers_of_the_area_answer_and_the_contact_of_the_card_reads(world, as_user):
    sent = send(world)
    page = f"/submissions/{sent.submission.pk}/"
    reads = {"manager", "head"}
    for login, *_rest in CAST:
        answer = as_user(login).get(page)
        assert answer.status_code == (200 if login in reads else 404), login
        listed = as_user(login).get("/submissions/").content.decode()
        assert ("村口路灯不亮" in listed) == (login in reads), login
    assert "13900001111" in as_user("manager").get(page).content.decode()
    taken = {"do": "accept", "kind": "help", "subject": "utilities", "title": "灯"}
    assert as_user("head").post(page, taken).status_code == 400
    assert not Issue.objects.filter(source="resident").exists()
    assert as_user("manager").post(page, taken).status_code == 302
    assert Issue.objects.get(source="resident").ticket == sent.submission.number


def test_what_was_typed_stays_when_it_is_refused(world, as_user):
    sent = send(world)
    answer = as_user("manager").post(
        f"/submissions/{sent.submission.pk}/",
        {"do": "accept", "kind": "complaint", "title": "写好的话", "urgent": "1"},
    )
    text = answer.content.decode()
    assert answer.status_code == 400 and "写好的话" in text and 'value="1" checked' in text


def test_the_answer_on_data_is_for_that_household_and_is_logged(world, as_user):
    zhao = world.households["zhao"]
    as_user("worker").get(f"/households/{zhao.pk}/")
    home = Household.objects.get(pk=zhao.pk)
    contact_record(
        household=zhao, made_by=world.people["head"], on=world.on, mode="visit", reached=True,
        note="送去降压药",
    )  # fmt: skip
    Deed.objects.create(
        household=zhao, area=Area.objects.get(path=home.path), path=home.path, what="临时救助", on=world.on,
        state="granted", amount=Decimal(600),
    )  # fmt: skip
    sent = send(world, "data")
    page = f"/submissions/{sent.submission.pk}/answer/"
    assert as_user("manager").get(page).status_code == 404  # nobody has called back yet
    submission_confirm(
        submission=sent.submission, household=zhao, called_back=True, by=world.user("manager"),
        on=world.on,
    )  # fmt: skip
    text = as_user("manager").get(page).content.decode()
    assert "赵独居" in text and "15900000001" in text and "王格员" in text and "独居" in text
    assert "送去降压药" in text and "临时救助" in text and "600.00" in text
    row = AccessLog.objects.get(action="household.answer")
    assert (row.scope, row.field_class) == (str(zhao.pk), "P3")
    assert sent.submission.number in row.reason
    for login in ("head", "outsider", "worker", "leader"):
        assert as_user(login).get(page).status_code == 404, login


def test_the_photo_is_shown_while_it_waits(world, as_user):
    sent = send(world, photo=photo().getvalue())
    address = f"/submissions/{sent.submission.pk}/photo/"
    answer = as_user("manager").get(address)
    assert answer["Content-Type"] == "image/jpeg" and "no-store" in answer["Cache-Control"]
    assert as_user("outsider").get(address).status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(world, as_user):
    client, asked = as_user("manager"), []
    for n in (1, 6):
        for _n in range(n):
            send(world)
        client.get("/submissions/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/submissions/")
        asked.append(len(queries))
    assert asked[0] == asked[1] < 30
