"""What every page needs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The import map (allowed by its hash in the content security policy)."""
    return {"importmap": settings.IMPORT_MAP}
