"""What has to hold of households and their contacts when earlier values come back: what history
does not keep follows, links rest on posts, and locks are taken in their order.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Model
from django.dispatch import receiver
from django.utils.translation import gettext as _

from grids.models import Post
from households.links import post_load
from households.models import Cover, Household, HouseholdPlace, Link
from households.places import places_follow
from households.services import search_fields
from jobs.undo import Trace, rests_on, rows_restored
from lib.clock import today
from lib.errors import Refusal

CHUNK = 5000


@receiver(rows_restored, sender=Household)
def follow_names(sender: Any, ids: list[Any], **kwargs: Any) -> None:
    """Search keys follow the restored names and addresses."""
    for start in range(0, len(ids), CHUNK):
        households = list(Household.objects.filter(pk__in=ids[start : start + CHUNK]))
        for household in households:
            for name, value in search_fields(household.head_name, household.address).items():
                setattr(household, name, value)
        Household.objects.bulk_update(households, ["initials", "bigrams"], batch_size=1000)


@receiver(rests_on)
def lock_under(sender: Any, trace: Trace, **kwargs: Any) -> dict[type[Model], set[Any]]:
    """Posts and households of the rows an act touched: whoever names, ends or moves waits."""
    posts: set[Any] = set()
    households: set[Any] = set()
    for events in trace.tables():
        model, rows = events.pgh_tracked_model, trace.of(events)
        if model is Cover:
            households.update(rows.values_list("link__household", flat=True))
        elif model._meta.app_label == "households" and hasattr(model, "household"):
            households.update(rows.values_list("household", flat=True))
        if model is Link:
            posts.update(rows.values_list("post", flat=True))
    return {Post: posts, Household: households}


@receiver(rows_restored, sender=Link)
def rest_on_posts(sender: Any, ids: list[Any], trace: Trace, **kwargs: Any) -> None:
    """A link comes back only on a post that is held, and where nobody was given its place since."""
    on, posts = today(), {}
    for start in range(0, len(ids), CHUNK):
        back = Link.objects.filter(pk__in=ids[start : start + CHUNK], void=False)
        for link in back.select_related("post__person", "post__role"):
            post, end = link.post, link.post.during.upper
            if post.void or (end and (link.during.upper is None or link.during.upper > end)):
                raise Refusal(_("The post this link rests on is no longer held."))
            if on in link.during:
                posts[post.person_id, post.role_id] = post
    for post in posts.values():
        links, most = post_load(post, on=on)
        if most is not None and links > most and _named_since(post, trace):
            raise Refusal(
                _("%(name)s already has %(most)s households, the most for this post.")
                % {"name": post.person, "most": most}
            )


def _named_since(post: Post, trace: Trace) -> bool:
    """Whether the person became somebody's contact in this role after an act."""
    events = Link.events.rel.related_model  # type: ignore[attr-defined]
    last = trace.of(events).aggregate(last=Max("pgh_id"))["last"]
    named = events.objects.filter(pgh_label="insert", pgh_id__gt=last)
    return named.filter(post__person=post.person_id, post__role=post.role_id).exists()


@receiver(rows_restored, sender=HouseholdPlace)
def follow_places(sender: Any, trace: Trace, **kwargs: Any) -> None:
    """Where households are today follows their seasonal places, those removed again included."""
    events = HouseholdPlace.events.rel.related_model  # type: ignore[attr-defined]
    places_follow(trace.of(events).values_list("household", flat=True), on=today())
