"""Photos people send: opened in the sandbox, turned upright, made small, written anew as JPEG.

Nothing of the file that came is kept but its pixels: no place, no time, no name of a device.
"""

from __future__ import annotations

import base64
import io

from django.utils.translation import gettext as _

from lib import sandbox
from lib.errors import Refusal

#: Bytes of a photo as sent; phones make 3 to 6 MB.
LARGEST = 8 * 2**20
LIMITS = sandbox.Limits(file_bytes=LARGEST, memory_bytes=768 * 2**20, seconds=20)


def reencode(content: bytes) -> tuple[bytes, int, int]:
    """A photo (JPEG, PNG or WebP) as a JPEG without metadata, its width and height in pixels.

    The longer side is at most 1600 pixels. Raises Refusal with ``field="photo"`` where the bytes
    are too many, no photo, damaged, or would unpack to more than 64 million pixels.
    """
    if len(content) > LARGEST:
        raise Refusal(
            _("The photo is larger than 8 MB. Take it in a lower resolution, or leave it out."),
            field="photo",
        )
    try:
        found = list(sandbox.run("photo", content, limits=LIMITS))
    except sandbox.UnreadableFile as error:
        raise Refusal(_sentence(error.key), field="photo") from None
    photo = found[0]
    return base64.b64decode(photo["jpeg"]), photo["width"], photo["height"]


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a photo that ``reencode`` made; never of a file as it came."""
    from PIL import Image

    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        return image.width, image.height


def _sentence(key: str) -> str:
    sentences = {
        "empty": _("The photo is empty. Choose it again, or leave it out."),
        "unknown": _(
            "This is no photo that can be read. Send a JPEG, PNG or WebP picture, or leave it out."
        ),
        "bomb": _("The photo has too many pixels. Take it in a lower resolution, or leave it out."),
    }
    return sentences.get(key, _("The photo is damaged. Take it again, or leave it out."))
