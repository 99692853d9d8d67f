"""What residents sent: looked at, called back, taken up as a matter or refused with a reason.

Managers answer; whose card it came from reads along.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.keys import phone_of
from accounts.reads import Read, note_read
from casework.models import Issue, Submission
from casework.ownanswer import own_answer
from casework.submissions import (
    Taken,
    households_near,
    submission_accept,
    submission_confirm,
    submissions_refuse,
)
from desk.household import SEES_HOUSEHOLDS
from desk.lists import ACTIONS
from desk.tables.actions import keys_of
from grids.naming import area_labels
from grids.scope import scope_of
from households.models import Household
from lib.clock import today
from lib.errors import Refusal

PAGE, FOUND, TITLE = 50, 20, 60


def one_or_404(request: SignedInRequest, key: UUID) -> Submission:
    """A message one may read."""
    rows = Submission.objects.visible_to(request.user).select_related(
        "area", "card__post__person", "card__post__role", "answered_by", "issue", "household"
    )
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@allow(*SEES_HOUSEHOLDS)
def home(request: SignedInRequest) -> HttpResponse:
    """Messages that wait, or those answered; several are refused at once with one reason."""
    if request.method == "POST":
        return refuse_several(request)
    return listed(request)


def listed(request: SignedInRequest, error: Refusal | None = None) -> HttpResponse:
    """The list; after a refusal with what was ticked and typed."""
    user, done = request.user, request.GET.get("show") == "done"
    rows = Submission.objects.visible_to(user).defer("photo").select_related("issue")
    waiting = rows.waiting()
    shown = rows.exclude(state=Submission.State.WAITING).order_by("-answered_on", "-at") if done \
        else waiting.order_by("at")  # fmt: skip
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    lines = list(page)
    places = area_labels({row.path for row in lines}, on=today())
    note_read(request, Read("submissions.list", _where(request), len(lines), "P2"))
    context = {
        "lines": [(row, places[row.path]["name"]) for row in lines], "page": page, "done": done,
        "waiting": waiting.count(), "manages": bool(scope_of(user).manage), "error": error,
        "ticked": [str(key) for key in keys_of(request)], "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "desk/submissions.html", context, status=400 if error else 200)


def _where(request: SignedInRequest) -> str:
    return ",".join(scope_of(request.user).manage)[:120] or "own"


def refuse_several(request: SignedInRequest) -> HttpResponse:
    """Refuse the messages ticked."""
    try:
        n = submissions_refuse(
            keys=keys_of(request), reason=request.POST.get("reason", ""), by=request.user,
            on=today(),
        )  # fmt: skip
    except Refusal as refusal:
        return listed(request, refusal)
    told = ngettext(
        "%(n)s message refused; the sender reads why.",
        "%(n)s messages refused; the senders read why.", n,
    )  # fmt: skip
    messages.success(request, told % {"n": n})
    return redirect("submissions")


@require_http_methods(["GET", "POST"])
@allow(*SEES_HOUSEHOLDS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One message, and what a manager does with it."""
    found = one_or_404(request, key)
    do = request.POST.get("do", "")
    if request.method == "POST" and do != "search":
        try:
            return answered(request, found, do)
        except Refusal as refusal:
            return show(request, one_or_404(request, key), refusal)
    return show(request, found)


def answered(request: SignedInRequest, found: Submission, do: str) -> HttpResponse:
    """Take the message up, or refuse it."""
    sent, on, by = request.POST, today(), request.user
    if do == "refuse":
        submissions_refuse(keys=[found.pk], reason=sent.get("reason", ""), by=by, on=on)
        return redirect("submissions")
    household = _household(request)
    called = sent.get("called_back") == "1"
    if found.kind == Submission.Kind.MATTER:
        taken = Taken(
            kind=sent.get("kind", ""), subject=sent.get("subject", ""),
            title=sent.get("title", "")[:120], household=household, called_back=called,
            urgent=sent.get("urgent") == "1", keep_point=sent.get("keep_point") == "1",
        )  # fmt: skip
        issue = submission_accept(submission=found, taken=taken, by=by, on=on)
        return redirect("issue", issue.pk)
    if household is None:
        raise Refusal(_("Find the household and choose it."), field="household")
    submission_confirm(submission=found, household=household, called_back=called, by=by, on=on)
    return redirect("submission", found.pk)


def _household(request: SignedInRequest) -> Household | None:
    """The household chosen, of those one manages; none where nothing was chosen."""
    text = request.POST.get("household", "")
    if not text:
        return None
    try:
        key = UUID(text)
    except ValueError:
        key = None
    found = Household.objects.manageable_by(request.user).filter(pk=key).first()
    if found is None:
        raise Refusal(_("This household was not found."), field="household")
    return found


def show(request: SignedInRequest, found: Submission, error: Refusal | None = None) -> HttpResponse:
    """The page of a message, with what was typed."""
    user, typed = request.user, request.POST
    note_read(request, Read("submission.page", str(found.pk), 1, "P2"))
    manages = scope_of(user).manages(found.path)
    search = typed.get("q", "") if request.method == "POST" else found.name
    near = households_near(found, search, by=user, most=FOUND) if manages else []
    note_read(request, Read("submission.households", found.path[:8], len(near), "P2"))
    context: dict[str, Any] = {
        "found": found, "manages": manages, "error": error, "typed": typed,
        "waits": found.state == Submission.State.WAITING,
        "place": area_labels({found.path}, on=today())[found.path]["name"],
        "phone": phone_of(found.phone_sealed), "near": near, "search": search,
        "kinds": Issue.Kind.choices, "subjects": Issue.Subject.choices,
        "kind": typed.get("kind") or found.matter,
        "title": typed.get("title") or found.text.strip().split("\n")[0][:TITLE],
        "has_photo": bool(found.photo),
        "answered_name": found.answered_by.get_full_name() if found.answered_by else "",
    }  # fmt: skip
    return render(request, "desk/submission.html", context, status=400 if error else 200)


@require_GET
@allow(*SEES_HOUSEHOLDS)
def photo(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The photo of a message that waits; once it is taken up, the matter has it."""
    found = one_or_404(request, key)
    if not found.photo:
        raise Http404
    note_read(request, Read("submission.photo", str(found.pk), 1, "P2"))
    return HttpResponse(bytes(found.photo), content_type="image/jpeg")


@require_GET
@allow("manager")
def answer(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Who holds the household's data and who read it, to be printed and handed over."""
    found = one_or_404(request, key)
    household = found.household
    if found.kind != Submission.Kind.DATA or household is None:
        raise Http404
    if not Household.objects.manageable_by(request.user).filter(pk=household.pk).exists():
        raise Http404
    on = today()
    told = own_answer(household, on=on)
    reason = _("the household asked for its data: %(number)s") % {"number": found.number}
    note_read(request, Read("household.answer", str(household.pk), 1, "P3", reason[:200]))
    context = {
        "found": found, "household": household, "answer": told, "on": on,
        "reads": [(row, ACTIONS.get(row.action, row.action)) for row in told.reads],
    }  # fmt: skip
    return render(request, "desk/own_answer.html", context)
