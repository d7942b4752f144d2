"""Where a channel finds what a reply names: pictures of lessons, and papers that are made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bot.channels.images import ImageSource


class PaperSource(Protocol):
    """One kind of paper; ``prefix`` begins the paths of all its papers."""

    prefix: str

    def file(self, path: str) -> Path | None:
        """The paper as a file, made if need be; None when there is none (any more)."""
        ...


class PicturesAndPapers:
    """An ImageSource over the lessons' pictures and every kind of paper."""

    def __init__(self, pictures: ImageSource, papers: Sequence[PaperSource], public_url: str | None) -> None:
        self._pictures = pictures
        self._papers = papers
        self._public_url = public_url

    def file(self, image: str) -> Path | None:
        """As ImageSource."""
        paper = self._paper(image)
        return self._pictures.file(image) if paper is None else paper.file(image)

    def address(self, image: str) -> str | None:
        """As ImageSource; a paper's address is its path on the public site."""
        if self._paper(image) is None:
            return self._pictures.address(image)
        return None if self._public_url is None else self._public_url + image

    def _paper(self, image: str) -> PaperSource | None:
        return next((paper for paper in self._papers if image.startswith(paper.prefix)), None)
