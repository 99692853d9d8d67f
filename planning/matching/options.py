"""What may be asked of a draft of contacts: whom, by whom, how many, how far, and what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from casework.coverage import REASONS
from grids.limits import MOST_LINKS
from grids.models import Role
from lib.errors import Refusal

#: A household that was offered to somebody waits for the answer, unless it is asked for.
USUAL_REASONS = tuple(reason for reason in REASONS if reason != "handover")
FARTHEST = 500_000
HEAVIEST = 100_000
#: Of a metre: more than this would make nothing else count.
HEAVIEST_METRE = 100


@dataclass(frozen=True)
class Weights:
    """What a reason is worth, in metres of way that it makes up for; 0 switches it off.

    ``distance`` is per metre. ``hard`` is for a household of the first tier that goes to one of
    ``costs.HARD_ROLES``.
    """

    distance: int = 1
    skills: int = 1000
    known: int = 2000
    language: int = 1000
    hard: int = 3000


@dataclass(frozen=True)
class Options:
    """What was asked. Empty ``roles``: all that may link. ``limits`` lower those of roles for this
    draft; ``minimum`` is how many each person is to have if that can be done, with what the person
    has already; ``reach`` in metres, None: any distance. ``approval``: not committed before a
    leader has approved the sums."""

    reasons: tuple[str, ...] = USUAL_REASONS
    roles: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    minimum: int = 0
    reach: int | None = None
    weights: Weights = Weights()
    approval: bool = False

    def as_json(self) -> dict[str, Any]:
        """As ``options_read`` takes it."""
        return {**asdict(self), "reasons": list(self.reasons), "roles": list(self.roles)}


def options_read(raw: Mapping[str, Any]) -> Options:
    """Options from plain values (of a form, or as they are kept); Refusal says what to mend."""
    reasons = tuple(reason for reason in REASONS if reason in raw.get("reasons", USUAL_REASONS))
    if not reasons:
        raise Refusal(_("Choose at least one reason why households have nobody."), field="reasons")
    linking = {role.code: role for role in Role.objects.filter(may_link=True)}
    if not linking:
        raise Refusal(
            _("No role may be a household's contact; the administrator sets that."), field="roles"
        )
    roles = tuple(code for code in linking if code in raw.get("roles", ()))
    if raw.get("roles") and not roles:
        raise Refusal(_("Choose at least one role whose holders may be contacts."), field="roles")
    limits = {
        code: _number(limit, "limits", 1, MOST_LINKS, limit_words)
        for code, limit in (raw.get("limits") or {}).items()
        if code in linking and limit not in (None, "")
    }
    minimum = _number(raw.get("minimum") or 0, "minimum", 0, MOST_LINKS, minimum_words)
    for code in roles or linking:
        most = limits.get(code, linking[code].max_links)
        if most is not None and minimum > most:
            raise Refusal(
                _("The minimum of %(minimum)d is above the maximum of %(role)s, which is %(most)d."
                  " Lower the minimum, or leave the role out.")
                % {"minimum": minimum, "role": linking[code], "most": most},
                field="minimum",
            )  # fmt: skip
    reach = raw.get("reach")
    weights = {
        name: _number(
            value, "weights", 0, HEAVIEST_METRE if name == "distance" else HEAVIEST, weight_words
        )
        for name, value in (raw.get("weights") or {}).items()
        if name in Weights.__dataclass_fields__ and value not in (None, "")
    }
    return Options(
        reasons, roles, limits, minimum,
        None if reach in (None, "") else _number(reach, "reach", 1, FARTHEST, reach_words),
        Weights(**weights), bool(raw.get("approval")),
    )  # fmt: skip


def limit_words(low: int, high: int) -> str:
    return _("A limit is a number of households from %(low)d to %(high)d.") % _ends(low, high)


def minimum_words(low: int, high: int) -> str:
    return _("The minimum is a number of households from %(low)d to %(high)d.") % _ends(low, high)


def reach_words(low: int, high: int) -> str:
    return _("The distance is a number of metres from %(low)d to %(high)d.") % _ends(low, high)


def weight_words(low: int, high: int) -> str:
    return _("A weight is a whole number from %(low)d to %(high)d.") % _ends(low, high)


def _ends(low: int, high: int) -> dict[str, int]:
    return {"low": low, "high": high}


def _number(value: Any, name: str, low: int, high: int, sentence: Any) -> int:
    try:
        number = int(str(value).strip())
    except ValueError:
        raise Refusal(sentence(low, high), field=name) from None
    if not low <= number <= high:
        raise Refusal(sentence(low, high), field=name)
    return number
