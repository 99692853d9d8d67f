"""The tables of planning, by noun: drafts that are reviewed, then committed through services."""

from planning.models.matching import MatchDraft, MatchLine, MatchRejection
from planning.models.redrawing import Barrier, Redraw, RedrawArea
from planning.models.travel import AreaWay, TravelSpeed, Way

__all__ = [
    "AreaWay",
    "Barrier",
    "MatchDraft",
    "MatchLine",
    "MatchRejection",
    "Redraw",
    "RedrawArea",
    "TravelSpeed",
    "Way",
]
