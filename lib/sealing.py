"""Phone numbers sealed with AES-GCM, and a keyed hash of their last four digits for search.

A sealed value is version (1 byte), key id (4), nonce (12), ciphertext with tag. The key file holds
one base64 key of 32 bytes a line, newest first: the first seals, all open.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
_HEAD = 5
_NONCE = 12
TAIL_BYTES = 8


class SealError(ValueError):
    """A value or key file that cannot be used; never says anything about the content."""


def generate_key() -> str:
    """A new key as a line of the key file."""
    return base64.b64encode(os.urandom(32)).decode()


def load_keys(path: str | os.PathLike[str]) -> list[bytes]:
    """The keys of a key file, newest first; SealError when it is missing, empty or malformed."""
    try:
        lines = Path(path).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SealError(f"the key file {path} cannot be read: {error}") from None
    return parse_keys(lines)


def parse_keys(lines: Iterable[str]) -> list[bytes]:
    """The keys of lines of base64; blank lines and lines that begin with # are left out."""
    keys = []
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != 32:
            raise SealError(f"line {number} of the key file is no base64 key of 32 bytes")
        keys.append(key)
    if not keys:
        raise SealError("the key file holds no key")
    return keys


class Sealer:
    """Seals with the first of its keys, opens with any of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise SealError("no key")
        self._heads = [VERSION + hashlib.sha256(b"id" + key).digest()[:4] for key in keys]
        self._ciphers = {h: AESGCM(key) for h, key in zip(self._heads, keys, strict=True)}
        self._tail_keys = [hmac.digest(key, b"last four digits", "sha256") for key in keys]
        self._tables: dict[int, dict[str, bytes]] = {}

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> "Sealer":
        """A sealer with the keys of a key file."""
        return cls(load_keys(path))

    def seal(self, value: str) -> bytes:
        """The sealed form of a text; different at each call."""
        return self.seal_many([value])[0]

    def seal_many(self, values: Sequence[str]) -> list[bytes]:
        """The sealed forms of texts, in order."""
        head = self._heads[0]
        encrypt = self._ciphers[head].encrypt
        noise = os.urandom(_NONCE * len(values))
        sealed = []
        for i, value in enumerate(values):
            nonce = noise[_NONCE * i : _NONCE * (i + 1)]
            sealed.append(head + nonce + encrypt(nonce, value.encode(), head))
        return sealed

    def open(self, blob: bytes | memoryview) -> str:
        """The text of a sealed value; SealError when it was altered or its key is gone."""
        data = bytes(blob)
        head, nonce = data[:_HEAD], data[_HEAD : _HEAD + _NONCE]
        cipher = self._ciphers.get(head)
        if cipher is None:
            raise SealError("sealed with a key that is not in the key file")
        try:
            return cipher.decrypt(nonce, data[_HEAD + _NONCE :], head).decode()
        except (InvalidTag, ValueError):
            raise SealError("the sealed value was altered or cut off") from None

    def stale(self, blob: bytes | memoryview) -> bool:
        """Whether a value is sealed with an older key than the first."""
        return bytes(blob[:_HEAD]) != self._heads[0]

    def tail(self, digits: str) -> bytes:
        """The keyed hash (8 bytes) of the last four digits under the first key.

        SealError when the text does not end in four digits.
        """
        return self._table(0)[_last_four(digits)]

    def tail_many(self, numbers: Sequence[str]) -> list[bytes]:
        """The keyed hashes of numbers, in order."""
        table = self._table(0)
        return [table[_last_four(number)] for number in numbers]

    def tails(self, digits: str) -> list[bytes]:
        """The hashes under every key, for a search while a rotation is under way."""
        last = _last_four(digits)
        return [self._table(i)[last] for i in range(len(self._tail_keys))]

    def _table(self, position: int) -> dict[str, bytes]:
        table = self._tables.get(position)
        if table is None:
            key = self._tail_keys[position]
            table = {
                f"{n:04d}": hmac.digest(key, f"{n:04d}".encode(), "sha256")[:TAIL_BYTES]
                for n in range(10000)
            }
            self._tables[position] = table
        return table


def _last_four(digits: str) -> str:
    last = digits[-4:]
    if len(last) != 4 or not (last.isascii() and last.isdigit()):
        raise SealError("the last four digits are needed")
    return last
