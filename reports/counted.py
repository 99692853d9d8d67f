"""Indicators of coverage: columns of the one count (``casework/sql/coverage.sql``)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from reports.measures import Indicator

REASONS = {
    "no_grid": ("未归网格", "in no grid"),
    "handover": ("交接待接收", "handover not yet accepted"),
    "left": ("原联系人离岗", "contact left the post"),
    "vacant": ("无人在岗", "nobody in post"),
    "full": ("在岗人员均已满额", "everybody at their limit"),
    "new": ("新登记", "newly registered"),
    "unassigned": ("有余额未指定", "room left, nobody named"),
}
#: Numbers of needs open by a look at needs with its reason, never by an address.
LOOK = ("带需求的名单须说明理由后查看", "a list by needs is opened with a reason")
NO_LIST = ("没有对应的名单", "there is no list of it")


def _day(key: str, name: str, name_en: str, definition: str, definition_en: str,
         **more: Any) -> Indicator:  # fmt: skip
    more.setdefault("unit", "户")
    more.setdefault("column", key)
    return Indicator(key, name, name_en, definition, definition_en, period="day", **more)


def _rate(key: str, name: str, name_en: str, numerator: str, words: str, words_en: str,
          p_class: str = "P0") -> Indicator:  # fmt: skip
    return Indicator(
        key, name, name_en, words, words_en, "%", decimals=1, period="day", p_class=p_class,
        of=(numerator, "in_scope"),
    )  # fmt: skip


COVERAGE: tuple[Indicator, ...] = (
    _day("gap", "应联未联", "without contact", "应联户中没有有效结对的户",
         "households in scope without a link in force", column="", less=("in_scope", "linked"),
         source="households", where=lambda s, u: ~Q(gap_reason="")),
    *(
        _day(f"gap_{reason}", f"应联未联·{zh}", f"without contact: {en}",
             f"应联未联户中，原因为“{zh}”的", f"of these, for the reason: {en}",
             source="households", where=(lambda r: lambda s, u: Q(gap_reason=r))(reason))
        for reason, (zh, en) in REASONS.items()
    ),
    _day("households", "户数", "households", "当日在册的户", "open on the day",
         source="households", where=lambda s, u: Q()),
    _day("excluded", "不计入", "not counted", "经批准不计入应联的户",
         "out of scope by an approved reason",
         source="households", where=lambda s, u: Q(out=True)),
    _day("in_scope", "应联户", "in scope", "户数减去不计入", "households less those not counted",
         column="", less=("households", "excluded"),
         source="households", where=lambda s, u: Q(out=False)),
    _day("linked", "已联户", "linked", "应联户中有有效结对的户", "in scope with a link in force",
         source="households", where=lambda s, u: Q(out=False, gap_reason=""),
         other_names=("结对户数", "结对群众")),
    _rate("linked_rate", "联户率", "linked rate", "linked", "已联户除以应联户",
          "linked by in scope"),
    _day("party_linked", "党员联户", "linked to a party member", "已联户中联系人为党员的",
         "of the linked, by a party member",
         source="households", where=lambda s, u: Q(out=False, with_party=True)),
    _rate("party_linked_rate", "党员联户率", "party linked rate", "party_linked",
          "党员联户除以应联户", "linked to a party member by in scope"),
    _day("party_met", "见党员户", "met by a party member",
         "近12个月内有党员当面见到的应联户（走访或群众上门）",
         "in scope, met face to face by a party member within 12 months",
         source="households", where=lambda s, u: Q(out=False, party_saw=True)),
    _rate("party_met_rate", "见党员率", "party met rate", "party_met", "见党员户除以应联户",
          "met by a party member by in scope"),
    _day("absent", "常年外出", "away all year", "应联户中常年外出的", "in scope, away all year",
         source="households", where=lambda s, u: Q(out=False, residence="away")),
    _day("reviewed", "一年内摸排", "reviewed within a year", "近12个月内摸排过的应联户",
         "in scope, reviewed within 12 months", closed=NO_LIST),
    _rate("reviewed_rate", "摸排率", "reviewed rate", "reviewed", "一年内摸排除以应联户",
          "reviewed by in scope"),
    _day("with_phone", "有电话", "with phone", "登记了电话的应联户", "in scope with a phone",
         source="households", where=lambda s, u: Q(out=False, phone_sealed__isnull=False)),
    _rate("phone_rate", "有电话率", "with phone rate", "with_phone", "有电话除以应联户",
          "with phone by in scope"),
    _day("unlocated", "未定位", "not located", "没有位置的应联户", "in scope without a location",
         source="households", where=lambda s, u: Q(out=False, location__isnull=True)),
    _day("outside", "网格外", "outside its grid", "位置不在所属网格内的应联户",
         "in scope, located outside the grid it is filed under",
         source="households", where=lambda s, u: Q(out=False, outside=True)),
    _day("zhongdian", "重点关爱户", "most need", "有重点需求的应联户", "with a key need in force",
         p_class="P3", other_names=("重点户",), closed=LOOK),
    _day("guanzhu", "关注户", "some need", "有其他定期联系需求的应联户",
         "with another need that has a cadence", p_class="P3", closed=LOOK),
    _day("fangxin", "暂无需求户", "no need", "其余应联户", "all others in scope", p_class="P3",
         other_names=("放心户",), closed=LOOK),
    _day("gap_zhongdian", "重点未联", "most need without contact", "应联未联户中的重点关爱户",
         "of those without contact, with most need", p_class="P3", closed=LOOK),
    _day("linked_zhongdian", "结对重点户", "most need, linked", "重点关爱户减去重点未联",
         "with most need and linked", column="", less=("zhongdian", "gap_zhongdian"),
         p_class="P3", other_names=("结对联系重点户",), closed=LOOK),
    _day("overdue", "逾期未联系", "overdue", "应联系日已过、未联系上的户",
         "the day by which to reach them has passed", p_class="P3", closed=LOOK),
    _day("overdue_zhongdian", "重点逾期未联系", "most need, overdue", "其中的重点关爱户",
         "of these, with most need", p_class="P3", closed=LOOK),
    Indicator("visit_due", "应月探访户", "to be visited monthly",
              "有每月或每周联系需求的应联户", "in scope with a weekly or monthly need", "户",
              p_class="P3", column="visit_due", closed=LOOK),
    Indicator("visit_done", "已月探访户", "visited in the period", "其中期内联系上的",
              "of these, reached in the period", "户", p_class="P3", column="visit_done",
              closed=LOOK),
    Indicator("visit_rate", "月探访率", "monthly visit rate", "已月探访户除以应月探访户",
              "reached by those to be visited", "%", decimals=1, p_class="P3",
              of=("visit_done", "visit_due")),
    _day("required_posts", "应设岗位", "required posts", "区域应设的岗位数", "posts that must be",
         unit="个", closed=NO_LIST),
    _day("vacancies", "岗位空缺", "vacant posts", "应设而无人的岗位", "required, without a holder",
         unit="个", listed=("posts", {"filter": "vacant"})),
    _day("overloaded", "超额", "over their limit", "结对户数超过上限的人", "people with more links"
         " than they may have", unit="人", p_class="P1",
         listed=("people", {"filter": "overloaded"})),
)  # fmt: skip
