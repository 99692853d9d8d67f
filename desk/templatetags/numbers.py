"""Counts as people read them: ``{% load numbers %}{{ n|thousands }}`` is 1,234."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def thousands(value: Any) -> str:
    """A whole number with a separator at each thousand; anything else as it is."""
    return f"{value:,}" if isinstance(value, int) else str(value)
