"""Grids from a map file by the page, on a wide screen and on a phone."""

from __future__ import annotations

from tests.browser.conftest import Visitor
from tests.importing.test_areas import geojson
from tests.importing.test_areas_page import grid, square
from tests.people import World


def test_grids_are_loaded_from_a_map_file(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    page.goto(f"{visitor.base}/import/")
    page.locator("label.kind", has=page.locator("input[value=areas]")).click()
    assert page.locator("#drop small:visible").count() == 1
    assert "GeoJSON" in page.locator("#drop small:visible").inner_text()
    source = geojson(
        grid(2, square(2.95, 1, 0.6, 1)), grid(3, square(5, 0), village="159901101201")
    )
    page.set_input_files(
        "input[name=file]",
        {"name": "网格边界.geojson", "mimeType": "application/geo+json", "buffer": source},
    )
    page.select_option("select[name=level]", "grid")
    page.select_option("select[name=crs]", "wgs84")
    visitor.fits()
    visitor.check_access()
    visitor.shot("areas-chosen")
    page.get_by_role("button", name="读取文件").click()
    page.wait_for_load_state("networkidle")
    text = page.locator("main").inner_text()
    assert "159901101201003" in text and "重叠" in text
    visitor.fits()
    visitor.check_access()
    visitor.shot("areas-checked")
    page.locator("button[name=rows][value=good]").click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name="撤销").count() == 1
    visitor.fits()
    visitor.shot("areas-done")
    page.goto(f"{visitor.base}/?level=grid")
    page.wait_for_load_state("networkidle")
    page.get_by_text("新2网格").first.wait_for(state="attached")
