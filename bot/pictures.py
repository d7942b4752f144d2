"""The lessons' pictures for channels: the web shows the SVG, the others get it drawn as PNG, once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.channels.images import STATIC, MaterialImages, is_address

log = logging.getLogger(__name__)

DRAWN = ".svg"
PHOTO = ".png"


@dataclass(frozen=True, slots=True)
class LessonPictures:
    """An ImageSource over the courses folder; drawn PNGs are kept in ``cache``."""

    images: MaterialImages
    cache: Path

    def file(self, image: str) -> Path | None:
        """The file to upload: of an SVG its PNG. None when there is none or it cannot be drawn."""
        found = self.images.file(image)
        return found if found is None or found.suffix.lower() != DRAWN else self._drawn(found)

    def address(self, image: str) -> str | None:
        """The https address, of an SVG that of its PNG; None when this installation has none."""
        address = self.images.address(image)
        if address is None or is_address(image) or not address.lower().endswith(DRAWN):
            return address
        return address[: -len(DRAWN)] + PHOTO

    def served(self, path: str) -> Path | None:
        """What /static/ shows for a path: the file itself, or for ``name.png`` the drawn ``name.svg``."""
        found = self.images.file(path)
        if found is not None or PurePosixPath(path).suffix != PHOTO:
            return found
        return self.file(f"{STATIC}{path.removesuffix(PHOTO)}{DRAWN}")

    def _drawn(self, svg: Path) -> Path | None:
        from lessons.pictures.png import png_file  # 6 MB of a renderer that the web chat does not need

        try:
            return png_file(svg, self.cache)
        except (OSError, ValueError):
            log.exception("the picture %s could not be drawn; the text is sent without it", svg.name)
            return None
