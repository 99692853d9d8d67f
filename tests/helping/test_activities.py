"""Activities: what is refused, who writes and reads them, the ledger and its file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from casework.activities import KINDS, activity_record
from casework.models import Activity, ActivityKind
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Refusal
from tests.access import expected
from tests.people import World
from tests.shapes import CODES

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def record(world: World, **given: Any) -> Activity:
    values = {"kind": ActivityKind.objects.get(code="training"), "title": "养牛技术培训",
              "area": world.areas["V1"], "on": world.on, "current": world.on, **given}  # fmt: skip
    return activity_record(**values)


def test_the_kinds_of_the_county_are_there_from_the_start() -> None:
    assert [kind.label for kind in ActivityKind.objects.all()] == [label for _c, label, _e in KINDS]
    assert len(KINDS) == 10


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"sessions": 0}, "sessions"),
        ({"people": 0}, "people"),
        ({"quantity": Decimal("1.5"), "unit": "份"}, "quantity"),
        ({"quantity": Decimal(5), "unit": "亩"}, "unit"),
        ({"note": "150000199001011234"}, "note"),
    ],
)
def test_what_an_activity_cannot_mean_is_refused_at_its_field(
    world: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        record(world, **given)
    assert refused.value.field == field
    with pytest.raises(Refusal) as late:
        record(world, on=world.on + timedelta(days=1))
    assert late.value.field == "on"


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_who_sees_the_area_reads_it_and_who_works_there_writes_it(
    world: World, as_user: SignIn, login: str
) -> None:
    activity, client = record(world), as_user(login)
    reads = "V1" in expected.within(login, "counts")
    writes = "V1" in expected.within(login, "household P2")
    assert client.get(f"/activities/{activity.pk}/").status_code == (200 if reads else 404)
    assert client.get(f"/activities/{activity.pk}/edit/").status_code == (200 if writes else 404)
    opens = bool(expected.within(login, "counts"))
    page = client.get("/tables/activities/")
    assert page.status_code == (200 if opens else 404)
    assert ("养牛技术培训" in page.content.decode()) == reads


def test_one_is_recorded_by_form_added_up_exported_and_taken_back(
    world: World, as_user: SignIn, settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    client = as_user("manager")
    given = {"kind": "handing_out", "title": "防火宣传", "area": CODES["V2"], "sessions": "3",
             "people": "120", "quantity": "500", "unit": "份", "on": world.on.isoformat(),
             "place": "", "organisation": "", "note": ""}  # fmt: skip
    wrong = client.post("/activities/new/", {**given, "area": "无此村"})
    assert wrong.status_code == 400 and "防火宣传" in wrong.content.decode()
    answer = client.post("/activities/new/", given)
    assert answer.status_code == 302
    page = client.get("/tables/activities/?what=handing_out").content.decode()
    assert "防火宣传" in page and "合计 3 场次，120 人次" in page
    taken: Any = client.post("/tables/activities/export/", {"what": "activities"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(taken.streaming_content)))
    header, row = book.get_sheet_by_index(0).to_python()
    line = dict(zip(header, row, strict=True))
    assert (line["类别"], line["场次"], line["数量"], line["单位"]) == (
        "发放资料",
        "3",
        "500",
        "份",
    )
    act_undo(act=Act.objects.get(), by=world.user("manager"))
    assert not Activity.objects.exists()


def test_a_kind_in_use_is_named_anew_by_the_administrator_and_not_removed(
    world: World, as_user: SignIn
) -> None:
    record(world)
    client = as_user("administrator")
    address = "/admin/casework/activitykind/training"
    answer = client.post(f"{address}/change/", {"label": "技能培训", "label_en": "", "position": 2})
    assert answer.status_code == 302
    assert str(ActivityKind.objects.get(code="training").label) == "技能培训"
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
