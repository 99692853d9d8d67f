"""Whom the digest goes to is entered by an administrator, who sees what became of it."""

from __future__ import annotations

import pytest

from accounts.keys import sealer
from casework.models import DigestReceipt, DigestTarget
from tests.people import World

ADD = "/admin/casework/digesttarget/add/"
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"


@pytest.mark.parametrize(
    ("channel", "address", "fits"),
    [
        ("wecom", ROBOT, True),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=1", True),
        ("email", "office@lianhu.example", True),
        ("wecom", "https://elsewhere.example/send", False),
        ("wecom", "http://127.0.0.1:8000/", False),
        ("email", ROBOT, False),
    ],
)
def test_an_address_fits_its_channel(world: World, as_user, channel, address, fits):
    form = {"organisation": str(world.organisations["department"].pk), "channel": channel,
            "address": address, "active": "on"}  # fmt: skip
    answer = as_user("administrator").post(ADD, form)
    assert DigestTarget.objects.exists() == fits
    if not fits:
        assert address in answer.content.decode(), "what was typed is kept"


def test_a_target_is_either_a_department_or_an_area(world: World, as_user):
    both = {"organisation": str(world.organisations["department"].pk),
            "area": str(world.areas["T1"].pk), "channel": "wecom", "address": ROBOT}  # fmt: skip
    for form in (both, {"channel": "wecom", "address": ROBOT}):
        assert "只能选填一项" in as_user("administrator").post(ADD, form).content.decode()
    assert not DigestTarget.objects.exists()


def test_failures_are_seen_and_receipts_are_only_read(world: World, as_user):
    target = DigestTarget.objects.create(
        area=world.areas["T1"], channel="wecom", address_sealed=sealer().seal(ROBOT)
    )
    receipt = DigestReceipt.objects.create(
        target=target, on=world.on, state="failed", claimed_at="2026-11-27T09:00Z", error="HTTP 500"
    )
    client = as_user("administrator")
    for address in ("/admin/casework/digesttarget/", "/admin/casework/digestreceipt/"):
        assert "HTTP 500" in client.get(address).content.decode()
    client.post(f"/admin/casework/digestreceipt/{receipt.pk}/change/", {"state": "sent"})
    receipt.refresh_from_db()
    assert receipt.state == "failed"
