"""Changes carry who made them; reads carry nothing to the database."""

from __future__ import annotations

from collections.abc import Callable

import pghistory.models
from django.test import Client

from households.models import Household, Link
from jobs.models import Act
from tests.people import World

SignIn = Callable[..., Client]


def test_a_change_made_on_a_page_carries_the_user(world: World, as_user: SignIn) -> None:
    link = world.links["zhao", "head"]
    address = f"/households/{world.households['zhao'].pk}/contacts/{link.pk}/end/"
    as_user("manager").post(address)
    event = Link.objects.get(pk=link.pk).events.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata == {
        "user": str(world.users["manager"].pk), "url": address, "act": str(Act.objects.get().pk),
    }  # fmt: skip
    assert event.during.upper is None


def test_a_change_made_through_the_api_carries_the_user(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    body = {"households": [str(world.households["sun"].pk)], "post": str(world.posts["head"].pk)}
    made = client.post("/api/v1/links", body, content_type="application/json").json()
    keys = [row["link"] for row in made["linked"]]
    client.post(f"/api/v1/acts/{made['act']}/undo", content_type="application/json")
    events = Link.events.rel.related_model.objects.filter(pgh_obj_id=keys[0])  # type: ignore[attr-defined]
    assert [event.pgh_label for event in events.order_by("pgh_id")] == ["insert", "delete"]
    for event in events:
        assert event.pgh_context.metadata["user"] == str(world.users["manager"].pk)


def test_a_read_leaves_no_context(world: World, as_user: SignIn) -> None:
    before = pghistory.models.Context.objects.count()
    client = as_user("manager")
    client.get(f"/households/{world.households['zhao'].pk}/")
    client.get("/api/v1/households?area=159901100201")
    assert pghistory.models.Context.objects.count() == before


def test_a_bulk_update_is_kept_too(world: World) -> None:
    Household.objects.filter(pk=world.households["zhao"].pk).update(address="改过的地址")
    event = world.households["zhao"].events.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert event.address == "甲一村南街1号"
