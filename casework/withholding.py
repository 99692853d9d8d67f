"""Small counts of needs are withheld at the source from those who see counts only.

A count of 1 to 4 households with some need, tier or overdue state could point at a household
(P3). Such a cell is published as null, and enough others with it that it does not come back by
subtraction. There are two ways to subtract:

* along a row: the three tiers add up to ``in_scope``, so one withheld tier withholds a second;
* down a column: the areas beneath a parent, with what is filed at the parent itself, add up to
  the parent. So of a family (children and own rest) none or at least two are withheld where the
  parent is shown, and at least one where the parent is withheld.

Guaranteed, and tested by solving the equations:

1. Within one response no withheld cell is determined by the published ones, whatever sums and
   differences are taken.
2. Across all areas and levels asked of the same day under the same root, no cell of a named area
   chosen on the tree, from the root down, is determined either: it is chosen once, and not for
   each response anew. What a response withholds besides, for the sake of its remainder, may be
   shown in another; such a cell is not small.

Not guaranteed: differences between two days; what somebody knows who also may read the needs of
a part; the remainder row across several responses, where it gathers what is filed in several
places (within a response it is); bounds (a withheld count is no larger than its sum).

A cell that must be zero because a shown count above it is (nobody in scope, no gap) hides nothing,
so it is neither withheld nor counted as one of two. Everything here is pure: counts in, names of
the withheld cells out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Counts whose cells are each withheld on their own.
SINGLE = ("gap_zhongdian", "overdue", "overdue_zhongdian")
TIERS = ("fangxin", "guanzhu", "zhongdian")
MEASURES = (*SINGLE, *TIERS)
SMALL = range(1, 5)
#: What a single count cannot exceed and is always shown.
BOUND = {"gap_zhongdian": "gap", "overdue": "in_scope", "overdue_zhongdian": "in_scope"}

Counts = Mapping[str, int]
#: For each parent its family: keys whose counts add up to the parent's.
Families = Mapping[str, Iterable[str]]


def withheld_cells(
    counts: Mapping[str, Counts], families: Families, already: Mapping[str, set[str]] | None = None
) -> dict[str, set[str]]:
    """Names of the withheld measures by key; keys of ``counts`` with nothing withheld are absent.

    ``counts`` has the measures, ``in_scope`` and ``gap`` by key. ``families`` holds parents
    before their children. ``already`` names cells that must be withheld whatever their counts.
    """
    found: dict[str, set[str]] = {}

    def seeds(*measures: str) -> set[str]:
        return {
            key
            for key, values in counts.items()
            for name in measures
            if values[name] in SMALL or (already and name in already.get(key, ()))
        }

    def sizes(*measures: str) -> dict[str, int]:
        return {key: sum(values[m] for m in measures) for key, values in counts.items()}

    def withhold(keys: Iterable[str], *names: str) -> None:
        for key in keys:
            found.setdefault(key, set()).update(names)

    for measure in SINGLE:
        bounds = sizes(BOUND[measure])
        withhold(_completed(seeds(measure), sizes(measure), bounds, families), measure)
    # The two tiers with needs always go together, and with them goes the third where it must:
    # then what is withheld in a row can shift between two tiers without changing any sum.
    bounds = sizes("in_scope")
    without_need = _completed(seeds("fangxin"), sizes("fangxin"), bounds, families)
    needing = sizes("guanzhu", "zhongdian")
    small = seeds("guanzhu", "zhongdian")
    with_need = _completed(without_need | small, needing, needing, families)
    withhold(with_need, "guanzhu", "zhongdian")
    withhold(without_need, "fangxin")
    return found


def _completed(
    hidden: set[str], sizes: Mapping[str, int], bounds: Mapping[str, int], families: Families
) -> set[str]:
    """``hidden`` and what must go with it, from the root down, the smallest counts first.

    There is always enough to choose from: were the only hidden member the only one with
    anything in it, its count would be the parent's, and the parent hidden for the same reason.
    """
    hidden = set(hidden)
    for parent, family in families.items():
        members = [key for key in family if bounds[key] > 0 or key in hidden]
        inside = sum(key in hidden for key in members)
        wanted = 1 if parent in hidden else 2 if inside else 0
        shown = sorted(
            (key for key in members if key not in hidden),
            key=lambda key: (sizes[key] == 0, sizes[key], key),
        )
        hidden.update(shown[: max(wanted - inside, 0)])
    return hidden
