"""Read settings from the environment or ``.env`` and refuse bad values by name.

Free of Django on purpose: ``./lianhu`` checks the same settings before anything is installed.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from lib.months import months_parse

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
FLAGS = ("DEBUG", "HTTPS", "BEHIND_PROXY", "EMAIL_SSL", "EMAIL_STARTTLS")
#: Months that people of the county usually spend at a kind of seasonal place.
PLACE_MONTHS = {
    "PLACE_MONTHS_WINTER": "11-4",
    "PLACE_MONTHS_SUMMER": "6-9",
    "PLACE_MONTHS_BETWEEN": "5,10",
}
SCHEMES = {"postgres", "postgresql", "postgis"}


class BadSetting(ValueError):
    """A setting of the deployer is not understood; the text names it and says what to write."""


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the ``NAME=value`` pairs of a ``.env`` file; a missing file is empty."""
    pairs: dict[str, str] = {}
    if not path.exists():
        return pairs
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        line = line.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name.isidentifier():
            raise BadSetting(f".env line {number}: write NAME=value, not {line!r}")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        pairs[name] = value
    return pairs


class Env:
    """The environment, with ``.env`` beneath it: a variable that is set wins over the file."""

    def __init__(self, dotenv: Path) -> None:
        self.values = {**read_dotenv(dotenv), **os.environ}

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def flag(self, name: str, default: bool) -> bool:
        raw = self.values.get(name)
        if raw is None:
            return default
        if raw.strip().lower() in TRUE:
            return True
        if raw.strip().lower() in FALSE:
            return False
        raise BadSetting(f"{name}={raw!r} is not understood: use 1 or 0")

    def port(self, name: str, default: int) -> int:
        raw = self.values.get(name) or str(default)
        if not (raw.isascii() and raw.isdigit() and 1 <= int(raw) <= 65535):
            raise BadSetting(f"{name}={raw!r} is not understood: use a number from 1 to 65535")
        return int(raw)

    def months(self, name: str, default: str) -> list[int]:
        """Months of the year, as 11-4 or 4-5,10."""
        raw = self.values.get(name) or default
        try:
            return months_parse(raw)
        except ValueError:
            raise BadSetting(f"{name}={raw!r} is not understood: write months as 11-4") from None

    def count(self, name: str, default: int) -> int:
        """A whole number of 1 or more."""
        raw = self.values.get(name) or str(default)
        if not (raw.isascii() and raw.isdigit() and int(raw) >= 1):
            raise BadSetting(f"{name}={raw!r} is not understood: use a whole number from 1")
        return int(raw)

    def secret(self, name: str, fallback_file: Path) -> str:
        """A secret of at least 32 characters from the environment or the file the set-up made."""
        raw = self.values.get(name)
        if raw is None and fallback_file.exists():
            raw = fallback_file.read_text("ascii").strip()
        if raw is None:
            raise BadSetting(
                f"{name} is not set and {fallback_file} does not exist: start with ./lianhu run"
            )
        if len(raw) < 32:
            raise BadSetting(f"{name} is too short: use at least 32 random characters")
        return raw

    def refuse_bad_values(self) -> None:
        """Raise BadSetting for the first setting that could not be used later."""
        self.port("PORT", 8000)
        for name in ("GRID_HOUSEHOLDS", "UNIT_HOUSEHOLDS"):
            self.count(name, 1)
        for name in FLAGS:
            self.flag(name, False)
        for name, usual in PLACE_MONTHS.items():
            self.months(name, usual)
        if "SECRET_KEY" in self.values:
            self.secret("SECRET_KEY", Path())
        for name in ("DATABASE_URL", "OWNER_DATABASE_URL"):
            if self.values.get(name):
                database_from_url(self.values[name], name)


def database_from_url(url: str, setting: str = "DATABASE_URL") -> dict[str, object]:
    """Translate ``postgres://user:password@host:port/name`` into a Django database entry.

    A socket folder goes into ``?host=/folder``; further parameters (sslmode, ...) are handed to
    the driver. The line ``DATABASE_URL=...`` that ``./lianhu db`` prints is taken as a whole too.
    """
    usage = f"{setting} is not understood: write postgres://user:password@host:port/name"
    try:
        parts = urlsplit(url.strip().removeprefix("DATABASE_URL="))
        port = parts.port
    except ValueError as error:
        raise BadSetting(f"{usage} ({error})") from None
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in SCHEMES or not name or "/" in name:
        raise BadSetting(usage)
    query = dict(parse_qsl(parts.query))
    entry: dict[str, object] = {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
    }
    if query:
        entry["OPTIONS"] = query
    return entry
