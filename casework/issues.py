"""Register a matter and move it on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from casework.clocks import limit_for, urgent_limit
from casework.models import Contact, Issue, IssueStep, Topic
from grids.models import Area, Organisation
from grids.scope import scope_of
from households.models import Household
from lib.errors import Refusal


@transaction.atomic
def issue_register(
    *, kind: str, subject: str, source: str, title: str, on: date, area: Area | None = None,
    household: Household | None = None, point: Point | None = None, ticket: str = "",
    people: int = 1, campaign: str = "", text: str = "", urgent: bool = False,
    department: Organisation | None = None, contact_way: str = "", contact: Contact | None = None,
    topic: Topic | None = None, amount: Decimal | None = None, agreement: str = "",
    by: User | None = None,
) -> Issue:  # fmt: skip
    """Register a matter for an area, or for a household; a point only at a public place.

    ``contact`` is the contact it was raised in. A dispute is filed by its place, never by a
    household: ``amount`` in yuan and the form of the ``agreement`` are its alone.
    """
    if household is not None:
        if point is not None:
            raise Refusal(
                _("A matter of a household has no pin; leave the place out."), field="point"
            )
        if kind == Issue.Kind.DISPUTE:
            raise Refusal(
                _("A dispute is filed by its place; leave the household out."), field="household"
            )
        area = Area.objects.get(path=household.path)
    if area is None:
        raise Refusal(_("Say which area the matter belongs to."), field="area")
    if by is not None and not _may_register(by, area, household):
        raise Refusal(_("This area was not found."), field="area")
    if kind not in Issue.Kind.values:
        raise Refusal(_("Choose the kind of matter."), field="kind")
    if subject not in Issue.Subject.values:
        raise Refusal(_("Choose the subject of the matter."), field="subject")
    if topic is not None and topic.subject != subject:
        raise Refusal(_("Choose a topic of this subject."), field="topic")
    if not title.strip():
        raise Refusal(_("Say in a sentence what the matter is."), field="title")
    if people < 1:
        raise Refusal(_("A matter concerns at least one person."), field="people")
    if kind != Issue.Kind.DISPUTE and (amount is not None or agreement):
        raise Refusal(_("Only a dispute has an amount and an agreement."), field="amount")
    if amount is not None and amount < 0:
        raise Refusal(_("An amount is not less than nothing."), field="amount")
    if agreement and agreement not in Issue.Agreement.values:
        raise Refusal(_("Choose the form of the agreement."), field="agreement")
    if contact is not None and (household is None or contact.household_id != household.pk):
        raise Refusal(_("The contact was with another household."), field="household")
    issue = Issue.objects.create(
        kind=kind, subject=subject, source=source, title=title.strip(), area=area,
        path=area.path, household=household, point=point, ticket=ticket, people=people,
        campaign=campaign, text=text, urgent=urgent, department=department,
        contact_way=contact_way, registered_on=on, contact=contact, topic=topic, amount=amount,
        agreement=agreement, held_by=area, limit_on=limit_for(kind, urgent=urgent, on=on),
        limit_at=urgent_limit(on) if urgent else None,
    )  # fmt: skip
    IssueStep.objects.create(
        issue=issue, on=on, verb="register", before="", after=issue.state, by=by
    )
    return issue


def _may_register(by: User, area: Area, household: Household | None) -> bool:
    """Whose posts open the area, or who may read the household it is about."""
    if household is not None:
        return Household.objects.visible_to(by).filter(pk=household.pk).exists()
    return any(area.path.startswith(path) for path in scope_of(by).areas)


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
