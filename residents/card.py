"""The page behind the code of a card, and the three forms it opens."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.size import takes
from casework.cards import card_reached
from casework.models import CardCode, Issue, Submission
from casework.submissions import LONGEST, MATTERS, Words, submission_send
from grids.basemap import basemap
from grids.models import Area
from grids.paths import at_and_above
from grids.surroundings import outlines_around
from lib.clock import today
from lib.errors import Refusal
from lib.photos import LARGEST
from residents.public import address_of, draw, public

Kind = Submission.Kind
#: The forms: what the address calls them, their heading and what is said under it.
FORMS: dict[str, tuple[Any, Any]] = {
    Kind.MATTER: (
        _("Raise a matter"),
        _("The grid office reads it first. In danger call 110, 119 or 120 instead."),
    ),
    Kind.FEWER: (
        _("Fewer contacts, please"),
        _("We call you back to make sure that it was you. Then your contact comes less often."),
    ),
    Kind.DATA: (
        _("Who holds my data"),
        _("We call you back to make sure that it was you. Then you get on paper what is held"
          " about your household and who read it."),
    ),
}  # fmt: skip
#: A field that people do not see: what fills it is a program.
TRAP = "website"


def code_of(text: str) -> CardCode | None:
    """The code of a card, or None."""
    codes = CardCode.objects.select_related("post__person", "post__role", "area")
    return codes.filter(code=text.lower()).first()


def unknown(request: HttpRequest) -> HttpResponse:
    """What to do where a code is not known."""
    return draw(request, "unknown", {}, status=404)


def facts(code: CardCode) -> dict[str, Any]:
    """Who the card leads to today, and where that is."""
    names = Area.objects.filter(path__in=at_and_above(code.path), level__in=("village", "unit"))
    return {
        "code": code,
        "reached": card_reached(code, on=today()),
        "places": [area.name for area in names.order_by("path")],
    }


@require_safe
@public
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Who your contact is, and what can be done from here."""
    found = code_of(code)
    if found is None:
        return unknown(request)
    return draw(request, "card", facts(found))


@require_http_methods(["GET", "HEAD", "POST"])
@takes(LARGEST, page="residents/too_large.html")
@public
def send(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A form, and the receipt once it was sent."""
    found = code_of(code)
    if found is None or kind not in FORMS:
        return unknown(request)
    heading, hint = FORMS[kind]
    context = {
        **facts(found), "kind": kind, "heading": heading, "hint": hint, "trap": TRAP,
        "matters": [(value, Issue.Kind(value).label) for value in MATTERS],
        "typed": request.POST, "once": request.POST.get("once") or uuid4(),
        "longest": LONGEST, "outline": reverse("card-outline", args=[found.code]),
    }  # fmt: skip
    if request.method != "POST":
        return draw(request, "send", context)
    try:
        if request.POST.get(TRAP):
            raise Refusal(str(_("Leave the last field empty; it is not for people.")), field=TRAP)
        sent = submission_send(
            once=_once(request), code=found, kind=kind, words=_words(request),
            sender=address_of(request), on=today(),
        )  # fmt: skip
    except Refusal as refusal:
        context |= {"error": refusal, "once": uuid4(), "photo_again": bool(request.FILES)}
        return draw(request, "send", context, status=400)
    return draw(request, "sent", {**context, "sent": sent})


@require_safe
@public
def outline(request: HttpRequest, code: str) -> HttpResponse:
    """The village of a card and its grids, names and outlines alone, to pick a place on.

    A base map that is a file is left out: it is for those who are signed in.
    """
    found = code_of(code)
    if found is None:
        return unknown(request)
    laid = [choice for choice in basemap() if choice["kind"] == "tiles"]
    return JsonResponse({**outlines_around(found.path, on=today()), "basemap": laid})


def _once(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return uuid4()


def _words(request: HttpRequest) -> Words:
    sent = request.POST
    photo = request.FILES.get("photo")
    return Words(
        text=sent.get("text", ""), name=sent.get("name", ""), phone=sent.get("phone", "")[:40],
        place=sent.get("place", ""), matter=sent.get("matter", ""),
        point=_point(sent.get("lon", ""), sent.get("lat", "")),
        photo=photo.read(LARGEST + 1) if photo else b"",
    )  # fmt: skip


def _point(lon: str, lat: str) -> tuple[float, float] | None:
    """What the browser told of the place; anything else is none."""
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return None
    return (round(x, 6), round(y, 6)) if math.isfinite(x) and math.isfinite(y) else None
