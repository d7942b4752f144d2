"""Colours and measures that all pictures share. Lengths are pixels of a picture 640 wide."""

from __future__ import annotations

# A phone 360 px wide shows a picture at about half its width: 24 here is then 12 px, the least that reads well.
WIDTH = 640
MARGIN = 24
GAP = 18  # between blocks
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
