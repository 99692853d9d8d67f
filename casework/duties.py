"""What the clock asks of the casework: count what was marked, follow the calendar."""

from __future__ import annotations

from datetime import date

from casework.coverage import refresh
from casework.digest import digests_send
from casework.emergency import emergencies_close_due
from casework.photos import photos_purge
from casework.suggestions import events_forget
from grids.models import Area
from households.services import paths_follow_calendar
from lib.clock import now


def count_marked(on: date) -> None:
    """Count marked areas of every county again, so that readers rarely have to."""
    for path in Area.objects.filter(level="county").values_list("path", flat=True):
        refresh(path, on=on)


def turn_of_day(on: date) -> None:
    """After midnight in Shanghai: follow memberships and count what moved with the calendar."""
    paths_follow_calendar(on=on)
    count_marked(on)


def close_emergency_lists(on: date) -> None:
    """Write down that lists have closed by themselves; ``on`` is not used, the hour counts."""
    emergencies_close_due(at=now())


def send_digests(on: date) -> None:
    """Tell departments and grid offices once a working day what waits; ``on`` is not used."""
    digests_send(at=now())


def forget_removed_photos(on: date) -> None:
    """Delete photos for good whose removal can no longer be taken back."""
    photos_purge(on=on)


def forget_life_events(on: date) -> None:
    """Delete what happened in households once its 90 days are over."""
    events_forget(on=on)
