"""The automatic numbers of a Word file's lists, which are nowhere in its text: "I.", "1.", "a)", "-"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document

ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
BULLET = "-"
LEVELS = 9  # Word has nine levels of a list
STYLES = 10  # a style is based on few others; a ring of styles must not be followed for ever


@dataclass(slots=True)
class _Level:
    form: str
    text: str
    start: int


class Numbering:
    """Counts the numbered paragraphs of a document in order."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counters: dict[str, list[int]] = {}
        self._styles = {_value(style, "styleId"): style for style in _children(document.styles.element, "style")}
        part = next((r for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is not None and not part.is_external:
            self._read(part.target_part.element)

    def _read(self, numbering: Any) -> None:
        abstract = {_value(item, "abstractNumId"): item for item in _children(numbering, "abstractNum")}
        for item in _children(numbering, "num"):
            source = abstract.get(_child_value(item, "abstractNumId"))
            if source is not None:
                self._levels[_value(item, "numId")] = {
                    int(_value(level, "ilvl") or 0): _Level(
                        _child_value(level, "numFmt"),
                        _child_value(level, "lvlText"),
                        int(_child_value(level, "start") or 1),
                    )
                    for level in _children(source, "lvl")
                }

    def mark(self, paragraph: Any) -> str:
        """The number of a paragraph with a space after it, or "" when it has none."""
        found = self._list_of(paragraph)
        if found is None:
            return ""
        number = _child_value(found, "numId")
        depth = min(int(_child_value(found, "ilvl") or 0), LEVELS - 1)
        level = self._levels.get(number, {}).get(depth)
        if level is None or level.form == "none":
            return ""
        return f"{self._count(number, depth, level)} "

    def _list_of(self, element: Any) -> Any:
        """The list a paragraph or a style belongs to, by itself or through the style it is based on."""
        for _ in range(STYLES):
            space = _space(element)
            found = element.find(f"{space}pPr/{space}numPr")
            if found is not None:
                return found
            style = _child_value(element, "basedOn")
            properties = element.find(f"{space}pPr")
            if not style and properties is not None:
                style = _child_value(properties, "pStyle")
            if style not in self._styles:
                return None
            element = self._styles[style]
        return None

    def _count(self, number: str, depth: int, level: _Level) -> str:
        levels = self._levels[number]
        counters = self._counters.setdefault(number, [0] * LEVELS)
        counters[depth] = counters[depth] + 1 if counters[depth] else level.start
        counters[depth + 1 :] = [0] * (LEVELS - depth - 1)
        if level.form == "bullet":
            return BULLET

        def written(match: re.Match[str]) -> str:
            other = int(match.group(1)) - 1
            form = levels[other].form if other in levels else "decimal"
            return _in_form(max(1, counters[other]), form)

        return re.sub(r"%([1-9])", written, level.text)


def _in_form(count: int, form: str) -> str:
    if form in ("upperRoman", "lowerRoman"):
        text = ""
        for value, letters in ROMAN:
            while count >= value:
                text += letters
                count -= value
        return text if form == "upperRoman" else text.lower()
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (count - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    return str(count)


def _space(element: Any) -> str:
    return str(element.tag).partition("}")[0] + "}"


def _children(element: Any, name: str) -> list[Any]:
    return list(element.findall(f"{_space(element)}{name}"))


def _value(element: Any, name: str) -> str:
    return str(element.get(f"{_space(element)}{name}", ""))


def _child_value(element: Any, name: str) -> str:
    child = element.find(f"{_space(element)}{name}")
    return "" if child is None else _value(child, "val")
