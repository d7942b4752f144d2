"""Where material is read from: the files delivered, and the edits of ward staff laid over them.

An item is a text file, named by its path below the material's folder with forward slashes
(``03-vneid/02-lam-muc-2.yaml``). The delivered file is the read-only base of an edit. When an update changes the base
below an edit, the edit stays live and the change is reported as a conflict until somebody decides.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

NO_BASE = ""  # the base hash of an edit that makes a new item
_ITEM = re.compile(r"[a-z0-9_][a-z0-9_-]*(?:/[a-z0-9_][a-z0-9_-]*)*\.(?:yaml|md)")


class UnreadableItemError(Exception):
    """An item cannot be read; the message says why, for the person who edits the file."""


class MaterialSource(Protocol):
    """What material is read through; ``lessons.catalogue`` reads courses from one."""

    def items(self) -> Collection[str]:
        """The names of everything there is, pictures too, sorted."""
        ...

    def read(self, item: str) -> str:
        """The text of an item. Raises UnreadableItemError."""
        ...


def item_hash(text: str) -> str:
    """What an edit names its base by; a change of line endings alone is none."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8")).hexdigest()


class ShippedMaterial:
    """The files below one folder, as they are on disk at the moment of reading."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def items(self) -> Collection[str]:
        """Every file below the folder; none when the folder does not exist."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())

    def read(self, item: str) -> str:
        """The text of a file. Raises UnreadableItemError."""
        try:
            return (self.root / item).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableItemError(f"not saved as UTF-8 ({error.reason}); save it again as UTF-8") from error
        except OSError as error:
            raise UnreadableItemError(f"cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed or new item by ward staff.

    ``base_hash`` is ``item_hash`` of the delivered text the edit was made from, NO_BASE for a new item. ``number``
    grows with time. It is in force from ``effective_from`` on, once somebody has approved it. Raises ValueError for
    an item name that would not be safe as a file name and for a time without a zone.
    """

    number: int
    item: str
    base_hash: str
    body: str
    author: str
    approver: str | None
    effective_from: datetime

    def __post_init__(self) -> None:
        if _ITEM.fullmatch(self.item) is None:
            raise ValueError(f"'{self.item}' is no item: small letters, digits, hyphens, ending in .yaml or .md")
        if self.effective_from.tzinfo is None:
            raise ValueError(f"edit {self.number} of {self.item}: effective_from has no time zone")

    def in_force(self, now: datetime) -> bool:
        """Whether residents see it at this moment."""
        return self.approver is not None and self.effective_from <= now


@dataclass(frozen=True, slots=True)
class Conflict:
    """The delivered item changed below a live edit. ``shipped`` is its text now, None when it was taken away."""

    edit: Edit
    shipped: str | None


class OverlaidMaterial:
    """Delivered material with the edits in force at one moment; make a new one when edits or the moment change."""

    def __init__(self, shipped: MaterialSource, edits: Iterable[Edit], now: datetime) -> None:
        self._shipped = shipped
        known = sorted(edits, key=lambda edit: (edit.effective_from, edit.number))
        self._live: dict[str, Edit] = {edit.item: edit for edit in known if edit.in_force(now)}
        waiting = [edit.effective_from for edit in known if edit.approver is not None and not edit.in_force(now)]
        self.next_change: datetime | None = min(waiting, default=None)
        """When the next approved edit comes into force."""

    @property
    def live(self) -> Mapping[str, Edit]:
        """The edit in force of each edited item: the one that came into force last."""
        return self._live

    def items(self) -> Collection[str]:
        """Delivered and new items."""
        return sorted({*self._shipped.items(), *self._live})

    def read(self, item: str) -> str:
        """The edited text, else the delivered one. Raises UnreadableItemError."""
        edit = self._live.get(item)
        return self._shipped.read(item) if edit is None else edit.body

    def conflicts(self) -> list[Conflict]:
        """The live edits whose base is no longer what is delivered, by item.

        Delivered text that has become what the edit says is no conflict: the edit has been taken over.
        """
        found = []
        delivered = frozenset(self._shipped.items())
        for item, edit in sorted(self._live.items()):
            shipped = self._shipped.read(item) if item in delivered else None
            now = NO_BASE if shipped is None else item_hash(shipped)
            if now not in (edit.base_hash, item_hash(edit.body)):
                found.append(Conflict(edit, shipped))
        return found


class Below:
    """A part of a source: the items below a folder, named without it."""

    def __init__(self, source: MaterialSource, folder: str) -> None:
        self._source = source
        self._folder = f"{folder}/"

    def items(self) -> Collection[str]:
        """The items below the folder."""
        return [item.removeprefix(self._folder) for item in self._source.items() if item.startswith(self._folder)]

    def read(self, item: str) -> str:
        """The text of an item. Raises UnreadableItemError."""
        return self._source.read(self._folder + item)


def as_source(material: Path | MaterialSource) -> MaterialSource:
    """A folder as a source; a source as it is."""
    return ShippedMaterial(material) if isinstance(material, Path) else material
