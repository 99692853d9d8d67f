"""The photos of a matter on its page: ``{% load photos %}{% issue_photos issue %}``."""

from __future__ import annotations

from typing import Any

from django import template

from casework.models import Issue, IssuePhoto
from casework.photos import MOST, may_add
from lib.clock import today

register = template.Library()


@register.inclusion_tag("desk/issue_photos.html", takes_context=True)
def issue_photos(context: dict[str, Any], issue: Issue) -> dict[str, Any]:
    """Photos before and after, without their bytes, and the form where one may add."""
    request = context["request"]
    photos = list(issue.photos.filter(removed_on__isnull=True).defer("image"))  # type: ignore[attr-defined]
    return {
        "issue": issue,
        "groups": [
            (label, [photo for photo in photos if photo.when == when])
            for when, label in IssuePhoto.When.choices
        ],
        "count": len(photos),
        "most": MOST,
        "may_add": may_add(issue, request.user, on=today()),
        "csrf_token": context.get("csrf_token"),
    }
