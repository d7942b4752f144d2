"""Parts that screens and blocks share: where to tap, right and wrong, lines of text, a square code."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from lessons.pictures.spec import Spec
from lessons.pictures.style import COLOURS, GROUND, INK, PAPER, TAP, TEXT
from lessons.pictures.svg import Svg
from lessons.typeface import text_width, wrap, wrap_evenly

LINE_HEIGHT = 1.28  # of the size: room for two marks on one letter (ế, ộ)
BASELINE = 0.98  # of the size, from the top of a line
TAP_RADIUS = 20
CODE_CELLS = 21  # a QR code of version 1


@dataclass(frozen=True, slots=True)
class Words:
    """How a text is set."""

    size: float = TEXT
    colour: str = INK
    bold: bool = False
    anchor: str = "start"

    def lines(self, said: str, width: float) -> list[str]:
        """The text as it is set; centred and bold lines are about equally long."""
        return (wrap_evenly if self.bold or self.anchor == "middle" else wrap)(said, self.size, width, self.bold)

    def height(self, said: str, width: float) -> float:
        """What the text takes within this width."""
        return len(self.lines(said, width)) * self.size * LINE_HEIGHT

    def fitted(self, said: str, width: float) -> Words:
        """The same, smaller if the longest word would not fit: addresses and passwords must not be broken."""
        longest = max((self.width(word) for word in said.split()), default=0)
        return self if longest <= width else replace(self, size=self.size * width / longest)

    def write(self, svg: Svg, x: float, y: float, width: float, said: str) -> float:
        """Write it from the top at y; returns its height."""
        start = {"start": x, "middle": x + width / 2, "end": x + width}[self.anchor]
        for number, line in enumerate(self.lines(said, width)):
            place = y + number * self.size * LINE_HEIGHT + self.size * BASELINE
            svg.text(start, place, line, self.size, self.colour, bold=self.bold, anchor=self.anchor)
        return self.height(said, width)

    def width(self, said: str) -> float:
        """How wide the text is on one line."""
        return text_width(said, self.size, self.bold)


def tap_mark(svg: Svg, x: float, y: float, label: str, colour: str = TAP) -> None:
    """The orange disc that says: press here, as step ``label``. Without a label nothing is drawn."""
    if not label:
        return
    svg.circle(x, y, TAP_RADIUS, colour, PAPER, 4)
    svg.text(x, y + 8.5, label, TEXT, PAPER, bold=True, anchor="middle")


def tap_of(spec: Spec) -> str:
    """The step at which this is pressed, empty for none."""
    return spec.text("tap", "")


def verdict(svg: Svg, x: float, y: float, good: bool, radius: float = 24) -> None:
    """A green tick or a red cross in a disc: shape and colour say the same."""
    svg.circle(x, y, radius, COLOURS["green" if good else "red"], PAPER, 4)
    size = radius * 1.25
    svg.icon("check" if good else "x", x - size / 2, y - size / 2, size, PAPER, 3.4)


def square_code(svg: Svg, x: float, y: float, size: float) -> None:
    """What looks like a QR code and can be scanned by nothing: no picture may lead anywhere."""
    cell = size / CODE_CELLS
    svg.rect(x - 8, y - 8, size + 16, size + 16, PAPER)
    noise = hashlib.sha256(b"bdhvs picture").digest() + hashlib.sha256(b"bdhvs code").digest()
    runs = []
    for place in range(CODE_CELLS**2):
        row, column = divmod(place, CODE_CELLS)
        if not _in_corner(row, column) and noise[place // 8 % len(noise)] >> place % 8 & 1:
            runs.append(f"M{x + column * cell:.1f} {y + row * cell:.1f}h{cell:.1f}v{cell:.1f}h-{cell:.1f}z")
    svg.path("".join(runs), INK)
    for row, column in ((0, 0), (0, CODE_CELLS - 7), (CODE_CELLS - 7, 0)):
        left, top = x + column * cell, y + row * cell
        svg.rect(left + cell / 2, top + cell / 2, cell * 6, cell * 6, PAPER, INK, line=cell)
        svg.rect(left + cell * 2, top + cell * 2, cell * 3, cell * 3, INK)


def _in_corner(row: int, column: int) -> bool:
    near, far = 8, CODE_CELLS - 9
    return (row < near and (column < near or column > far)) or (row > far and column < near)


def icon_tile(svg: Svg, x: float, y: float, size: float, name: str, colour: str) -> None:
    """A rounded square with a white icon, as applications have."""
    svg.rect(x, y, size, size, COLOURS[colour], radius=size * 0.24)
    inner = size * 0.6
    svg.icon(name, x + (size - inner) / 2, y + (size - inner) / 2, inner, PAPER)


def background(svg: Svg, width: float, height: float) -> None:
    """The ground of a picture: chats may be dark, a picture without one would vanish.

    It goes beyond the edge, which would else be a half-covered dark line of pixels where a PNG's height is no whole.
    """
    svg.rect(-1, -1, width + 2, height + 2, GROUND)
