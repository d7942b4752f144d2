"""What a phone's screen shows in a picture: rows, fields, buttons, messages. One function an item.

An item is a mapping whose first entry names its kind: ``{row: Wi-Fi, icon: wifi, tap: 2}``. Each function draws at
(x, y) within a width and returns the height it took.
"""

from __future__ import annotations

from collections.abc import Callable

from lessons.pictures.parts import Words, icon_tile, square_code, tap_mark, tap_of
from lessons.pictures.spec import SceneError, Spec
from lessons.pictures.style import COLOURS, GROUND, INK, LINE, PAPER, SMALL, SOFT, TAP, TEXT, TINTS
from lessons.pictures.svg import Svg

Item = Callable[[Spec, Svg, float, float, float], float]

ITEM_GAP = 12
ROW_PAD = 13
TILE = 38  # an icon beside a row
NAME = 26  # of who calls


def draw_items(items: list[Spec], svg: Svg, x: float, y: float, width: float) -> float:
    """All items, one below the other; their height together."""
    top = y
    for item in items:
        kind = next((name for name in item.names if name in ITEMS), None)
        if kind is None:
            raise SceneError(f"{item.where}: none of {', '.join(ITEMS)}")
        y += ITEMS[kind](item, svg, x, y, width) + ITEM_GAP
        item.close()
    return max(0, y - top - ITEM_GAP)


def _row(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    said, note, icon, end = spec.text("row"), spec.text("note", ""), spec.icon(), spec.text("end", "")
    left = x + (TILE + 12 if icon else 4)
    tap = tap_of(spec)
    room = width - (left - x) - (64 if end in ("on", "off") else 34 if end else 8) - (18 if tap else 0)
    words, small = Words(bold=spec.flag("bold")), Words(SMALL, SOFT)
    height = words.height(said, room) + (small.height(note, room) if note else 0)
    total = max(height, TILE) + 2 * ROW_PAD - 8
    if tap:
        svg.rect(x - 6, y, width + 12, total, TINTS["orange"], radius=12)
    if icon:
        icon_tile(svg, x, y + (total - TILE) / 2, TILE, icon, spec.colour("colour", "grey"))
    top = y + (total - height) / 2 - 2
    top += words.write(svg, left, top, room, said)
    if note:
        small.write(svg, left, top, room, note)
    _row_end(svg, x + width - (22 if tap else 0), y + total / 2, end)
    if not tap:
        svg.path(f"M{left:.0f} {y + total + 5:.0f}H{x + width:.0f}", stroke=LINE, line=1.5)
    tap_mark(svg, x + width + 2, y + total / 2, tap)
    return total


def _row_end(svg: Svg, right: float, middle: float, end: str) -> None:
    if end in ("on", "off"):
        svg.rect(right - 56, middle - 15, 52, 30, COLOURS["green"] if end == "on" else LINE, radius=15)
        svg.circle(right - (19 if end == "on" else 41), middle, 12, PAPER)
    elif end == "chevron":
        svg.icon("chevron-right", right - 28, middle - 13, 26, SOFT)
    elif end:
        svg.icon(end, right - 32, middle - 14, 28, COLOURS["blue"])


def _button(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    said, colour, icon = spec.text("button"), spec.colour("colour", "blue"), spec.icon()
    plain = spec.flag("plain")
    words = Words(TEXT, COLOURS[colour] if plain else PAPER, bold=True, anchor="middle")
    inset = 44 if icon else 14
    room = width - inset - 14 - (14 if "tap" in spec and words.width(said) > width - inset - 28 else 0)
    height = words.height(said, room) + 22
    svg.rect(x, y, width, height, PAPER if plain else COLOURS[colour], COLOURS[colour], radius=14)
    words.write(svg, x + inset, y + 10, room, said)
    if icon:
        svg.icon(icon, x + 12, y + height / 2 - 14, 28, words.colour)
    tap_mark(svg, x + width + 2, y + height / 2, tap_of(spec))
    return height


def _field(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    said, label, icon, end = spec.text("field"), spec.text("label", ""), spec.icon(), spec.icon("end")
    words = Words(TEXT, SOFT if spec.flag("hint") else INK)
    room = width - (44 if icon else 14) - (44 if end else 14) - (18 if "tap" in spec else 0)
    words = words.fitted(said, room)
    top = y + (Words(SMALL, SOFT).write(svg, x + 2, y, width, label) + 2 if label else 0)
    height = words.height(said, room) + 20
    svg.rect(x, top, width, height, PAPER, COLOURS["blue"] if "tap" in spec else "#8593a1", radius=12)
    if icon:
        svg.icon(icon, x + 10, top + height / 2 - 13, 26, SOFT)
    if end:
        svg.icon(end, x + width - (60 if "tap" in spec else 38), top + height / 2 - 13, 26, SOFT)
    words.write(svg, x + (44 if icon else 14), top + 9, room, said)
    tap_mark(svg, x + width + 2, top + height / 2, tap_of(spec))
    return top + height - y


def _words(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    anchor = spec.choice("align", ("start", "middle"), "middle")
    words = Words(spec.number("size", TEXT), COLOURS[spec.colour("colour", "ink")], spec.flag("bold"), anchor)
    return words.write(svg, x, y, width, spec.text("words"))


def _apps(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    apps = list(spec.specs("apps"))
    columns = spec.number("columns", 3)
    cell, size = width / columns, min(76, width / columns - 16)
    label = Words(SMALL, INK, anchor="middle")
    top = y
    for start in range(0, len(apps), columns):
        tallest = 0.0
        for place, app in enumerate(apps[start : start + columns]):
            left, name = x + place * cell, app.text("name")
            icon_tile(svg, left + (cell - size) / 2, y, size, app.icon(), app.colour("colour", "blue"))
            tallest = max(tallest, label.write(svg, left, y + size + 4, cell, name))
            tap_mark(svg, left + (cell + size) / 2, y + 6, tap_of(app))
            app.close()
        y += size + tallest + 18
    return y - top - 18


def _bubble(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    said, mine = spec.text("bubble"), spec.flag("mine")
    tone = spec.colour("colour", "blue" if mine else "grey")
    words = Words()
    room = width * 0.86
    inner = min(room - 28, max(words.width(line) for line in said.split("\n")) + 2)
    height, left = words.height(said, inner) + 20, x + (width - inner - 28 if mine else 0)
    svg.rect(left, y, inner + 28, height, TINTS[tone], COLOURS[tone] if tone == "red" else "none", radius=18)
    words.write(svg, left + 14, y + 8, inner, said)
    tap_mark(svg, left + inner + 28, y + height - 8, tap_of(spec))
    return height


def _person(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    colour, middle = spec.colour("colour", "teal"), x + width / 2
    svg.circle(middle, y + 46, 46, TINTS[colour])
    svg.icon(spec.icon(default="user-round"), middle - 32, y + 14, 64, COLOURS[colour])
    height = 96 + Words(NAME, INK, True, "middle").write(svg, x, y + 96, width, spec.text("person"))
    note = spec.text("note", "")
    return height + (Words(SMALL, SOFT, anchor="middle").write(svg, x, y + height, width, note) if note else 0)


def _rounds(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    rounds = list(spec.specs("rounds"))
    cell, tallest = width / len(rounds), 0.0
    for place, one in enumerate(rounds):
        middle, colour = x + (place + 0.5) * cell, COLOURS[one.colour("colour", "grey")]
        svg.circle(middle, y + 34, 34, colour)
        svg.icon(one.icon(), middle - 19, y + 15, 38, PAPER)
        label = Words(SMALL, INK, anchor="middle")
        tallest = max(tallest, label.write(svg, middle - cell / 2, y + 74, cell, one.text("name", "")))
        tap_mark(svg, middle + 32, y + 10, tap_of(one))
        one.close()
    return 74 + tallest


def _tiles(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    tiles = list(spec.specs("tiles"))
    columns, height = spec.number("columns", 2), 92
    cell = (width - (columns - 1) * 10) / columns
    for place, one in enumerate(tiles):
        left, top = x + place % columns * (cell + 10), y + place // columns * (height + 10)
        lit = one.flag("lit")
        svg.rect(left, top, cell, height, COLOURS["blue"] if lit else "#dfe5ec", radius=18)
        colour = PAPER if lit else INK
        svg.icon(one.icon(), left + cell / 2 - 17, top + 10, 34, colour)
        Words(SMALL, colour, anchor="middle").write(svg, left, top + 50, cell, one.text("name"))
        tap_mark(svg, left + cell - 10, top + 10, tap_of(one))
        one.close()
    rows = -(-len(tiles) // columns)
    return rows * (height + 10) - 10


def _slider(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    share = spec.number("slider", 50) / 100
    left, right, middle = x + 34, x + width - 38, y + 26
    knob = left + (right - left) * share
    svg.icon(spec.icon("low"), x, middle - 11, 22, SOFT)
    svg.icon(spec.icon("high"), x + width - 30, middle - 16, 32, INK)
    svg.path(f"M{left:.0f} {middle:.0f}H{right:.0f}", stroke=LINE, line=8)
    svg.path(f"M{left:.0f} {middle:.0f}H{knob:.0f}", stroke=COLOURS["blue"], line=8)
    svg.circle(knob, middle, 15, PAPER, COLOURS["blue"], 4)
    tap = tap_of(spec)
    if tap:
        svg.path(f"M{knob - 62:.0f} {middle + 40:.0f}h50m-14 -10l14 10l-14 10", stroke=TAP, line=4)
        tap_mark(svg, knob + 14, middle + 40, tap)
    return 90 if tap else 52


def _code(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    size = spec.number("code", 150)
    left = x + (width - size) / 2
    square_code(svg, left, y + 10, size)
    if spec.flag("framed"):
        reach, span = 34, size + 36
        for corner_x, corner_y, across, down in ((0, 0, 1, 1), (1, 0, -1, 1), (0, 1, 1, -1), (1, 1, -1, -1)):
            start_x, start_y = left - 18 + corner_x * span, y - 8 + corner_y * span
            data = f"M{start_x + across * reach:.0f} {start_y:.0f}H{start_x:.0f}V{start_y + down * reach:.0f}"
            svg.path(data, stroke=COLOURS["blue"], line=6)
    tap_mark(svg, left + size + 14, y + size / 2, tap_of(spec))
    return size + 26


def _keypad(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    cell, height = width / 3, 58
    for place, key in enumerate(("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")):
        left, top = x + place % 3 * cell, y + place // 3 * height
        svg.rect(left + 5, top + 4, cell - 10, height - 8, GROUND, radius=14)
        svg.text(left + cell / 2, top + 39, key, 28, INK, bold=True, anchor="middle")
    spec.text("keypad")
    tap_mark(svg, x + width / 2 + cell * 0.5, y + height, tap_of(spec))
    return height * 4


def _keyboard(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    lit = spec.text("keyboard", "")
    key, height = width / 10, 44.0
    svg.rect(x - 8, y, width + 16, height * 4 + 12, "#d6dde5", radius=10)
    for number, row in enumerate(("qwertyuiop", "asdfghjkl", "zxcvbnm")):
        left = x + (10 - len(row)) * key / 2
        for place, letter in enumerate(row):
            here = left + place * key
            svg.rect(here + 1.5, y + 6 + number * height, key - 3, height - 6, PAPER, radius=5)
            svg.text(here + key / 2, y + 34 + number * height, letter, 20, INK, anchor="middle")
    bottom = y + 6 + 3 * height
    svg.rect(x + key * 1.6, bottom, key * 5.4, height - 6, PAPER, radius=5)
    for name, keys_left in (("mic", 0.1), ("search", 7.4)):
        here = x + keys_left * key
        colour = TINTS["orange"] if name == lit else PAPER
        svg.rect(here, bottom, key * (1.4 if name == "mic" else 2.5), height - 6, colour, radius=5)
        svg.icon(name, here + key * (0.7 if name == "mic" else 1.25) - 13, bottom + 6, 26, INK)
        if name == lit:
            tap_mark(svg, here + key * (1.5 if name == "mic" else 2.4), bottom - 6, tap_of(spec))
    return height * 4 + 12


def _photo(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    height, colour = spec.number("height", 150), spec.colour("colour", "grey")
    svg.rect(x, y, width, height, TINTS[colour], radius=14)
    size = min(height - 30, 96)
    svg.icon(spec.icon("photo"), x + (width - size) / 2, y + (height - size) / 2, size, COLOURS[colour], 1.6)
    tap_mark(svg, x + width + 2, y + height / 2, tap_of(spec))
    return height


def _hint(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """What the fingers do here, as an icon and words."""
    colour = COLOURS[spec.colour("colour", "blue")]
    words = Words(SMALL, colour, bold=True)
    said, room = spec.text("hint"), width - 42
    height = max(34.0, words.height(said, room))
    svg.icon(spec.icon(), x + 2, y + height / 2 - 15, 30, colour, 2.6)
    words.write(svg, x + 40, y + (height - words.height(said, room)) / 2, room, said)
    return height


def _space(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    return spec.number("space", 20)


def _dots(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """Places for the digits of a code, as an application asks for one."""
    shown, tap = spec.text("dots"), tap_of(spec)
    room = width - (20 if tap else 0)
    cell = min(46, room / len(shown))
    left = x + (room - cell * len(shown)) / 2
    for place, sign in enumerate(shown):
        svg.rect(left + place * cell + 3, y, cell - 6, 52, PAPER, "#8593a1", radius=10)
        svg.text(left + (place + 0.5) * cell, y + 36, sign, 28, INK, bold=True, anchor="middle")
    tap_mark(svg, x + width + 2, y + 26, tap)
    return 52


ITEMS: dict[str, Item] = {
    "row": _row,
    "button": _button,
    "field": _field,
    "words": _words,
    "apps": _apps,
    "bubble": _bubble,
    "person": _person,
    "rounds": _rounds,
    "tiles": _tiles,
    "slider": _slider,
    "code": _code,
    "keypad": _keypad,
    "keyboard": _keyboard,
    "photo": _photo,
    "space": _space,
    "dots": _dots,
    "hint": _hint,
}
