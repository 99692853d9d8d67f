"""Who locks a household keeps out who changes it, and nobody who merely refers to it."""

from collections.abc import Callable
from threading import Thread

import pytest
from django.db import OperationalError, connection, connections, transaction

from casework.models import LastContact
from households.links import households_lock
from households.services import household_change_head, locked
from tests.contacting import contact_record
from tests.people import World

pytestmark = pytest.mark.django_db(transaction=True)


def beside(work: Callable[[], object]) -> str:
    """Do some work in a connection of its own that waits for no lock longer than a second."""
    told: list[str] = []

    def alone() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            work()
            told.append("")
        except OperationalError as error:
            told.append(str(error))
        finally:
            connections.close_all()

    thread = Thread(target=alone)
    thread.start()
    thread.join()
    return told[0]


@pytest.mark.parametrize("lock", [lambda h: locked(h, None), lambda h: households_lock([h.pk])])
def test_a_count_need_not_wait_for_a_household_somebody_changes(world: World, lock) -> None:
    # Rows that refer to a household are checked when the count ends, in any order: were they to
    # wait, a count and a writer of two households would wait for each other.
    household = world.households["zhao"]
    contact_record(
        household=household, made_by=world.people["head"], on=world.on, mode="visit", reached=True
    )
    LastContact.objects.all().delete()
    with transaction.atomic():
        lock(household)
        assert not beside(
            lambda: LastContact.objects.create(household_id=household.pk, reached_on=world.on)
        )


def test_two_cannot_change_a_household_at_once(world: World) -> None:
    household = world.households["zhao"]
    with transaction.atomic():
        locked(household, None)
        told = beside(lambda: household_change_head(household=household, head_name="赵新主"))
    assert "lock timeout" in told
    household.refresh_from_db()
    assert household.head_name != "赵新主"
