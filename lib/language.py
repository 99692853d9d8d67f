"""Words the county sets itself come in two languages, outside the message catalogues."""

from __future__ import annotations

from django.utils.translation import get_language


def in_language(chinese: str, english: str) -> str:
    """The English words where English is shown and there are any, else the Chinese ones."""
    return english if english and (get_language() or "").startswith("en") else chinese
