"""The quick reset after transactional tests leaves what `migrate` left."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.database import filled_tables, reset_database


@pytest.mark.django_db(transaction=True)
def test_it_empties_tables_and_keeps_the_rows_of_migrations():
    before, types = filled_tables(), ContentType.objects.count()
    ContentType.objects.create(app_label="nowhere", model="nothing")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('key', 'data', now())")
    reset_database()
    assert sorted(filled_tables()) == sorted(before)
    assert ContentType.objects.count() == types
    added = ContentType.objects.create(app_label="nowhere", model="nothing")
    assert added.pk > types


@pytest.mark.django_db
def test_it_speaks_to_a_copy_of_the_template_as_the_tiles_do():
    ContentType.objects.create(app_label="nowhere", model="nothing")
    assert ContentType.objects.using("tiles").filter(app_label="nowhere").exists()
    assert connection.settings_dict["NAME"].startswith("lianhu_test_run_")
