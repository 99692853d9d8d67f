"""Division codes of a new division: 12 digits of the village and 3, of a unit 2 or 3 more.

An area that goes on keeps its code. A new one gets the next number of its parent, and never one
that any area has carried before: lists of other offices would mistake the one for the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from grids.models import Area, AreaCode
from lib.codes import canonical, level_length
from lib.errors import Refusal


class Numbers:
    """The codes beneath one parent: those ever used, and the next free ones."""

    def __init__(self, parent: Area, *, level: str, on: date) -> None:
        own = AreaCode.objects.filter(area=parent, during__contains=on).first()
        if own is None:
            raise Refusal(
                _("“%s” has no division code on that day: give it one by an import first.")
                % parent.name
            )
        self.parent, self.level, self.prefix = parent, level, own.code
        known = AreaCode.objects.filter(code__startswith=self.prefix)
        lengths = level_length[level]
        self.used = {code for code in known.values_list("code", flat=True) if len(code) in lengths}

    def _digits(self) -> Iterable[int]:
        """How many digits follow the parent's code; as many as those beside it have."""
        base = len(self.prefix)
        standing = {len(code) - base for code in self.used}
        offered = [length - base for length in level_length[self.level]]
        return sorted(offered, key=lambda digits: (digits not in standing, digits))

    def take(self) -> str:
        """The next free code, behind the highest ever used; then those never used before it."""
        for digits in self._digits():
            beside = [code for code in self.used if len(code) == len(self.prefix) + digits]
            highest = max((int(code[len(self.prefix) :]) for code in beside), default=0)
            for number in (*range(highest + 1, 10**digits), *range(1, highest)):
                code = f"{self.prefix}{number:0{digits}d}"
                if code not in self.used:
                    self.used.add(code)
                    return code
        raise Refusal(_("All numbers beneath the code %s have been used.") % self.prefix)

    def claim(self, code: str) -> str:
        """A code that was asked for, in its shortest form; Refusal where it does not fit."""
        wanted = canonical(code.strip())
        if not (wanted.isascii() and wanted.isdigit()) or not wanted.startswith(self.prefix):
            raise Refusal(
                _("The code %(code)s does not begin with %(prefix)s, the code of %(name)s.")
                % {"code": code, "prefix": self.prefix, "name": self.parent.name},
                field="code",
            )
        if len(wanted) not in level_length[self.level]:
            lengths = "/".join(str(length) for length in level_length[self.level])
            raise Refusal(
                _("The code %(code)s has %(n)d digits; %(lengths)s are expected.")
                % {"code": code, "n": len(wanted), "lengths": lengths},
                field="code",
            )
        if wanted in self.used:
            raise Refusal(
                _("The code %s is or was another area's; leave it empty for the next free one.")
                % code,
                field="code",
            )
        self.used.add(wanted)
        return wanted
