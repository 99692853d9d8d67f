"""The pieces of `./lianhu` that decide something, without starting anything."""

from __future__ import annotations

import argparse
import json
import socket
import stat
import tarfile
from pathlib import Path

import pytest

from config.env import Env
from tools import archive, cluster, own, postgres, prepare, serve, system
from tools.base import Stop, write_private
from tools.certificate import local_names


def test_it_asks_for_no_npm_where_one_runs(monkeypatch):
    monkeypatch.setattr(system, "runs", lambda program: True)
    assert not {"nodejs", "npm"} & set(system.wanted(private_database=True, tests=False))
    monkeypatch.setattr(system, "runs", lambda program: False)
    assert {"nodejs", "npm"} <= set(system.wanted(private_database=True, tests=False))


def test_it_asks_for_a_browser_in_tests_only(monkeypatch):
    monkeypatch.setattr(system, "runs", lambda program: False)
    monkeypatch.setattr(system, "distribution", lambda: "debian")
    assert "chromium" in system.wanted(private_database=True, tests=True)
    assert "chromium" not in system.wanted(private_database=True, tests=False)


def test_it_asks_for_no_server_when_the_database_is_elsewhere(monkeypatch):
    monkeypatch.setattr(system, "runs", lambda program: False)
    packages = system.wanted(private_database=False, tests=False)
    assert "postgresql-postgis" not in packages
    assert "postgresql-client" in packages


def test_it_prints_the_line_to_run_where_it_may_not_install(monkeypatch):
    monkeypatch.setattr(system, "wanted", lambda **_: ["gettext", "no-such-package"])
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system, "installed", lambda packages: {"gettext"})
    monkeypatch.setattr(system, "become_root", lambda: None)
    with pytest.raises(Stop, match=r"apt-get update && apt-get install .*no-such-package"):
        system.install_missing(private_database=True)


def test_a_port_in_use_is_not_free():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not cluster.port_is_free(taken.getsockname()[1])
    assert 20000 <= cluster.free_port() < 32000


def test_addresses_differ_by_role_and_way():
    passwords = {cluster.SUPER: "s", cluster.OWNER: "o/1", cluster.APP: "a"}
    found = cluster.Cluster("/data", "postgres", "/tmp/lianhu-1", 20001, passwords)
    assert found.url("lianhu") == "postgres://lianhu_owner:o%2F1@127.0.0.1:20001/lianhu"
    by_socket = found.url("lianhu", cluster.APP, by_socket=True)
    assert by_socket == "postgres://lianhu_app:a@:20001/lianhu?host=/tmp/lianhu-1"
    assert postgres.with_name(by_socket, "other").endswith("@:20001/other?host=/tmp/lianhu-1")


def test_no_password_reaches_the_command_line_of_a_client(monkeypatch):
    monkeypatch.setenv("PGSERVICE", "another")
    env = postgres.client_env("postgres://u:pa%20ss@127.0.0.1:5433/county?sslmode=require")
    assert env["PGPASSWORD"] == "pa ss"
    assert env["PGSSLMODE"] == "require"
    assert env["PGDATABASE"] == "county"
    assert "PGSERVICE" not in env


def test_a_private_file_is_readable_by_its_owner_only(tmp_path: Path):
    file = tmp_path / "secret"
    write_private(file, "one\n")
    write_private(file, "two\n")
    assert file.read_text() == "two\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_secrets_are_made_once(tmp_path: Path, monkeypatch):
    for name, file in (("VAR", ""), ("SEALING_KEYS", "keys"), ("PASSWORD_FILE", "password")):
        monkeypatch.setattr(prepare, name, tmp_path / file)
    prepare.make_secrets()
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    prepare.make_secrets()
    assert first == {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert len(first) == 3


def answers(**given: str | None) -> argparse.Namespace:
    usual: dict[str, str | None] = {
        "code": "152223",
        "name": "测试县",
        "township_code": "152223100",
        "township_name": "测试镇",
        "admin": "zhang",
        "manager": "wang",
    }
    return argparse.Namespace(**{**usual, **given})


def test_start_own_takes_complete_answers():
    assert own.answers(answers())["township_name"] == "测试镇"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"code": "15222"}, "--code"),
        ({"township_code": "152224100"}, "does not lie"),
        ({"manager": "zhang"}, "each"),
        ({"admin": None}, "--admin"),
    ],
)
def test_start_own_refuses_what_does_not_fit(given, told, monkeypatch):
    monkeypatch.setattr(own.sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(Stop, match=told):
        own.answers(answers(**given))


def make_backup(folder: Path, *, damage: bool = False) -> Path:
    dump, keys = folder / "dump", folder / "keys"
    dump.write_bytes(b"rows")
    keys.write_text("a2V5\n", "ascii")
    sums = {archive.DUMP: archive.digest(dump), archive.KEYS: archive.digest(keys)}
    about = folder / "about"
    about.write_text(json.dumps({"format": 1, "demo": False, "made": "now", "sha256": sums}))
    if damage:
        dump.write_bytes(b"rowz")
    file = folder / "backup.tar"
    with tarfile.open(file, "w") as tar:
        for path, name in ((about, archive.ABOUT), (keys, archive.KEYS), (dump, archive.DUMP)):
            tar.add(path, name)
    return file


def test_a_whole_backup_is_unpacked(tmp_path: Path):
    to = tmp_path / "to"
    to.mkdir()
    assert archive.unpack(make_backup(tmp_path), to)["made"] == "now"
    assert (to / archive.DUMP).read_bytes() == b"rows"


def test_a_damaged_or_foreign_file_is_refused(tmp_path: Path):
    with pytest.raises(Stop, match="damaged"):
        archive.unpack(make_backup(tmp_path, damage=True), tmp_path)
    foreign = tmp_path / "foreign"
    foreign.write_text("hello")
    with pytest.raises(Stop, match="no backup"):
        archive.unpack(foreign, tmp_path)


def test_restored_keys_come_first_and_none_is_lost(tmp_path: Path):
    own_keys, restored = tmp_path / "own", tmp_path / "restored"
    own_keys.write_text("one\ntwo\n")
    restored.write_text("three\none\n")
    assert archive.merged_keys(own_keys, restored) == "three\none\ntwo\n"


def test_extensions_and_the_schema_are_left_out_of_a_restore():
    assert archive.made_already("2; 3079 16386 EXTENSION - postgis ")
    assert archive.made_already("4710; 0 0 COMMENT - EXTENSION postgis ")
    assert archive.made_already("5; 2615 2200 SCHEMA - public pg_database_owner")
    assert archive.made_already("4712; 0 16750 TABLE DATA public spatial_ref_sys lianhu_super")
    assert not archive.made_already("301; 1259 18000 TABLE public grids_area lianhu_owner")
    assert not archive.made_already("4721; 0 0 COMMENT public TABLE grids_area lianhu_owner")


def test_the_certificate_names_this_machine():
    names = local_names()
    assert {"DNS:localhost", "IP:127.0.0.1", f"DNS:{socket.gethostname()}"} <= set(names)


def test_no_process_answers_for_a_taken_port(monkeypatch, tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(Stop, match=f"Port {port} is taken.*PORT="):
            serve.run(Env(tmp_path / ".env"), https=False, demo=False)
