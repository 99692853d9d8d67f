"""Seasonal places in the households file: read, changed, cleared, given back without a difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command

from households.models import Household, HouseholdPlace
from households.places import place_change
from jobs.imports import import_undo
from lib.errors import Refusal
from tests.importing.books import BEGAN, HEADER, ON, book, load, preview
from tests.shapes import CODES, draw_areas, point

pytestmark = pytest.mark.django_db

WIDE = (
    *HEADER, "冬营地经度", "冬营地纬度", "冬营地月份", "夏牧场经度", "夏牧场纬度", "夏牧场月份",
)  # fmt: skip
CAMP, PASTURE = point(2.2, 0.2), point(3.8, 1.8)


@pytest.fixture(autouse=True)
def areas(settings: Any, tmp_path: Path) -> Any:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


def row(*seasons: Any, serial: str = "A1", head: str = "赵一") -> tuple[Any, ...]:
    home = point(2.5, 0.5)
    return (serial, head, "", "", CODES["G21"], home.x, home.y, 3, *seasons)


BOTH = (CAMP.x, CAMP.y, "11月至次年4月", PASTURE.x, PASTURE.y, "")


def file(tmp_path: Path, *rows: tuple[Any, ...], name: str = "in.xlsx") -> Path:
    return book(tmp_path / name, WIDE, rows)


def held() -> list[tuple[str, list[int], tuple[float, float]]]:
    places = HouseholdPlace.objects.filter(void=False, during__contains=ON).order_by("kind")
    return [(p.kind, p.months, (p.point.x, p.point.y)) for p in places]


WINTER = ("winter", [1, 2, 3, 4, 11, 12], CAMP.coords)
SUMMER = ("summer", [6, 7, 8, 9], PASTURE.coords)


def test_it_reads_months_and_takes_the_usual_ones(tmp_path: Path):
    load(file(tmp_path, row(*BOTH)), crs="wgs84")
    assert held() == [SUMMER, WINTER]
    one = Household.objects.get()
    assert (one.location, one.season_point) == (point(2.5, 0.5), CAMP)


def test_given_back_it_changes_nothing(tmp_path: Path):
    load(file(tmp_path, row(*BOTH)), crs="wgs84")
    call_command("export_households", str(tmp_path / "out.xlsx"), area=CODES["T1"])
    counts = load(tmp_path / "out.xlsx", crs="wgs84").run.report["counts"]
    assert (counts["unchanged"], counts["changed"], counts["new"]) == (1, 0, 0)
    Household.objects.all().delete()
    load(tmp_path / "out.xlsx", crs="wgs84")
    assert held() == [SUMMER, WINTER]


def test_empty_cells_leave_a_dash_ends_and_numbers_move(tmp_path: Path):
    load(file(tmp_path, row(*BOTH)), crs="wgs84")
    load(file(tmp_path, row("", "", "", "", "", ""), name="b.xlsx"), crs="wgs84")
    assert held() == [SUMMER, WINTER]
    moved = row("—", "—", "", CAMP.x, CAMP.y, "7-8")
    again = load(file(tmp_path, moved, name="c.xlsx"), crs="wgs84")
    assert held() == [("summer", [7, 8], CAMP.coords)]
    assert Household.objects.get().season_point is None
    import_undo(run=again.run, by=None)
    assert held() == [SUMMER, WINTER]
    assert Household.objects.get().season_point == CAMP


def test_what_a_file_added_is_taken_back(tmp_path: Path):
    load(file(tmp_path, row()), crs="wgs84")
    added = load(file(tmp_path, row(*BOTH), name="b.xlsx"), crs="wgs84")
    assert Household.objects.get().season_point == CAMP
    import_undo(run=added.run, by=None)
    assert held() == []
    assert Household.objects.get().season_point is None


def test_a_pin_set_by_hand_is_kept(tmp_path: Path):
    load(file(tmp_path, row(*BOTH)), crs="wgs84")
    summer = HouseholdPlace.objects.get(kind="summer")
    by_hand = Point(120.0321, 45.0123, srid=4326)
    place_change(place=summer, kind="summer", months=[6], point=by_hand, source="pin", on=ON)
    found = load(file(tmp_path, row(*BOTH), name="b.xlsx"), crs="wgs84")
    assert held()[0][2] == by_hand.coords
    assert any("1" in notice for notice in found.run.report["notices"])


@pytest.mark.parametrize(
    ("seasons", "column", "sentence"),
    [
        ((CAMP.x, "", "", "", "", ""), "I", ""),
        ((CAMP.x, CAMP.y, "13", "", "", ""), "K", "1 至 12"),
        ((CAMP.x, CAMP.y, "冬天", "", "", ""), "K", "11-4"),
        ((CAMP.x, CAMP.y, "1-6", PASTURE.x, PASTURE.y, ""), "N", "另一处住处"),
        (("", "", "1-3", "", "", ""), "K", "经度"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_cell(tmp_path: Path, seasons, column, sentence):
    report = preview(file(tmp_path, row(*seasons)), crs="wgs84").run.report
    assert [p["column"] for p in report["problems"]] == [column]
    assert sentence in report["problems"][0]["message"]
    assert report["counts"]["new"] == 0 or report["counts"]["bad"] == 1


def test_coordinates_without_a_system_are_refused(tmp_path: Path):
    only = ("A1", "赵一", "", "", CODES["G21"], "", "", 3, CAMP.x, CAMP.y)
    with pytest.raises(Refusal):
        preview(file(tmp_path, only))
