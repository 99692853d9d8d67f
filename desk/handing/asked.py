"""What the forms of handing over name: a post, a day, and a choice for each household."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import Http404

from accounts.models import User
from desk.staff import asked_day
from grids.models import Post
from grids.querysets import beneath
from grids.scope import scope_of
from households.models import Link
from lib.errors import Refusal

MOST = 2000


def post_asked(user: User, key: str) -> Post:
    """A post of a contact: one this person gives, or that has or had households it manages."""
    try:
        pk = UUID(key)
    except ValueError:
        raise Http404 from None
    links = Link.objects.filter(
        beneath(scope_of(user).manage, "household__path"), post=OuterRef("pk"), void=False
    )
    posts = Post.objects.filter(void=False, role__may_link=True, role__is_backup=False)
    mine = posts.filter(Exists(links)) | posts.given_by(user)  # type: ignore[attr-defined]
    found = (
        mine.filter(pk=pk)
        .select_related("role", "person", "area", "organisation__area")
        .distinct()
        .first()
    )
    if found is None:
        raise Http404
    return found


def day_asked(typed: Any, name: str) -> tuple[date | None, Refusal | None]:
    """A day as typed, or the sentence that says it cannot be read."""
    try:
        return asked_day(typed.get(name, "")), None
    except Refusal as refusal:
        return None, Refusal(refusal.sentence, field=name)


def choices_asked(typed: Any) -> dict[UUID, UUID | None]:
    """The post chosen for each household (``to_<household>``); an empty one is nobody."""
    found: dict[UUID, UUID | None] = {}
    for name, value in list(typed.items())[:MOST]:
        if not name.startswith("to_"):
            continue
        try:
            found[UUID(name[3:])] = UUID(value) if value else None
        except ValueError:
            raise Http404 from None
    return found
