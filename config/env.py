"""Read settings from the environment or ``.env`` and refuse bad values by name."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the ``NAME=value`` pairs of a ``.env`` file; a missing file is empty."""
    pairs: dict[str, str] = {}
    if not path.exists():
        return pairs
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise ImproperlyConfigured(f".env line {number}: write NAME=value, not {line!r}")
        pairs[name.strip()] = value.strip().strip("\"'")
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
        if raw.lower() in TRUE:
            return True
        if raw.lower() in FALSE:
            return False
        raise ImproperlyConfigured(f"{name}={raw!r} is not understood: use 1 or 0")

    def secret(self, name: str, fallback_file: Path) -> str:
        """A secret of at least 32 characters from the environment or the file the set-up made."""
        raw = self.values.get(name)
        if raw is None and fallback_file.exists():
            raw = fallback_file.read_text("ascii").strip()
        if raw is None:
            raise ImproperlyConfigured(
                f"{name} is not set and {fallback_file} does not exist: start with ./lianhu run"
            )
        if len(raw) < 32:
            raise ImproperlyConfigured(f"{name} is too short: use at least 32 random characters")
        return raw


def database_from_url(url: str) -> dict[str, object]:
    """Translate ``postgres://user:password@host:port/name`` into a Django database entry."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql", "postgis"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood: write postgres://user:password@host:port/name"
        )
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL has no usable port: {error}") from None
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
    }
