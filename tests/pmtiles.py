"""Write a small PMTiles archive (version 3) from tiles, as a deployer's base map would be."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

PNG, MVT = 2, 1


def tile_number(z: int, x: int, y: int) -> int:
    """The place of a tile on the Hilbert curve through all zooms."""
    number, side = (4**z - 1) // 3, 1 << (z - 1) if z else 0
    while side:
        right, lower = int(bool(x & side)), int(bool(y & side))
        number += side * side * ((3 * right) ^ lower)
        if not lower:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side >>= 1
    return number


def varint(value: int) -> bytes:
    """A number in groups of seven bits."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def write_archive(
    path: Path, tiles: Mapping[tuple[int, int, int], bytes], *, kind: int,
    bounds: tuple[float, float, float, float],
) -> None:  # fmt: skip
    """Tiles by (z, x, y), not compressed, in one directory."""
    ordered = sorted((tile_number(*place), body) for place, body in tiles.items())
    numbers = [number for number, _body in ordered]
    columns = [
        [number - before for number, before in zip(numbers, [0, *numbers], strict=False)],
        [1] * len(ordered),
        [len(body) for _number, body in ordered],
        [1, *[0] * (len(ordered) - 1)],  # at the start, then one behind the other
    ]
    counts = [len(ordered), *[value for column in columns for value in column]]
    directory = b"".join(varint(value) for value in counts)
    metadata = json.dumps({"attribution": "drawn <b>by hand</b>"}).encode()
    data = b"".join(body for _number, body in ordered)
    start, zooms = 127 + len(directory) + len(metadata), [z for z, _x, _y in tiles]
    header = b"PMTiles\x03" + struct.pack(
        "<11Q", 127, len(directory), 127 + len(directory), len(metadata), start, 0, start,
        len(data), len(ordered), len(ordered), len(ordered),
    )  # fmt: skip
    west, south, east, north = (round(degree * 1e7) for degree in bounds)
    header += struct.pack("<6B", 1, 1, 1, kind, min(zooms), max(zooms))
    header += struct.pack("<4iB2i", west, south, east, north, min(zooms), west, south)
    path.write_bytes(header + directory + metadata + data)
