"""Who holds which post of an area (P1), and what is vacant in it and beneath it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from accounts.keys import phone_of
from accounts.models import User
from casework.coverage import roles_on
from grids.models import Area, Pairing, Post, Role

MOST = 50


def posts_of(area: Area, *, by: User, on: date) -> dict[str, Any]:
    """The posts of an area a person may see, then of whom is paired with it, and all its roles.

    Of an organisation paired with the area only those count whose role may be a contact: its
    other staff have nothing to do here. ``gives`` marks the posts the asker may end.
    """
    paired = Pairing.objects.filter(area=area, during__contains=on).values("organisation")
    contacts = Q(role__may_link=True) | Q(role__is_backup=True)
    posts = (
        Post.objects.in_force(on)
        .filter(Q(area=area) | Q(organisation__in=paired) & contacts)
        .select_related("person", "role", "area", "organisation")
        .order_by("organisation__name", "role__kind", "role_id", "person__name", "id")
    )
    # Posts of the area itself have no organisation; sorted last by the database, wanted first.
    found = sorted(posts, key=lambda post: post.organisation_id is not None)
    given = set(
        Post.objects.given_by(by)
        .filter(pk__in=[post.pk for post in found[:MOST]])
        .values_list("pk", flat=True)
    )
    names = {role.code: role.name for role in Role.objects.all()}
    return {
        "rows": [
            {
                "post": post.id,
                "person": post.person.name,
                "role": post.role_id,
                "role_label": post.role.name,
                "area_name": str(post.area or post.organisation),
                "since": post.during.lower,
                "phone": phone_of(post.person.phone_sealed),
                "gives": post.pk in given,
            }
            for post in found[:MOST]
        ],
        "roles": [{**row, "role_label": names[row["role"]]} for row in roles_on(area.path, on=on)],
        "more": max(0, len(found) - MOST),
    }
