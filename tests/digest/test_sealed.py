"""The address and the secret of a robot lie sealed, are shown masked and changed by typing anew."""

from __future__ import annotations

import pytest
from django.db import connection

from casework.models import DigestTarget
from households.resealing import sealed_columns
from tests.people import World

ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=tok4711secretWXYZ"


@pytest.fixture
def target(world: World, as_user) -> DigestTarget:
    """Entered by hand."""
    form = {"organisation": str(world.organisations["department"].pk), "channel": "dingtalk",
            "address": ROBOT, "secret": "SECvery-long-9876", "active": "on"}  # fmt: skip
    assert as_user("administrator").post(
        "/admin/casework/digesttarget/add/", form
    ).status_code == 302  # fmt: skip
    return DigestTarget.objects.get()


def change(as_user, target: DigestTarget, **more: str) -> DigestTarget:
    form = {"organisation": str(target.organisation_id), "channel": "dingtalk", "address": "",
            "secret": "", "active": "on", **more}  # fmt: skip
    answer = as_user("administrator").post(
        f"/admin/casework/digesttarget/{target.pk}/change/", form
    )
    assert answer.status_code == 302, answer.content.decode()
    return DigestTarget.objects.get(pk=target.pk)


def test_nothing_of_it_lies_open_in_the_database(target: DigestTarget):
    assert (target.address, target.secret) == (ROBOT, "SECvery-long-9876")
    with connection.cursor() as cursor:
        for table in ("casework_digesttarget", "casework_digesttargetevent"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            (said,) = cursor.fetchone()
            for part in ("tok4711", "SECvery", "oapi.dingtalk"):
                assert part not in (said or ""), table
                assert part.encode().hex() not in (said or ""), table
    kept = {(model.__name__, column) for model, column in sealed_columns()}
    assert {("DigestTarget", "address_sealed"), ("DigestTarget", "secret_sealed"),
            ("DigestTargetEvent", "address_sealed")} <= kept, "sealed anew with new keys"  # fmt: skip


def test_it_is_shown_masked_and_changed_by_typing_anew(target: DigestTarget, as_user):
    page = as_user("administrator").get(
        f"/admin/casework/digesttarget/{target.pk}/change/"
    ).content.decode()  # fmt: skip
    assert "oapi.dingtalk.com/…WXYZ" in page and "…9876" in page
    assert "tok4711" not in page and "SECvery" not in page
    same = change(as_user, target, active="")
    assert (same.address, same.secret, same.active) == (ROBOT, "SECvery-long-9876", False)
    other = change(as_user, target, address=ROBOT.replace("WXYZ", "QQQQ"), secret="SECnew")
    assert (other.address[-4:], other.secret) == ("QQQQ", "SECnew")
    assert change(as_user, target, no_secret="on").secret == ""


def test_what_is_kept_must_fit_the_channel(target: DigestTarget, as_user):
    form = {"organisation": str(target.organisation_id), "channel": "email", "address": "",
            "active": "on"}  # fmt: skip
    answer = as_user("administrator").post(
        f"/admin/casework/digesttarget/{target.pk}/change/", form
    )
    assert "tok4711" not in answer.content.decode()
    assert DigestTarget.objects.get().channel == "dingtalk"
