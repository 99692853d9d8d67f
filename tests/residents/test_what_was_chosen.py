"""What was chosen stays: a resident's language, the pin a manager does not want."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from casework.models import Issue
from casework.submissions import submission_accept
from tests.people import World
from tests.residents.test_submissions import TAKEN, send


def test_who_reads_english_rates_in_english(world: World) -> None:
    sent = send(world)
    issue = submission_accept(
        submission=sent.submission, taken=TAKEN, by=world.user("manager"), on=world.on
    )
    Issue.objects.filter(pk=issue.pk).update(state=Issue.State.RESOLVED)
    typed = {"number": sent.submission.number, "code": sent.secret, "do": "rate"}
    for query, kept in (("?lang=en", "?lang=en"), ("?lang=xx", ""), ("", "")):
        went = Client().post(f"/progress/{query}", typed)
        assert went.status_code == 302, went.content.decode()
        assert went["Location"].partition("/r/")[2].partition("/")[2] == kept


def test_a_pin_that_is_not_wanted_stays_away_when_the_form_comes_back(
    world: World, as_user: Callable[..., Client]
) -> None:
    sent = send(world, point=(122.9, 46.7))
    client, page = as_user("manager"), f"/submissions/{sent.submission.pk}/"
    box = 'name="keep_point" value="1"'
    assert f"{box} checked" in client.get(page).content.decode()
    typed = {"do": "accept", "title": "路灯", "kind": "help", "subject": ""}
    for more, ticked in (({}, False), ({"keep_point": "1"}, True)):
        answer = client.post(page, {**typed, **more})
        assert answer.status_code == 400
        assert (f"{box} checked" in answer.content.decode()) == ticked
