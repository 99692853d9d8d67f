"""Complaints and suggestions (投诉建议), offered on every page.

Who is signed in can write; it is registered as a matter of the own area. Everybody else is told
where to turn.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.gate import ANYONE, SignedInRequest, allow
from casework.issues import issue_register
from casework.models import Issue
from desk.byhand.fields import HandForm, PlainText
from grids.models import Area, Post
from lib.clock import today


class FeedbackForm(HandForm):
    """What is wrong or could be better."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (Issue.Kind.SUGGESTION, gettext_lazy("suggestion")),
            (Issue.Kind.COMPLAINT, gettext_lazy("complaint")),
        ],
        widget=forms.RadioSelect,
        initial=Issue.Kind.SUGGESTION,
    )
    title = PlainText(label=gettext_lazy("In one sentence"), max_length=120)
    text = PlainText(
        label=gettext_lazy("More about it"), widget=forms.Textarea, required=False, max_length=2000
    )


def own_area(request: SignedInRequest, on: Any) -> Area | None:
    """The area of the first post of the person signed in."""
    if not request.user.is_authenticated:
        return None
    post = Post.objects.in_force(on).filter(person__user=request.user).order_by("path").first()
    return Area.objects.filter(path=post.path).first() if post else None


@allow(ANYONE)
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    """The form for who is signed in, and where else to turn."""
    on = today()
    area = own_area(request, on)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and area is not None and form.is_valid():
        issue = issue_register(
            kind=form.cleaned_data["kind"], subject=Issue.Subject.OTHER,
            source=Issue.Source.COUNTER,
            title=form.cleaned_data["title"], text=form.cleaned_data["text"], on=on, area=area,
        )  # fmt: skip
        messages.success(
            request,
            _("Registered for %(area)s; it is to be answered by %(day)s.")
            % {"area": area.name, "day": issue.limit_on.isoformat()},
        )
        return redirect("feedback")
    return render(
        request,
        "desk/feedback.html",
        {"form": form, "area": area},
        status=400 if form.is_bound and form.errors else 200,
    )
