"""Record a contact, register a matter and move it on: the first form of the casework."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import Contact, Holiday, Issue, IssueStep
from grids.models import Area, Organisation, Person
from grids.scope import scope_of
from households.models import Household
from lib.errors import Refusal
from lib.workdays import add_working_days

#: Working days to answer a resident, by kind of matter; an urgent one has 24 hours.
LIMITS = {"consult": 1, "help": 5, "complaint": 5, "suggestion": 10, "dispute": 10}


@transaction.atomic
def contact_record(
    *, household: Household, made_by: Person, on: date, mode: str, reached: bool,
    purposes: list[str] | None = None, note: str = "", by: User | None = None,
) -> Contact:  # fmt: skip
    """Somebody reached a household or tried to. ``by`` may record it for another (代录)."""
    if by is not None and not Household.objects.visible_to(by).filter(pk=household.pk).exists():
        raise Refusal(_("This household was not found."))
    if on not in household.during:
        raise Refusal(_("The household is not open on that day."), field="on")
    return Contact.objects.create(
        household=household, on=on, mode=mode, reached=reached, purposes=purposes or [],
        note=note, made_by=made_by, made_by_party_member=made_by.party_member, recorded_by=by,
    )  # fmt: skip


def limit_for(kind: str, *, urgent: bool, on: date) -> date:
    """The last day to answer a matter registered on a day, by the working-day table."""
    if urgent:
        return on + timedelta(days=1)
    days = Holiday.objects.filter(on__gt=on)
    return add_working_days(
        on,
        LIMITS[kind],
        {d.on for d in days if not d.working},
        {d.on for d in days if d.working},
    )


@transaction.atomic
def issue_register(
    *, kind: str, subject: str, source: str, title: str, on: date, area: Area | None = None,
    household: Household | None = None, point: Point | None = None, ticket: str = "",
    people: int = 1, campaign: str = "", text: str = "", urgent: bool = False,
    department: Organisation | None = None, contact_way: str = "", by: User | None = None,
) -> Issue:  # fmt: skip
    """Register a matter for an area, or for a household; a point only at a public place."""
    if household is not None:
        if point is not None:
            raise Refusal(
                _("A matter of a household has no pin; leave the place out."), field="point"
            )
        area = Area.objects.get(path=household.path)
    if area is None:
        raise Refusal(_("Say which area the matter belongs to."), field="area")
    if by is not None and not any(area.path.startswith(p) for p in scope_of(by).areas):
        raise Refusal(_("This area was not found."), field="area")
    if kind not in LIMITS:
        raise Refusal(_("Choose the kind of matter."), field="kind")
    if subject not in Issue.Subject.values:
        raise Refusal(_("Choose the subject of the matter."), field="subject")
    if not title.strip():
        raise Refusal(_("Say in a sentence what the matter is."), field="title")
    issue = Issue.objects.create(
        kind=kind, subject=subject, source=source, title=title.strip(), area=area,
        path=area.path, household=household, point=point, ticket=ticket, people=people,
        campaign=campaign, text=text, urgent=urgent, department=department,
        contact_way=contact_way, registered_on=on,
        limit_on=limit_for(kind, urgent=urgent, on=on),
    )  # fmt: skip
    IssueStep.objects.create(issue=issue, on=on, before="", after=issue.state, by=by)
    return issue


@transaction.atomic
def issue_advance(
    *, issue: Issue, to: str, on: date, note: str = "", result: str = "", by: User | None = None,
    **changes: Any,
) -> Issue:  # fmt: skip
    """Move a matter to another state; the step is kept. A finished one can only be reopened."""
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    if by is not None and not scope_of(by).manages(issue.path):
        raise Refusal(_("Only the township grid office of this area may do this."))
    last = issue.steps.last()
    if last and on < last.on:
        raise Refusal(_("The matter has already moved on after that day."), field="on")
    if issue.state in Issue.FINISHED and to != Issue.State.REOPENED:
        raise Refusal(_("This matter is finished; reopen it first."))
    IssueStep.objects.create(issue=issue, on=on, before=issue.state, after=to, by=by, note=note)
    issue.state, issue.result = to, result or issue.result
    issue.version = F("version") + 1
    issue.save(update_fields=["state", "result", "version"])
    return issue
