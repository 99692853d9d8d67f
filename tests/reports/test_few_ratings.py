"""What fewer than five households said of the service is told to nobody, on no page of numbers."""

from __future__ import annotations

import pytest

from casework.models import Rating
from reports.indicators import registry
from reports.snapshots import snapshots_write
from tests.people import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("n, told", [(1, False), (4, False), (5, True)])
def test_ratings_of_a_few_are_withheld_from_the_manager_too(world: World, as_user, n, told):
    area = world.areas["G11"]
    Rating.objects.bulk_create(
        Rating(area=area, path=area.path, answer="satisfied", via="card", on=world.on)
        for _n in range(n)
    )
    snapshots_write(on=world.on, current=world.on)
    page = as_user("manager").get(f"/dashboard/?area={area.pk}")
    shown = {one.value.indicator.key: one.value for one in page.context["work"]}
    assert (shown["ratings"].withheld, shown["ratings"].number) == (not told, n if told else None)


def test_their_share_goes_with_them():
    assert {key for key, one in registry().items() if one.guarded} == {
        "ratings", "ratings_content", "ratings_rate",
    }  # fmt: skip
