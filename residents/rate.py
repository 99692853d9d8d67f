"""Rate the service: a matter by a one-time link, the place by the code of a card."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.models import Rating
from casework.ratings import TEXT, rating_from_card, rating_give, rating_link_open
from casework.sending import tally_take
from lib.clock import today
from lib.errors import Refusal
from residents.card import code_of, facts, unknown
from residents.public import address_of, draw, public


@require_http_methods(["GET", "HEAD", "POST"])
@public
def from_card(request: HttpRequest, code: str) -> HttpResponse:
    """Rate the service at the place of the card; the person on it is not rated."""
    found = code_of(code)
    if found is None:
        return unknown(request)
    context = {**_form(request), **facts(found)}
    if request.method != "POST":
        return draw(request, "rate", context)
    on = today()
    try:
        tally_take("rate.address", address_of(request), on=on)
        tally_take("rate.code", found.code, on=on)
        rating_from_card(code=found, answer=_answer(request), text=_text(request), on=on)
    except Refusal as refusal:
        return draw(request, "rate", {**context, "error": refusal}, status=400)
    return draw(request, "rated", context)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Rate a matter, or the service at a place, by an address that is good once."""
    on = today()
    try:
        link = rating_link_open(token, on=on)
    except Refusal as refusal:
        return draw(request, "over", {"error": refusal}, status=404)
    context = {**_form(request), "issue": link.issue, "until": link.expires_on}
    if request.method != "POST":
        return draw(request, "rate", context)
    try:
        tally_take("rate.address", address_of(request), on=on)
        rating_give(token=token, answer=_answer(request), text=_text(request), on=on)
    except Refusal as refusal:
        return draw(request, "rate", {**context, "error": refusal}, status=400)
    return draw(request, "rated", context)


def _form(request: HttpRequest) -> dict[str, object]:
    return {"typed": request.POST, "answers": Rating.Answer.choices, "longest": TEXT,
            "heading": _("Rate the service")}  # fmt: skip


def _answer(request: HttpRequest) -> str:
    return request.POST.get("answer", "")


def _text(request: HttpRequest) -> str:
    return request.POST.get("text", "")
