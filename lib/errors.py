"""The one error a service raises when it refuses: a sentence that says what to do."""

from __future__ import annotations


class Refusal(Exception):
    """Input or an act that is refused. ``field`` names the input at fault, if one is."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
        self.field = field

    def __str__(self) -> str:
        return self.sentence
