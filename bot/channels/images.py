"""Where the picture or file that a Reply names lies: on disk for an upload, on the public site for an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import quote

STATIC = "/static/"


class ImageSource(Protocol):
    """Finds what ``Reply.image`` names."""

    def file(self, image: str) -> Path | None:
        """The file to upload, None when there is none."""
        ...

    def address(self, image: str) -> str | None:
        """The public address a platform can fetch it from, None when this installation has none."""
        ...


def is_address(image: str) -> bool:
    """Whether ``image`` is already an address on the web."""
    return image.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class MaterialImages:
    """Images below the given folders, the first that has one wins; nothing outside them is ever read.

    ``public_url`` is BDHVS_PUBLIC_URL, without which a platform that fetches by address gets no picture.
    """

    folders: Sequence[Path]
    public_url: str | None = None

    def file(self, image: str) -> Path | None:
        """The file below one of the folders; None for a name that leaves them or is not there."""
        if is_address(image):
            return None
        parts = PurePosixPath(image.removeprefix(STATIC))
        if parts.is_absolute() or ".." in parts.parts or "\\" in image or ":" in image or "\0" in image:
            return None
        for folder in self.folders:
            found = (folder / parts).resolve()
            if found.is_relative_to(folder.resolve()) and found.is_file():
                return found
        return None

    def address(self, image: str) -> str | None:
        """The picture's https address; None for a file that is not below /static/ or without a public address."""
        if is_address(image):
            return image
        if self.public_url is None or not image.startswith(STATIC) or self.file(image) is None:
            return None
        return self.public_url.rstrip("/") + quote(image)


class NoImages:
    """For an installation or test without material: only addresses can be shown."""

    def file(self, image: str) -> Path | None:
        """No file."""
        del image
        return None

    def address(self, image: str) -> str | None:
        """The image itself if it is an address."""
        return image if is_address(image) else None
