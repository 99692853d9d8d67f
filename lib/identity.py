"""National ID numbers: recognised so that they never leave the reader."""

import re

from django.utils.translation import gettext as _

from lib.errors import Refusal
from lib.values import Cell, text

MASK = "（已隐去）"
_ID = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def holds_id_number(cell: Cell, *, checked: bool = False) -> bool:
    """Whether a cell holds what looks like an 18-digit national ID number.

    checked: only with a right check digit, for columns whose own numbers may be as long.
    """
    if isinstance(cell, float):
        if not 1e17 <= cell < 1e18:
            return False
        value = str(int(cell))
    elif isinstance(cell, str):
        if len(cell) < 18:
            return False
        value = text(cell)
    else:
        return False
    found = _ID.search(re.sub(r"(?<=\d)[ \-](?=[\dXx])", "", value))
    if not found:
        return False
    if not checked:
        return True
    digits = found[0]
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[17].upper()


def no_id_number(text: str, *, field: str) -> str:
    """The text without spaces around it; Refusal at ``field`` where it holds an ID number."""
    if holds_id_number(text):
        raise Refusal(
            _("This looks like an ID number; it is never stored here. Leave it out."), field=field
        )
    return text.strip()
