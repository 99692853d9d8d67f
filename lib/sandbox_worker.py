"""The process that opens uploaded files; started by `sandbox.py`, imports nothing of the project.

Answers on standard output, one JSON value a line: the values of its task, then `true`; or an object
{"$error": key, "detail": text}.
"""

import csv
import ctypes
import datetime as dt
import io
import json
import os
import resource
import sys
import zipfile

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
ROWS_PER_LINE = 2000
DRIVERS = {"GPKG", "GeoJSON", "ESRI Shapefile"}


class Refused(Exception):
    """A file that is not read: key of the sentence, and a detail for it."""


def confine(options):
    """Give up the network, memory and time beyond the limits, and writing files."""
    libc = ctypes.CDLL(None, use_errno=True)
    # Where the kernel forbids namespaces the closed socket module remains.
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    memory, seconds = options["memory"], options["seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def no_socket(*_args, **_kwargs):
        raise OSError("no network here")

    import _socket
    import socket

    _socket.socket = socket.socket = no_socket
    socket.create_connection = no_socket


def send(value):
    out = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
    sys.stdout.buffer.write(out.encode("utf-8", "replace") + b"\n")


def plain(value):
    if isinstance(value, dt.datetime):
        return {"$dt": value.isoformat()}
    if isinstance(value, dt.date):
        return {"$d": value.isoformat()}
    if isinstance(value, dt.time):
        return {"$t": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"$s": value.total_seconds()}
    return str(value)


# Tables


def read_table(data, options):
    if data[:4] == b"PK\x03\x04":
        check_archive(data, options)
        read_workbook(data, options)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Refused("encrypted")
        read_workbook(data, options)
    else:
        read_csv(data, options)


def check_archive(data, options):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Refused("broken") from error
    if sum(entry.file_size for entry in entries) > options["unpacked"]:
        raise Refused("bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    if not any(entry.filename.startswith("xl/") for entry in entries):
        raise Refused("unknown")


def read_workbook(data, options):
    import python_calamine

    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise Refused("encrypted") from error
    left = options["cells"]
    for position, meta in enumerate(book.sheets_metadata):
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
        if hidden:
            send({"sheet": meta.name, "hidden": True, "merged": []})
            continue
        sheet = book.get_sheet_by_index(position)
        merged = [[*a, *b] for a, b in sheet.merged_cell_ranges or []]
        send({"sheet": meta.name, "hidden": False, "merged": merged})
        if sheet.start is None:
            continue
        left -= (sheet.total_width + 1) * (sheet.total_height + 1)
        if left < 0:
            raise Refused("too_many_cells")
        pad = [""] * sheet.start[1]
        send_rows(([*pad, *row] for row in sheet.iter_rows()) if pad else sheet.iter_rows())


def send_rows(rows):
    part = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_PER_LINE:
            send(part)
            part = []
    if part:
        send(part)


def read_csv(data, options):
    content = decode(data)
    head = content[:2000].lstrip().lower()
    if head.startswith(("<html", "<!doctype html", "<table", "<?xml", "<meta")):
        raise Refused("html")
    if "\0" in content:
        raise Refused("unknown")
    csv.field_size_limit(2**20)
    sample = content[:20000]
    delimiter = max(",\t;|", key=lambda sign: (sample.count(sign), sign == ","))
    send({"sheet": "CSV", "hidden": False, "merged": []})
    left = options["cells"]

    def counted():
        nonlocal left
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter):
            left -= len(row)
            if left < 0:
                raise Refused("too_many_cells")
            yield row

    try:
        send_rows(counted())
    except csv.Error as error:
        raise Refused("broken") from error


def decode(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    elif data[:3] == b"\xef\xbb\xbf":
        encodings = ("utf-8-sig",)
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding" if b"\0" not in data else "unknown")


# Maps


def read_geo(data, options):
    suffix, members = geo_kind(data, options)
    import pyogrio

    if set(pyogrio.list_drivers()) - DRIVERS:
        raise Refused("broken")
    if members is not None and not any(name.lower().endswith(".cpg") for name in members):
        encoding = dbf_encoding(data)
    else:
        encoding = None
    layers = pyogrio.list_layers(data)
    if len(layers) > 1:
        raise Refused("geo_layers", ", ".join(str(name) for name, _kind in layers))
    if len(layers) == 0:
        raise Refused("geo_no_features")
    meta, _fids, geometry, columns = pyogrio.raw.read(
        data, encoding=encoding, force_2d=False, datetime_as_string=True
    )
    if geometry is None or len(geometry) == 0:
        raise Refused("geo_no_features")
    send({"crs": meta["crs"], "kind": suffix, "fields": [str(name) for name in meta["fields"]]})
    for i, wkb in enumerate(geometry):
        values = [simple(column[i]) for column in columns]
        send([None if wkb is None else bytes(wkb).hex(), values])


def simple(value):
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def geo_kind(data, options):
    if data[:16] == b"SQLite format 3\0":
        return "gpkg", None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return "geojson", None
    if data[:4] != b"PK\x03\x04":
        raise Refused("geo_unknown")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Refused("broken") from error
    if sum(entry.file_size for entry in entries) > options["unpacked"]:
        raise Refused("bomb")
    names = [entry.filename for entry in entries]
    if any(name.startswith("/") or ".." in name.replace("\\", "/").split("/") for name in names):
        raise Refused("geo_path")
    names = [name for name in names if not name.startswith("__MACOSX/")]
    shapes = [name for name in names if name.lower().endswith(".shp")]
    if len(shapes) > 1:
        raise Refused("geo_layers", ", ".join(shapes))
    lower = {name.lower() for name in names}
    if not shapes or not {shapes[0].lower()[:-4] + end for end in (".shx", ".dbf")} <= lower:
        raise Refused("geo_no_shapefile")
    return "shapefile", names


def dbf_encoding(data):
    """UTF-8 where the table reads as such, else GBK: the two that offices use."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next(n for n in archive.namelist() if n.lower().endswith(".dbf"))
        table = archive.read(name)
    header = int.from_bytes(table[8:10], "little")
    try:
        table[header:].decode("utf-8")
        # Field names stand in the header; a Chinese one decides when all values are ASCII.
        table[32:header].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def main():
    task, options = sys.argv[1], json.loads(sys.argv[2])
    confine(options)
    data = sys.stdin.buffer.read()
    try:
        {"table": read_table, "geo": read_geo}[task](data, options)
        send(True)
    except Refused as refusal:
        key, detail = (*refusal.args, "")[:2]
        send({"$error": key, "detail": detail})
    except MemoryError:
        send({"$error": "too_much"})
    except Exception as error:  # any fault of a parser means the same to the sender
        send({"$error": "broken", "detail": type(error).__name__})
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
