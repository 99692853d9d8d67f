"""What the clock asks: today's summary every ten minutes, yesterday's once it is over."""

from __future__ import annotations

from datetime import date, timedelta

from reports.snapshots import snapshots_write


def keep_today(on: date) -> None:
    """So that dashboards say what is ten minutes old at most."""
    snapshots_write(on=on, current=on)


def keep_yesterday(on: date) -> None:
    """Write the day that has just ended once more, as it stood at its end."""
    snapshots_write(on=on - timedelta(days=1), current=on)
