"""Two people at once: one of them is told, and no household gets two contacts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.utils.translation import override

from accounts.models import User
from grids.models import Post
from households.handovers import handovers_answer, handovers_withdraw
from households.models import Handover, Link
from lib.errors import Refusal
from planning.handing.plans import handover_plan
from planning.handing.sending import handover_send
from tests.people import World
from tests.planning.handing import add_head

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], object]) -> list[object]:
    """Do things at the same time, each in a connection of its own; what each returned or raised."""
    barrier = Barrier(len(works))
    told: list[object] = [None] * len(works)

    def alone(nth: int, work: Callable[[], object]) -> None:
        try:
            with override("en"):
                barrier.wait(timeout=20)
                told[nth] = work()
        except Refusal as refusal:
            told[nth] = refusal
        finally:
            connections.close_all()

    threads = [Thread(target=alone, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def send(world: World, by: User, on: date) -> object:
    post = Post.objects.select_related("role", "person").get(pk=world.posts["head"].pk)
    plan = handover_plan(post, on=on, by=by)
    chosen = {line.household.pk: world.posts["next"].pk for line in plan.lines}
    return handover_send(post=post, on=on, chosen=chosen, cover=True, by=by)


def test_a_plan_sent_twice_at_once_offers_each_household_once(world: World) -> None:
    add_head(world, "next", "U111")
    first, second = (world.user("manager") for _nth in range(2))
    told = together(lambda: send(world, first, world.on), lambda: send(world, second, world.on))
    assert sum(isinstance(one, Refusal) for one in told) == 1
    assert Handover.objects.count() == 2


def test_an_offer_is_answered_once(world: World) -> None:
    add_head(world, "next", "U111")
    send(world, world.user("manager"), world.on)
    keys = list(Handover.objects.values_list("pk", flat=True))
    own, office = world.user("next"), world.user("manager")
    told = together(
        lambda: handovers_answer(handovers=keys, accept=True, on=world.on, by=own),
        lambda: handovers_withdraw(handovers=keys, on=world.on, by=office),
    )
    states = set(Handover.objects.values_list("state", flat=True))
    links = Link.objects.filter(post=world.posts["next"], void=False).count()
    assert (states, links) in (({"accepted"}, 2), ({"withdrawn"}, 0))
    refused = [one for one in told if isinstance(one, Refusal)]
    if links:
        assert len(refused) == 1 and "already been answered" in str(refused[0])
    else:
        answered = told[0]
        assert answered.done == [] and len(answered.refused) == 2  # type: ignore[attr-defined]
