"""Indicators of posts and areas: who is there to turn to, and by what they were chosen."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from grids.models import Area, Post, Role
from reports.measures import Indicator

Background = Post.Background
BACKGROUNDS = (
    (Background.MEMBER, "无职党员", "party members without office"),
    (Background.REPRESENTATIVE, "村民代表", "villagers' representatives"),
    (Background.ACTIVIST, "积极分子", "activists"),
    (Background.RESERVE, "后备干部", "reserve cadres"),
    (Background.TALENT, "乡土人才", "local talents"),
    (Background.CAPABLE, "屯不错", "respected neighbours"),
    (Background.GROWER, "种养大户", "large growers"),
)


def _held(key: str, name: str, name_en: str, definition: str, definition_en: str,
          condition: Q, **more: Any) -> Indicator:  # fmt: skip
    return Indicator(key, name, name_en, definition, definition_en, "名", p_class="P1",
                     period="day", source="posts",
                     where=lambda since, until: condition, **more)  # fmt: skip


POSTS: tuple[Indicator, ...] = (
    Indicator("units", "联户单元", "mutual help units", "当日在册的联户单元",
              "units in force on the day", "个", period="day", source="areas",
              where=lambda since, until: Q(level=Area.Level.UNIT)),
    _held("heads", "联户长", "unit heads", "当日在岗的联户长", "held on the day",
          Q(role="unit_head")),
    *(
        _held(f"heads_{key}", f"联户长·{zh}", f"unit heads: {en}", f"其中来源为“{zh}”的",
              f"of these, {en}", Q(role="unit_head", background=key))
        for key, zh, en in BACKGROUNDS
    ),
    _held("cadres", "结对干部", "linking cadres", "当日在岗的包联干部", "held on the day",
          Q(role="cadre"), other_names=("包联干部",)),
    _held("party_cadres", "结对联系党员干部", "linking cadres, party members",
          "当日在岗的包联干部中的党员", "of these, party members",
          Q(role="cadre", person__party_member=True)),
    _held("linkers", "可结对人员岗位", "posts that may link", "当日在岗、可以结对的岗位",
          "held on the day, of a role that may link", Q(role__may_link=True)),
    _held("handlers", "网格和村级岗位", "grid and village posts", "当日在岗的网格、村级岗位",
          "held on the day in grids and villages",
          Q(role__kind__in=(Role.Kind.WORKER, Role.Kind.VILLAGE_LEAD, Role.Kind.HEAD))),
)  # fmt: skip
