"""A county's standard of topics, loaded by an administrator from a sheet."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.models import DispatchRule, Topic
from jobs.models import Act
from tests.importing.books import book

pytestmark = pytest.mark.django_db

LOAD = "/admin/casework/topic/load/"
HEADER = ("序号", "一级分类", "二级分类", "事项编码", "承办部门")
ROWS = [
    (1, "水电暖", "供水水质", "0305", "方格县水利局"),
    (2, "城乡建设（供热）", "供热温度", "0306", "没有的局"),
    (3, "天外来客", "飞碟", "", ""),
]


def send(client, tmp_path, rows):
    file = book(tmp_path / "t.xlsx", HEADER, rows)
    upload = SimpleUploadedFile("t.xlsx", file.read_bytes())
    return client.post(LOAD, {"file": upload}, follow=True)


def topics():
    return set(Topic.objects.values_list("subject", "label", "code"))


def test_a_standard_is_loaded_as_one_act_and_taken_back(world, as_user, tmp_path):
    before = topics()
    client = as_user("administrator")
    page = send(client, tmp_path, ROWS).content.decode()
    assert topics() - before == {
        ("utilities", "供水水质", "0305"), ("utilities", "供热温度", "0306"),
        ("other", "飞碟", ""),
    }  # fmt: skip
    rule = DispatchRule.objects.get(topic__code="0305")
    assert rule.organisation == world.organisations["department"]
    assert "没有的局" in page and "天外来客" in page
    act = Act.objects.latest("at")
    assert act.sentence in page
    client.post(f"/acts/{act.pk}/undo/")
    assert topics() == before and not DispatchRule.objects.filter(topic__code="0305").exists()


def test_the_same_sheet_again_changes_nothing_and_a_code_renames(world, as_user, tmp_path):
    client = as_user("administrator")
    send(client, tmp_path, ROWS)
    once = topics()
    send(client, tmp_path, ROWS)
    assert topics() == once and DispatchRule.objects.count() == 1
    send(client, tmp_path, [(1, "水电暖", "自来水水质", "0305", "")])
    assert ("utilities", "自来水水质", "0305") in topics() and len(topics()) == len(once)


def test_rows_with_errors_load_nothing(world, as_user, tmp_path):
    before = topics()
    rows = [
        *ROWS,
        (4, "水电暖", "供水水质", "", ""),
        (5, "", "无类", "", ""),
        (6, "教育", "长" * 41),
    ]
    answer = send(as_user("administrator"), tmp_path, rows)
    assert answer.status_code == 400 and topics() == before
    page = answer.content.decode()
    assert "C5" in page and "B6" in page and "C7" in page


@pytest.mark.parametrize("login", ["manager", "leader", "clerk"])
def test_nobody_else(world, as_user, tmp_path, login):
    assert as_user(login).get(LOAD).status_code == 404
    send(as_user(login), tmp_path, ROWS)
    assert not Topic.objects.filter(code="0305").exists()
