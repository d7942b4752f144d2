"""The files the index is made from, and a fingerprint that changes when any of them does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from knowledge.topics import LEARNT_FILE, TOPICS_FILE

PLANS_FOLDER = "plans"
GUIDES_FOLDER = "services"
FACTS_FILE = "facts.yaml"
PHRASINGS_FOLDER = "phrasings"
NOT_COVERED_FILE = "not_covered.yaml"


def material_hashes(material_root: Path, more_plans: Iterable[Path] = ()) -> dict[str, str]:
    """SHA-256 of every file the index is made from, by its path within the material.

    ``more_plans`` are a ward's own uploaded plans, which lie elsewhere. A line-ending change is no change.
    """
    files = [
        *(material_root / PLANS_FOLDER).glob("*.md"),
        *(material_root / GUIDES_FOLDER).glob("*.md"),
        material_root / FACTS_FILE,
        *(material_root / PHRASINGS_FOLDER).glob("*.yaml"),
        material_root / NOT_COVERED_FILE,
    ]
    hashes = {file.relative_to(material_root).as_posix(): _hash(file) for file in files if file.is_file()}
    hashes |= {f"uploaded/{file.name}": _hash(file) for file in more_plans}
    hashes |= {file.name: _hash(file) for file in (TOPICS_FILE, LEARNT_FILE)}
    return hashes


def fingerprint(hashes: dict[str, str], format_version: int) -> str:
    """One text for all of them; ``format_version`` of the index makes an older one stale."""
    text = "\n".join(f"{name} {value}" for name, value in sorted(hashes.items()))
    return hashlib.sha256(f"{format_version}\n{text}".encode()).hexdigest()


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
