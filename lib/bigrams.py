"""Pairs of neighbouring characters: the index of two-character Chinese searches."""

import unicodedata


def bigrams(text: str) -> list[str]:
    """The different pairs of neighbouring characters, in order, none across a space.

    Full-width letters count as plain ones, capitals as small ones.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    pairs: dict[str, None] = {}
    for word in text.lower().split():
        for i in range(len(word) - 1):
            pairs[word[i : i + 2]] = None
    return list(pairs)
