"""Post to the robots of WeCom and DingTalk: only to hosts that are allowed, in bounded time.

Their documented messages: a text to ``/cgi-bin/webhook/send?key=…`` and to
``/robot/send?access_token=…``, where DingTalk may ask for a signature of the time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import socket
import threading
from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus, urlsplit

#: Seconds until a robot must have answered, connecting and reading together.
SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NotSent(Exception):
    """The message did not arrive: it may be sent again."""


class Unanswered(Exception):
    """It left, and no answer came in time: nobody knows whether it arrived."""


class Unclear(Unanswered):
    """It was received, and what the answer says of it is cut off or not understood."""


class AddressRefused(ValueError):
    """An address that nothing is ever sent to; its text is a key of a sentence."""


def address_check(address: str, *, hosts: Collection[str], loopback: bool = False) -> None:
    """Raise AddressRefused unless it is https at an allowed host (loopback: http, in tests)."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressRefused("address") from None
    host = parts.hostname or ""
    if loopback and host in LOOPBACK and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https" or parts.username or parts.password or port not in (None, 443):
        raise AddressRefused("https")
    if host not in hosts:
        raise AddressRefused("host")


def signed(address: str, secret: str, *, at_ms: int) -> str:
    """A DingTalk address with timestamp and signature: HMAC-SHA256 of both, keyed by the secret."""
    told = f"{at_ms}\n{secret}".encode()
    digest = hmac.new(secret.encode(), told, hashlib.sha256).digest()
    sign = quote_plus(base64.b64encode(digest))
    return f"{address}&timestamp={at_ms}&sign={sign}"


def text_message(text: str) -> dict[str, Any]:
    """A plain text as both robots take it."""
    return {"msgtype": "text", "text": {"content": text}}


def post(
    address: str, message: dict[str, Any], *, hosts: Collection[str], loopback: bool = False,
    seconds: float = SECONDS,
) -> None:  # fmt: skip
    """Send a message; it has arrived where this returns. No redirect is followed.

    Raises AddressRefused, NotSent (may be sent again), Unanswered, or its kind Unclear.
    """
    address_check(address, hosts=hosts, loopback=loopback)
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=seconds)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    body = json.dumps(message, ensure_ascii=False).encode()
    try:
        line.connect()
    except OSError as error:
        line.close()
        raise NotSent(str(error)) from None
    # A timeout of the socket begins anew with every byte; this one does not.
    clock = threading.Timer(seconds, _shut, [line.sock])
    clock.daemon = True
    clock.start()
    try:
        line.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
        answer = line.getresponse()
        if answer.status != HTTPStatus.OK:
            raise NotSent(f"HTTP {answer.status}")
        content = _read(answer)
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(type(error).__name__) from None
    finally:
        clock.cancel()
        line.close()
    _accepted_or_raise(content)


def _read(answer: http.client.HTTPResponse) -> bytes:
    """The words of an answer that has begun with 200."""
    try:
        return answer.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise Unclear(type(error).__name__) from None


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _accepted_or_raise(content: bytes) -> None:
    """Both robots answer 200 with ``errcode`` 0; another number says it was not taken."""
    try:
        code = json.loads(content)["errcode"]
    except (ValueError, KeyError, TypeError):
        raise Unclear("no errcode") from None
    if code != 0:
        raise NotSent(f"errcode {code}")
