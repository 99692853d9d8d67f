"""The process that opens uploaded files; started by `sandbox.py`, imports nothing of the project.

Answers on standard output, one JSON value a line: the values of its task, then `true`; or an object
{"$error": key, "detail": text}.
"""

import base64
import csv
import ctypes
import datetime as dt
import io
import json
import os
import posixpath
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
ROWS_PER_LINE = 2000
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")
DRIVERS = {"GPKG", "GeoJSON", "ESRI Shapefile"}
#: Pixels of a photo that is opened, and of the longer side of what becomes of it.
PIXELS, SIDE = 64_000_000, 1600


class Refused(Exception):
    """A file that is not read: key of the sentence, and a detail for it."""


def confine(options: dict[str, int]) -> None:
    """Give up the network, memory and time beyond the limits, writing files, other programs."""
    libc = ctypes.CDLL(None, use_errno=True)
    # Where the kernel forbids namespaces the audit hook remains.
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    memory, seconds = options["memory"], options["seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (options["writes"], options["writes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def refuse(event: str, _args: object) -> None:
        if event.startswith(FORBIDDEN):
            raise OSError(f"{event} is not allowed here")

    sys.addaudithook(refuse)


def send(value: Any) -> None:
    out = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
    sys.stdout.buffer.write(out.encode("utf-8", "replace") + b"\n")


def plain(value: Any) -> Any:
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


def read_table(data: bytes, options: dict[str, int]) -> None:
    if data[:4] == b"PK\x03\x04":
        check_archive(data, options)
        read_workbook(data, options)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Refused("encrypted")
        read_workbook(data, options)
    else:
        read_csv(data, options)


def check_archive(data: bytes, options: dict[str, int]) -> None:
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


def read_workbook(data: bytes, options: dict[str, int]) -> None:
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


def send_rows(rows: Iterable[list[Any]]) -> None:
    part: list[list[Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_PER_LINE:
            send(part)
            part = []
    if part:
        send(part)


QUOTED = frozenset({"'=", "'+", "'-", "'@", "'\t", "'\r"})


def read_csv(data: bytes, options: dict[str, int]) -> None:
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

    def counted() -> Iterator[list[str]]:
        nonlocal left
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter):
            left -= len(row)
            if left < 0:
                raise Refused("too_many_cells")
            # The apostrophe that keeps a spreadsheet from reading a formula is no part of it.
            yield [cell[1:] if cell[:2] in QUOTED else cell for cell in row]

    try:
        send_rows(counted())
    except csv.Error as error:
        raise Refused("broken") from error


def decode(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif data[:3] == b"\xef\xbb\xbf":
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding" if b"\0" not in data else "unknown")


# Forms


def fill_form(data: bytes, options: dict[str, int]) -> None:
    """The first line names sheet, cell and value of what is written; the rest is the workbook.

    Only these cells are touched, in the XML of their sheets: pictures, shapes, merged headers,
    rules, formats, lists to choose from and print settings stay what they were.
    """
    head, _line, book = data.partition(b"\n")
    check_archive(book, options)
    wanted: dict[str, dict[str, Any]] = {}
    for sheet, cell, value in json.loads(head):
        wanted.setdefault(sheet, {})[cell] = value
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as archive, zipfile.ZipFile(out, "w") as filled:
        main, sheets = parts_of(archive)
        for entry in archive.infolist():
            part = archive.read(entry)
            if entry.filename in sheets:
                part = sheet_filled(part, wanted.get(sheets[entry.filename], {}))
            elif entry.filename == main:
                part = calculated_anew(part)
            filled.writestr(entry, part)
    send({"book": base64.b64encode(out.getvalue()).decode()})


def xml_of(part: bytes) -> Any:
    """The tree of a part; entities and outside files are left alone."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(part, parser)


def bytes_of(root: Any) -> bytes:
    from lxml import etree

    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def parts_of(archive: zipfile.ZipFile) -> tuple[str, dict[str, str]]:
    """The part of the workbook, and by the part of each sheet its name."""
    main = next(
        target
        for kind, _key, target in relations(archive, "")
        if kind.rpartition("/")[2] == "officeDocument"
    )
    targets = {key: target for _kind, key, target in relations(archive, main)}
    found = {}
    for sheet in xml_of(archive.read(main)).iter("{*}sheet"):
        key = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
        if key in targets:
            found[targets[key]] = sheet.get("name")
    return main, found


def relations(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """Kind, id and part of everything a part (of the archive: empty) refers to."""
    folder, name = posixpath.split(part)
    root = xml_of(archive.read(posixpath.join(folder, "_rels", f"{name}.rels")))
    return [
        (one.get("Type", ""), one.get("Id", ""),
         posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))[1:])
        for one in root.iter("{*}Relationship") if one.get("TargetMode") != "External"
    ]  # fmt: skip


def sheet_filled(part: bytes, wanted: dict[str, Any]) -> bytes:
    """A sheet with the values written; results of formulas are left to whoever opens it."""
    root = xml_of(part)
    rows = root.find("{*}sheetData")
    for formula in rows.findall("{*}row/{*}c/{*}f"):
        cell = formula.getparent()
        cell.attrib.pop("t", None)
        for result in cell.findall("{*}v"):
            cell.remove(result)
    for where, value in wanted.items():
        letters = where.rstrip("0123456789")
        row = placed(rows, "row", int(where[len(letters) :]), where[len(letters) :])
        row.attrib.pop("spans", None)
        write(placed(row, "c", number_of(letters), where), value)
    return bytes_of(root)


def number_of(letters: str) -> int:
    """A column as a number from 1."""
    n = 0
    for letter in letters:
        n = n * 26 + ord(letter) - 64
    return n


def placed(parent: Any, tag: str, number: int, name: str) -> Any:
    """The row or cell of a number, made at its place where the sheet has none."""
    at = 0
    for position, child in enumerate(parent.findall("{*}" + tag)):
        said = child.get("r", "")
        at = (int(said) if said.isdigit() else number_of(said.rstrip("0123456789"))) or at + 1
        if at == number:
            return child
        if at > number:
            made = child.makeelement(child.tag, {"r": name})
            parent.insert(position, made)
            return made
    made = parent.makeelement(parent.tag.rpartition("}")[0] + "}" + tag, {"r": name})
    parent.append(made)
    return made


def write(cell: Any, value: Any) -> None:
    """A number, or a text, which is never read as a formula; its format stays."""
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    space = cell.tag.rpartition("}")[0] + "}"
    if isinstance(value, str):
        text = "".join(letter for letter in value if letter >= " " or letter in "\t\n")
        if text:
            cell.set("t", "inlineStr")
            inner = cell.makeelement(space + "is")
            shown = cell.makeelement(
                space + "t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
            )
            shown.text = text
            inner.append(shown)
            cell.append(inner)
        return
    number = cell.makeelement(space + "v")
    number.text = repr(value)
    cell.append(number)


def calculated_anew(part: bytes) -> bytes:
    """The workbook told to work its formulas out when it is opened."""
    root = xml_of(part)
    known = root.find("{*}calcPr")
    if known is None:
        known = root.makeelement(root.tag.rpartition("}")[0] + "}calcPr")
        before = ("sheets", "functionGroups", "externalReferences", "definedNames")
        [last] = [one for name in before for one in root.findall("{*}" + name)][-1:]
        last.addnext(known)
    known.set("fullCalcOnLoad", "1")
    return bytes_of(root)


# Maps


def read_geo(data: bytes, options: dict[str, int]) -> None:
    kind = geo_kind(data)
    encoding = None
    if kind == "shapefile":
        data, encoding = lone_shapefile(data, options)
    import pyogrio

    if set(pyogrio.list_drivers()) - DRIVERS:
        raise Refused("geo_unknown")
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
    send({"crs": meta["crs"], "kind": kind, "fields": [str(name) for name in meta["fields"]]})
    for i, wkb in enumerate(geometry):
        values = [simple(column[i]) for column in columns]
        send([None if wkb is None else bytes(wkb).hex(), values])


def simple(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def geo_kind(data: bytes) -> str:
    if data[:16] == b"SQLite format 3\0":
        return "gpkg"
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return "geojson"
    if data[:4] == b"PK\x03\x04":
        return "shapefile"
    raise Refused("geo_unknown")


def lone_shapefile(data: bytes, options: dict[str, int]) -> tuple[bytes, str | None]:
    """The one Shapefile of an archive packed anew without folders, and its encoding."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > options["unpacked"]:
            raise Refused("bomb")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("encrypted")
        names = [entry.filename for entry in entries]
        if any(leads_outside(name) for name in names):
            raise Refused("geo_path")
        names = [name for name in names if "__MACOSX" not in name]
        shapes = [name for name in names if name.lower().endswith(".shp")]
        if len(shapes) > 1:
            raise Refused("geo_layers", ", ".join(shapes))
        of_lower = {name.lower(): name for name in names}
        stem = shapes[0][:-4].lower() if shapes else ""
        parts = {end: of_lower.get(stem + end) for end in (".shp", ".shx", ".dbf", ".prj", ".cpg")}
        if not shapes or not parts[".shx"] or not parts[".dbf"]:
            raise Refused("geo_no_shapefile")
        contents = {end: archive.read(name) for end, name in parts.items() if name}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for end, content in contents.items():
            packed.writestr("layer" + end, content)
    return out.getvalue(), None if ".cpg" in contents else dbf_encoding(contents[".dbf"])


def leads_outside(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ".." in plain.split("/") or plain[1:2] == ":"


def dbf_encoding(table: bytes) -> str:
    """UTF-8 where the table reads as such, else GBK: the two that offices use."""
    header = int.from_bytes(table[8:10], "little")
    names = [table[at : at + 11].partition(b"\0")[0] for at in range(32, header - 1, 32)]
    sample = b" ".join([*names, table[header:]])
    # Both cut long text at a number of bytes, so a few broken characters decide nothing.
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    foreign = sum(1 for byte in sample if byte > 127)
    return "UTF-8" if broken * 5 <= foreign else "GB18030"


# Photos


def read_photo(data: bytes, _options: dict[str, int]) -> None:
    """The pixels alone as a JPEG: upright, at most SIDE a side, without metadata or profile."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        image: Any = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
    except UnidentifiedImageError as error:
        raise Refused("unknown") from error
    except Image.DecompressionBombError as error:
        raise Refused("bomb") from error
    # The header says how large it is; nothing has been unpacked yet.
    if image.width * image.height > PIXELS:
        raise Refused("bomb")
    image.draft("RGB", (SIDE, SIDE))
    image = ImageOps.exif_transpose(image)
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    image = image.convert("RGB")
    image.thumbnail((SIDE, SIDE))
    # A picture of its own: what a decoder left in the info of the first is not written.
    plain = Image.new("RGB", image.size)
    plain.paste(image)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=80, optimize=True)
    jpeg = base64.b64encode(out.getvalue()).decode()
    send({"jpeg": jpeg, "width": plain.width, "height": plain.height})


def main() -> None:
    task, options = sys.argv[1], json.loads(sys.argv[2])
    confine(options)
    data = sys.stdin.buffer.read()
    try:
        {"table": read_table, "geo": read_geo, "fill": fill_form, "photo": read_photo}[task](
            data, options
        )
        send(True)
    except Refused as refusal:
        key, detail = (*refusal.args, "")[:2]
        send({"$error": key, "detail": detail})
    except MemoryError:
        send({"$error": "too_much"})
    except Exception as error:  # any fault of a parser means the same to the sender
        key = "geo_broken" if task == "geo" else "broken"
        send({"$error": key, "detail": type(error).__name__})
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
