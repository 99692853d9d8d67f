"""Register a matter and move it on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from casework.cast import cast_of, failed
from casework.clocks import limit_for, urgent_limit
from casework.effects import EFFECTS, NOTE_LENGTH, Given
from casework.models import Contact, Issue, IssueStep, Topic
from casework.states import CAST, EVENTS, GUARDS, QUIET, TABLE, Move, label_of
from grids.models import Area, Organisation
from grids.naming import account_names
from grids.scope import scope_of
from households.models import Household
from lib.clock import SHANGHAI, today
from lib.errors import Outdated, Refusal
from lib.identity import no_id_number

#: What is said where a transition needs something that was not given.
MISSING = {
    "note": gettext_lazy("Write a sentence: what, or why."),
    "result": gettext_lazy("Choose how it was resolved."),
    "organisation": gettext_lazy("Choose a department."),
    "until": gettext_lazy("Choose a day."),
    "days": gettext_lazy("Say how many working days."),
    "answer": gettext_lazy("Choose what the household said."),
    "turn_to": gettext_lazy("Say where the resident can turn instead."),
    "down_to": gettext_lazy("Choose the level it goes back to."),
    "into": gettext_lazy("Choose the matter this one repeats."),
}


@transaction.atomic
def issue_register(
    *, kind: str, subject: str, source: str, title: str, on: date, area: Area | None = None,
    household: Household | None = None, point: Point | None = None, ticket: str = "",
    people: int = 1, campaign: str = "", text: str = "", urgent: bool = False,
    contact_way: str = "", contact: Contact | None = None,
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
    title, text = no_id_number(title, field="title"), no_id_number(text, field="text")
    if not title:
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
        kind=kind, subject=subject, source=source, title=title, area=area,
        path=area.path, household=household, point=point, ticket=ticket, people=people,
        campaign=campaign, text=text, urgent=urgent,
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
def issue_step(
    *, issue: Issue, verb: str, by: User | None, on: date, version: int | None = None,
    in_name_of: User | None = None, **given: Any,
) -> Issue:  # fmt: skip
    """Take one transition of ``casework/states.py`` and keep it in the matter's path.

    ``given``: note, result, organisation, helpers (list), until (date), days, answer, turn_to,
    into (Issue), down_to (Area), as the transition needs. ``version`` is what the person saw:
    Outdated, which says what was done first, by whom and when, where the path went on since.
    ``by`` None is the program itself, whose right is not asked: it writes down what somebody did
    elsewhere (``in_name_of``). Refusal names the field at fault.
    """
    move = TABLE.get(verb)
    if move is None or not move.before:
        raise Refusal(_("There is no such step."))
    issue = _locked(issue, given.get("into"))
    if by is not None and not cast_of(issue, by, on=on) & set(move.who):
        raise Refusal(_refused_to(move))
    if issue.state not in move.before or (version is not None and _went_on(issue, version)):
        raise Outdated(_overtaken(issue), row=issue)
    _day_or_refuse(issue, on)
    actor = by or in_name_of
    failing = failed(move, issue, actor, on=on)
    if failing:
        raise Refusal(str(GUARDS[failing]))
    asked = Given(on=on, by=actor, **given)
    asked.note = no_id_number(asked.note, field="note")
    if by is not None and len(asked.note) > NOTE_LENGTH:
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": NOTE_LENGTH}, field="note")
    asked.note = asked.note[:NOTE_LENGTH]  # of a file: its whole words are the matter's own text
    for name in move.needs:
        if not getattr(asked, name):
            raise Refusal(str(MISSING[name]), field=name)
    before = issue.state
    change = EFFECTS.get(verb)
    after = (change(issue, asked) if change else None) or move.after or before
    issue.state = after
    if after not in Issue.FINISHED:
        issue.finished_on = None
    elif before not in Issue.FINISHED:  # what is said afterwards finishes nothing anew
        issue.finished_on = on
    if after in Issue.FINISHED:
        issue.supervised_until = None
    IssueStep.objects.create(
        issue=issue, on=on, verb=verb, before=before, after=after, by=actor,
        note=asked.note,
        organisation=asked.organisation, until=asked.until, answer=asked.answer,
    )  # fmt: skip
    issue.version += 1
    issue.save()
    return issue


@transaction.atomic
def issue_event(
    *, issue: Issue, verb: str, note: str, by: User | None, on: date,
    organisation: Organisation | None = None, until: date | None = None,
) -> IssueStep:  # fmt: skip
    """Write an event beside the path (``states.EVENTS``), such as what a meeting decided."""
    if verb not in EVENTS:
        raise ValueError(verb)
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    _day_or_refuse(issue, on)
    Issue.objects.filter(pk=issue.pk).update(version=F("version") + 1)
    return IssueStep.objects.create(
        issue=issue, on=on, verb=verb, before=issue.state, after=issue.state, by=by,
        note=note.strip()[:NOTE_LENGTH], organisation=organisation, until=until,
    )  # fmt: skip


def _locked(issue: Issue, into: Issue | None) -> Issue:
    """The matter as it stands, held until the end; with another one always in the same order."""
    keys = {issue.pk, into.pk} if into is not None else {issue.pk}
    rows = Issue.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    held = {row.pk: row for row in rows}
    if into is not None:
        into.refresh_from_db()
    return held[issue.pk]


def _day_or_refuse(issue: Issue, on: date) -> None:
    """The clock never runs backwards, and nobody acts tomorrow."""
    last = issue.steps.last()  # type: ignore[attr-defined]
    if last and on < last.on:
        raise Refusal(_("The matter has already moved on after that day."), field="on")
    if on > today():
        raise Refusal(_("Choose a day up to today."), field="on")


def _went_on(issue: Issue, version: int) -> bool:
    """Whether more than comments and the like came since what somebody saw."""
    since = issue.version - version
    if since <= 0:
        return since < 0
    newest = issue.steps.order_by("-pk").values_list("verb", flat=True)  # type: ignore[attr-defined]
    return any(verb not in QUIET for verb in newest[:since])


def _overtaken(issue: Issue) -> str:
    """What was done first, by whom and when."""
    step = issue.steps.exclude(verb__in=QUIET).last()  # type: ignore[attr-defined]
    if step is None:
        return _("The matter has moved on meanwhile; look at its path.")
    who = str(step.by_id) if step.by_id else None
    words = {
        "who": account_names([who])[who] or _("the system"),
        "what": label_of(step.verb) or Issue.State(step.after).label,
        "when": step.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "state": issue.get_state_display(),
    }
    return (
        _(
            "%(who)s was first: “%(what)s” on %(when)s; the matter is now “%(state)s”."
            " Look at it again; what you typed is kept."
        )
        % words
    )


def _refused_to(move: Move) -> str:
    names = "、".join(str(CAST[one]) for one in move.who)
    return _("“%(what)s” is for: %(who)s.") % {"what": move.label, "who": names}
