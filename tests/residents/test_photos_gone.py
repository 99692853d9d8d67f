"""A photo that was refused, or went over to a matter, is kept nowhere else."""

from __future__ import annotations

import pytest

from casework.models import Submission
from casework.submissions import submission_accept, submissions_refuse
from jobs.undo import event_models
from tests.people import World
from tests.residents.test_public_pages import photo
from tests.residents.test_submissions import TAKEN, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("taken", [True, False])
def test_the_history_of_a_message_holds_no_photo(world: World, taken: bool):
    sent, by = send(world, photo=photo().getvalue()).submission, world.user("manager")
    if taken:
        submission_accept(submission=sent, taken=TAKEN, by=by, on=world.on)
    else:
        submissions_refuse(keys=[sent.pk], reason="不属于诉求", by=by, on=world.on)
    sent.refresh_from_db()
    assert sent.photo is None
    (events,) = [one for one in event_models() if one.pgh_tracked_model is Submission]
    (kept,) = events.objects.filter(pgh_obj=sent.pk).values()
    assert not [name for name, value in kept.items() if isinstance(value, memoryview | bytes)
                and b"\xff\xd8" in bytes(value)[:2]]  # fmt: skip
    assert kept["state"] == "waiting"
