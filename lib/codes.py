"""Division codes: 6 digits county, 9 township, 12 village, 15 grid, 17 or 18 unit.

A code is held in its shortest form: 152223, 152223000 and 152223000000 are the same county.
"""

import re

from django.utils.translation import gettext as _

from lib.values import Cell, Clear, blank, text

LEVELS = ("county", "township", "village", "grid", "unit")
level_length: dict[str, tuple[int, ...]] = {
    "county": (6,),
    "township": (9,),
    "village": (12,),
    "grid": (15,),
    "unit": (17, 18),
}
_LEVEL_OF_LENGTH = {n: level for level, lengths in level_length.items() for n in lengths}
_PARENT_LENGTH = {"township": 6, "village": 9, "grid": 12, "unit": 15}
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d+)")
_PADDING = re.compile(r"[\s\-'’`]")
# A double keeps 15 digits; Excel turns every further one into 0.
_EXACT_BELOW = 10**15


def canonical(code: str) -> str:
    """The shortest form of a code: trailing zero groups of 9 and 12 digits go, 15 and more stay."""
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    return code


def level_of(code: str) -> str:
    """The level a code names; ValueError when it is no code."""
    code = canonical(code)
    level = _LEVEL_OF_LENGTH.get(len(code))
    if level is None or not (code.isascii() and code.isdigit()):
        raise ValueError(
            _("“%(code)s” is no division code: 6, 9, 12, 15, 17 or 18 digits are expected.")
            % {"code": code[:40]}
        )
    return level


def parent_code(code: str) -> str | None:
    """The code one level up, None for a county; ValueError when it is no code."""
    code = canonical(code)
    length = _PARENT_LENGTH.get(level_of(code))
    return None if length is None else code[:length]


def parse_code(cell: Cell) -> str | Clear | None:
    """The canonical code in a cell; None when empty, CLEAR for a dash.

    Accepts full-width digits, spaces and whole numbers up to 15 digits. Raises ValueError
    with a sentence when digits were lost in Excel or the length fits no level.
    """
    gone = blank(cell)
    if gone is not False:
        return gone
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if cell != int(cell) or cell < 0:
            raise ValueError(_("A division code is a whole number; found %s.") % cell)
        if cell >= _EXACT_BELOW:
            raise ValueError(_lost())
        code = str(int(cell))
    else:
        code = re.sub(_PADDING, "", text(cell))
        if re.fullmatch(r"\d+\.0+", code):
            code = code.partition(".")[0]
        scientific = _SCIENTIFIC.fullmatch(code)
        if scientific:
            digits = scientific[1] + (scientific[2] or "")
            if len(digits) != int(scientific[3]) + 1:
                raise ValueError(_lost())
            code = digits
    level_of(code)
    return canonical(code)


def looks_like_code(cell: Cell) -> bool:
    """Whether a cell was meant as a code (digits) and not as a name of a place."""
    if isinstance(cell, (int, float)):
        return True
    return bool(re.fullmatch(r"\d[\d.eE+]{5,}", re.sub(_PADDING, "", text(cell))))


def parse_area(cell: Cell) -> str | Clear | None:
    """The canonical code in a cell that names an area, or the name when it holds one."""
    gone = blank(cell)
    if gone is not False:
        return gone
    return parse_code(cell) if looks_like_code(cell) else text(cell)


def _lost() -> str:
    return _(
        "Excel has shortened this code and its last digits are lost. "
        "Format the column as text and enter the codes again."
    )
