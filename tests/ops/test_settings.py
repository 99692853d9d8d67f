"""Settings of the deployer: understood, or refused by name before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.env import BadSetting, Env, database_from_url, read_dotenv


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
