"""Today (今日): what waits for somebody, why, and what to do about it with one hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from accounts.keys import phone_of
from accounts.reads import Read, note_read
from casework.due import URGENT, Entry, due_list, urgent_as_backup
from casework.models import Contact, Issue
from casework.suggestions import suggestion_dismiss
from desk.acts import done
from desk.household import HAS_DUTIES, SEES_HOUSEHOLDS, household_or_404
from desk.mine import place_of
from desk.visits.contacts import after, recorded
from grids.appointing import WORK
from grids.models import Post
from grids.naming import area_labels
from grids.scope import scope_of
from households.models import Handover
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal

STATES = dict(Issue.State.choices)
#: Households shown at once; who has more on one day looks after too many.
SHOWN = 200


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it. ``phone`` only of households one is the contact of."""

    entry: Entry
    place: str
    phone: str
    others: list[tuple[Post, str]]
    key: UUID
    #: Where it opens, and where a household's contact is recorded.
    address: str
    record: str = ""

    @property
    def call(self) -> str:
        """What the button that calls is called."""
        return _("Call %(name)s") % self._name

    @property
    def reached(self) -> str:
        """What the button is called that says so."""
        return _("%(name)s was reached by phone") % self._name

    @property
    def missed(self) -> str:
        """What the button is called that says so."""
        return _("%(name)s did not answer the phone") % self._name

    @property
    def _name(self) -> dict[str, str]:
        assert self.entry.household is not None
        return {"name": self.entry.household.head_name}

    @property
    def where(self) -> str:
        """The address of a household; of a matter the place and its state."""
        if household := self.entry.household:
            return household.address or self.place
        assert self.entry.issue is not None
        issue = self.entry.issue
        return f"{self.place} · {STATES[issue.state]} · "

    @property
    def until(self) -> str:
        """Of a matter, when it is to be answered."""
        if self.entry.issue is None:
            return ""
        return _("to be answered by %(day)s") % {"day": self.entry.issue.limit_on.isoformat()}

    @property
    def urgent(self) -> bool:
        """Whether somebody is to go and see at once."""
        return self.entry.rank == URGENT

    @property
    def dismissable(self) -> list[Any]:
        """Suggestions among its reasons, which may be set aside."""
        return [reason for reason in self.entry.reasons if reason.what]


@allow(*HAS_DUTIES)
def page(request: SignedInRequest) -> HttpResponse:
    """What waits for the person signed in, the most urgent first."""
    return show(request)


def show(
    request: SignedInRequest, *, error: Refusal | None = None, at: UUID | None = None
) -> HttpResponse:
    """Draw the list; ``error`` is said at the entry of the household ``at``."""
    user, on = request.user, today()
    entries = due_list(user, on=on)
    more = max(len(entries) - SHOWN, 0)
    lines = _lines(entries[:SHOWN])
    households = [line.entry.household for line in lines if line.entry.household]
    person = str(scope_of(user).person)
    note_read(request, Read("today.list", person, len(lines), "P2"))
    note_read(request, Read("today.due", person, len(households), "P3"))
    context = {
        "lines": lines, "more": more, "today": on, "error": error, "at": at,
        "typed": request.POST.get("reason", ""), "what": request.POST.get("what", ""),
        "urgent": sum(line.urgent for line in lines),
        "backing": [(p, phone_of(p.person.phone_sealed)) for p in urgent_as_backup(user, on=on)],
        "places": [place_of(household) for household in households],
        "own": scope_of(user).own,
        "offered": Handover.objects.offered_to(user).waiting(on).count(),
    }  # fmt: skip
    return render(request, "desk/visits/today.html", context, status=400 if error else 200)


def _lines(entries: list[Entry]) -> list[Line]:
    """Entries with their places and, of those one is the contact of, their phones."""
    paths = {one.path for entry in entries if (one := entry.household or entry.issue)}
    places = area_labels(paths, on=today())
    following = urlencode({"next": reverse("today")}, safe="/")
    lines = []
    for entry in entries:
        household, about = entry.household, entry.household or entry.issue
        assert about is not None
        record = reverse("household-contact", args=[about.pk]) if household else ""
        lines.append(
            Line(
                entry,
                places[about.path]["name"],
                phone_of(household.phone_sealed) if household and entry.linked else "",
                [(post, phone_of(post.person.phone_sealed)) for post in entry.others],
                uuid4(),
                reverse("household" if household else "issue", args=[about.pk]),
                f"{record}?{following}",
            )
        )
    return lines


@require_POST
@allow(*SEES_HOUSEHOLDS)
def called(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One tap after a call: reached or not reached."""
    household = household_or_404(request.user, key)
    try:
        form = forms.UUIDField().clean(request.POST.get("key"))
        deed = recorded(request, [household], {
            "made_by": request.user.person, "on": today(), "mode": Contact.Mode.PHONE,
            "reached": request.POST.get("reached") == "1", "key": form,
        })  # fmt: skip
    except forms.ValidationError:
        messages.error(request, _("Tap again: the page was older than the list."))
        return redirect("today")
    except Refusal as refusal:
        return show(request, error=refusal, at=household.pk)
    return after(request, deed, reverse("today"))


@require_POST
@allow(*SEES_HOUSEHOLDS)
def dismiss(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Set a suggestion aside, with the reason."""
    household = household_or_404(request.user, key)
    try:
        with act(
            verb=f"{WORK}dismiss", by=request.user, path=household.path, on=today(),
            subject=household,
            sentence=_("A suggestion for %(name)s was set aside.") % {"name": household.head_name},
        ) as deed:  # fmt: skip
            suggestion_dismiss(
                household=household, what=request.POST.get("what", ""),
                reason=request.POST.get("reason", ""), on=today(), by=request.user,
            )  # fmt: skip
    except Refusal as refusal:
        return show(request, error=refusal, at=household.pk)
    return done(reverse("today"), deed)
