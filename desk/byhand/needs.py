"""The needs of a household and the care note (P3): shown when asked for, and changed there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.byhand.fields import Day, HandForm, PlainText
from desk.byhand.pages import carry_out, hand_page
from desk.household import REASON, managed_or_404, needs_on, needs_past
from households.editing import household_edit
from households.models import Household, Need, NeedKind
from households.needs import need_begin, need_end, need_review
from lib.clock import today

GRADES = [("", "—"), *[(n, str(n)) for n in range(1, 5)]]
TYPES = [
    ("", "—"),
    (1, gettext_lazy("sight")),
    (2, gettext_lazy("hearing")),
    (3, gettext_lazy("speech")),
    (4, gettext_lazy("limbs")),
    (5, gettext_lazy("intellect")),
    (6, gettext_lazy("mind")),
    (7, gettext_lazy("several")),
]
#: Grades that belong to a form of the kind, by its variant.
GRADES_OF = {"severe": {1, 2}, "other": {3, 4}}


class NeedForm(HandForm):
    """A need that begins."""

    kind = forms.ModelChoiceField(
        label=gettext_lazy("Kind of need"), queryset=NeedKind.objects.all(), empty_label="—"
    )
    persons = forms.IntegerField(
        label=gettext_lazy("Persons"), min_value=1, max_value=99, initial=1
    )
    on = Day(label=gettext_lazy("From"))
    end = Day(
        label=gettext_lazy("Until"), required=False,
        help_text=gettext_lazy("Only where an end is known; a sudden hardship needs one."),
    )  # fmt: skip
    subtype = forms.TypedChoiceField(
        label=gettext_lazy("Type of disability"), choices=TYPES, coerce=int, empty_value=None,
        required=False,
    )  # fmt: skip
    grade = forms.TypedChoiceField(
        label=gettext_lazy("Grade of disability"), choices=GRADES, coerce=int, empty_value=None,
        required=False,
    )  # fmt: skip
    confirmed_by = PlainText(label=gettext_lazy("Confirmed by"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        """Dates in order; a grade only where the kind has one, and the right one."""
        given: dict[str, Any] = super().clean() or {}
        kind, on, end = given.get("kind"), given.get("on"), given.get("end")
        if on and on > today():
            self.add_error("on", _("Choose a day up to today."))
        if on and end and end <= on:
            self.add_error("end", _("The last day must be after the first."))
        if kind is not None and kind.code != "CANJI":
            given["subtype"] = given["grade"] = None
        elif kind is not None and given.get("grade"):
            fitting = GRADES_OF.get(kind.variant)
            if fitting and given["grade"] not in fitting:
                self.add_error("grade", _("This grade does not belong to the kind chosen."))
        return given


class ReviewForm(HandForm):
    """A need that was looked at and still holds."""

    review_due_on = Day(label=gettext_lazy("Look at it again on"), required=False)
    confirmed_by = PlainText(label=gettext_lazy("Confirmed by"), max_length=60, required=False)


class CareForm(HandForm):
    """What to mind when one comes."""

    care_note = PlainText(
        label=gettext_lazy("Care note"), max_length=200, required=False,
        help_text=gettext_lazy("What to mind when one comes; no diagnosis."),
    )  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def needs(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Needs masked until asked for; then begin one, end one, or write the care note."""
    household = managed_or_404(request.user, key)
    if not Household.objects.needs_visible_to(request.user).filter(pk=key).exists():
        raise Http404
    if request.method == "GET":
        return hand_page(request, "needs.html", household, None, asked=False)
    what = request.POST.get("do", "")
    refused = ""
    answer, form, care = None, NeedForm(initial={"on": today()}), _care(household)
    if what == "begin":
        form = NeedForm(request.POST)
        if form.is_valid():
            answer = _begin(request, household, form)
    elif what == "end":
        answer = _end(request, household)
    elif what == "review":
        answer, refused = _review(request, household)
    elif what == "care":
        care = CareForm(request.POST)
        if care.is_valid():
            answer = _note(request, household, care)
    if answer is not None:
        return answer
    return _show(request, household, form, care, error=refused)


def _care(household: Household) -> CareForm:
    return CareForm(initial={"care_note": household.care_note})


def _show(
    request: SignedInRequest, household: Household, form: NeedForm, care: CareForm, *,
    error: str = "",
) -> HttpResponse:  # fmt: skip
    running = needs_on(household, on=today())
    reason = request.POST.get("reason", "")[:REASON]
    note_read(request, Read("household.needs", str(household.pk), len(running) or 1, "P3", reason))
    wrong = care if care.is_bound else form
    return hand_page(
        request, "needs.html", household, wrong, asked=True, needs=running, begin=form, care=care,
        tomorrow=today() + timedelta(days=1), past=needs_past(household, on=today()),
        error=error,
    )  # fmt: skip


def _begin(request: SignedInRequest, household: Household, form: NeedForm) -> HttpResponse | None:
    given = form.cleaned_data
    return carry_out(
        request, form, verb="need-begin", subject=household, path=household.path,
        sentence=_("A need of %(name)s was entered.") % {"name": household.head_name},
        deed=lambda: _begun(request, household, given),
    )  # fmt: skip


def _begun(request: SignedInRequest, household: Household, given: dict[str, Any]) -> None:
    need_begin(household=household, recorded_on=today(), by=request.user, **given)


def _review(request: SignedInRequest, household: Household) -> tuple[HttpResponse | None, str]:
    """A need still holds; the answer, or the sentence why it was refused."""
    need, form = _need_or_404(request, household), ReviewForm(request.POST)
    if not form.is_valid():
        return None, _first(form)
    answer = carry_out(
        request, form, verb="need-review", subject=household, path=household.path,
        sentence=_("A need of %(name)s was confirmed.") % {"name": household.head_name},
        deed=lambda: need_review(need=need, on=today(), by=request.user, **form.cleaned_data),
    )  # fmt: skip
    return answer, "" if answer else _first(form)


def _first(form: HandForm) -> str:
    """The first sentence of what is to be mended."""
    return str(next(iter(form.errors.values()))[0])


def _need_or_404(request: SignedInRequest, household: Household) -> Need:
    try:
        need_key = UUID(request.POST.get("need", ""))
    except ValueError:
        raise Http404 from None
    need = Need.objects.filter(household=household, pk=need_key).first()
    if need is None:
        raise Http404
    return need


def _end(request: SignedInRequest, household: Household) -> HttpResponse | None:
    need = _need_or_404(request, household)
    return carry_out(
        request, HandForm(data={}), verb="need-end", subject=household, path=household.path,
        sentence=_("A need of %(name)s was ended.") % {"name": household.head_name},
        deed=lambda: need_end(need=need, on=today(), by=request.user),
    )  # fmt: skip


def _note(request: SignedInRequest, household: Household, form: CareForm) -> HttpResponse | None:
    return carry_out(
        request, form, verb="care-note", subject=household, path=household.path,
        sentence=_("The care note of %(name)s was changed.") % {"name": household.head_name},
        deed=lambda: household_edit(
            household=household, values=form.cleaned_data, on=today(), by=request.user
        ),
    )  # fmt: skip
