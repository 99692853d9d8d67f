"""Call-backs by sample (抽样回访): drawn, asked by somebody else, told by place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.keys import phone_of
from accounts.reads import Read, note_read
from casework.models import Issue, Sample, SampleCall
from casework.samples import (
    MOST,
    population_words,
    results_of,
    sample_call,
    sample_draw,
    samples_seen,
    why_not,
)
from desk.byhand.fields import AreaChoice, Day, HandForm
from desk.tables.words import SEES_AREAS
from grids.asked import asked_area
from grids.models import Area
from grids.naming import area_labels
from grids.querysets import beneath
from grids.scope import scope_of
from lib.clock import today
from lib.errors import Refusal

CALLS = ("worker", "village_lead", "manager")
PAGE = 50
LISTED = 20
#: Days of the period proposed, and of the samples whose results are told together.
PERIOD, TOLD = 30, 365


class DrawForm(HandForm):
    """What to draw. Without a seed the draw is random; with one it is drawn again."""

    area = AreaChoice(
        label=gettext_lazy("Place"), max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("A village, grid or unit; empty: the whole area you manage."),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Who is asked"), choices=Sample.Kind.choices, widget=forms.RadioSelect,
        initial=Sample.Kind.MATTERS,
    )  # fmt: skip
    since = Day(label=gettext_lazy("From"))
    until = Day(label=gettext_lazy("Until"))
    size = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=MOST, initial=20
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"), min_value=0, required=False,
        help_text=gettext_lazy("Only to draw an earlier sample again."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allow(*SEES_AREAS)
def home(request: SignedInRequest) -> HttpResponse:
    """The results by place, the samples so far, and the form to draw one."""
    user, on = request.user, today()
    scope = scope_of(user)
    form = None
    if scope.manage:
        period = {"since": on - timedelta(days=PERIOD), "until": on}
        form = DrawForm(request.POST or None, initial=period)
        form.fields["area"].user = user  # type: ignore[attr-defined]
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("sample", _draw(request, form, on=on).pk)
            except Refusal as refusal:
                form.refuse(refusal)
    elif request.method == "POST":
        raise Http404
    area = asked_area(user, request.GET.get("area"), on=on)
    told = Sample.objects.filter(drawn_on__gt=on - timedelta(days=TOLD))
    shown = Paginator(samples_seen(user).select_related("area"), LISTED).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form, "area": area,
        "results": [
            (label, *results_of(told.filter(kind=kind), area, on=on))
            for kind, label in Sample.Kind.choices
        ],
        "page": shown, "samples": list(shown),
    }  # fmt: skip
    wrong = form is not None and form.is_bound and form.errors
    return render(request, "desk/samples.html", context, status=400 if wrong else 200)


def _draw(request: SignedInRequest, form: DrawForm, *, on: date) -> Sample:
    given = dict(form.cleaned_data)
    area = given.pop("area")
    if area is None:
        roots = scope_of(request.user).manage
        area = Area.objects.get(path=roots[0])
    return sample_draw(area=area, on=on, by=request.user, **given)


def sample_or_404(request: SignedInRequest, key: UUID) -> Sample:
    """A sample of which one may make a part of the calls."""
    found = samples_seen(request.user).select_related("area").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@require_GET
@allow(*CALLS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """A sample: how it was drawn, and its calls in one's area."""
    return show(request, sample_or_404(request, key))


@require_POST
@allow(*CALLS)
def answer(request: SignedInRequest, key: UUID, call: int) -> HttpResponse:
    """Write down what was said in one call."""
    sample = sample_or_404(request, key)
    found = calls_of(request, sample).filter(pk=call).first()
    if found is None:
        raise Http404
    try:
        sample_call(
            call=found, answer=request.POST.get("answer", ""), note=request.POST.get("note", ""),
            on=today(), by=request.user,
        )  # fmt: skip
    except Refusal as refusal:
        return show(request, sample, error=refusal.sentence, wrong=call)
    return redirect(f"/samples/{sample.pk}/?page={request.POST.get('page', '1')}#call-{call}")


def calls_of(request: SignedInRequest, sample: Sample) -> Any:
    """The calls of a sample within the households one may read."""
    rows = SampleCall.objects.filter(beneath(scope_of(request.user).households), sample=sample)
    return rows.select_related("sample", "issue__household", "household")


def show(
    request: SignedInRequest, sample: Sample, *, error: str = "", wrong: int = 0
) -> HttpResponse:
    """Draw a sample; what was typed at a call that was refused is kept."""
    rows = calls_of(request, sample)
    shown = Paginator(rows, PAGE).get_page(request.POST.get("page") or request.GET.get("page"))
    calls = list(shown)
    places = area_labels({call.path for call in calls}, on=today())
    refused = why_not(calls, request.user)
    note_read(request, Read("sample.calls", str(sample.pk), len(calls), "P2"))
    lines = []
    for call in calls:
        household = call.issue.household if call.issue else call.household
        lines.append({
            "call": call, "place": places[call.path]["name"],
            "title": call.issue.title if call.issue else "",
            "who": household.head_name if household else "",
            "way": (call.issue.contact_way if call.issue else "")
            or (phone_of(household.phone_sealed) if household else ""),
            "open": call.answer in ("", Issue.Answer.UNREACHED),
            "why_not": refused.get(call.pk, ""), "error": error if call.pk == wrong else "",
            "typed": request.POST if call.pk == wrong else {},
        })  # fmt: skip
    context = {
        "sample": sample, "lines": lines, "page": shown, "answers": Issue.Answer.choices,
        "words": population_words(sample), "done": rows.exclude(answer="").count(),
    }  # fmt: skip
    return render(request, "desk/sample.html", context, status=400 if error else 200)
