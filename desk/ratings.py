"""An address by which a resident rates, once: its code, a text message, a slip to print.

Shown only in the answer that made it; who served never makes one (``casework/ratings.py``).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from casework.cardpaper import code_image
from casework.ratingpaper import slip_pdf
from casework.ratings import LINK_DAYS, rating_link_held
from desk.cardfiles import public_address
from lib.clock import today
from lib.errors import Refusal

#: Who passes addresses on: the grid office and the staff of the place.
PASSES_ON = ("manager", "worker", "village_lead")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@dataclass(frozen=True)
class Made:
    """An address that was made just now. ``sms`` opens a message to the phone that was given, with
    the address as its whole text; empty where none was."""

    address: str
    code: str
    token: str
    expires: date
    sms: str


def made_of(request: HttpRequest, token: str, *, on: date, contact_way: str = "") -> Made:
    """What is shown of an address made on a day; ``contact_way`` only of who may read it."""
    address = address_of(request, token)
    phone = MOBILE.search(re.sub(r"[\s-]", "", contact_way))
    sms = f"sms:{phone[0]}?body={quote(address, safe='')}" if phone else ""
    return Made(address, code_image(address), token, on + timedelta(days=LINK_DAYS), sms)


def address_of(request: HttpRequest, token: str) -> str:
    """The whole address of a token."""
    return public_address(request) + reverse("rate", args=[token])


@require_POST
@allow(*PASSES_ON)
def slip(request: SignedInRequest) -> HttpResponseBase:
    """The slip to print of an address one has just made; ``token`` is in no URL of the desk."""
    on, token = today(), request.POST.get("token", "")
    try:
        link = rating_link_held(token=token, on=on, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("ratings")
    pdf = slip_pdf(link, address=address_of(request, token))
    return FileResponse(
        io.BytesIO(pdf), as_attachment=True, filename=f"评价单_{on:%Y%m%d}.pdf",
        content_type="application/pdf",
    )  # fmt: skip
