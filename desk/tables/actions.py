"""What managers do with the households they chose in the table; each is one act with undo."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from desk.acts import done
from desk.tables.asked import Asked
from desk.tables.table import AT_ONCE
from desk.tables.views import asked_of, show
from grids.models import Area, Pairing, Post
from households.candidates import Candidate, candidates
from households.models import Household
from households.naming import common_path, contacts_name
from households.services import household_review
from jobs.acts import act
from lib.errors import Refusal

OFFERED = 40
TOLD = 5


def keys_of(request: SignedInRequest) -> list[UUID]:
    """The rows whose boxes were ticked."""
    keys = []
    for text in request.POST.getlist("keys"):
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    return keys


def chosen_rows(request: SignedInRequest, asked: Asked) -> Any:
    """The rows chosen: those ticked, or all that fit what is asked."""
    if request.POST.get("all") == "1":
        return asked.table.rows(asked)
    return asked.table.seen(asked).filter(pk__in=keys_of(request))


def households_chosen(request: SignedInRequest, asked: Asked) -> list[Household]:
    """The chosen households that the person manages; refused where there are none or too many."""
    rows = chosen_rows(request, asked).manageable_by(asked.user)
    found = list(rows.order_by("path", "head_name", "pk")[: AT_ONCE + 1])
    if not found:
        raise Refusal(_("Choose the households first."))
    if len(found) > AT_ONCE:
        raise Refusal(
            _("At most %s households at once: narrow the list, or load a file of contacts.")
            % AT_ONCE
        )
    return found


@dataclass(frozen=True)
class Offer:
    """Somebody who could be named, and how many of the chosen households the post reaches."""

    candidate: Candidate
    reached: int


def offers(households: list[Household], *, on: date) -> list[Offer]:
    """Posts that reach any of the households: those that reach most and have room come first."""
    paths = Counter(household.path for household in households)
    area = Area.objects.get(path=common_path(households))
    paired: dict[Any, list[str]] = {}
    for organisation, path in Pairing.objects.filter(during__contains=on).values_list(
        "organisation", "area__path"
    ):
        paired.setdefault(organisation, []).append(path)
    found = []
    for candidate in candidates(area, on=on):
        post = candidate.post
        roots = [post.path] if post.area_id else paired.get(post.organisation_id, [""])
        n = sum(k for path, k in paths.items() if any(path.startswith(root) for root in roots))
        if n:
            found.append(Offer(candidate, n))
    found.sort(key=lambda offer: (offer.candidate.full, -offer.reached, offer.candidate.links))
    return found[:OFFERED]


@require_POST
@allow("manager")
def contact(request: SignedInRequest) -> HttpResponse:
    """Choose a contact for the chosen households, and name it."""
    asked = asked_of(request, "households")
    try:
        households = households_chosen(request, asked)
        if "post" not in request.POST:
            return choose(request, asked, households)
        return name(request, asked, households)
    except Refusal as refusal:
        return show(request, asked, error=refusal.sentence)


def choose(
    request: SignedInRequest, asked: Asked, households: list[Household], error: str = ""
) -> HttpResponse:
    """The page to choose from: names with their load, how many of the households they reach."""
    context = {
        "asked": asked,
        "address": asked.address(),
        "n": len(households),
        "keys": [household.pk for household in households],
        "offers": offers(households, on=asked.on),
        "error": error,
    }
    return render(request, "desk/tables/contact.html", context, status=400 if error else 200)


def name(request: SignedInRequest, asked: Asked, households: list[Household]) -> HttpResponse:
    """Name the contact; who could not be linked is told by name and reason."""
    chosen = {str(o.candidate.post.pk): o.candidate.post for o in offers(households, on=asked.on)}
    post: Post | None = chosen.get(request.POST["post"])
    if post is None:
        return choose(request, asked, households, _("Choose a contact from the list."))
    try:
        outcome, deed = contacts_name(households=households, post=post, on=asked.on, by=asked.user)
    except Refusal as refusal:
        return choose(request, asked, households, refusal.sentence)
    if deed is None:
        return choose(request, asked, households, outcome.refused[0][1])
    if outcome.refused:
        messages.warning(request, _refused(outcome.refused))
    return done(asked.page(), deed)


def _refused(refused: list[tuple[Household, str]]) -> str:
    """Who was not linked, and why."""
    told = "；".join(f"{household.head_name}：{why}" for household, why in refused[:TOLD])
    return ngettext(
        "%(n)s household was left out. %(told)s", "%(n)s households were left out. %(told)s",
        len(refused),
    ) % {"n": len(refused), "told": told}  # fmt: skip


@require_POST
@allow("manager")
def review(request: SignedInRequest) -> HttpResponse:
    """Note that the entries of the chosen households were looked over today."""
    asked = asked_of(request, "households")
    try:
        households = households_chosen(request, asked)
        path = common_path(households)
        with act(
            verb="households.review", by=asked.user, path=path, on=asked.on,
            subject=Area.objects.get(path=path),
            sentence=ngettext(
                "%(n)s household is marked as reviewed today.",
                "%(n)s households are marked as reviewed today.", len(households),
            ) % {"n": len(households)},
        ) as deed:  # fmt: skip
            for household in sorted(households, key=lambda one: one.pk):
                household_review(household=household, on=asked.on, by=asked.user)
    except Refusal as refusal:
        return show(request, asked, error=refusal.sentence)
    return done(asked.page(), deed)
