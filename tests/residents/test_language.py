"""The language a resident chose goes on with them from page to page."""

from __future__ import annotations

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
