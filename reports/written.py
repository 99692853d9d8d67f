"""The registry as a page of the documents."""

from __future__ import annotations

from reports.indicators import STATIC
from reports.measures import Indicator

HEAD = """# Indicators 指标

Written from the registry by `manage.py indicators`; change `reports/`, not this page. What the
counts of coverage mean in detail is in [definitions.md](definitions.md).

A period holds both its days. A rate with nothing to divide by is blank. Of class P3, counts from
1 to 4 are withheld from those who see counts only, and ratings of 1 to 4 from everybody; P1 and P0
are shown to whoever sees the counts of the area. Each campaign adds three (its name, `…办结`,
`…办结率` with its own decimals) and each kind of activity two (`…场次`, `…人次`). Nothing is
counted by staff member.

| 指标 | key | unit | decimals | class | as of | 口径 | definition | from |
|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_line(one) for one in STATIC.values())


def _line(one: Indicator) -> str:
    names = "、".join((one.name, *one.other_names))
    cells = (
        names, f"`{one.key}`", one.unit, str(one.decimals), one.p_class,
        "day" if one.period == "day" else "period", one.definition, one.definition_en, _from(one),
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |\n"


def _from(one: Indicator) -> str:
    if one.of is not None:
        return f"`{one.of[0]}` / `{one.of[1]}`"
    if one.less is not None:
        return f"`{one.less[0]}` − `{one.less[1]}`"
    return "coverage" if one.column else one.source
