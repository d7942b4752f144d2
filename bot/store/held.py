"""Everything held about one resident, table by table, as it is given to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from bot.store import tables
from bot.store.contest_tables import ContestAnswer, ContestMark, ContestParticipant
from knowledge.yaml_loader import load_yaml
from lessons.progress import VIETNAM

LABELS_FILE = Path(__file__).parents[1] / "texts" / "held.yaml"


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of a table that belong to an ``owner``: person, chat, request (for a human) or seat (in a contest)."""

    table: type[SQLModel]
    column: str
    owner: str


HELD = (
    Held(tables.Person, "id", "person"),
    Held(tables.Consent, "person_id", "person"),
    Held(tables.Attempt, "person_id", "person"),
    Held(tables.Certificate, "person_id", "person"),
    Held(tables.CommunityRole, "person_id", "person"),
    Held(tables.ClassSession, "recorded_by", "person"),
    Held(tables.ClassAttendance, "person_id", "person"),
    Held(ContestParticipant, "person_id", "person"),
    Held(ContestAnswer, "participant_id", "seat"),
    Held(ContestMark, "participant_id", "seat"),
    Held(tables.PersonMerge, "kept_id", "person"),
    Held(tables.Chat, "id", "chat"),
    Held(tables.Inbox, "chat_id", "chat"),
    Held(tables.Outbox, "chat_id", "chat"),
    Held(tables.UnansweredQuestion, "tell_chat_id", "chat"),
    Held(tables.StaffAnswerFollower, "chat_id", "chat"),
    Held(tables.Broadcast, "author_chat_id", "chat"),
    Held(tables.StaffChat, "chat_id", "chat"),
    Held(tables.HumanRequest, "chat_id", "chat"),
    Held(tables.HumanLine, "request_id", "request"),
)
# Columns that name a person or chat and are not given out, with the reason.
NOT_GIVEN = {
    "contest_participant.chat_id": "the number of a chat that is given out itself",
    "person.enrolled_by": "the record of another person",
    "consent.witness_id": "the agreement of another person",
    "distinct_pair.first_id": "two numbers",
    "distinct_pair.second_id": "two numbers",
    "link_code.person_id": "the hash of a code, for ten minutes",
    "data_export.chat_id": "the hash of the address this is read at, for a day",
}


@cache
def labels() -> dict[str, Any]:
    """Vietnamese titles of the tables and names of their columns; ``left_out``: numbers of rows and the like."""
    loaded: dict[str, Any] = load_yaml(LABELS_FILE.read_text(encoding="utf-8"))
    return loaded


def everything(session: Session, chat_id: int, at: datetime) -> dict[str, Any]:
    """All that is held about the resident of a chat, ready for JSON; times are those of Vietnam."""
    person_id = session.exec(select(tables.Chat.person_id).where(tables.Chat.id == chat_id)).first()
    chats = [chat_id]
    if person_id is not None:
        chats = [row for row in session.exec(select(tables.Chat.id).where(tables.Chat.person_id == person_id)) if row]
    requests = [
        row
        for row in session.exec(select(tables.HumanRequest.id).where(col(tables.HumanRequest.chat_id).in_(chats)))
        if row
    ]
    mine = [person_id] if person_id is not None else []
    seats = [
        row
        for row in session.exec(select(ContestParticipant.id).where(col(ContestParticipant.person_id).in_(mine)))
        if row
    ]
    owners = {"person": mine, "chat": chats, "request": requests, "seat": seats}
    places = {row.id: row.name for row in session.exec(select(tables.ResidentialGroup))}
    told: dict[str, Any] = {labels()["made_at"]: _plain(at, places)}
    for held in HELD:
        title, rows = _section(session, held, owners[held.owner], places)
        if rows:
            told[title] = rows
    return told


def _section(
    session: Session, held: Held, owners: Sequence[int], places: dict[int | None, str]
) -> tuple[str, list[dict[str, Any]]]:
    name = str(held.table.__tablename__)
    named: dict[str, str] = labels()["tables"][name]["columns"]
    found = session.exec(
        select(held.table).where(getattr(held.table, held.column).in_(owners)).order_by(_first_key(held.table))
    )
    rows = [{label: _plain(getattr(row, column), places, column) for column, label in named.items()} for row in found]
    return labels()["tables"][name]["title"], rows


def _first_key(table: type[SQLModel]) -> Any:
    return next(iter(table.__table__.primary_key.columns))  # type: ignore[attr-defined]


def _plain(value: Any, places: dict[int | None, str], column: str = "") -> Any:
    if column == "group_id":
        return places.get(value)
    if column == "groups" and isinstance(value, Iterable):
        return [places.get(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
