"""Names for new grids: the next number of the row their siblings stand in."""

from __future__ import annotations

import re
from collections.abc import Collection

DIGITS = "零一二三四五六七八九"
#: The number stands right before the noun, which ends the name: the number of a grid is none of
#: the units that are called after it.
NUMBERED = re.compile(
    r"^(?P<before>.*?第?\s*)(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})"
    r"(?P<after>\s*号?(?:网格|联户单元|单元|联户|组))$"
)
LONGEST = 80


def read_number(text: str) -> int | None:
    """A number from 1 to 99 in Chinese or Arabic figures; None for anything else."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    value = DIGITS.find(ones) if ones else 0
    if ten:
        value += 10 * (DIGITS.find(tens) if tens else 1)
    return value or None


def written(number: int, like: str) -> str:
    """A number in the figures of another one."""
    if like.isascii() or number > 99:
        return f"{number:0{len(like)}d}" if like.isascii() else str(number)
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")  # fmt: skip  # noqa: E501


def next_name(base: str, taken: Collection[str]) -> str:
    """A name for a new sibling of ``base`` that none of ``taken`` carries.

    第二网格 beside 第一网格; a name that stands in no row gets a number in brackets.
    """
    match = NUMBERED.match(base)
    number = read_number(match["number"]) if match else None
    if match and number:
        in_row = [NUMBERED.match(name) for name in taken]
        used = {
            read_number(other["number"]) or 0
            for other in in_row
            if other and (other["before"], other["after"]) == (match["before"], match["after"])
        }
        after = max(used | {number}) + 1
        return f"{match['before']}{written(after, match['number'])}{match['after']}"[:LONGEST]
    stem = re.sub(r"（\d+）$", "", base)[: LONGEST - 5]
    count = 2
    while f"{stem}（{count}）" in taken:
        count += 1
    return f"{stem}（{count}）"
