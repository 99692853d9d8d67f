"""What the clock asks of planning."""

from __future__ import annotations

from datetime import date

from planning.redrawing.activating import redraws_turn


def put_redraws_into_force(on: date) -> None:
    """Redraws whose day has come, today or while nothing ran."""
    redraws_turn(on)
