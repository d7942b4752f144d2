"""How large an image is and how many pages it has, told from its header: before anything unpacks it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
TIFF_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
# Segments of a JPEG file that hold its size; C4, C8 and CC between them hold tables.
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, 0xFF, *range(0xD0, 0xDA)})  # markers without a length
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_ENTRY = 12  # bytes of a field
_TIFF_SHORT = 3  # the type of a field of 16 bits


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Pixels of the largest page, and pages counted up to the limit that was asked for and one more."""

    pixels: int
    pages: int


def image_size(content: bytes, most_pages: int) -> ImageSize:
    """The size of a PNG, JPEG or TIFF image. Raises ValueError when its header is damaged."""
    try:
        if content.startswith(PNG):
            width, height = struct.unpack_from(">II", content, 16)
            return _checked(width * height, 1)
        if content.startswith(JPEG):
            return _checked(_jpeg_pixels(content), 1)
        return _tiff_size(content, TIFF_ORDERS[content[:4]], most_pages)
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError("the header is cut off") from error


def _checked(pixels: int, pages: int) -> ImageSize:
    if not pixels:
        raise ValueError("the image has no size")
    return ImageSize(pixels, pages)


def _jpeg_pixels(content: bytes) -> int:
    place = 2
    while True:
        if content[place] != 0xFF:
            raise ValueError("no marker where one must be")
        marker = content[place + 1]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return int(height * width)
        place += 1 if marker == 0xFF else 2
        if marker not in _JPEG_BARE:
            place += struct.unpack_from(">H", content, place)[0]


def _tiff_size(content: bytes, order: str, most_pages: int) -> ImageSize:
    """Follows the chain of pages; one that leads back to itself ends at the limit."""
    largest = pages = 0
    (place,) = struct.unpack_from(order + "I", content, 4)
    while place and pages <= most_pages:
        (fields,) = struct.unpack_from(order + "H", content, place)
        sizes = {_TIFF_WIDTH: 0, _TIFF_HEIGHT: 0}
        for number in range(fields):
            at = place + 2 + number * _TIFF_ENTRY
            tag, kind = struct.unpack_from(order + "HH", content, at)
            if tag in sizes:
                (sizes[tag],) = struct.unpack_from(order + ("H" if kind == _TIFF_SHORT else "I"), content, at + 8)
        largest = max(largest, sizes[_TIFF_WIDTH] * sizes[_TIFF_HEIGHT])
        pages += 1
        (place,) = struct.unpack_from(order + "I", content, place + 2 + fields * _TIFF_ENTRY)
    return _checked(largest, pages)
