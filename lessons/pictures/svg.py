"""Writes SVG by hand: a few shapes, text and icons, always in the same bytes for the same drawing."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from knowledge.facts import load_yaml
from lessons.typeface import FAMILY, text_width

ICONS_FILE = Path(__file__).with_name("icons.yaml")
ICON_GRID = 24  # Lucide draws on 24 by 24


class UnknownIconError(KeyError):
    """A picture names an icon that icons.yaml lacks."""


@cache
def icons() -> dict[str, str]:
    """Each icon's shapes as SVG elements on a 24 by 24 grid, drawn as strokes."""
    loaded: dict[str, str] = load_yaml(ICONS_FILE.read_text(encoding="utf-8"))
    return loaded


def figure(value: float) -> str:
    """A coordinate with one decimal at most."""
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


class Svg:
    """A drawing under way, or a part of one; lengths are pixels of the picture."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def include(self, other: Svg) -> None:
        """Put another part on top."""
        self.parts += other.parts

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = "none",
        stroke: str = "none",
        radius: float = 0,
        line: float = 2,
    ) -> None:
        """A rectangle, its corners rounded by ``radius``."""
        places = " ".join(
            f'{name}="{figure(value)}"'
            for name, value in (("x", x), ("y", y), ("width", width), ("height", height), ("rx", radius))
            if name != "rx" or value
        )
        self.parts.append(f"<rect {places}{_paint(fill, stroke, line)}/>")

    def circle(self, x: float, y: float, radius: float, fill: str, stroke: str = "none", line: float = 2) -> None:
        """A disc around (x, y)."""
        places = f'cx="{figure(x)}" cy="{figure(y)}" r="{figure(radius)}"'
        self.parts.append(f"<circle {places}{_paint(fill, stroke, line)}/>")

    def path(self, data: str, fill: str = "none", stroke: str = "none", line: float = 2, dash: str = "") -> None:
        """Any outline; ``data`` as SVG's d attribute has it."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        ends = ' stroke-linecap="round" stroke-linejoin="round"' if stroke != "none" else ""
        self.parts.append(f'<path d="{data}"{_paint(fill, stroke, line)}{dashed}{ends}/>')

    def text(
        self, x: float, y: float, said: str, size: float, fill: str, *, bold: bool = False, anchor: str = "start"
    ) -> None:
        """One line with its baseline at y; ``anchor`` is start, middle or end.

        It bears its width: a browser without our typeface makes its own fit, so that no text covers another.
        """
        weight = ' font-weight="700"' if bold else ""
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        attributes = f'x="{figure(x)}" y="{figure(y)}" font-size="{figure(size)}" fill="{fill}"{weight}{place}'
        width = text_width(said, size, bold)
        if width:
            attributes += f' textLength="{figure(width)}" lengthAdjust="spacingAndGlyphs"'
        self.parts.append(f"<text {attributes}>{escape(said, quote=False)}</text>")

    def icon(self, name: str, x: float, y: float, size: float, colour: str, line: float = 2) -> None:
        """An icon with its upper left corner at (x, y); ``line`` is the stroke on the icon's own grid."""
        if name not in icons():
            raise UnknownIconError(name)
        place = f'transform="translate({figure(x)} {figure(y)}) scale({size / ICON_GRID:.3g})"'
        stroke = f'fill="none" stroke="{colour}" stroke-width="{figure(line)}"'
        self.parts.append(f'<g {place} {stroke} stroke-linecap="round" stroke-linejoin="round">{icons()[name]}</g>')

    def document(self, width: float, height: float, title: str) -> str:
        """The finished file; ``title`` is what a screen reader says."""
        size = f'width="{figure(width)}" height="{figure(height)}" viewBox="0 0 {figure(width)} {figure(height)}"'
        family = f"font-family=\"'{FAMILY}', 'Segoe UI', Roboto, Arial, sans-serif\""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {family} role="img" xml:lang="vi">'
        return "\n".join([head, f"<title>{escape(title, quote=False)}</title>", *self.parts, "</svg>", ""])


def _paint(fill: str, stroke: str, line: float) -> str:
    outline = "" if stroke == "none" else f' stroke="{stroke}" stroke-width="{figure(line)}"'
    return f' fill="{fill}"{outline}'
