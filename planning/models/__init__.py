"""The tables of planning, by noun: drafts that are reviewed, then committed through services."""

from planning.models.matching import MatchDraft, MatchLine, MatchRejection
from planning.models.redrawing import Barrier, Redraw, RedrawArea

__all__ = [
    "Barrier",
    "MatchDraft",
    "MatchLine",
    "MatchRejection",
    "Redraw",
    "RedrawArea",
]
