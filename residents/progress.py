"""How it goes: by the number and the code that the sender was given, both in the body."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.models import Submission
from casework.ratings import SERVED, rated_by_link, rating_link_issue
from casework.submissions import progress_of, submission_find
from lib.clock import today
from lib.errors import Refusal
from residents.public import address_of, draw, language_kept, public


def may_rate(submission: Submission) -> bool:
    """Whether the matter was served and nobody has rated it by a link yet."""
    issue = submission.issue
    if issue is None or issue.state not in SERVED:
        return False
    return not rated_by_link(issue)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def page(request: HttpRequest) -> HttpResponse:
    """The form; and how the message goes that its number and code belong to."""
    if request.method != "POST":
        return draw(request, "progress", {})
    number, secret = request.POST.get("number", "")[:40], request.POST.get("code", "")[:40]
    context: dict[str, object] = {"number": number, "secret": secret}
    try:
        found = submission_find(
            number=number, secret=secret, sender=address_of(request), on=today()
        )
        if request.POST.get("do") == "rate":
            return redirect(reverse("rate", args=[_rating(found)]) + language_kept(request))
    except Refusal as refusal:
        return draw(request, "progress", {**context, "error": refusal}, status=400)
    context |= {"found": found, "words": progress_of(found), "may_rate": may_rate(found)}
    return draw(request, "progress", context)


def _rating(submission: Submission) -> str:
    """An address to rate the matter, once."""
    if not may_rate(submission):
        raise Refusal(_("Your rating has already been received. Thank you."))
    return rating_link_issue(issue=submission.issue, on=today())
