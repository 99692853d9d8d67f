"""Joint meetings: call one, choose its agenda, print it, write down what was decided."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.meetings import (
    MOST_WORDS,
    matters_waiting,
    meeting_add,
    meeting_call,
    meeting_close,
    meeting_points,
)
from casework.models import AgendaItem, Issue, Meeting
from desk.acts import done
from desk.byhand.fields import Day, HandForm, PlainText
from desk.helping.fields import PlaceChoice, organisations_for, places_listed
from desk.tables.words import SEES_AREAS
from grids.naming import account_names, area_labels, name_from_afar
from grids.scope import scope_of
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal

PAGE = 30


class CallForm(HandForm):
    """When and where a meeting is held, and for which area."""

    area = PlaceChoice(
        label=gettext_lazy("Area"), max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
        help_text=gettext_lazy("By code or name; type part of it and choose."),
    )  # fmt: skip
    on = Day(label=gettext_lazy("Date"))
    place = PlainText(label=gettext_lazy("Where it meets"), max_length=80, required=False)
    note = PlainText(label=gettext_lazy("Note"), max_length=400, required=False)


@require_GET
@allow(*SEES_AREAS)
def home(request: SignedInRequest) -> HttpResponse:
    """Meetings of the areas one sees, the latest first."""
    rows = Meeting.objects.visible_to(request.user).annotate(points=Count("items"))
    page = Paginator(rows.order_by("-on", "pk"), PAGE).get_page(request.GET.get("page"))
    places = area_labels({one.path for one in page}, on=today())
    context = {
        "page": page, "lines": [(one, places[one.path]["name"]) for one in page],
        "manages": bool(scope_of(request.user).manage), "today": today(),
    }  # fmt: skip
    return render(request, "desk/helping/meetings.html", context)


@allow("manager")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Call a meeting; its agenda begins with what is late or set aside."""
    user = request.user
    form: Any = CallForm(
        request.POST or None, initial={"on": today(), "area": request.GET.get("area", "")}
    )
    form.fields["area"].user = user
    if form.is_valid():
        values = form.cleaned_data
        try:
            with act(
                verb="meeting", by=user, path=values["area"].path, on=today(),
                subject=values["area"],
                sentence=_("A joint meeting of %s was called.") % values["area"].name,
            ) as made:  # fmt: skip
                meeting = meeting_call(current=today(), by=user, **values)
                made.subject_label, made.subject_key = Meeting._meta.label, str(meeting.pk)
            return done(reverse("meeting", args=[meeting.pk]), made)
        except Refusal as refusal:
            form.refuse(refusal)
    context = {"form": form, "areas": places_listed(user),
               "proposed": form.fields["area"].proposed}  # fmt: skip
    wrong = form.is_bound and form.errors
    return render(request, "desk/helping/meeting_form.html", context, status=400 if wrong else 200)


def meeting_or_404(user: User, key: UUID, *, manages: bool = False) -> Meeting:
    """A meeting of an area one sees; with ``manages``, of one that one manages."""
    meeting = Meeting.objects.visible_to(user).select_related("area").filter(pk=key).first()
    if meeting is None or (manages and not scope_of(user).manages(meeting.path)):
        raise Http404
    return meeting


def additions_of(meeting: Meeting) -> dict[int | None, list[dict[str, Any]]]:
    """What was added to the minutes, with who signed it, by point; None: to the whole."""
    rows = list(meeting.additions.all())  # type: ignore[attr-defined]
    names = account_names(str(row.by_id) for row in rows)
    found: dict[int | None, list[dict[str, Any]]] = {}
    for row in rows:
        line = {"row": row, "by": names.get(str(row.by_id), "")}
        found.setdefault(row.item_id, []).append(line)
    return found


def lines_of(user: User, meeting: Meeting) -> tuple[list[dict[str, Any]], int]:
    """The points with the matters one may see, and how many of these are of households.

    A matter one may not see is told as what it is: a household's.
    """
    items = list(meeting.items.select_related("organisation"))
    keys = [item.issue_id for item in items if item.issue_id]
    seen = {
        issue.pk: issue
        for issue in Issue.objects.visible_to(user)
        .filter(pk__in=keys)
        .select_related("area", "department")
    }
    places = area_labels({issue.path for issue in seen.values()}, on=today())
    lines: list[dict[str, Any]] = []
    added = additions_of(meeting)
    for item in items:
        issue = seen.get(item.issue_id)
        place = places[issue.path]["name"] if issue else ""
        # What was said of a matter one may not see is not told, either.
        told = [] if item.issue_id and issue is None else added.get(item.pk, [])
        lines.append({"item": item, "issue": issue, "place": place, "added": told})
    return lines, sum(1 for issue in seen.values() if issue.household_id)


@require_GET
@allow(*SEES_AREAS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One meeting."""
    return show(request, meeting_or_404(request.user, key))


def show(
    request: SignedInRequest, meeting: Meeting, *, error: Refusal | None = None
) -> HttpResponse:
    """Draw a meeting with what was typed where it was refused."""
    user, on = request.user, today()
    lines, personal = lines_of(user, meeting)
    minds = scope_of(user).manages(meeting.path)
    manages = minds and not meeting.held
    waiting: list[dict[str, Any]] = []
    if manages:
        chosen = [line["item"].issue_id for line in lines if line["item"].issue_id]
        found = matters_waiting(user, meeting.area, on=on, besides=chosen)
        places = area_labels({one.issue.path for one in found}, on=on)
        waiting = [
            {"issue": one.issue, "reason": one.reason, "place": places[one.issue.path]["name"]}
            for one in found
        ]
        personal += sum(1 for one in found if one.issue.household_id)
    note_read(request, Read("meeting.page", str(meeting.pk), personal, "P2"))
    for line in lines:
        item: AgendaItem = line["item"]
        line["late"] = (on - line["issue"].limit_on).days if line["issue"] else 0
        line["typed"] = {
            "decision": request.POST.get(f"decision-{item.pk}", item.decision),
            "organisation": request.POST.get(f"organisation-{item.pk}", ""),
            "until": request.POST.get(f"until-{item.pk}", ""),
        }
        line["error"] = error.sentence if error and error.field.endswith(f"-{item.pk}") else ""
    # A refused choice of points is drawn as it was made.
    texts = request.POST.get("texts")
    ticked = set(request.POST.getlist("issues"))
    for line in (*lines, *waiting):
        issue = line["issue"]
        line["ticked"] = issue and (line in lines if texts is None else str(issue.pk) in ticked)
    context = {
        "meeting": meeting, "place": name_from_afar(meeting.area), "lines": lines,
        "waiting": waiting, "choosing": texts is not None or not lines, "manages": manages,
        "may_close": manages and meeting.on <= on,
        "organisations": list(organisations_for([meeting.path])) if manages else [],
        "texts": texts if texts is not None
        else "\n".join(line["item"].text for line in lines if line["item"].text),
        "error": error.sentence if error else "", "people": request.POST.get("people", ""),
        "version": meeting.version, "added": additions_of(meeting).get(None, []),
        "may_add": minds and meeting.held, "most": MOST_WORDS,
        "typed": {"text": request.POST.get("text", ""), "item": request.POST.get("item", "")},
        "wrong": error.field if error else "",
        "stranded": _stranded(request, {line["item"].pk for line in lines}) if error else [],
    }  # fmt: skip
    return render(request, "desk/helping/meeting.html", context, status=400 if error else 200)


def _stranded(request: SignedInRequest, keys: set[int]) -> list[str]:
    """Decisions typed for points that somebody else took off the agenda meanwhile."""
    fields = {f"decision-{key}" for key in keys}
    return [
        str(text) for name, text in request.POST.items()
        if name.startswith("decision-") and name not in fields and str(text).strip()
    ]  # fmt: skip


@require_POST
@allow("manager")
def points(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Set the agenda."""
    meeting = meeting_or_404(request.user, key, manages=True)
    try:
        with act(
            verb="agenda", by=request.user, path=meeting.path, on=today(), subject=meeting,
            sentence=_("The agenda was changed."),
        ) as made:  # fmt: skip
            meeting_points(
                meeting=meeting, issues=_keys(request.POST.getlist("issues")),
                texts=request.POST.get("texts", "").splitlines(), by=request.user,
                version=_number(request.POST.get("version")) or 0,
            )  # fmt: skip
        return done(reverse("meeting", args=[meeting.pk]), made)
    except Refusal as refusal:
        meeting.refresh_from_db()
        return show(request, meeting, error=refusal)


@require_POST
@allow("manager")
def close(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The meeting was held: write its decisions back to the matters."""
    meeting = meeting_or_404(request.user, key, manages=True)
    try:
        people = request.POST.get("people", "").strip()
        if people and _number(people) is None:
            raise Refusal(_("Write the number of people, at least 1, or leave it empty."),
                          field="people")  # fmt: skip
        meeting_close(
            meeting=meeting, decisions=_decisions(request, meeting), on=today(), by=request.user,
            version=_number(request.POST.get("version")) or 0,
            people=_number(people),
        )  # fmt: skip
    except Refusal as refusal:
        meeting.refresh_from_db()
        return show(request, meeting, error=refusal)
    return redirect("meeting", meeting.pk)


@require_POST
@allow("manager")
def add(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Add to the minutes of a meeting that is closed."""
    meeting = meeting_or_404(request.user, key, manages=True)
    item = None
    chosen = _number(request.POST.get("item"))
    try:
        if chosen is not None:
            item = meeting.items.filter(pk=chosen).select_related("issue").first()  # type: ignore[attr-defined]
            if item is None:
                raise Refusal(_("Choose a point of this meeting."), field="item")
        with act(
            verb="meeting-add", by=request.user, path=meeting.path, on=today(), subject=meeting,
            sentence=_("The minutes were added to."),
        ) as made:  # fmt: skip
            meeting_add(
                meeting=meeting, item=item, text=request.POST.get("text", ""), on=today(),
                by=request.user,
            )  # fmt: skip
        return done(reverse("meeting", args=[meeting.pk]), made)
    except Refusal as refusal:
        return show(request, meeting, error=refusal)


def _decisions(request: SignedInRequest, meeting: Meeting) -> dict[int, dict[str, Any]]:
    """What was typed for each point; Refusal names the field at fault."""
    offered = {str(one.pk): one for one in organisations_for([meeting.path])}
    found: dict[int, dict[str, Any]] = {}
    for item in meeting.items.all():
        until = request.POST.get(f"until-{item.pk}", "")
        try:
            day = date.fromisoformat(until) if until else None
        except ValueError:
            raise Refusal(_("Write the day as 2024-09-04."), field=f"until-{item.pk}") from None
        found[item.pk] = {
            "decision": request.POST.get(f"decision-{item.pk}", ""),
            "organisation": offered.get(request.POST.get(f"organisation-{item.pk}", "")),
            "until": day,
        }
    return found


def _keys(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _number(text: str | None) -> int | None:
    """A whole number as a form sends it; None for anything else, the length of a novel included."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


@require_GET
@allow(*SEES_AREAS)
def paper(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The agenda to be printed: matters without the name of a household."""
    meeting = meeting_or_404(request.user, key)
    lines, personal = lines_of(request.user, meeting)
    note_read(request, Read("meeting.print", str(meeting.pk), personal, "P2"))
    context = {
        "meeting": meeting, "place": name_from_afar(meeting.area), "lines": lines,
        "added": additions_of(meeting).get(None, []),
    }  # fmt: skip
    return render(request, "desk/helping/meeting_print.html", context)
