"""An import is taken back while somebody moves a matter on that it had changed."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction

from casework.issues import issue_step
from casework.models import Issue
from jobs.imports import import_undo
from lib.errors import Refusal
from tests.importing.books import BEGAN, ON
from tests.importing.test_imports_framework import wait_for
from tests.importing.test_tickets import file, row, tickets
from tests.shapes import draw_areas

#: Whoever waits for a row waits for the transaction that holds it, which is of no database.
WAITS = """
SELECT count(*) FROM pg_locks w
WHERE NOT w.granted AND w.pid IN (
    SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database()
)
"""


@pytest.mark.django_db(transaction=True)
def test_what_somebody_does_meanwhile_is_seen_and_kept(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    draw_areas(on=BEGAN)
    tickets(file(tmp_path, row("A1")))
    changed = tickets(file(tmp_path, row("A1", 诉求标题="路灯全灭")))
    told: list[str] = []

    def take_back() -> None:
        try:
            import_undo(run=changed.run)
            told.append("")
        except Refusal as refusal:
            told.append(refusal.sentence)
        finally:
            connections.close_all()

    beside = threading.Thread(target=take_back)
    with transaction.atomic():
        issue_step(issue=Issue.objects.get(), verb="accept", by=None, on=ON)
        beside.start()
        wait_for(WAITS)
    beside.join()
    issue = Issue.objects.get()
    assert (issue.state, issue.title) == ("accepted", "路灯全灭")
    assert [step.verb for step in issue.steps.all()] == ["register", "told", "accept"]
    assert told[0]
