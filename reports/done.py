"""Indicators of contacts, deeds, activities, cards, ratings and tasks; never by staff member."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from casework.models import Contact, Deed, Rating, TaskStep
from reports.measures import Indicator, Where

Mode, Answer = Contact.Mode, Rating.Answer
#: The column of a rating that holds the answer.
FIELD = "answer"
#: Mode, its Chinese and English words, what a household reached so is called on forms.
MODES = (
    (Mode.VISIT, "走访", "visits", "现场走访"),
    (Mode.PHONE, "电话", "phone calls", "电话联系"),
    (Mode.WECHAT, "微信", "by WeChat", "微信联系"),
    (Mode.CAME, "群众上门", "residents who came", "群众上门联系"),
    (Mode.ENTRUSTED, "委托他人", "through somebody else", "委托联系"),
)
ENDED = (TaskStep.Verb.CLOSED, TaskStep.Verb.WITHDRAWN)
BY_TASK = ("任务只对交办人和承办人打开", "a task opens to who handed it out and who holds it")


def _reached(mode: str = "") -> Where:
    def where(since: date, until: date) -> Q:
        kept = Q(reached=True, on__gte=since)
        return kept & Q(mode=mode) if mode else kept

    return where


def _count(key: str, source: str, name: str, name_en: str, definition: str, definition_en: str,
           unit: str, where: Where, **more: Any) -> Indicator:  # fmt: skip
    return Indicator(key, name, name_en, definition, definition_en, unit, source=source,
                     where=where, **more)  # fmt: skip


DONE: tuple[Indicator, ...] = (
    _count("contacts", "contacts", "联系次数", "contacts", "期内联系上的次数，各种方式",
           "reached in the period, by any way", "次", _reached()),
    *(
        _count(f"contacts_{mode}", "contacts", f"{zh}次数", f"contacts: {en}",
               f"期内以“{zh}”方式联系上的次数", f"reached in the period: {en}", "次",
               _reached(mode))
        for mode, zh, en, _form in MODES
    ),
    _count("contacts_tried", "contacts", "未联系上次数", "tried and not reached",
           "期内尝试而未联系上的次数", "tried in the period, not reached", "次",
           lambda s, u: Q(reached=False, on__gte=s)),
    _count("reached", "contacts", "联系户数", "households reached",
           "期内联系上的户，一户计一次", "reached in the period, each household once", "户",
           _reached(), by_household=True),
    *(
        _count(f"reached_{mode}", "contacts", form, f"households reached: {en}",
               f"期内以“{zh}”方式联系上的户，一户计一次", f"each household once: {en}", "户",
               _reached(mode), by_household=True)
        for mode, zh, en, form in MODES
    ),
    _count("deeds", "deeds", "办实事", "deeds done", "期内已发放的帮扶和已完成的项目",
           "help handed out and projects finished in the period", "件",
           lambda s, u: Q(state_on__in=Deed.DONE, on__gte=s),
           other_names=("办实事件数", "帮扶件数")),
    _count("deeds_amount", "deeds", "帮扶资金", "money of deeds", "办实事的金额之和",
           "amounts of the deeds done", "元",
           lambda s, u: Q(state_on__in=Deed.DONE, on__gte=s, amount__isnull=False),
           total="amount", decimals=2),
    _count("deeds_people", "deeds", "帮扶人数", "people of deeds", "办实事惠及的人数之和",
           "people of the deeds done", "人",
           lambda s, u: Q(state_on__in=Deed.DONE, on__gte=s, people__isnull=False),
           total="people"),
    _count("deeds_households", "deeds", "帮扶户数", "households of deeds",
           "办实事涉及的户，一户计一次", "households of the deeds done, each once", "户",
           lambda s, u: Q(state_on__in=Deed.DONE, on__gte=s, household__isnull=False),
           by_household=True),
    _count("deeds_on_the_way", "deeds", "在办帮扶", "deeds on the way",
           "申请中、已批准、计划中和在建的", "applied for, approved, planned, under way", "件",
           lambda s, u: ~Q(state_on__in=Deed.DONE), period="day"),
    _count("activities", "activities", "活动", "activities", "期内开展的活动记录",
           "activities of the period", "项", lambda s, u: Q(on__gte=s)),
    _count("activity_sessions", "activities", "活动场次", "sessions", "期内活动的场次之和",
           "sessions of the period", "场", lambda s, u: Q(on__gte=s), total="sessions"),
    _count("activity_people", "activities", "活动人次", "people at activities",
           "期内活动的参加人次之和", "people of the activities of the period", "人次",
           lambda s, u: Q(on__gte=s, people__isnull=False), total="people"),
    _count("cards", "cards", "发放联系卡", "contact cards handed over",
           "期内交到户的便民联系卡", "cards handed over in the period", "张",
           lambda s, u: Q(handed_on__gte=s)),
    _count("ratings", "ratings", "群众评价", "ratings", "期内群众对服务的评价",
           "ratings of the period", "条", lambda s, u: Q(on__gte=s), guarded=True),
    _count("ratings_content", "ratings", "群众评价满意", "ratings: satisfied in some degree",
           "其中满意和基本满意的", "of these, satisfied or basically", "条",
           lambda s, u: Q(on__gte=s) & ~Q(**{FIELD: Answer.DISSATISFIED}), guarded=True),
    Indicator("ratings_rate", "群众评价满意率", "ratings satisfied rate",
              "群众评价满意除以群众评价", "satisfied in some degree by ratings", "%", decimals=1,
              of=("ratings_content", "ratings"), guarded=True),
    _count("tasks_open", "tasks", "在办任务", "open tasks", "交办后未了结的任务",
           "handed out and not over", "项", lambda s, u: ~Q(last__in=ENDED), period="day",
           closed=BY_TASK),
    _count("tasks_overdue", "tasks", "超期任务", "overdue tasks", "已过答复日、未答复的任务",
           "not answered by the day set", "项",
           lambda s, u: Q(due_on__lt=u) & ~Q(last__in=(*ENDED, TaskStep.Verb.ANSWERED)),
           period="day", closed=BY_TASK),
)  # fmt: skip
