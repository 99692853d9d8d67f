"""Photos lose everything but their pixels, and what is no photo is refused with a sentence."""

import io
import struct
import zlib

import pytest
from PIL import Image

from lib.errors import Refusal
from lib.photos import LARGEST, reencode

GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def taken(*, size=(2400, 1200), orientation=1, form="JPEG"):
    """A photo as a phone writes it: left half red, with place, device and a comment."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "Phone Maker"
    exif.get_ifd(GPS).update({1: "N", 2: (46.0, 43.0, 12.0), 3: "E", 4: (122.0, 54.0, 0.0)})
    out = io.BytesIO()
    image.save(out, form, exif=exif.tobytes(), **({"comment": b"secret"} if form == "JPEG" else {}))
    return out.getvalue()


def test_place_device_and_comment_are_gone():
    sent = taken()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS)  # it was there
    jpeg, width, height = reencode(sent)
    kept = Image.open(io.BytesIO(jpeg))
    assert (kept.format, kept.size) == ("JPEG", (width, height)) == ("JPEG", (1600, 800))
    assert not kept.getexif() and "comment" not in kept.info and "icc_profile" not in kept.info
    assert b"Phone Maker" not in jpeg and b"secret" not in jpeg


def test_it_is_turned_upright():
    jpeg, width, height = reencode(taken(size=(80, 40), orientation=6))  # held on its side
    assert (width, height) == (40, 80)
    top = Image.open(io.BytesIO(jpeg)).getpixel((20, 10))
    assert top[0] > 200 and top[2] < 60


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_formats_become_jpeg(form):
    jpeg, width, height = reencode(taken(size=(300, 200), form=form))
    assert Image.open(io.BytesIO(jpeg)).format == "JPEG" and (width, height) == (300, 200)


def test_a_transparent_picture_gets_a_white_ground():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(reencode(out.getvalue())[0])).getpixel((5, 5)) == (255, 255, 255)


def bomb():
    """A small PNG that says it has 30,000 × 30,000 pixels."""

    def chunk(kind, content):
        crc = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + crc

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "JPEG"),
        (b"GIF89a" + bytes(200), "JPEG"),
        (taken()[:5000], "损坏"),
        (bomb(), "像素"),
        (bytes(LARGEST + 1), "8 MB"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(content, says):
    with pytest.raises(Refusal) as caught:
        reencode(content)
    assert says in caught.value.sentence and caught.value.field == "photo"
