"""The blocks a picture is stacked from: phones, panels, steps, an address, a banner, a table. One function a block.

Each draws at (x, y) within a width and returns the height it took.
"""

from __future__ import annotations

from collections.abc import Callable

from lessons.pictures.parts import Words, icon_tile, tap_mark, tap_of, verdict
from lessons.pictures.screen import draw_items
from lessons.pictures.spec import SceneError, Spec
from lessons.pictures.style import COLOURS, GAP, INK, LARGE, LINE, PAPER, PHONE, SMALL, SOFT, TAP, TEXT, TINTS
from lessons.pictures.svg import Svg

Block = Callable[[Spec, Svg, float, float, float], float]

FRAME = 9  # a phone's edge
STEP_RADIUS = 20
SCREEN_PAD = 17  # from the edge to what the screen shows; half a tap mark lies in it


def draw_blocks(blocks: list[Spec], svg: Svg, x: float, y: float, width: float) -> float:
    """All blocks, one below the other; their height together."""
    top = y
    for block in blocks:
        kind = next((name for name in block.names if name in BLOCKS), None)
        if kind is None:
            raise SceneError(f"{block.where}: none of {', '.join(BLOCKS)}")
        y += BLOCKS[kind](block, svg, x, y, width) + GAP
        block.close()
    return max(0, y - top - GAP)


def _columns(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    columns = list(spec.specs("columns"))
    shares = [column.number("share", 1) for column in columns]
    left, tallest = x, 0.0
    unit = (width - GAP * (len(columns) - 1)) / sum(shares)
    for column, share in zip(columns, shares, strict=True):
        tallest = max(tallest, draw_blocks(list(column.specs("blocks")), svg, left, y, unit * share))
        left += unit * share + GAP
        column.close()
    return tallest


def _phones(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """One to three phones side by side, equally tall; an arrow leads from each to the next."""
    phones = list(spec.specs("phones"))
    gap = 34 if len(phones) > 1 else 0
    each = min((width - gap * (len(phones) - 1)) / len(phones), 420)
    left = x + (width - each * len(phones) - gap * (len(phones) - 1)) / 2
    screens = []
    for place, phone in enumerate(phones):
        inside = Svg()
        height = _screen(phone, inside, left + place * (each + gap), y, each)
        screens.append((inside, height))
        phone.close()
    tallest = max([spec.number("height", 240), *(height for _, height in screens)])
    for place, (inside, _) in enumerate(screens):
        here = left + place * (each + gap)
        svg.rect(here, y, each, tallest, PAPER, PHONE, radius=34, line=FRAME)
        svg.include(inside)
        svg.rect(here + each / 2 - 45, y + tallest - 18, 90, 5, "#9aa6b2", radius=2)
        if place and not spec.flag("apart"):
            _arrow(svg, here - gap + 7, y + tallest / 2, gap - 14)
    return float(tallest)


def _arrow(svg: Svg, x: float, y: float, length: float) -> None:
    svg.path(f"M{x:.0f} {y:.0f}h{length:.0f}m-10 -10l10 10l-10 10", stroke=SOFT, line=4)


def _screen(phone: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """The inside of one phone; returns the height of the phone."""
    title, caption = phone.text("title", ""), phone.text("caption", "")
    top = y + FRAME / 2
    if title:
        words = Words(TEXT, PAPER, bold=True, anchor="middle")
        height = words.height(title, width - 40) + 26
        colour = COLOURS[phone.colour("colour", "blue")]
        edge, right, round_ = x + FRAME / 2, x + width - FRAME / 2, 29
        data = f"M{edge:.1f} {top + height:.1f}V{top + round_:.1f}a{round_} {round_} 0 0 1 {round_} -{round_}"
        data += f"H{right - round_:.1f}a{round_} {round_} 0 0 1 {round_} {round_}V{top + height:.1f}z"
        svg.path(data, colour)
        words.write(svg, x + 20, top + 14, width - 40, title)
        top += height
    items = list(phone.specs("show"))
    used = draw_items(items, svg, x + SCREEN_PAD, top + 16, width - 2 * SCREEN_PAD)
    if caption:
        used += 10 + Words(SMALL, SOFT, anchor="middle").write(
            svg, x + SCREEN_PAD, top + 26 + used, width - 2 * SCREEN_PAD, caption
        )
    return top + 16 + used + 34 - y


DEVICE_PLACES = {"volume-up": 60, "volume-down": 118, "power": 206}  # pixels from the top of the phone


def _device(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """A whole phone with the buttons of its edge named. Where makers differ, the text of the card says so."""
    height, wide = 330, 190
    left = x + 14
    svg.rect(left, y, wide, height, PAPER, PHONE, radius=30, line=FRAME)
    svg.rect(left + 22, y + 24, wide - 44, height - 62, TINTS["blue"], radius=8)
    svg.rect(left + wide / 2 - 30, y + height - 22, 60, 5, "#9aa6b2", radius=2)
    for number, one in enumerate(spec.specs("device"), 1):
        at = one.choice("at", tuple(DEVICE_PLACES), "power")
        top = y + DEVICE_PLACES[at]
        tall = 70 if at == "power" else 50
        svg.rect(left + wide + 2, top, 13, tall, TAP, radius=5)
        svg.path(f"M{left + wide + 22:.0f} {top + tall / 2:.0f}h34", stroke=TAP, line=3)
        tap_mark(svg, left + wide + 78, top + tall / 2, str(number))
        words = Words(TEXT, bold=True)
        room = x + width - (left + wide + 108)
        said = one.text("text")
        words.write(svg, left + wide + 108, top + tall / 2 - words.height(said, room) / 2 - 2, room, said)
        one.close()
    return height


def _panels(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """Cards side by side, equally tall: an icon, a title, a text, and whether it is right or wrong."""
    panels = list(spec.specs("panels"))
    columns = spec.number("columns", len(panels))
    each, top = (width - GAP * (columns - 1)) / columns, y
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        drawn = [_panel(one, x + place * (each + GAP), y, each) for place, one in enumerate(row)]
        tallest = max(height for _, _, height, _ in drawn)
        for place, (colour, inside, _, mark) in enumerate(drawn):
            left = x + place * (each + GAP)
            svg.rect(left, y, each, tallest, PAPER, colour, radius=20, line=3)
            svg.include(inside)
            if mark:
                verdict(svg, left + 20, y + 18, mark == "good")
        y += tallest + GAP
    return y - top - GAP


def _panel(spec: Spec, x: float, y: float, width: float) -> tuple[str, Svg, float, str]:
    inside, mark, icon = Svg(), spec.choice("mark", ("", "good", "bad"), ""), spec.icon()
    colour = spec.colour("colour", {"good": "green", "bad": "red"}.get(mark, "blue"))
    title, said, below = spec.text("title", ""), spec.text("text", ""), y + 18
    if icon:
        inside.circle(x + width / 2, below + 44, 44, TINTS[colour])
        inside.icon(icon, x + width / 2 - 30, below + 14, 60, COLOURS[colour])
        below += 98
    if title:
        inset = 46 if mark and not icon else 12
        words = Words(TEXT, COLOURS[colour], True, "middle").fitted(title, width - 2 * inset)
        below += words.write(inside, x + inset, below, width - 2 * inset, title) + 4
    if said:
        below += Words(spec.number("size", TEXT), INK, anchor="middle").write(inside, x + 12, below, width - 24, said)
    if "show" in spec:
        below += draw_items(list(spec.specs("show")), inside, x + 18, below + 8, width - 36) + 8
    tap_mark(inside, x + width - 16, y + 16, tap_of(spec))
    edge = COLOURS[colour] if mark or spec.flag("edged") else LINE
    spec.close()
    return edge, inside, below + 18 - y, mark


def _steps(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """Numbered lines: what to do, in order; ``taps`` are pressed on the phone beside, ``plain`` has no numbers."""
    top, plain = y, spec.flag("plain")
    disc = TAP if spec.flag("taps") else COLOURS["blue"]
    indent = 14 if plain else 62
    for number, step in enumerate(spec.specs("steps"), 1):
        words, icon = Words(TEXT), step.icon()
        note = step.text("note", "")
        left = x + indent + (62 if icon else 0)
        room = x + width - left - 14
        said = step.text("text")
        height = words.height(said, room) + (Words(SMALL, SOFT).height(note, room) if note else 0)
        total = max(height + 20, 66)
        svg.rect(x, y, width, total, PAPER, LINE, radius=16)
        if not plain:
            svg.circle(x + 33, y + total / 2, STEP_RADIUS, disc)
            svg.text(x + 33, y + total / 2 + 8.5, str(number), TEXT, PAPER, bold=True, anchor="middle")
        if icon:
            icon_tile(svg, x + indent + 2, y + total / 2 - 24, 48, icon, step.colour("colour", "blue"))
        here = y + (total - height) / 2 - 2
        here += words.write(svg, left, here, room, said)
        if note:
            Words(SMALL, SOFT).write(svg, left, here, room, note)
        y += total + 10
        step.close()
    return y - top - 10


def _flow(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """Icons with words below, from left to right; between them an arrow, a plus or nothing."""
    stations, joined = list(spec.specs("flow")), spec.choice("joined", ("arrow", "plus", "none"), "arrow")
    gap = 34
    each = (width - gap * (len(stations) - 1)) / len(stations)
    tallest = 0.0
    for place, one in enumerate(stations):
        left, colour = x + place * (each + gap), one.colour("colour", "blue")
        svg.circle(left + each / 2, y + 48, 48, TINTS[colour], COLOURS[colour])
        svg.icon(one.icon(), left + each / 2 - 30, y + 18, 60, COLOURS[colour])
        height = Words(TEXT, INK, True, "middle").write(svg, left - 10, y + 106, each + 20, one.text("text"))
        note = one.text("note", "")
        if note:
            height += Words(SMALL, SOFT, anchor="middle").write(svg, left - 10, y + 106 + height, each + 20, note)
        tallest = max(tallest, height)
        tap_mark(svg, left + each / 2 + 42, y + 12, one.text("number", ""), COLOURS["blue"])
        if place and joined == "arrow":
            _arrow(svg, left - gap - 4, y + 48, gap + 8)
        if place and joined == "plus":
            svg.icon("plus", left - gap / 2 - 18, y + 30, 36, SOFT, 3)
        one.close()
    return 106 + tallest


def _address(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """An address bar; the part in braces decides and is underlined: ``dichvucong{.gov.vn}``."""
    good = spec.choice("mark", ("good", "bad"), "good") == "good"
    colour = COLOURS["green" if good else "red"]
    before, _, rest = spec.text("address").partition("{")
    part, _, after = rest.partition("}")
    svg.rect(x, y, width, 66, PAPER, colour, radius=33, line=3)
    svg.icon(spec.icon(default="globe"), x + 20, y + 18, 30, SOFT)
    plain, strong = Words(LARGE), Words(LARGE, colour, bold=True)
    length = plain.width(before) + strong.width(part) + plain.width(after)
    size = LARGE if length <= width - 120 else LARGE * (width - 120) / length
    here = x + 62
    for said, words in ((before, Words(size)), (part, Words(size, colour, bold=True)), (after, Words(size))):
        svg.text(here, y + 43, said, size, words.colour, bold=words.bold)
        if words.bold:
            svg.path(f"M{here:.1f} {y + 53:.0f}h{words.width(said):.1f}", stroke=colour, line=4)
        here += words.width(said)
    verdict(svg, x + width - 34, y + 33, good, 22)
    note = spec.text("note", "")
    used = 72 + (Words(TEXT, colour).write(svg, x + 24, y + 72, width - 48, note) if note else -6)
    return used


def _banner(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """One line that must be remembered."""
    colour, icon = spec.colour("colour", "blue"), spec.icon()
    left = 66 if icon else 20
    words = Words(TEXT, COLOURS[colour], bold=True, anchor="start" if icon else "middle")
    height = words.height(spec.text("banner"), width - left - 20) + 26
    svg.rect(x, y, width, height, TINTS[colour], radius=16)
    if icon:
        svg.icon(icon, x + 18, y + height / 2 - 18, 36, COLOURS[colour])
    words.write(svg, x + left, y + 11, width - left - 20, spec.text("banner"))
    return height


def _table(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    """Pairs in large letters: what is typed, what appears."""
    rows = [pair.split("|") for pair in spec.texts("table")]
    columns = spec.number("columns", 1)
    each = (width - GAP * (columns - 1)) / columns
    height = 60
    for place, row in enumerate(rows):
        left, top = x + place % columns * (each + GAP), y + place // columns * (height + 10)
        svg.rect(left, top, each, height, PAPER, LINE, radius=14)
        cell = (each - 40 * (len(row) - 1)) / len(row)
        for number, said in enumerate(row):
            here = left + number * (cell + 40)
            last = number == len(row) - 1
            colour = COLOURS["green"] if last else INK
            svg.text(here + cell / 2, top + 40, said.strip(), LARGE, colour, bold=last, anchor="middle")
            if number:
                svg.icon("arrow-right", here - 34, top + 16, 28, SOFT)
    return -(-len(rows) // columns) * (height + 10) - 10


def _heading(spec: Spec, svg: Svg, x: float, y: float, width: float) -> float:
    colour = COLOURS[spec.colour("colour", "ink")]
    anchor = spec.choice("align", ("start", "middle"), "middle")
    return Words(spec.number("size", 26), colour, True, anchor).write(svg, x, y - 4, width, spec.text("heading")) - 4


BLOCKS: dict[str, Block] = {
    "columns": _columns,
    "device": _device,
    "phones": _phones,
    "panels": _panels,
    "steps": _steps,
    "flow": _flow,
    "address": _address,
    "banner": _banner,
    "table": _table,
    "heading": _heading,
}
