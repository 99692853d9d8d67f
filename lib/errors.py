"""The one error a service raises when it refuses: a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction


class Refusal(Exception):
    """Input or an act that is refused. ``field`` names the input at fault, if one is."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
        self.field = field

    def __str__(self) -> str:
        return self.sentence


@contextmanager
def refused_in_conflict(sentence: str) -> Iterator[None]:
    """Say ``sentence`` where a constraint of the database refuses what is written inside.

    The constraint decides, never a look beforehand: two writers at once would both pass that.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refusal(sentence) from None


class Outdated(Refusal):
    """Somebody else has changed the row since it was read; ``row`` is as it stands now."""

    def __init__(self, sentence: str, *, row: Any) -> None:
        super().__init__(sentence)
        self.row = row
