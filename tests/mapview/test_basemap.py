"""The deployer's base map: what the page is told, and the map file in ranges."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from config.basemap import BaseMap

FILE = "/tiles/basemap.pmtiles"
BYTES = b"PMTiles\x03" + bytes(range(256)) * 4


@pytest.fixture
def archive(tmp_path: Path, settings) -> Path:
    path = tmp_path / "county.pmtiles"
    path.write_bytes(BYTES)
    settings.BASEMAP = BaseMap(pmtiles=path, attribution="某测绘院")
    return path


def told(client: Client) -> list[dict]:
    """The base maps in the configuration of the map page."""
    page = client.get("/").content.decode()
    found = re.search(r'<script id="page-config" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found.group(1))["basemap"]


def test_it_tells_of_none_where_none_is_set(as_user, settings):
    settings.BASEMAP = BaseMap()
    assert told(as_user("manager")) == []


def test_it_offers_both_pictures_of_tianditu_with_their_names_over_them(as_user, settings):
    settings.BASEMAP = BaseMap(tianditu_key="0123456789abcdef")
    plain, image = told(as_user("manager"))
    assert [plain["key"], image["key"]] == ["map", "image"]
    assert [url.split("/")[3] for url in plain["urls"]] == ["vec_w", "cva_w"]
    assert [url.split("/")[3] for url in image["urls"]] == ["img_w", "cia_w"]
    assert plain["urls"][1] == (
        "https://t{s}.tianditu.gov.cn/cva_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        "&LAYER=cva&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=0123456789abcdef"
    )
    assert plain["subdomains"] == list("01234567")
    assert plain["maxNativeZoom"] == 18


def test_it_offers_an_own_address_and_a_file_side_by_side(as_user, settings, archive: Path):
    settings.BASEMAP = BaseMap(pmtiles=archive, url="https://h/{z}/{x}/{y}.png", max_zoom=16)
    file, own = told(as_user("manager"))
    assert file["kind"] == "pmtiles"
    assert file["urls"][0].startswith(f"{FILE}?v=")
    assert own["maxNativeZoom"] == 16


def test_another_file_has_another_address(as_user, archive: Path):
    before = told(as_user("manager"))[0]["urls"]
    archive.write_bytes(BYTES + b"more")
    assert told(as_user("manager"))[0]["urls"] != before


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-126", 0, 126), ("bytes=1000-", 1000, 1031), ("bytes=-10", 1022, 1031),
     ("bytes=1000-99999", 1000, 1031)],
)  # fmt: skip
def test_it_sends_the_range_that_was_asked_for(as_user, archive: Path, asked, first, last):
    answer = as_user("head").get(FILE, HTTP_RANGE=asked)
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == BYTES[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/1032"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["Cache-Control"] == "private, max-age=604800"
    assert not answer["ETag"].startswith("W/")


@pytest.mark.parametrize("asked", ["bytes=1032-", "bytes=5-4", "bytes=-0", "bytes=-"])
def test_it_refuses_a_range_that_is_not_there(as_user, archive: Path, asked):
    answer = as_user("head").get(FILE, HTTP_RANGE=asked)
    assert answer.status_code == 416
    assert answer["Content-Range"] == "bytes */1032"


def test_it_sends_the_whole_file_where_no_range_is_understood(as_user, archive: Path):
    for asked in ("", "bytes=0-1,4-5", "lines=1-2"):
        answer = as_user("head").get(FILE, HTTP_RANGE=asked)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == BYTES


def test_a_browser_that_has_it_is_told_so(as_user, archive: Path):
    client = as_user("head")
    etag = client.get(FILE)["ETag"]
    assert client.get(FILE, HTTP_IF_NONE_MATCH=etag).status_code == 304
    stale = client.get(FILE, HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE='"another"')
    assert stale.status_code == 200


def test_only_who_is_signed_in_gets_it(world, archive: Path):
    assert Client().get(FILE).status_code == 401


def test_without_a_file_there_is_no_such_address(as_user, settings):
    settings.BASEMAP = BaseMap()
    assert as_user("manager").get(FILE).status_code == 404
