"""Indicators of matters. Periods are closed: both days are in them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from casework.models import Issue
from reports.measures import Indicator, Where
from reports.sources import overdue

State, Answer = Issue.State, Issue.Answer
MERGED = Q(state_on=State.MERGED) | Q(state_on=State.DECLINED)


def _taken(since: date, until: date) -> Q:
    """Accepted in the period and neither merged nor declined since."""
    return Q(taken_on__gte=since, taken_on__lte=until) & ~MERGED


def _closed(since: date, until: date) -> Q:
    return Q(state_on=State.CLOSED, done_on__gte=since)


def _answered(*answers: str) -> Where:
    return lambda since, until: _closed(since, until) & Q(answer__in=answers)


def _issue(key: str, name: str, name_en: str, definition: str, definition_en: str,
           where: Where, **more: Any) -> Indicator:  # fmt: skip
    return Indicator(key, name, name_en, definition, definition_en, "件", source="issues",
                     where=where, **more)  # fmt: skip


def _source(source: str, *, closed: bool = False) -> Where:
    def where(since: date, until: date) -> Q:
        if closed:
            return _closed(since, until) & Q(source=source)
        return Q(source=source, registered_on__gte=since) & ~Q(state_on=State.MERGED)

    return where


MATTERS: tuple[Indicator, ...] = (
    _issue("issues_registered", "登记诉求", "matters registered", "期内登记的诉求",
           "registered in the period", lambda s, u: Q(registered_on__gte=s)),
    _issue("issues_accepted", "受理诉求", "matters accepted",
           "期内受理的诉求；并入别件的和不予受理的不计",
           "accepted in the period; merged and declined ones out", _taken,
           other_names=("受理", "受理件数")),
    _issue("issues_accepted_closed", "受理诉求已办结", "accepted and closed",
           "期内受理的诉求中，截至统计日已销号的", "of those accepted in the period, closed as of"
           " the day", lambda s, u: _taken(s, u) & Q(state_on=State.CLOSED)),
    _issue("issues_accepted_resolved", "受理诉求办结待核", "accepted, resolved and to be checked",
           "期内受理的诉求中，截至统计日办结待核和回访中的，不算办结",
           "of those accepted in the period, resolved but not yet confirmed",
           lambda s, u: _taken(s, u) & Q(state_on__in=(State.RESOLVED, State.FOLLOW_UP))),
    Indicator("close_rate", "办结率", "closing rate", "受理诉求已办结除以受理诉求",
              "accepted and closed by accepted", "%", decimals=1,
              of=("issues_accepted_closed", "issues_accepted")),
    _issue("issues_closed", "办结诉求", "matters closed", "期内销号、截至统计日仍为销号的诉求",
           "closed in the period and still closed as of the day", _closed,
           other_names=("办结", "办结件数", "销号")),
    _issue("issues_on_spot", "就地办结", "solved on the spot", "办结诉求中当场办结的",
           "of those closed, solved on the spot",
           lambda s, u: _closed(s, u) & Q(on_spot=True)),
    _issue("issues_open", "未结诉求", "open matters",
           "已登记，未销号、未不予受理、未并入别件；含挂账",
           "registered and not finished; shelved included",
           lambda s, u: ~Q(state_on__in=Issue.FINISHED), period="day"),
    _issue("issues_overdue", "超期诉求", "overdue matters", "未结且已过答复期限",
           "open past the resident's limit", lambda s, u: overdue(u), period="day",
           other_names=("逾期诉求", "逾期")),
    _issue("issues_unassigned", "未派单诉求", "not given to a department",
           "未结诉求中没有主办部门的", "open, without a leading department",
           lambda s, u: ~Q(state_on__in=Issue.FINISHED) & Q(department__isnull=True),
           period="day"),
    _issue("issues_unassigned_overdue", "未派单超期诉求", "not given out, overdue",
           "其中已过答复期限的", "of these, past the resident's limit",
           lambda s, u: overdue(u) & Q(department__isnull=True), period="day"),
    _issue("issues_shelved", "挂账诉求", "shelved matters", "经领导同意挂账，仍计为未结",
           "set aside by a leader; stays open", lambda s, u: Q(state_on=State.SHELVED),
           period="day", other_names=("挂账",)),
    _issue("issues_resolved", "办结待核诉求", "resolved, to be checked",
           "已办理、等待回访核实的诉求", "resolved and waiting to be confirmed",
           lambda s, u: Q(state_on__in=(State.RESOLVED, State.FOLLOW_UP)), period="day",
           other_names=("办结待核",)),
    _issue("issues_reopened", "重办诉求", "reopened matters", "回访不满意、正在重办的诉求",
           "not satisfied, being worked on again",
           lambda s, u: Q(state_on=State.REOPENED), period="day"),
    _issue("issues_declined", "不予受理", "declined", "期内不予受理的诉求",
           "declined in the period", lambda s, u: Q(state_on=State.DECLINED, done_on__gte=s)),
    _issue("issues_repeats", "重复诉求", "repeats", "期内登记、已并入同一件的诉求",
           "registered in the period and merged into another",
           lambda s, u: Q(state_on=State.MERGED, registered_on__gte=s)),
    _issue("issues_satisfied", "满意", "satisfied", "办结诉求中回访满意的", "of those closed,"
           " satisfied", _answered(Answer.SATISFIED)),
    _issue("issues_basically", "基本满意", "basically satisfied", "办结诉求中回访基本满意的",
           "of those closed, basically satisfied", _answered(Answer.BASICALLY)),
    _issue("issues_dissatisfied", "不满意", "dissatisfied", "办结诉求中回访不满意的",
           "of those closed, dissatisfied", _answered(Answer.DISSATISFIED)),
    _issue("issues_unreached", "回访未联系上", "could not be reached",
           "办结诉求中三次回访未联系上的，不计入满意率",
           "of those closed, not reached; not part of the rate", _answered(Answer.UNREACHED)),
    _issue("issues_content", "满意和基本满意", "satisfied in some degree", "满意与基本满意之和",
           "satisfied and basically satisfied",
           _answered(Answer.SATISFIED, Answer.BASICALLY)),
    _issue("issues_answered", "有效回访", "answered", "满意、基本满意、不满意之和",
           "the three answers",
           _answered(Answer.SATISFIED, Answer.BASICALLY, Answer.DISSATISFIED)),
    Indicator("satisfaction_rate", "满意率", "satisfaction rate", "满意和基本满意除以有效回访",
              "satisfied in some degree by answered", "%", decimals=1,
              of=("issues_content", "issues_answered")),
    _issue("hotline", "12345热线工单", "hotline orders", "期内登记的12345热线工单",
           "registered in the period from the hotline", _source(Issue.Source.HOTLINE)),
    _issue("hotline_closed", "12345热线工单化解", "hotline orders closed",
           "期内销号的12345热线工单", "of the hotline, closed in the period",
           _source(Issue.Source.HOTLINE, closed=True)),
    _issue("disputes", "纠纷", "disputes", "期内登记的纠纷", "disputes registered in the period",
           lambda s, u: Q(kind=Issue.Kind.DISPUTE, registered_on__gte=s)
           & ~Q(state_on=State.MERGED)),
    _issue("disputes_closed", "纠纷化解", "disputes settled", "期内销号的纠纷",
           "disputes closed in the period",
           lambda s, u: _closed(s, u) & Q(kind=Issue.Kind.DISPUTE)),
)  # fmt: skip
