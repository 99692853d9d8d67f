"""Choose somebody else for one household: who reaches it, how far, with what room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.plans.lines import lines_of
from desk.plans.places import bearing, metres_between
from desk.plans.seen import managed_or_404, named
from grids.models import Area, Post
from grids.naming import area_labels
from households.candidates import Candidate, candidates
from households.links import reaches
from lib.clock import today
from lib.errors import Refusal
from planning.matching.drafts import line_pin
from planning.matching.standing import posts_stand
from planning.models import MatchDraft, MatchLine


@dataclass(frozen=True)
class Choice:
    """Somebody who could be it: ``given`` households of this draft, metres or None, degrees."""

    candidate: Candidate
    place: str
    given: int
    metres: float | None
    way: float | None

    @property
    def full(self) -> bool:
        """Whether there is no room beside what the draft gives already."""
        most = self.candidate.most
        return most is not None and self.candidate.links + self.given >= most

    @property
    def load(self) -> int:
        """Households as the draft stands."""
        return self.candidate.links + self.given


@require_http_methods(["GET", "POST"])
@allow("manager")
def page(request: SignedInRequest, key: UUID, line: int) -> HttpResponse:
    """Who could be it, nearest first; a POST with ``post`` pins the household to that one."""
    user, on = request.user, today()
    draft = managed_or_404(user, key)
    found = lines_of(draft, user).select_related("household", "post__person").filter(pk=line)
    row: MatchLine | None = found.first()
    if row is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            post = _post(request.POST.get("post", ""))
            line_pin(line=row, post=post, on=on, by=user)
            return redirect(f"{reverse('plan', args=[draft.pk])}?line={row.pk}#l-{row.pk}")
        except Refusal as refusal:
            error = refusal.sentence
    [told] = named([draft], on=on)
    filed = area_labels({row.household.path}, on=on)[row.household.path]
    note_read(request, Read("plan.line", str(row.household_id), 1, "P2"))
    context = {
        **told, "line": row, "error": error, "choices": choices(draft, row, on=on),
        "filed": filed["name"], "area_key": filed["code"],
    }  # fmt: skip
    status = 400 if error else 200
    return render(request, "desk/plans/line.html", context, status=status)


def _post(text: str) -> Post:
    try:
        found = Post.objects.select_related("person", "role").filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def choices(draft: MatchDraft, line: MatchLine, *, on: date) -> list[Choice]:
    """Those whose post reaches the household, the nearest with room first."""
    household = line.household
    area = Area.objects.get(path=household.path)
    fit = [one for one in candidates(area, on=on) if reaches(one.post, household.path, on=on)]
    posts = [(one.post.pk, one.post.role_id) for one in fit]
    stand = posts_stand(posts=posts, paths=[household.path], on=on) if posts else {}
    places = area_labels({one.post.path for one in fit}, on=on)
    given: dict[tuple[UUID, str], int] = {}
    rows = MatchLine.objects.filter(
        draft=draft, post__person__in={one.post.person_id for one in fit}
    ).exclude(pk=line.pk)
    for person, role in rows.values_list("post__person", "post__role"):
        given[person, role] = given.get((person, role), 0) + 1
    place = household.here
    spot = (place.x, place.y) if place else None
    found = []
    for one in fit:
        at = stand.get(one.post.pk)
        found.append(
            Choice(
                one, places[one.post.path]["name"],
                given.get((one.post.person_id, one.post.role_id), 0),
                metres_between(at, spot) if at and spot else None,
                bearing(at, spot) if at and spot else None,
            )
        )  # fmt: skip
    return sorted(
        found,
        key=lambda one: (
            one.full, one.metres is None, one.metres or 0, one.candidate.post.person.name
        ),
    )  # fmt: skip
