"""How an item stands: what is in force, what waits, what was before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.editing import EditedMaterial, overlaid
from bot.settings import Settings
from bot.staff.content import items
from bot.staff.content.diff import Line, changes
from bot.store import material_edits
from bot.store.tables import MaterialEdit
from lessons.material_source import Conflict, UnreadableItemError

DRAFT, SCHEDULED, LIVE, REPLACED, WITHDRAWN = "draft", "scheduled", "live", "replaced", "withdrawn"


@dataclass(frozen=True, slots=True)
class Version:
    """One edit in an item's history."""

    row: MaterialEdit
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as it is: ``shipped`` and ``text`` (in force), "" when there is none; a ``conflict`` needs a decision."""

    item: items.Item
    shipped: str
    text: str
    versions: tuple[Version, ...]
    conflict: Conflict | None

    @property
    def waiting(self) -> MaterialEdit | None:
        """The edit that is not in force yet: of an item there is one at a time."""
        return next((one.row for one in self.versions if one.state in (DRAFT, SCHEDULED)), None)

    @property
    def live(self) -> MaterialEdit | None:
        """The edit in force."""
        return next((one.row for one in self.versions if one.state == LIVE), None)

    @property
    def waiting_changes(self) -> list[Line]:
        """What the waiting edit would change of what is in force now."""
        return changes(self.text, self.waiting.body) if self.waiting else []

    @property
    def update_changes(self) -> list[Line]:
        """What taking the update would change of what is in force now."""
        return changes(self.text, self.conflict.shipped or "") if self.conflict else []

    def body_of(self, number: str) -> str:
        """The text a form begins with: of an edit by its number, of "shipped", else what is in force."""
        if number == "shipped":
            return self.shipped
        found = next((one.row.body for one in self.versions if str(one.row.id) == number), None)
        return self.text if found is None else found


def source_of(session: Session, settings: Settings, now: datetime) -> EditedMaterial:
    """The material with the edits in force."""
    return overlaid(settings, material_edits.edits(session), now)


def standing(session: Session, settings: Settings, item: items.Item, now: datetime) -> Standing | None:
    """How an item stands; None when neither the delivered material nor an edit has it."""
    source = source_of(session, settings, now)
    rows = material_edits.history(session, item.name)
    shipped, text = _read(overlaid(settings, ()), item.name), _read(source, item.name)
    if not text and not rows:
        return None
    live = source.live.get(item.name)
    versions = tuple(Version(row, _state(row, live.number if live else None, now)) for row in rows)
    conflict = next((one for one in source.conflicts() if one.edit.item == item.name), None)
    return Standing(item, shipped, text, versions, conflict)


def _read(source: EditedMaterial, name: str) -> str:
    try:
        return source.read(name)
    except UnreadableItemError:
        return ""


def _state(row: MaterialEdit, live: int | None, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return WITHDRAWN
    if row.approver is None:
        return DRAFT
    if row.effective_from > now:
        return SCHEDULED
    return LIVE if row.id == live else REPLACED


@dataclass(frozen=True, slots=True)
class Open:
    """What waits for a decision: edits to be approved or to come into force, and conflicts with an update."""

    drafts: Sequence[MaterialEdit]
    scheduled: Sequence[MaterialEdit]
    conflicts: Sequence[Conflict]


def what_is_open(session: Session, settings: Settings, now: datetime) -> Open:
    """Everything of the material that staff have to decide."""
    rows = material_edits.waiting(session, now)
    return Open(
        [row for row in rows if row.approver is None],
        [row for row in rows if row.approver is not None],
        source_of(session, settings, now).conflicts(),
    )
