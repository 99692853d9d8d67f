"""The clocks of matters: working days by the table of holidays, urgent ones by the hour.

The resident's runs from registration and never stops. The department's runs from the day the
matter was given out, and stands while it is set aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from casework.models import Holiday, Issue, IssueLimit
from casework.models.issues import is_past
from lib.clock import SHANGHAI, now
from lib.workdays import add_working_days, working_days_between

#: Working days to answer a resident where the county has set no other (``IssueLimit``).
LIMITS = {"consult": 1, "help": 5, "complaint": 5, "suggestion": 10, "dispute": 10}
#: An urgent matter is answered within these, by the clock.
URGENT = timedelta(hours=24)
#: The last part of a limit in which it warns; of a short one, its last working day.
LAST_PART = 5
#: Holidays and make-up working days.
Days = tuple[set[date], set[date]]


def days_since(since: date) -> Days:
    """Holidays and make-up working days after a day."""
    rows = list(Holiday.objects.filter(on__gt=since).values_list("on", "working"))
    return {on for on, working in rows if not working}, {on for on, working in rows if working}


def days_of(issues: Iterable[Issue]) -> Days:
    """Holidays and make-up days that the clocks of a list of matters need, asked once."""
    return days_since(min((issue.registered_on for issue in issues), default=date.max))


def working_days_after(on: date, days: int) -> date:
    """The day so many working days after ``on``."""
    return add_working_days(on, days, *days_since(on))


def working_days_since(since: date, until: date) -> int:
    """Working days after ``since`` up to and including ``until``."""
    return working_days_between(since, until, *days_since(since))


def days_for(kind: str) -> int:
    """Working days there are to answer a kind of matter."""
    days = IssueLimit.objects.filter(kind=kind).values_list("days", flat=True).first()
    return LIMITS[kind] if days is None else days


def limit_for(kind: str, *, urgent: bool, on: date) -> date:
    """The last day to answer a matter registered on a day; of an urgent one the next day."""
    return on + timedelta(days=1) if urgent else working_days_after(on, days_for(kind))


def urgent_limit(on: date) -> datetime:
    """24 hours from now, or, of what is entered later than its day, from that day's end."""
    present = now()
    began = present if on >= present.date() else datetime.combine(on, time.max, tzinfo=SHANGHAI)
    return began + URGENT


@dataclass(frozen=True)
class Clock:
    """How much of a limit is left.

    ``state``: ``running``, ``soon`` (last fifth, or last working day), ``late``, ``standing``
    (set aside) or ``over`` (finished). ``left``: working days still to come, of an urgent matter
    hours; where late, days or hours past the limit.
    """

    state: str
    left: int
    by_hour: bool
    limit_on: date | None
    limit_at: datetime | None


def _clock(
    began: date, limit_on: date, limit_at: datetime | None, at: datetime, days: Days
) -> Clock:  # fmt: skip
    if limit_at is not None:
        hours = int(abs((limit_at - at).total_seconds()) // 3600)
        late = limit_at < at
        soon = not late and limit_at - at <= URGENT / LAST_PART
        return Clock(
            "late" if late else "soon" if soon else "running", hours, True, limit_on, limit_at
        )
    on = at.date()
    if is_past(limit_on, None, at):
        return Clock("late", working_days_between(limit_on, on, *days) or 1, False, limit_on, None)
    left = working_days_between(on, limit_on, *days)
    whole = working_days_between(began, limit_on, *days)
    soon = left <= 1 or left * LAST_PART <= whole
    return Clock("soon" if soon else "running", left, False, limit_on, None)


def resident_clock(issue: Issue, at: datetime, days: Days | None = None) -> Clock:
    """The resident's clock: it never stops before the matter is finished.

    ``days`` are those since its beginning or longer, of a list asked for once (``days_of``).
    """
    if not issue.is_open:
        return Clock("over", 0, False, issue.limit_on, issue.limit_at)
    began = issue.registered_on
    return _clock(began, issue.limit_on, issue.limit_at, at, days or days_since(began))


def department_clock(issue: Issue, at: datetime, days: Days | None = None) -> Clock | None:
    """The department's clock; None where no department has the matter. ``days`` as above."""
    if issue.department_id is None or issue.dispatched_on is None:
        return None
    if issue.state == Issue.State.SHELVED:
        left = issue.department_days_left or 0
        return Clock("standing", max(left, 0), False, None, None)
    if issue.state not in Issue.WITH_DEPARTMENT or issue.department_limit_on is None:
        return Clock("over", 0, False, issue.department_limit_on, issue.department_limit_at)
    began = issue.dispatched_on
    return _clock(
        began, issue.department_limit_on, issue.department_limit_at, at, days or days_since(began)
    )  # fmt: skip


def department_start(issue: Issue, on: date, until: date | None = None) -> None:
    """Start the department's clock anew, as a matter is given out."""
    issue.dispatched_on = on
    issue.department_limit_on = until or limit_for(issue.kind, urgent=issue.urgent, on=on)
    issue.department_limit_at = urgent_limit(on) if issue.urgent and until is None else None
    issue.department_days_left = issue.department_time_left = None
    issue.extended = False


def department_clear(issue: Issue) -> None:
    """No department has it any more."""
    issue.dispatched_on = issue.department_limit_on = issue.department_limit_at = None
    issue.department_days_left = issue.department_time_left = None


def department_stop(issue: Issue, on: date) -> None:
    """Stand still: keep what was left, less than nothing where it was late."""
    limit = issue.department_limit_on
    if limit is None:
        return
    past = limit < on
    days = working_days_since(limit, on) if past else working_days_since(on, limit)
    issue.department_days_left = -max(days, 1) if past else days
    if issue.department_limit_at is not None:
        issue.department_time_left = issue.department_limit_at - now()


def department_resume(issue: Issue, on: date) -> None:
    """Run on from where it stood; what was late stays late."""
    left = issue.department_days_left
    if left is None:
        return
    if left >= 0:
        issue.department_limit_on = working_days_after(on, left)
    if issue.department_time_left is not None:
        issue.department_limit_at = now() + issue.department_time_left
        issue.department_limit_on = issue.department_limit_at.astimezone(SHANGHAI).date()
    issue.department_days_left = issue.department_time_left = None


def department_extend(issue: Issue, days: int) -> None:
    """More working days; an urgent matter's moment moves with its day."""
    if issue.department_limit_on is None:
        return
    before = issue.department_limit_on
    issue.department_limit_on = working_days_after(before, days)
    if issue.department_limit_at is not None:
        issue.department_limit_at += issue.department_limit_on - before
    issue.extended = True
