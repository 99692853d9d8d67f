"""Base maps in a real browser: an XYZ address, a map file with pictures, one with vectors."""

from __future__ import annotations

import copy
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from PIL import Image
from playwright.sync_api import Page, expect

from config.basemap import BaseMap
from lib.tiles import HALF
from tests.browser.conftest import Visitor
from tests.pmtiles import MVT, PNG, write_archive
from tests.shapes import point

#: A colour that nothing else on the page has.
GREEN = (20, 200, 60)
#: Land and water as the painter of the vectors draws them are other colours than ours.
BOUNDS = (119.0, 44.0, 121.0, 46.0)


def picture() -> bytes:
    """One tile of plain colour."""
    out = io.BytesIO()
    Image.new("RGB", (256, 256), GREEN).save(out, "PNG")
    return out.getvalue()


@contextmanager
def tile_server(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A tile server on this machine: its origin, and the paths it was asked for."""
    asked: list[str] = []
    body = picture()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(body if status == 200 else b"")

        def log_message(self, *_parts: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def allow_pictures_from(settings, origin: str) -> None:
    """What the settings do with the origin of a base map."""
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["img-src"].append(origin)
    settings.CONTENT_SECURITY_POLICY = policy


def tiles_around(zooms: range) -> list[tuple[int, int, int]]:
    """The tiles that hold the middle of the drawing, and their neighbours."""
    found = []
    for z in zooms:
        place: Any = point(3, 1).transform(3857, clone=True)
        side = 2 * HALF / (1 << z)
        x, y = int((place.x + HALF) / side), int((HALF - place.y) / side)
        found += [(z, x + i, y + j) for i in range(-4, 5) for j in range(-4, 5)]
    return found


def colours(page: Page, selector: str) -> list[list[int]]:
    """The colour in the middle of each canvas of the base map."""
    return page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)].filter((c) => c.width > 1)
          .map((c) => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data])""",
        selector,
    )


def test_tiles_of_an_address_lie_beneath_the_areas(visitor: Visitor, settings):
    with tile_server() as (origin, asked):
        settings.BASEMAP = BaseMap(
            url=f"{origin}/wmts/{{z}}/{{y}}/{{x}}.png", subdomains=["a"], attribution="某测绘院",
            hosts=[origin],
        )  # fmt: skip
        allow_pictures_from(settings, origin)
        visitor.sign_in("manager")
        page = visitor.page
        expect(page.locator(".leaflet-tile-pane img.leaflet-tile-loaded").first).to_be_visible()
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("某测绘院")
        assert asked
        _empty, kind, z, y, x = asked[0].split("/")
        assert (kind, int(z)) in [("wmts", z) for z in range(8, 18)]
        assert (int(z), int(x.removesuffix(".png")), int(y)) in tiles_around(
            range(int(z), int(z) + 1)
        )
        visitor.check_access()
        visitor.fits()
        visitor.shot("basemap-tiles")
        visitor.layers().get_by_role("button", name="底图").click()
        expect(page.locator(".leaflet-tile-pane img")).to_have_count(0)
        page.wait_for_url("**base=none**")


def test_without_its_tiles_the_map_goes_on_with_the_graticule(visitor: Visitor, settings):
    with tile_server(status=403) as (origin, asked):
        settings.BASEMAP = BaseMap(url=f"{origin}/{{z}}/{{x}}/{{y}}.png", subdomains=["a"])
        allow_pictures_from(settings, origin)
        visitor.sign_in("manager")
        page = visitor.page
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("底图暂时加载不了")
        expect(page.locator(".leaflet-graticule-pane canvas")).to_be_visible()
        expect(page.locator(".leaflet-areas-pane")).to_have_css("opacity", "1")
        expect(page.locator("lh-status")).to_contain_text("底图暂时加载不了")
        assert asked
        visitor.shot("basemap-gone")
    # The browser names each picture that was refused: that is what this test makes.
    visitor.complaints[:] = [c for c in visitor.complaints if "status of 403" not in c]


def test_pictures_of_a_map_file_are_painted(visitor: Visitor, settings, tmp_path: Path):
    path = tmp_path / "county.pmtiles"
    body = picture()
    tiles = dict.fromkeys(tiles_around(range(9, 15)), body)
    write_archive(path, tiles, kind=PNG, bounds=BOUNDS)
    settings.BASEMAP = BaseMap(pmtiles=path)
    with visitor.page.expect_response(
        lambda r: "basemap.pmtiles" in r.url and r.status == 206
    ) as first:
        visitor.sign_in("manager")
    assert first.value.request.headers["range"] == "bytes=0-16383"
    page = visitor.page
    page.wait_for_function(
        "() => document.querySelector('.leaflet-tile-pane canvas.leaflet-tile-loaded')?.width > 1"
    )
    shown = colours(page, ".leaflet-tile-pane > .leaflet-layer canvas")
    assert shown
    assert {tuple(colour) for colour in shown} == {(*GREEN, 255)}
    # What the archive itself credits, without its marks.
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("drawn by hand")
    visitor.shot("basemap-file")


def test_vectors_of_a_map_file_are_painted(visitor: Visitor, settings, tmp_path: Path):
    path = tmp_path / "county.pmtiles"
    square = {"geometry": "POLYGON((0 0, 4096 0, 4096 4096, 0 4096, 0 0))", "properties": {}}
    lake = {"geometry": "POLYGON((0 0, 4096 0, 4096 4096, 0 4096, 0 0))",
            "properties": {"kind": "lake"}}  # fmt: skip
    body = mapbox_vector_tile.encode(
        [{"name": "earth", "features": [square]}, {"name": "water", "features": [lake]}]
    )
    write_archive(path, dict.fromkeys(tiles_around(range(8, 15)), body), kind=MVT, bounds=BOUNDS)
    settings.BASEMAP = BaseMap(pmtiles=path, attribution="某测绘院")
    visitor.sign_in("manager")
    page = visitor.page
    page.wait_for_function(
        """() => [...document.querySelectorAll('.leaflet-tile-pane canvas')].some((c) => c.width > 1
          && c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[3] === 255)"""
    )
    page.wait_for_load_state("networkidle")
    water = (128, 222, 234, 255)  # of the painter's light colours
    assert water in {tuple(colour) for colour in colours(page, ".leaflet-tile-pane canvas")}
    visitor.shot("basemap-vectors")


def test_another_picture_is_chosen_on_the_map(visitor: Visitor, settings):
    with tile_server() as (origin, _asked):
        settings.BASEMAP = BaseMap(
            tianditu_key="0123456789abcdef", url=f"{origin}/{{z}}/{{x}}/{{y}}.png",
            subdomains=["a"], hosts=[origin],
        )  # fmt: skip
        allow_pictures_from(settings, origin)
        visitor.sign_in("nobody")  # nothing is asked of Tianditu by a test
        page = visitor.page
        page.goto(f"{visitor.base}/accounts/logout/")
        page.get_by_role("button", name="退出").last.click()
        page.goto(f"{visitor.base}/accounts/login/?next=/%3Fbase%3Down")
        page.fill("input[name=login]", "manager")
        page.fill("input[name=password]", "Grid-office-2026")
        page.get_by_role("button", name="登录").click()
        chooser = visitor.layers().get_by_role("combobox", name="底图")
        expect(chooser).to_have_value("own")
        assert [o.inner_text() for o in chooser.locator("option").all()] == [
            "地图", "影像", "自建底图", "不用底图",
        ]  # fmt: skip
        chooser.select_option("")
        expect(page.locator(".leaflet-tile-pane img")).to_have_count(0)
        visitor.check_access()
        visitor.fits()
        visitor.shot("basemap-choice")
