"""The daily digest: three numbers and an address, once per working day, to a real local server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.db import connections

from accounts.keys import sealer
from casework.digest import TRIES, WAIT, Numbers, digests_send, numbers_of, text_of
from casework.models import DigestReceipt, DigestTarget, Holiday, Issue
from lib.clock import SHANGHAI
from lib.hooks import AddressRefused, address_check
from tests.digest.robot import Robot, running
from tests.people import HOUSEHOLDS, ISSUES, World

#: A Friday, at nine.
AT = datetime(2026, 11, 27, 9, tzinfo=SHANGHAI)


@pytest.fixture
def robot(settings) -> Iterator[Robot]:
    settings.DIGEST_LOOPBACK = True
    settings.DIGEST_SECONDS = 1.0
    settings.SITE_ADDRESS = "https://lianhu.example"
    with running() as made:
        yield made


@pytest.fixture
def target(world: World, robot: Robot) -> DigestTarget:
    """The department of the world, told by a WeCom robot; it has one matter, the well."""
    Issue.objects.filter(pk=world.issues["well"].pk).update(
        state="dispatched", dispatched_on=AT.date(), department_limit_on=date(2026, 11, 30)
    )
    Issue.objects.filter(pk=world.issues["water"].pk).update(
        state="in_progress", department_limit_on=date(2026, 11, 26)
    )
    return DigestTarget.objects.create(
        organisation=world.organisations["department"], channel="wecom",
        address_sealed=sealer().seal(f"{robot.address}/cgi-bin/webhook/send?key=k"),
    )  # fmt: skip


def receipt() -> DigestReceipt:
    return DigestReceipt.objects.get()


def test_it_tells_numbers_and_the_inbox_and_nothing_else(
    world: World, target: DigestTarget, robot: Robot
):
    assert digests_send(at=AT) == 1
    [(path, message)] = robot.seen
    assert path == "/cgi-bin/webhook/send?key=k"
    text = message["text"]["content"]
    assert message == {"msgtype": "text", "text": {"content": text}}
    assert "新 1 件" in text and "到期 1 件" in text and "逾期 1 件" in text
    assert text.endswith("https://lianhu.example/matters/")
    told = [title for _k, title, *_r in ISSUES]
    told += [word for row in HOUSEHOLDS for word in (row[1], row[4], row[5]) if word]
    told += [person.name for person in world.people.values()]
    told += [area.name for area in world.areas.values() if area.level != "county"]
    assert not [word for word in told if word in text]


def test_once_a_working_day_and_never_twice(target: DigestTarget, robot: Robot):
    digests_send(at=AT)
    digests_send(at=AT + timedelta(hours=1))
    assert len(robot.seen) == 1 and receipt().state == "sent"
    for day in (1, 2):  # Saturday and Sunday
        digests_send(at=AT + timedelta(days=day))
    digests_send(at=AT.replace(hour=23))
    assert len(robot.seen) == 1
    Holiday.objects.create(on=date(2026, 11, 28), working=True)
    Holiday.objects.create(on=date(2026, 11, 30))
    digests_send(at=AT + timedelta(days=1))
    digests_send(at=AT + timedelta(days=3))
    assert len(robot.seen) == 2, "a make-up day counts, a holiday does not"


def test_nothing_to_tell_is_not_sent(world: World, target: DigestTarget, robot: Robot):
    Issue.objects.update(state="closed")
    digests_send(at=AT)
    assert robot.seen == [] and receipt().state == "nothing"


@pytest.mark.parametrize("how", ["refused", "broken", "redirect"])
def test_what_failed_is_seen_and_tried_again(target: DigestTarget, robot: Robot, how: str):
    robot.answers = [how]
    assert digests_send(at=AT) == 0
    assert receipt().state == "failed" and receipt().error
    digests_send(at=AT + timedelta(minutes=WAIT - 1))
    assert len(robot.seen) == 1
    assert digests_send(at=AT + timedelta(minutes=WAIT)) == 1
    assert (receipt().state, receipt().tries, receipt().error) == ("sent", 2, "")


def test_it_gives_up_after_some_tries(target: DigestTarget, robot: Robot):
    robot.answers = ["broken"] * 20
    for n in range(12):
        digests_send(at=AT + timedelta(minutes=WAIT * n))
    assert len(robot.seen) == TRIES == 3
    assert (receipt().state, receipt().tries) == ("gave_up", TRIES)
    assert "HTTP 500" in receipt().error


def test_nobody_listening_is_a_failure(target: DigestTarget):
    target.address = "http://127.0.0.1:9/send"
    target.save()
    digests_send(at=AT)
    assert receipt().state == "failed"


def test_an_answer_that_began_is_never_sent_again(target: DigestTarget, robot: Robot):
    robot.answers = ["drip"]
    began = datetime.now(SHANGHAI)
    digests_send(at=AT)
    assert (datetime.now(SHANGHAI) - began).total_seconds() < 2.5
    assert receipt().state == "unknown"
    digests_send(at=AT + timedelta(hours=2))
    assert len(robot.seen) == 1


@pytest.mark.parametrize(
    ("answers", "state", "sent"),
    [(["silent"], "sent", 2), (["silent", "broken"], "sent", 3), (["silent"] * 5, "unknown", 3)],
)
def test_no_answer_in_time_is_tried_again_and_what_was_accepted_is_not(
    target: DigestTarget, robot: Robot, answers: list[str], state: str, sent: int
):
    robot.answers = list(answers)
    digests_send(at=AT)
    assert (receipt().state, receipt().tries) == ("late", 1)
    for n in range(1, 6):
        digests_send(at=AT + timedelta(minutes=WAIT * n))
    assert (receipt().state, len(robot.seen)) == (state, sent)
    assert receipt().tries == sent


def test_dingtalk_is_signed(target: DigestTarget, robot: Robot):
    target.channel, target.secret = "dingtalk", "SECabc"
    target.address = f"{robot.address}/robot/send?access_token=t"
    target.save()
    digests_send(at=AT)
    [(path, _message)] = robot.seen
    asked = parse_qs(urlsplit(path).query)
    stamp = str(int(AT.timestamp() * 1000))
    wanted = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert asked["access_token"] == ["t"] and asked["timestamp"] == [stamp]
    assert base64.b64decode(asked["sign"][0]) == wanted


def test_a_grid_office_is_told_by_mail_by_the_residents_clock(world: World, settings):
    on = AT.date()
    Issue.objects.update(limit_on=on + timedelta(days=30), limit_at=None)
    Issue.objects.filter(pk=world.issues["road"].pk).update(limit_on=on - timedelta(days=1))
    Issue.objects.filter(pk=world.issues["roof"].pk).update(
        state="accepted", limit_at=AT + timedelta(hours=1), limit_on=on
    )
    target = DigestTarget.objects.create(
        area=world.areas["T1"],
        channel="email",
        address_sealed=sealer().seal("office@lianhu.example"),
    )
    assert numbers_of(target, at=AT) == Numbers(new=2, soon=1, late=1)
    digests_send(at=AT)
    [letter] = mail.outbox
    assert letter.to == ["office@lianhu.example"]
    assert letter.body == text_of(target, Numbers(2, 1, 1), on=on)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_once(target: DigestTarget, robot: Robot):
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        digests_send(at=AT)
        connections.close_all()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(robot.seen) == 1


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", True),
        ("http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", False),
        ("https://qyapi.weixin.qq.com.evil.example/", False),
        ("https://qyapi.weixin.qq.com@evil.example/", False),
        ("https://user:pw@qyapi.weixin.qq.com/", False),
        ("https://qyapi.weixin.qq.com:8443/", False),
        ("https://127.0.0.1/", False),
        ("https://[::1]/", False),
        ("ftp://qyapi.weixin.qq.com/", False),
        ("https://10.0.0.8/", False),
        ("", False),
    ],
)
def test_only_robots_that_are_allowed(address: str, fits: bool):
    hosts = {"qyapi.weixin.qq.com"}
    if fits:
        address_check(address, hosts=hosts)
    else:
        with pytest.raises(AddressRefused):
            address_check(address, hosts=hosts)
