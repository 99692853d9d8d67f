"""Links of the tables, of which a page has some eighty: an included template takes ten times as
long for each."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def go(
    context: Context, href: str, label: Any, kind: str, *, current: bool = False, pressed: str = ""
) -> SafeString:
    """A way to another state of the table: a link, and a button while something is ``typed``, so
    that it goes along in the body of the request. ``kind`` is the class."""
    if context.get("typed"):
        state = mark_safe(f' aria-pressed="{pressed}"') if pressed else ""
        return format_html(
            '<button type="submit" form="typed" formaction="{}" class="{}"{}>{}</button>',
            href, kind, state, label,
        )  # fmt: skip
    state = mark_safe(' aria-current="true"') if current else ""
    return format_html('<a href="{}" class="{}"{}>{}</a>', href, kind, state, label)
