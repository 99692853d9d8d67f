"""Settings of the deployer: understood, or refused by name before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from config.basemap import base_map
from config.env import BadSetting, Env, database_from_url, read_dotenv
from config.finders import PackageFileFinder


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch) -> Path:
    for name in ("PORT", "DEBUG", "SECRET_KEY", "DATABASE_URL", "OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".env"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "８０００"),
        ("PORT", "-1"),
        ("DEBUG", "maybe"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", ""),
        ("DATABASE_URL", "mysql://a:b@c/d"),
        ("DATABASE_URL", "postgres://a:b@c"),
        ("DATABASE_URL", "postgres://a:b@c:port/d"),
        ("DATABASE_URL", "postgres://a:b@[c/d"),
        ("OWNER_DATABASE_URL", "somewhere"),
    ],
)
def test_it_refuses_a_bad_value_by_name(dotenv: Path, name: str, value: str):
    dotenv.write_text(f"{name}={value}\n", "utf-8")
    with pytest.raises(BadSetting, match=name):
        Env(dotenv).refuse_bad_values()


def test_the_environment_wins_over_the_file(dotenv: Path, monkeypatch):
    dotenv.write_text('# office\nexport PORT=9000\nDEBUG="1"\n', "utf-8")
    monkeypatch.setenv("PORT", "9100")
    env = Env(dotenv)
    env.refuse_bad_values()
    assert env.port("PORT", 8000) == 9100
    assert env.flag("DEBUG", False) is True


def test_it_names_the_line_of_the_file_that_is_no_setting(dotenv: Path):
    dotenv.write_text("PORT=8000\nhello\n", "utf-8")
    with pytest.raises(BadSetting, match="line 2"):
        read_dotenv(dotenv)


def test_it_reads_every_part_of_a_database_address():
    entry = database_from_url("postgres://us%40er:p%2Fw@db.example:5433/county?sslmode=require")
    assert entry["USER"] == "us@er"
    assert entry["PASSWORD"] == "p/w"
    assert (entry["HOST"], entry["PORT"], entry["NAME"]) == ("db.example", "5433", "county")
    assert entry["OPTIONS"] == {"sslmode": "require"}


def test_it_takes_a_socket_folder_and_the_line_that_db_prints():
    entry = database_from_url("DATABASE_URL=postgres://u:p@:5433/county?host=/tmp/some%20where")
    assert (entry["HOST"], entry["PORT"]) == ("/tmp/some where", "5433")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIANDITU_KEY", "my key"),
        ("TIANDITU_KEY", "abc&x=1"),
        ("BASEMAP_SUBDOMAINS", "a b"),
        ("BASEMAP_MAX_ZOOM", "deep"),
        ("BASEMAP_URL", "maps.example/{z}/{x}/{y}.png"),
        ("BASEMAP_URL", "https://maps.example/{z}/{x}.png"),
        ("BASEMAP_URL", "https://maps.example/{z}/{x}/{y}/{-y}.png"),
        ("BASEMAP_URL", "https://maps.example; script-src *//{z}/{x}/{y}.png"),
        ("BASEMAP_URL", "https://maps.example/{TileMatrixSet}/{z}/{y}/{x}.png"),
        ("BASEMAP_URL", "https://t0.tianditu.gov.cn/vec_c/wmts?a={z}&b={x}&c={y}"),
        ("BASEMAP_URL", "https://h/wmts?TILEMATRIXSET=EPSG:4326&a={z}&b={x}&c={y}"),
        ("BASEMAP_PMTILES", "/nowhere/county.pmtiles"),
        ("BASEMAP_PMTILES", "/"),
    ],
)
def test_it_refuses_a_base_map_it_cannot_use_by_name(dotenv: Path, name: str, value: str):
    dotenv.write_text(f'{name}="{value}"\n', "utf-8")
    with pytest.raises(BadSetting, match=name):
        base_map(Env(dotenv))


def test_it_refuses_a_file_that_is_no_archive(dotenv: Path, tmp_path: Path):
    (tmp_path / "town.pmtiles").write_bytes(b"SQLite format 3")
    dotenv.write_text(f"BASEMAP_PMTILES={tmp_path / 'town.pmtiles'}\n", "utf-8")
    with pytest.raises(BadSetting, match="no PMTiles archive"):
        base_map(Env(dotenv))


@pytest.mark.parametrize(
    "host",
    ["webrd0{s}.is.autonavi.com", "rt0.map.gtimg.com", "online1.map.bdimg.com:443", "AMAP.com"],
)
def test_it_offers_no_map_that_is_shifted(dotenv: Path, host: str):
    dotenv.write_text(f"BASEMAP_URL=https://{host}/t?x={{x}}&y={{y}}&z={{z}}\n", "utf-8")
    with pytest.raises(BadSetting, match=r"BASEMAP_URL: the maps of .* are shifted"):
        base_map(Env(dotenv))


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("https://h/{z}/{x}/{y}.png", "https://h/{z}/{x}/{y}.png"),
        ("http://h:8080/tms/{z}/{x}/{-y}.png", "http://h:8080/tms/{z}/{x}/{-y}.png"),
        (
            "https://h/wmts?TILEMATRIX=EPSG:3857:{TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}",
            "https://h/wmts?TILEMATRIX=EPSG:3857:{z}&TILEROW={y}&TILECOL={x}",
        ),
        (
            "https://h/rest/l/default/w/{tilematrix}/{TILEROW}/{ TileCol }.png",
            "https://h/rest/l/default/w/{z}/{y}/{x}.png",
        ),
    ],
)
def test_it_understands_every_way_to_write_a_tile(dotenv: Path, written: str, understood: str):
    dotenv.write_text(f"BASEMAP_URL={written}\n", "utf-8")
    assert base_map(Env(dotenv)).url == understood


def test_the_policy_allows_exactly_the_hosts_of_the_base_map(dotenv: Path):
    dotenv.write_text("BASEMAP_URL=https://{s}.h.example/{z}/{x}/{y}\nBASEMAP_SUBDOMAINS=a,b\n")
    assert base_map(Env(dotenv)).hosts == ["https://a.h.example", "https://b.h.example"]
    dotenv.write_text("TIANDITU_KEY=0123456789abcdef\n")
    assert base_map(Env(dotenv)).hosts == [f"https://t{n}.tianditu.gov.cn" for n in range(8)]


def test_a_file_of_a_package_is_collected_where_pages_ask_for_it():
    # Tests are served by the finder; what is collected for the server keeps its own name.
    finder = PackageFileFinder()
    collected = {f"{storage.prefix}/{name}" for name, storage in finder.list(None)}
    assert collected == set(settings.PACKAGE_FILES)
