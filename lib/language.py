"""Words in the language shown: those the county sets itself, and months as an office says them."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib.months import NoMonths, month_runs, months_parse


def in_language(chinese: str, english: str) -> str:
    """The English words where English is shown and there are any, else the Chinese ones."""
    return english if english and (get_language() or "").startswith("en") else chinese


def months_said(months: Collection[int]) -> str:
    """As an office says it: 11月至次年4月, 6月至9月."""
    said = []
    for first, last in month_runs(months):
        given = {"first": first, "last": last}
        if first == last:
            said.append(_("month %(first)d") % given)
        elif first < last:
            said.append(_("months %(first)d to %(last)d") % given)
        else:
            said.append(_("months %(first)d to %(last)d of the next year") % given)
    return _(", ").join(said)


def months_read(text: str) -> list[int]:
    """Months as people write them, ascending; ValueError with a sentence."""
    try:
        return months_parse(text)
    except NoMonths as wrong:
        raise ValueError(
            _("Months run from 1 to 12.") if wrong.beyond
            else _("Write the months as 11-4 or as 4-5,10.")
        ) from wrong  # fmt: skip
