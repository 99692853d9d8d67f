"""What each transition changes beside the state, and what it refuses of the words given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from casework import clocks
from casework.cast import (
    departments_for,
    lower_levels,
    next_higher,
    resolved_step,
    waiting,
)
from casework.models import Issue, IssueCall, IssueHelper, IssueRequest, IssueStep
from casework.ratings import rating_of_call
from casework.states import MOST_DAYS, TABLE, TRIES
from grids.models import Area, Organisation
from grids.scope import scope_of
from lib.errors import Refusal
from lib.identity import no_id_number

State, Kind, Answer = Issue.State, IssueRequest.Kind, Issue.Answer


#: Of IssueStep.note.
NOTE_LENGTH = 400


@dataclass
class Given:
    """What somebody gave with a transition; a service checks it here."""

    on: date
    by: User | None
    note: str = ""
    result: str = ""
    answer: str = ""
    turn_to: str = ""
    organisation: Organisation | None = None
    helpers: list[Organisation] = field(default_factory=list)
    until: date | None = None
    days: int | None = None
    into: Issue | None = None
    down_to: Area | None = None


Effect = Callable[[Issue, Given], str | None]
EFFECTS: dict[str, Effect] = {}


def effect(verb: str) -> Callable[[Effect], Effect]:
    """Mark the effect of a transition; what it returns is the state, None for the table's."""

    def mark(function: Effect) -> Effect:
        EFFECTS[verb] = function
        return function

    return mark


@effect("accept")
def _accept(issue: Issue, given: Given) -> str | None:
    issue.accepted_on = issue.accepted_on or given.on
    return None


@effect("dispatch")
def _dispatch(issue: Issue, given: Given) -> str | None:
    offered = set(departments_for(issue.path))
    if given.organisation not in offered:
        raise Refusal(_("Choose a department of this place."), field="organisation")
    if given.until is not None and given.until < given.on:
        raise Refusal(_("Choose a day from today on."), field="until")
    for helper in given.helpers:
        if helper not in offered:
            raise Refusal(_("Choose helpers among the departments of this place."), field="helpers")
        if helper == given.organisation:
            raise Refusal(_("The leading department does not help itself."), field="helpers")
        IssueHelper.objects.get_or_create(
            issue=issue, organisation=helper, defaults={"asked_on": given.on}
        )
    issue.helpers.filter(organisation=given.organisation).delete()  # type: ignore[attr-defined]
    _lapse(issue, given.on)
    issue.department = given.organisation
    clocks.department_start(issue, given.on, given.until)
    return None


@effect("hand_on")
def _hand_on(issue: Issue, given: Given) -> str | None:
    office = given.organisation
    if office is None or office.parent_id != issue.department_id:
        raise Refusal(_("Choose one of the department's own offices."), field="organisation")
    issue.department = office
    return None


@effect("return")
def _return(issue: Issue, given: Given) -> str | None:
    _lapse(issue, given.on)
    given.organisation = issue.department
    issue.department = None
    clocks.department_clear(issue)
    return None


def _resolved(issue: Issue, given: Given) -> None:
    if given.result not in Issue.Result.values:
        raise Refusal(_("Choose how it was resolved."), field="result")
    _lapse(issue, given.on)
    issue.result = given.result


@effect("resolve")
def _resolve(issue: Issue, given: Given) -> str | None:
    _resolved(issue, given)
    issue.on_spot = False
    return None


@effect("settle")
def _settle(issue: Issue, given: Given) -> str | None:
    _resolved(issue, given)
    issue.accepted_on = issue.accepted_on or given.on
    issue.on_spot = True
    return None


@effect("call")
def _call(issue: Issue, given: Given) -> str | None:
    if given.answer not in Answer.values:
        raise Refusal(_("Choose what the household said."), field="answer")
    if given.by is None:
        raise TypeError("a call-back is made by somebody")
    if given.answer == Answer.DISSATISFIED and not given.note:
        raise Refusal(_("Write in a sentence what is still wrong."), field="note")
    IssueCall.objects.create(
        issue=issue, on=given.on, by=given.by, answer=given.answer, note=given.note
    )
    rating_of_call(issue=issue, answer=given.answer, on=given.on)
    after = dict(TABLE["call"].by_answer)[Answer(given.answer)]
    if given.answer == Answer.UNREACHED and days_tried(issue) < TRIES:
        return after
    issue.answer = given.answer
    return after if given.answer != Answer.UNREACHED else State.CLOSED


def days_tried(issue: Issue) -> int:
    """On how many days somebody called in vain since it was last resolved."""
    step = resolved_step(issue)
    calls = issue.calls.filter(answer=Answer.UNREACHED)  # type: ignore[attr-defined]
    if step is not None:
        calls = calls.filter(at__gte=step.at)
    return calls.values("on").distinct().count()


@effect("reopen")
def _reopen(issue: Issue, given: Given) -> str | None:
    # Declined or merged before anybody accepted it: whoever reopens it takes it up.
    issue.accepted_on = issue.accepted_on or given.on
    issue.answer = issue.result = ""
    issue.merged_into = None
    issue.on_spot = False
    return None


def _whole(said: str, given: Given) -> str:
    """What is written with a note around it: refused where it does not fit, never cut off."""
    over = len(said) - NOTE_LENGTH
    if over > 0:
        most = len(given.note) - over
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": most}, field="note")
    return said


@effect("decline")
def _decline(issue: Issue, given: Given) -> str | None:
    where = no_id_number(given.turn_to, field="turn_to")
    given.note = _whole(
        _("%(reason)s Where to turn: %(where)s") % {"reason": given.note, "where": where}, given
    )
    return None


@effect("merge")
def _merge(issue: Issue, given: Given) -> str | None:
    into = given.into
    if into is None or into.pk == issue.pk:
        raise Refusal(_("Choose the matter this one repeats."), field="into")
    if into.state in (State.MERGED, State.DECLINED):
        raise Refusal(_("That matter was merged or declined; choose another."), field="into")
    if given.by is not None and not scope_of(given.by).manages(into.path):
        raise Refusal(_("Choose the matter this one repeats."), field="into")
    issue.merged_into = into
    Issue.objects.filter(merged_into=issue.pk).update(merged_into=into)
    Issue.objects.filter(pk=into.pk).update(version=F("version") + 1)
    IssueStep.objects.create(
        issue=into, on=given.on, verb="repeat", before=into.state, after=into.state, by=given.by,
        # The words of a household are not for those who read a matter that is not its own.
        note=issue.title if issue.household_id in (None, into.household_id) else "",
    )  # fmt: skip
    return None


@effect("pass_up")
def _pass_up(issue: Issue, given: Given) -> str | None:
    issue.held_by = next_higher(issue, on=given.on)
    return None


@effect("hand_down")
def _hand_down(issue: Issue, given: Given) -> str | None:
    area = given.down_to
    if area is None or area not in lower_levels(issue, on=given.on):
        raise Refusal(_("Choose one of the levels below that can take it."), field="down_to")
    issue.held_by = area
    given.note = _whole(
        _("To %(place)s: %(reason)s") % {"place": area.name, "reason": given.note}, given
    )
    return None


@effect("supervise")
def _supervise(issue: Issue, given: Given) -> str | None:
    if given.until is None or given.until < given.on:
        raise Refusal(_("Choose a day from today on."), field="until")
    issue.supervised_until = given.until
    return None


@effect("report")
def _report(issue: Issue, given: Given) -> str | None:
    issue.supervised_until = None
    return None


@effect("contribute")
def _contribute(issue: Issue, given: Given) -> str | None:
    helping = issue.helpers.all()  # type: ignore[attr-defined]
    if given.by is not None:
        helping = helping.filter(organisation__in=scope_of(given.by).departments)
    helping.update(answered_on=given.on, note=given.note)
    return None


def _ask(issue: Issue, given: Given, kind: str) -> None:
    if given.by is None:
        raise TypeError("a request is made by somebody")
    IssueRequest.objects.create(
        issue=issue, kind=kind, days=given.days if kind == Kind.EXTEND else None,
        until=given.until if kind == Kind.SHELVE else None, reason=given.note,
        asked_by=given.by, asked_on=given.on,
    )  # fmt: skip


@effect("ask_extend")
def _ask_extend(issue: Issue, given: Given) -> str | None:
    if given.days is None or not 1 <= given.days <= MOST_DAYS:
        raise Refusal(_("Ask for 1 to %(n)d working days more.") % {"n": MOST_DAYS}, field="days")
    _ask(issue, given, Kind.EXTEND)
    return None


@effect("ask_shelve")
def _ask_shelve(issue: Issue, given: Given) -> str | None:
    if given.until is None or given.until <= given.on:
        raise Refusal(_("Choose the day to look at it again, after today."), field="until")
    _ask(issue, given, Kind.SHELVE)
    return None


def _answer(issue: Issue, given: Given, kind: str, granted: bool) -> IssueRequest:
    request = waiting(issue, kind)
    if request is None:
        raise Refusal(_("Nothing is waiting for an answer here."))
    request.granted, request.answered_by, request.answered_on = granted, given.by, given.on
    request.note = given.note
    request.save(update_fields=["granted", "answered_by", "answered_on", "note"])
    return request


@effect("extend")
def _extend(issue: Issue, given: Given) -> str | None:
    request = _answer(issue, given, Kind.EXTEND, True)
    clocks.department_extend(issue, request.days or 0)
    given.until = issue.department_limit_on
    return None


@effect("refuse_extension")
def _refuse_extension(issue: Issue, given: Given) -> str | None:
    _answer(issue, given, Kind.EXTEND, False)
    return None


@effect("shelve")
def _shelve(issue: Issue, given: Given) -> str | None:
    request = _answer(issue, given, Kind.SHELVE, True)
    if request.until is None or request.until <= given.on:
        raise Refusal(_("The day to look at it again has come; have it asked anew."))
    given.until = issue.review_on = request.until
    clocks.department_stop(issue, given.on)
    return None


@effect("refuse_shelving")
def _refuse_shelving(issue: Issue, given: Given) -> str | None:
    _answer(issue, given, Kind.SHELVE, False)
    return None


@effect("resume")
def _resume(issue: Issue, given: Given) -> str | None:
    issue.review_on = None
    clocks.department_resume(issue, given.on)
    step = issue.steps.filter(verb="shelve").last()  # type: ignore[attr-defined]
    return step.before if step else State.IN_PROGRESS


def _lapse(issue: Issue, on: date) -> None:
    """What was asked for is no longer needed once the matter has moved on."""
    issue.requests.filter(granted__isnull=True).update(  # type: ignore[attr-defined]
        granted=False, answered_on=on, note=_("no longer needed")
    )
