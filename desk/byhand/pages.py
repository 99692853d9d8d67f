"""What the pages for work by hand share: one act each, said and taken back on the next page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gate import SignedInRequest
from accounts.reads import Read, note_read
from desk.acts import done
from desk.byhand.fields import HandForm
from grids.naming import area_labels
from households.models import Household
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal


def place_name(household: Household) -> str:
    """The finest area a household is filed under, its village before it."""
    return area_labels({household.path}, on=today())[household.path]["name"]


def hand_page(
    request: SignedInRequest, template: str, household: Household | None, form: Any, **more: Any
) -> HttpResponse:
    """Draw a page of work by hand; status 400 where something typed is to be mended."""
    if household is not None:
        note_read(request, Read("household.hand", str(household.pk), 1, "P2"))
        more |= {"household": household, "place": place_name(household)}
    wrong = bool(form is not None and form.is_bound and form.errors)
    context = {"form": form, "today": today(), **more}
    return render(request, f"desk/byhand/{template}", context, status=400 if wrong else 200)


def carry_out(
    request: SignedInRequest, form: HandForm | None, *, verb: str, subject: Model, path: str,
    sentence: str, deed: Callable[[], Any], to: str = "",
) -> HttpResponse | None:  # fmt: skip
    """Do something as one act and go on to the page that says so; None where it was refused,
    with the sentence at its field."""
    try:
        with act(
            verb=verb, by=request.user, path=path, on=today(), subject=subject, sentence=sentence
        ) as made:
            result = deed()
            if isinstance(result, Household):
                made.subject_label, made.subject_key = Household._meta.label, str(result.pk)
    except Refusal as refusal:
        if form is None:
            raise
        form.refuse(refusal)
        return None
    return done(to or reverse("household", args=[made.subject_key]), made)
