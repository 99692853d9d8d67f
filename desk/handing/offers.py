"""Handovers: what waits for one's own answer, and for who manages, how each of them stands.

Before it is accepted, whoever was offered a household sees how many they are and where, no name
and no address, unless another right opens these: rights follow posts and links in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.acts import done
from desk.household import SEES_HOUSEHOLDS
from grids.models import Area, Post
from grids.naming import area_labels
from grids.scope import scope_of
from households.handovers import Answered, handovers_answer, handovers_withdraw
from households.links import post_load
from households.models import Handover, Household
from households.naming import common_path
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal
from planning.handing.standing import accepted, again, left_behind, waiting

MOST = 200
SENTENCE = 200


@dataclass(frozen=True)
class Row:
    """One offer; ``shown``: name and address may be read."""

    offer: Handover
    number: int
    place: str
    shown: bool


@dataclass
class Group:
    """Offers from one post to another, with the load of who is to take them over."""

    from_post: Post | None
    to_post: Post
    to_place: str
    since: date
    begins: date
    links: int = 0
    most: int | None = None
    rows: list[Row] = field(default_factory=list)

    @property
    def places(self) -> list[tuple[str, int]]:
        """How many in each place."""
        counts: dict[str, int] = {}
        for row in self.rows:
            counts[row.place] = counts.get(row.place, 0) + 1
        return list(counts.items())

    @property
    def after(self) -> int:
        """Households once all are accepted."""
        return self.links + len(self.rows)

    @property
    def over(self) -> bool:
        """Whether not all of them would fit."""
        return self.most is not None and self.after > self.most


def groups(
    offers: Iterable[Handover], shown: set[UUID] | None, *, on: date, loads: bool = False
) -> list[Group]:
    """Offers by whom they are from and to and the day they begin; ``shown`` are the keys of
    households whose name may be read (None: all). ``loads``: with what the recipients have."""
    listed = list(offers)
    places = area_labels({offer.household.path for offer in listed}, on=on)
    held = post_places([offer.to_post for offer in listed], on=on)
    found: dict[Any, Group] = {}
    for offer in listed:
        key = offer.from_post_id, offer.to_post_id, offer.begins
        if key not in found:
            links, most = post_load(offer.to_post, on=on) if loads else (0, None)
            found[key] = Group(
                offer.from_post,
                offer.to_post,
                held[offer.to_post_id],
                offer.proposed_on,
                offer.begins,
                links,
                most,
            )
        rows, home = found[key].rows, offer.household
        readable = shown is None or home.pk in shown
        rows.append(Row(offer, len(rows) + 1, places[home.path]["name"], readable))
    return list(found.values())


def post_places(posts: Iterable[Post], *, on: date) -> dict[UUID, str]:
    """Where posts are held, in words; of a grid or unit with its village before it."""
    held = list(posts)
    labels = area_labels({post.path for post in held if post.area_id}, on=on)
    return {
        post.pk: labels[post.path]["name"] if post.area_id else str(post.organisation)
        for post in held
    }


def told(offers: Any) -> Any:
    """With all that a row says."""
    return offers.select_related(
        "household", "from_post__person", "from_post__role", "to_post__person", "to_post__role",
        "to_post__area", "to_post__organisation",
    )  # fmt: skip


@require_GET
@allow(*SEES_HOUSEHOLDS)
def page(request: SignedInRequest) -> HttpResponse:
    """Own offers first, then those of the area one manages."""
    return show(request)


def show(
    request: SignedInRequest, *, error: Refusal | None = None, typed: str = "",
    at: list[UUID] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page; with what was typed into the answer that was refused, and at which offers."""
    user, on = request.user, today()
    own = told(Handover.objects.offered_to(user).waiting(on)).order_by("household__path", "pk")
    mine = list(own[:MOST])
    keys = [offer.household_id for offer in mine]
    seen = set(Household.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    note_read(request, Read("handovers.own", str(scope_of(user).person), len(seen), "P2"))
    context: dict[str, Any] = {
        "own": groups(mine, seen, on=on, loads=True), "count": len(mine), "today": on,
        "error": error,
        "typed": typed, "at": at or [], "manages": bool(scope_of(user).manage),
    }  # fmt: skip
    if scope_of(user).manage:
        context |= managed(request, on)
    return render(request, "desk/handing/offers.html", context, status=400 if error else 200)


def managed(request: SignedInRequest, on: date) -> dict[str, Any]:
    """The offers of the area one manages, or of the part of it the address names."""
    user = request.user
    area = area_asked(request)
    lists = {
        "again": again(user, on=on), "waiting": waiting(user, on=on),
        "accepted": accepted(user, on=on),
    }  # fmt: skip
    context: dict[str, Any] = {
        "area": area,
        "place": area and area_labels({area.path}, on=on)[area.path]["name"],
    }
    rows = 0
    for name, offers in lists.items():
        beneath_area = offers.filter(household__path__startswith=area.path if area else "")
        listed = list(told(beneath_area)[:MOST])
        rows += len(listed)
        context[name] = groups(listed, None, on=on)
        context[f"{name}_count"] = len(listed) if len(listed) < MOST else beneath_area.count()
    left = left_behind(user, on=on, path=area.path if area else "")
    places = post_places([one.post for one in left], on=on)
    context["left"] = [
        {"post": one.post, "households": one.households, "place": places[one.post.pk]}
        for one in left
    ]
    note_read(request, Read("handovers.list", ",".join(scope_of(user).manage)[:120], rows, "P2"))
    return context


def area_asked(request: SignedInRequest) -> Area | None:
    """The area the address names, within what one manages; 404 for any other."""
    key = request.GET.get("area", "")
    if not key:
        return None
    try:
        found = Area.objects.filter(pk=UUID(key)).first()
    except ValueError:
        raise Http404 from None
    if found is None or not scope_of(request.user).manages(found.path):
        raise Http404
    return found


def offers_asked(request: SignedInRequest) -> list[Handover]:
    """The offers a form names, of those one may see."""
    keys = []
    for value in request.POST.getlist("offer")[: MOST * 2]:
        try:
            keys.append(UUID(value))
        except ValueError:
            raise Http404 from None
    found = list(told(Handover.objects.visible_to(request.user).filter(pk__in=keys)).distinct())
    if not found:
        raise Http404
    return found


class NoneDone(Exception):
    """Ends an act in which nothing could be answered, so that it is not kept."""


@require_POST
@allow(*SEES_HOUSEHOLDS)
def answer(request: SignedInRequest) -> HttpResponse:
    """Accept or decline; what could not be accepted is said and stays."""
    user, on, offers = request.user, today(), offers_asked(request)
    accept, reason = request.POST.get("do") == "accept", request.POST.get("reason", "")
    answered = Answered()
    deed = None
    path = common_path([offer.household for offer in offers])
    try:
        with act(
            verb="work.handover", by=user, path=path, on=on, subject=offers[0].to_post
        ) as made:
            answered = handovers_answer(
                handovers=[offer.pk for offer in offers], accept=accept, on=on, reason=reason,
                by=user,
            )  # fmt: skip
            made.sentence = said(answered, accept=accept)[:SENTENCE]
            if not answered.done:
                raise NoneDone
        deed = made
    except NoneDone:
        pass
    except Refusal as refusal:
        return show(request, error=refusal, typed=reason, at=[offer.pk for offer in offers])
    for sentence in dict.fromkeys(sentence for _offer, sentence in answered.refused):
        messages.error(request, sentence)
    to = reverse("handovers")
    return done(to, deed) if deed is not None else redirect(to)


def said(answered: Answered, *, accept: bool) -> str:
    """What an answer did, in words and numbers."""
    n = len(answered.done)
    if accept:
        return ngettext(
            "%(n)d household was accepted.", "%(n)d households were accepted.", n
        ) % {"n": n}  # fmt: skip
    return ngettext(
        "%(n)d household was declined.", "%(n)d households were declined.", n
    ) % {"n": n}  # fmt: skip


@require_POST
@allow("manager")
def withdraw(request: SignedInRequest) -> HttpResponse:
    """Take offers back that nobody has answered."""
    user, on, offers = request.user, today(), offers_asked(request)
    path = common_path([offer.household for offer in offers])
    try:
        with act(
            verb="handover.withdraw", by=user, path=path, on=on, subject=offers[0].to_post
        ) as deed:
            found = handovers_withdraw(
                handovers=[offer.pk for offer in offers], on=on, by=user,
                note=_("Taken back by the grid office."),
            )  # fmt: skip
            deed.sentence = ngettext(
                "The offer of %(n)d household to %(name)s was taken back.",
                "The offer of %(n)d households to %(name)s was taken back.", len(found),
            ) % {"n": len(found), "name": offers[0].to_post.person}  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(reverse("handovers"))
    return done(reverse("handovers"), deed)
