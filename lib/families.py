"""One row per family member folded into one row per household; members are not kept."""

import re

from django.utils.translation import gettext as _

from lib.tabular import Problem, Table
from lib.values import text

_HEAD = frozenset({"户主", "本人", "户主本人", "本人户主", "户主(本人)", "01", "02"})


def fold_members(
    table: Table, *, relation: str = "relation", serial: str = "serial", size: str = "size"
) -> list[Problem]:
    """Keep the row of each 户主 and set its size to the number of its rows where it is empty.

    Rows belong together by 户编号 where the row has one, else from one 户主 to the next within a
    sheet. The relation column is dropped. Returns what does not fit: members before any 户主, two
    户主 in one household, a stated size that differs (warning). A table without relations stays.
    """
    if relation not in table.columns or not any(map(text, table.columns[relation])):
        table.columns.pop(relation, None)
        return []
    problems: list[Problem] = []
    households: dict[tuple[str, str], list[int]] = {}
    relations = [re.sub(r"\s", "", text(cell)) for cell in table.columns[relation]]
    serials = [text(cell) for cell in table.cells(serial)]
    group: tuple[str, str] = ("", "")
    for i, word in enumerate(relations):
        sheet = table.sheet[i]
        if serials[i]:
            group = ("#", serials[i])
        elif _is_head(word) or not word or group[0] not in ("#", sheet):
            group = (sheet, str(table.row[i]))
        households.setdefault(group, []).append(i)
    kept: list[int] = []
    counts: list[int] = []
    for members in households.values():
        heads = [i for i in members if _is_head(relations[i]) or not relations[i]]
        if not heads:
            message = _("No row of this household says 户主 or 本人.")
            problems.append(table.problem(members[0], relation, message))
            continue
        for extra in heads[1:]:
            message = _("This household already has a 户主 in row %d.") % table.row[heads[0]]
            problems.append(table.problem(extra, relation, message))
        kept.append(heads[0])
        counts.append(len(members))
    sizes = table.columns.setdefault(size, [""] * len(table))
    for i, count in zip(kept, counts, strict=True):
        stated = text(sizes[i])
        if not stated:
            sizes[i] = count
        elif stated != str(count) and count > 1:
            message = _("The sheet lists %d people of this household; the stated number is kept.")
            problems.append(table.problem(i, size, message % count, "warning"))
    table.keep(sorted(kept))
    del table.columns[relation]
    return problems


def _is_head(word: str) -> bool:
    return word in _HEAD or word.startswith("户主")
