"""Colours and measures that all pictures share. Lengths are pixels of a picture 560 wide."""

from __future__ import annotations

# A chat on a phone 360 px wide shows a picture about 310 wide: 24 here is then 13 px, what small print has.
WIDTH = 560
MARGIN = 16
GAP = 16  # between blocks
TEXT = 24
SMALL = 21
LARGE = 28

GROUND = "#eaf0f6"
PAPER = "#ffffff"
INK = "#18222e"
SOFT = "#4d5866"
LINE = "#cfd7e0"
PHONE = "#26323f"
TAP = "#d9480f"  # where to press: the one colour used for nothing else

# Colours that scenes name. Each is dark enough for white text on it (contrast above 4.5).
COLOURS = {
    "blue": "#0b5d8f",
    "green": "#1a7435",
    "red": "#b3261e",
    "orange": "#a8500a",
    "purple": "#6b3fa0",
    "grey": "#5b6673",
    "teal": "#0b6e6e",
    "ink": INK,
}
TINTS = {
    "blue": "#dcecf8",
    "green": "#ddf1e2",
    "red": "#fbe1df",
    "orange": "#fdebd8",
    "purple": "#ece3f6",
    "grey": "#eef1f4",
    "teal": "#d9efef",
    "ink": "#e4e8ec",
}
