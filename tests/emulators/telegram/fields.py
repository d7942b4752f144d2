"""Checks what the emulator answers against the Bot API's field table (fields.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

OBJECTS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("fields.json").read_text(encoding="utf-8"))[
    "objects"
]
SCALARS: dict[str, type | tuple[type, ...]] = {
    "integer": int,
    "string": str,
    "boolean": bool,
    "number": (int, float),
}
MEMBERS = {"member": "ChatMemberMember", "left": "ChatMemberLeft", "kicked": "ChatMemberBanned"}
# Seconds since 1970 until the year 2100: a date in milliseconds lies above.
LATEST_DATE = 4_102_444_800


def problems(value: Any, kind: str, where: str = "result") -> list[str]:
    """What is wrong with ``value`` as a Bot API ``kind``; empty when nothing is."""
    if kind == "any":
        return []
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{where}: not an array"]
        return [one for place, item in enumerate(value) for one in problems(item, kind[1:-1], f"{where}[{place}]")]
    if kind in SCALARS:
        fits = isinstance(value, SCALARS[kind]) and (kind == "boolean" or not isinstance(value, bool))
        if fits and where.endswith("date") and kind == "integer" and not 0 <= value <= LATEST_DATE:
            return [f"{where}: not in seconds"]
        return [] if fits else [f"{where}: not of type {kind}"]
    if not isinstance(value, dict):
        return [f"{where}: not an object"]
    return _object_problems(value, MEMBERS[value["status"]] if kind == "ChatMember" else kind, where)


def _object_problems(value: dict[str, Any], kind: str, where: str) -> list[str]:
    fields = OBJECTS[kind]
    found = [f"{where}: unknown field {name} of {kind}" for name in value if name not in fields]
    for name, declared in fields.items():
        if name in value:
            found += problems(value[name], declared.rstrip("!"), f"{where}.{name}")
        elif declared.endswith("!"):
            found.append(f"{where}: {kind} without {name}")
    return found
