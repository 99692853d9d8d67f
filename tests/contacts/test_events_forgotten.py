"""What happened in a household is kept for 90 days, in the history too, as the form promises."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps

from casework.contacts import EVENT_DAYS, event_note
from casework.models import Contact, Dismissal, LifeEvent
from casework.suggestions import events_forget, suggestion_dismiss
from jobs.acts import act, act_undo
from tests.contacting import contact_record
from tests.people import World

pytestmark = pytest.mark.django_db


def heard(world: World, ago: int) -> LifeEvent:
    contact: Contact = contact_record(
        household=world.households["zhao"], made_by=world.people["worker"], mode="visit",
        on=world.on - timedelta(days=ago), reached=True,
    )  # fmt: skip
    return event_note(contact, "illness", by=world.user("worker"))


def test_an_event_is_gone_on_its_last_day_with_what_was_said_of_it(world: World):
    by, household = world.user("worker"), world.households["zhao"]
    with act(
        verb="work.contact", by=by, path=household.path, on=world.on, subject=household
    ) as did:
        old, fresh = heard(world, EVENT_DAYS), heard(world, EVENT_DAYS - 1)
    suggestion_dismiss(household=household, what=f"event:{fresh.pk}", reason="家属已陪护",
                       on=world.on, by=by)  # fmt: skip
    assert events_forget(on=world.on) == 1
    kept = apps.get_model("casework", "LifeEventEvent").objects
    assert list(LifeEvent.objects.all()) == [fresh]
    assert not kept.filter(pgh_obj_id=old.pk).exists() and kept.filter(pgh_obj_id=fresh.pk).exists()
    assert Dismissal.objects.exists()
    events_forget(on=world.on + timedelta(days=1))
    assert not LifeEvent.objects.exists() and not Dismissal.objects.exists() and not kept.exists()
    assert not apps.get_model("casework", "DismissalEvent").objects.exists()
    assert Contact.objects.count() == 2
    act_undo(act=did, by=by)
    assert not Contact.objects.exists()


def test_a_rule_set_aside_stays(world: World):
    suggestion_dismiss(household=world.households["zhao"], what="rule:alone", reason="上月已访",
                       on=world.on - timedelta(days=400), by=world.user("worker"))  # fmt: skip
    events_forget(on=world.on)
    assert Dismissal.objects.exists()
