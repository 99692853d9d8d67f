"""A sheet of topics that would give two topics one code or one name loads nothing and says so."""

from __future__ import annotations

import pytest

from casework.models import Topic
from tests.importing.test_topics import ROWS, send, topics

pytestmark = pytest.mark.django_db


def test_one_code_for_two_topics(world, as_user, tmp_path):
    before = topics()
    rows = [*ROWS, (4, "水电暖", "水压", "0305", "")]
    answer = send(as_user("administrator"), tmp_path, rows)
    assert answer.status_code == 400 and topics() == before
    assert "D5" in answer.content.decode()


def test_a_code_renamed_to_the_name_of_another(world, as_user, tmp_path):
    client = as_user("administrator")
    send(client, tmp_path, ROWS)
    Topic.objects.create(subject="utilities", label="水压", code="0399")
    before = topics()
    answer = send(client, tmp_path, [(1, "水电暖", "水压", "0305", "")])
    assert answer.status_code == 400 and topics() == before
    assert "0399" in answer.content.decode()
