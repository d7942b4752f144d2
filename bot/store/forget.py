"""Deletion of a person: attempts become counts of a day in a group, tied to nobody; the rest goes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, cast, delete, exists, or_, update
from sqlmodel import Session, col, select

from bot.conversation.turn import ASKED
from bot.store.contest_play import drop_links
from bot.store.desk import forget_requests
from bot.store.removed import keep_counts
from bot.store.tables import (
    Attempt,
    AuditEntry,
    Broadcast,
    Certificate,
    Chat,
    ClassAttendance,
    ClassSession,
    CommunityRole,
    Consent,
    DataExport,
    DistinctPair,
    Forgotten,
    Inbox,
    LinkCode,
    Outbox,
    Person,
    PersonMerge,
    StaffAnswerFollower,
    StaffChat,
    UnansweredQuestion,
    utc_now,
)

GONE = "gone:"  # begins the address of a chat nobody can be found by any more
AT_ONCE = 500  # chats or people deleted in one commit; the next run takes the next


def forget_person(session: Session, person_id: int | None, chat_id: int | None = None) -> None:
    """Delete a person with all chats, or an anonymous chat, from every table.

    Messages of their chats are blanked, queued replies and stored questions go. The rows of chats stay as empty
    addresses, because the platform may deliver to them again; ``forget_addresses`` takes these after a day.
    """
    chats = {chat_id} if chat_id is not None else set()
    if person_id is not None:
        chats |= {row for row in session.exec(select(Chat.id).where(Chat.person_id == person_id)) if row}
    _forget_chats(session, sorted(chats))
    _note(session, "chat", chats)
    if person_id is None:
        return
    _note(session, "person", {person_id})
    forget_learning(session, person_id)
    session.execute(update(Person).where(col(Person.enrolled_by) == person_id).values(enrolled_by=None))
    session.execute(update(Consent).where(col(Consent.witness_id) == person_id).values(witness_id=None))
    _forget_sessions(session, person_id)
    both = (col(DistinctPair.first_id), col(DistinctPair.second_id))
    session.execute(delete(DistinctPair).where(or_(*(one == person_id for one in both))))
    for table in (CommunityRole, Consent, LinkCode):
        session.execute(delete(table).where(col(table.person_id) == person_id))
    session.execute(delete(Person).where(col(Person.id) == person_id))


def forget_learning(session: Session, person_id: int) -> None:
    """Answers become counts; certificates and names at sessions go, with what staff noted of their codes.
    So does what undoes a merge: undoing it would bring them back.
    """
    keep_counts(session, person_id)
    drop_links(session, person_id)
    session.execute(delete(PersonMerge).where(col(PersonMerge.kept_id) == person_id))
    codes = list(session.exec(select(Certificate.code).where(Certificate.person_id == person_id)))
    session.execute(update(AuditEntry).where(col(AuditEntry.detail).in_(codes)).values(detail=""))
    for table in (Attempt, Certificate, ClassAttendance):
        session.execute(delete(table).where(col(table.person_id) == person_id))


def _forget_chats(session: Session, chats: list[int]) -> None:
    asked = _still_known_questions(session, chats)
    mine = or_(col(UnansweredQuestion.tell_chat_id).in_(chats), col(UnansweredQuestion.id).in_(asked))
    session.execute(delete(UnansweredQuestion).where(mine))
    session.execute(delete(StaffAnswerFollower).where(col(StaffAnswerFollower.chat_id).in_(chats)))
    session.execute(delete(Outbox).where(col(Outbox.chat_id).in_(chats)))
    session.execute(delete(DataExport).where(col(DataExport.chat_id).in_(chats)))
    forget_requests(session, chats)
    session.execute(delete(StaffChat).where(col(StaffChat.chat_id).in_(chats)))
    written = col(Broadcast.author_chat_id).in_(chats)
    session.execute(delete(Broadcast).where(written, col(Broadcast.status) == "draft"))
    session.execute(update(Broadcast).where(written).values(author_chat_id=None, author=""))
    session.execute(
        update(Inbox).where(col(Inbox.chat_id).in_(chats), col(Inbox.status) != "new").values(body={}, error=None)
    )
    session.execute(
        update(Chat).where(col(Chat.id).in_(chats)).values(person_id=None, ward_code=None, group_id=None, state={})
    )


def _still_known_questions(session: Session, chats: list[int]) -> list[int]:
    """The questions for staff that a chat's last questions still lead to; older ones are tied to nobody."""
    states = session.exec(select(Chat.state).where(col(Chat.id).in_(chats))).all()
    return [
        one["staff"] for state in states for one in state.get(ASKED) or () if isinstance(one, dict) and one.get("staff")
    ]


def _forget_sessions(session: Session, person_id: int) -> None:
    """What was taught stays with its number of people; the message it came by would name its author."""
    for row in session.exec(select(ClassSession).where(ClassSession.recorded_by == person_id)):
        row.recorded_by, row.key = None, f"gone:{secrets.token_hex(16)}"
    session.flush()


def _note(session: Session, kind: str, numbers: set[int]) -> None:
    for number in numbers:
        session.merge(Forgotten(kind=kind, number=number, at=utc_now()))


def forget_again(session: Session, before: Sequence[Forgotten]) -> None:
    """After a backup was put back: delete what had been deleted, ``before`` and according to the backup itself."""
    for row in before:
        if row.kind == "person" and session.get(Person, row.number) is not None:
            forget_person(session, row.number)
        elif row.kind == "chat" and (chat := session.get(Chat, row.number)) is not None and chat.person_id is None:
            forget_person(session, None, row.number)


def forget_addresses(session: Session, before: datetime) -> None:
    """Of chats that were deleted and silent since: who they were with, and the messages that would tell."""
    empty = cast(col(Chat.state), String) == "{}"
    left = (col(Chat.person_id).is_(None), col(Chat.ward_code).is_(None), empty, ~col(Chat.address).startswith(GONE))
    waiting = exists(select(Inbox.id).where(col(Inbox.chat_id) == col(Chat.id), Inbox.status == "new"))
    statement = select(Chat).where(*left, col(Chat.last_seen_at) < before, ~waiting).limit(AT_ONCE)
    for chat in session.exec(statement):
        session.execute(delete(Outbox).where(col(Outbox.chat_id) == chat.id))
        session.execute(delete(Inbox).where(col(Inbox.chat_id) == chat.id))
        chat.address, chat.reachable = f"{GONE}{secrets.token_hex(16)}", False


def forget_silent(session: Session, before: datetime) -> None:
    """Delete who has not been seen since: people without any message, answer or record, and anonymous chats."""
    seen = exists(select(Chat.id).where(col(Chat.person_id) == col(Person.id), col(Chat.last_seen_at) >= before))
    learnt = exists(
        select(Attempt.id).where(col(Attempt.person_id) == col(Person.id), col(Attempt.answered_at) >= before)
    )
    people = select(Person.id).where(col(Person.created_at) < before, ~seen, ~learnt).limit(AT_ONCE)
    for person_id in session.exec(people).all():
        forget_person(session, person_id)
    chats = (
        select(Chat.id)
        .where(col(Chat.person_id).is_(None), col(Chat.last_seen_at) < before, ~col(Chat.address).startswith(GONE))
        .limit(AT_ONCE)
    )
    for chat_id in session.exec(chats).all():
        forget_person(session, None, chat_id)
