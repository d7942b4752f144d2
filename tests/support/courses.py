"""The lessons that the program is delivered with, read once a process: nothing of them can be changed."""

from __future__ import annotations

from functools import cache

from lessons.catalogue import Catalogue, load_courses


@cache
def shipped_courses() -> Catalogue:
    """Every course."""
    return load_courses()
