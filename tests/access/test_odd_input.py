"""Nothing that is sent to any page makes the program fail: it answers, refuses or finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from tests.access.furnishing import furnish, pages
from tests.people import World

SignIn = Callable[..., Client]
#: A figure that is no number, days that are none or at the ends of time, too large, too long.
ODD = ("²", "9" * 5000, "2026-02-30", "9999-12-31", "0001-01-01", "😀'\"<", "-1", "nan",
       str(uuid4()), "x" * 3000, "0001-01", "1")  # fmt: skip
ROUNDS = 2


class Over(Exception):
    """Ends a request's transaction, so that the next finds the world as it was."""


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that views look for in addresses and forms, as they look for them."""
    names: set[str] = set()
    for method in ("get", "getlist", "__getitem__", "__contains__"):
        plain = getattr(QueryDict, method)

        def noting(self: Any, key: Any, *rest: Any, plain: Any = plain, **more: Any) -> Any:
            names.add(key)
            return plain(self, key, *rest, **more)

        monkeypatch.setattr(QueryDict, method, noting)
    return names


def status(client: Client, how: str, address: str, sent: dict[str, str]) -> int:
    """The status of an answer that was read to its end; what it changed is put back."""
    try:
        with transaction.atomic():
            response: Any = getattr(client, how)(address, sent)
            if response.streaming:
                b"".join(response.streaming_content)
            raise Over
    except Over:
        return response.status_code


def test_no_page_fails_whatever_is_sent(
    world: World, as_user: SignIn, asked_for: set[str], settings: Any, tmp_path: Path
) -> None:
    settings.UPLOAD_DIR = tmp_path
    client = as_user("manager")
    client.raise_request_exception = False
    failed = []
    for address in pages(furnish(world)).values():
        for how in ("get", "post"):
            asked_for.clear()
            if status(client, how, address, {}) == 405:
                continue
            for turn in range(ROUNDS):
                names = sorted(asked_for)
                step = turn * len(ODD) // ROUNDS
                sent = {name: ODD[(n + step) % len(ODD)] for n, name in enumerate(names)}
                if status(client, how, address, sent) >= 500:
                    failed.append((how, address, {k: v[:12] for k, v in sent.items()}))
    assert failed == []


@pytest.mark.parametrize("address", ["/ratings/", "/dashboard/", "/cards/", "/samples/", "/wall/"])
def test_an_area_that_is_none_is_refused_in_a_sentence(
    world: World, as_user: SignIn, address: str
) -> None:
    answer = as_user("manager").get(address, {"area": "abc"})
    assert answer.status_code == 400
    assert "区域请填写区划代码" in answer.content.decode()


def test_a_character_no_text_may_hold_is_a_bad_request(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    assert client.get("/tables/issues/", {"what": "a\0b"}).status_code == 400
    assert client.post("/submissions/", {"reason": "a\0b"}).status_code == 400
    assert Client().post("/progress/", {"number": "\0", "code": "x"}).status_code == 400
