"""One drawing for two kinds of file: what is drawn on a Sheet becomes a page of a PDF or an SVG."""

from __future__ import annotations

import io
from typing import Protocol

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from lessons.typeface import font_name


class Sheet(Protocol):
    """Draws with the origin at the upper left, lengths in points. ``lessons.pictures.svg.Svg`` is one too."""

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
        """A rectangle; colours as #rrggbb or none."""
        ...

    def text(
        self, x: float, y: float, said: str, size: float, fill: str, *, bold: bool = False, anchor: str = "start"
    ) -> None:
        """One line with its baseline at y; ``anchor`` is start, middle or end."""
        ...


class PdfSheet:
    """A PDF, a page after the other. The same drawing gives the same bytes: no date, no random id."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self._height = height
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pagesize=(width, height), invariant=1, lang="vi-VN")
        self._canvas.setTitle(title)
        self._canvas.setAuthor("bdhvs")

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
        """As Sheet."""
        canvas = self._canvas
        if fill != "none":
            canvas.setFillColor(HexColor(fill))
        if stroke != "none":
            canvas.setStrokeColor(HexColor(stroke))
            canvas.setLineWidth(line)
        bottom, drawn = self._height - y - height, {"fill": int(fill != "none"), "stroke": int(stroke != "none")}
        if radius:
            canvas.roundRect(x, bottom, width, height, radius, **drawn)
        else:
            canvas.rect(x, bottom, width, height, **drawn)

    def text(
        self, x: float, y: float, said: str, size: float, fill: str, *, bold: bool = False, anchor: str = "start"
    ) -> None:
        """As Sheet."""
        canvas = self._canvas
        canvas.setFillColor(HexColor(fill))
        canvas.setFont(font_name(bold), size)
        draw = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}
        draw[anchor](x, self._height - y, said)

    def next_page(self) -> None:
        """What is drawn from now on is on a new page."""
        self._canvas.showPage()

    def finished(self) -> bytes:
        """The file."""
        self._canvas.save()
        return self._out.getvalue()
