"""One of everything in a township, every page of it asked by those who look after none of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import AccessLog
from tests.access.asking import readable
from tests.access.furnishing import furnish, pages
from tests.people import HOUSEHOLDS, World

SignIn = Callable[..., Client]
#: Names, phones and addresses of the households, the title of a matter of one, and the phones
#: that were given with a matter and with a message. A department has none of these matters.
PERSONAL = {"屋顶漏雨", "13800001111", "13900001111"} | {
    text
    for key, head, _filed, _at, phone, address, *_rest in HOUSEHOLDS
    if key not in ("wei", "jiang")
    for text in (head, phone, address)
    if text
}
#: Where a leader reads names: the households of a task that was handed out.
OF_A_TASK = ("task",)


@pytest.mark.parametrize(
    "login",
    ["outsider", "outer_head", "auditor", "administrator", "nobody", "clerk", "leader",
     "county_leader"],
)  # fmt: skip
def test_no_page_tells_of_the_households_to_who_has_nothing_to_do_with_them(
    world: World, as_user: SignIn, settings: Any, tmp_path: Path, login: str
) -> None:
    settings.UPLOAD_DIR = tmp_path
    addresses = pages(furnish(world))
    client, opened = as_user(login), 0
    read_before = AccessLog.objects.filter(user=world.user(login)).count()
    for name, address in addresses.items():
        response: Any = client.get(address)
        assert response.status_code in (200, 302, 403, 404, 405), (name, response.status_code)
        if response.status_code != 200:
            continue
        opened += 1
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if not response["Content-Type"].startswith(("text/", "application/json")):
            continue
        if login in ("leader", "county_leader") and name in OF_A_TASK:
            continue
        told = {text for text in PERSONAL if text in readable(body, response["Content-Type"])}
        assert not told, (name, address, told)
    assert opened >= 5
    if login in ("auditor", "administrator", "nobody"):
        assert AccessLog.objects.filter(user=world.user(login)).count() == read_before
