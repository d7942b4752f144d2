"""Playing in a contest; bot/conversation/ports_contest.py says what it promises."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.channels.account import kind_of
from bot.conversation.ports import ChatContext
from bot.conversation.ports_contest import Asked, ContestView, SeatView, Standing, Taken
from bot.delivery.notices import PULLING_CHANNELS
from bot.store.contest_chats import answer_live, chat_room, opens_too_late
from bot.store.contest_rows import SeatRow, advance, contest_row, keep, seat_of, seats_of, stood
from bot.store.contest_signals import COOKIE, note_mark
from bot.store.contest_tables import Contest, ContestMark, ContestParticipant
from bot.store.contests import (
    DRAFT,
    LIVE_KIND,
    closing_time,
    new_code,
    question_of,
    questions_of,
    rules_of,
)
from bot.store.sql import insert_ignoring
from bot.store.tables import Person
from knowledge.yaml_loader import load_yaml
from lessons.contest.capacity import Room, Way
from lessons.contest.clock import deadline, ran
from lessons.contest.draw import options_for, order_for
from lessons.contest.rules import moment
from lessons.contest.verify import places_in
from lessons.models import Option, Question

NICKNAMES_FILE = Path(__file__).parents[1] / "texts" / "nicknames.yaml"
NAMED, NICKNAMED, UNSHOWN = "name", "nickname", "none"
REMEMBERED_CONTESTS = 64  # whose questions are in memory, some 50 KB each
_QUESTIONS: dict[str, Mapping[int, Question]] = {}
NUMBERS = 90  # of a nickname, from 10: two digits


@cache
def _nickname_words() -> tuple[str, ...]:
    loaded: list[str] = load_yaml(NICKNAMES_FILE.read_text(encoding="utf-8"))
    return tuple(loaded)


def nickname(player: str) -> str:
    """A name made of a participant's random code: nobody's own words stand on the board."""
    drawn = int.from_bytes(hashlib.sha256(player.encode()).digest()[:8])
    words = _nickname_words()
    return f"{words[drawn % len(words)]} {10 + drawn // len(words) % NUMBERS}"


class ContestRepository:
    """Over one Session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # Rows that a message touches more than once; a session alone would read them again.
        self._contests: dict[int, Contest | None] = {}
        self._taken: dict[int, SeatRow] = {}
        self._just_asked: set[int] = set()

    def of_ward(self, ward_code: str) -> Sequence[ContestView]:
        rows = self._session.exec(
            select(Contest)
            .where(Contest.ward_code == ward_code, Contest.status != DRAFT)
            .order_by(col(Contest.starts_at).desc(), col(Contest.id).desc())
        ).all()
        return [self._view(row) for row in rows]

    def by_code(self, code: str) -> ContestView | None:
        row = self._session.exec(select(Contest).where(Contest.code == code.upper(), Contest.status != DRAFT)).first()
        return None if row is None else self._view(row)

    def get(self, contest_id: int) -> ContestView | None:
        row = self._contest(contest_id)
        return None if row is None or row.status == DRAFT else self._view(row)

    def seats(self, contest_id: int, person_id: int) -> Sequence[SeatView]:
        rows = [row for row in self._rows(contest_id, person_id) if not row.set_aside]
        total = len(self._questions(contest_id)) if rows else 0
        return [self._seat(row, total) for row in rows]

    def join(self, contest_id: int, person_id: int, shown_as: str, chat: ChatContext, at: datetime) -> SeatView | None:
        contest = self._known(contest_id)
        person = self._session.get_one(Person, person_id)
        total = len(self._questions(contest_id))
        every = self._rows(contest_id, person_id)
        rows = [row for row in every if not row.set_aside]
        if rows and rows[-1].position < total:
            return self._seat(rows[-1], total)
        if len(rows) >= rules_of(contest).attempts:
            return None
        values = {
            "contest_id": contest_id, "code": new_code(), "player": rows[0].player if rows else new_code(),
            "person_id": person_id, "attempt": max((row.attempt for row in every), default=0) + 1,
            "group_id": person.group_id, "shown_as": shown_as, "channel": kind_of(chat.channel), "paper": False,
            "set_aside": False, "joined_at": at, "position": 0, "asked_at": None,
            "chat_id": chat.id if contest.kind == LIVE_KIND and chat.channel not in PULLING_CHANNELS else None,
        }  # fmt: skip
        # Two chats of one person may begin in the same moment: the second finds the seat of the first.
        insert_ignoring(self._session, ContestParticipant, values)
        seat = self._rows(contest_id, person_id)[-1]
        note_mark(self._session, contest, seat.id, COOKIE, str(chat.id))
        return self._seat(seat, total)

    def next_question(self, seat_id: int, at: datetime) -> Asked | None:
        seat, contest = self._both(seat_id)
        questions = self._questions(seat.contest_id)
        order = order_for(list(questions), contest.seed, seat.code)
        for _try in range(2):
            position, asked_at = seat.position, seat.asked_at
            fresh = asked_at is None or seat_id in self._just_asked
            if not fresh and position < len(order) and self._is_over(seat, contest, at):
                position, asked_at = position + 1, None
            asked_at = (asked_at or at) if position < len(order) else asked_at
            if advance(self._session, seat, position, asked_at):
                break
            seat = self._taken[seat_id] = seat_of(self._session, seat_id)  # another message moved it on
        if seat.position >= len(order):
            return None
        question = questions[order[seat.position]]
        seconds = rules_of(contest).seconds_per_question
        return Asked(seat.position + 1, len(order), question, _options(question, contest, seat), seconds)

    def answer(self, seat_id: int, place: int, option: int, chat_id: int, at: datetime) -> Taken:
        seat, contest = self._both(seat_id)
        if place != seat.position + 1 or seat.asked_at is None:
            return Taken.REPEATED if 1 <= place <= seat.position else Taken.OLD
        questions = self._questions(seat.contest_id)
        order = order_for(list(questions), contest.seed, seat.code)
        options = _options(questions[order[place - 1]], contest, seat)
        if option >= len(options):
            return Taken.OLD
        asked = keep(self._session, seat, order[place - 1], seat.asked_at, at, options[option].id, chat_id)
        if asked is None:
            self._taken[seat_id] = seat_of(self._session, seat_id)  # by another message, a moment ago
            return Taken.REPEATED
        late = self._is_over(seat, contest, at, asked)
        if advance(self._session, seat, place, at if place < len(order) else None):
            self._just_asked.add(seat_id)
        else:
            self._taken[seat_id] = seat_of(self._session, seat_id)
        return Taken.LATE if late else Taken.KEPT

    def chat_room(self, contest_id: int, account: str, way: Way, at: datetime) -> Room | None:
        contest = self._known(contest_id)
        return None if opens_too_late(contest, account, at) else chat_room(self._session, contest, account, way, at)

    def answer_live(self, seat_id: int, number: int, option: int, chat_id: int, at: datetime) -> Taken:
        return answer_live(self._session, seat_id, number, option, chat_id, at)

    def practice_question(self, contest_id: int, number: int) -> Question | None:
        return question_of(self._session, contest_id, -number) if number > 0 else None

    def standing(self, contest_id: int, person_id: int) -> Standing | None:
        contest = self._session.get(Contest, contest_id)
        if contest is None or contest.result_file is None or not contest.published:
            return None
        rows = places_in(contest.result_file)
        for one in self._rows(contest_id, person_id):
            if one.code in rows:
                row = rows[one.code]
                questions = len(self._questions(contest_id))
                return Standing(row["place"], len(rows), row["points"], row["right"], questions)
        return None

    def _rows(self, contest_id: int, person_id: int) -> Sequence[SeatRow]:
        rows, contest = seats_of(self._session, contest_id, person_id)
        self._taken.update((row.id, row) for row in rows)
        if contest is not None:
            self._contests[contest_id] = contest
        return rows

    def _both(self, seat_id: int) -> tuple[SeatRow, Contest]:
        seat = self._taken.get(seat_id)
        if seat is None:
            seat = self._taken[seat_id] = seat_of(self._session, seat_id)
        return seat, self._known(seat.contest_id)

    def _is_over(self, seat: SeatRow, contest: Contest, at: datetime, asked: datetime | None = None) -> bool:
        """Whether the time of the question before a participant is over, with the allowance."""
        rules, begun = rules_of(contest), asked or seat.asked_at
        if begun is None:
            return False
        outages = stood(self._session, contest)
        if ran(moment(begun), moment(at), outages) > rules.longest_ms:
            return True
        overall = rules.seconds_overall
        if overall and ran(moment(seat.joined_at), moment(at), outages) > overall * 1000 + rules.allowance_ms:
            return True
        starts, ends = moment(contest.starts_at), moment(contest.ends_at)
        return moment(at) > deadline(starts, ends - starts, outages) + rules.allowance_ms

    def _questions(self, contest_id: int) -> Mapping[int, Question]:
        """The questions by number: what they say never changes, so that they are read once a program."""
        code = self._known(contest_id).code
        found = _QUESTIONS.get(code)
        if found is None:
            if len(_QUESTIONS) >= REMEMBERED_CONTESTS:
                _QUESTIONS.clear()
            rows = questions_of(self._session, contest_id).items()
            found = _QUESTIONS[code] = {number: question for number, (_row, question) in rows}
        return found

    def _contest(self, contest_id: int) -> Contest | None:
        if contest_id not in self._contests:
            self._contests[contest_id] = contest_row(self._session, contest_id)
        return self._contests[contest_id]

    def _known(self, contest_id: int) -> Contest:
        found = self._contest(contest_id)
        if found is None:
            raise KeyError(contest_id)
        return found

    def _seat(self, row: SeatRow, total: int) -> SeatView:
        left = max(0, total - row.position)
        return SeatView(row.id, row.contest_id, row.attempt, row.shown_as, nickname(row.player), left, row.chat_id)

    def _view(self, row: Contest) -> ContestView:
        return ContestView(
            row.id or 0,
            row.code,
            row.ward_code,
            row.kind == LIVE_KIND,
            row.name,
            row.rules_text,
            tuple(row.prizes),
            row.starts_at,
            closing_time(self._session, row, stood(self._session, row)),
            tuple(row.groups),
            tuple(row.age_bands),
            rules_of(row),
            len(self._questions(row.id or 0)),
            row.practice,
            row.published,
        )


def _options(question: Question, contest: Contest, seat: SeatRow) -> tuple[Option, ...]:
    return tuple(options_for(question, contest.seed, seat.code))


def set_aside_second_seats(session: Session, from_id: int, into_id: int) -> None:
    """Two persons become one: in a contest that both play in, the seats of who joined first count.

    A frozen contest stays as it is. Seats get numbers that the other's do not have.
    """
    kept, gone = _by_contest(session, into_id), _by_contest(session, from_id)
    for contest_id in kept.keys() & gone.keys():
        here, there = kept[contest_id], gone[contest_id]
        last = max(row.attempt for row in here)
        for row in reversed(there):
            row.attempt += last
        if session.get_one(Contest, contest_id).frozen_at is None:
            first_is_here = (here[0].joined_at, here[0].id) <= (there[0].joined_at, there[0].id)
            for row in there if first_is_here else here:
                row.set_aside = True
    session.flush()


def _by_contest(session: Session, person_id: int) -> dict[int, list[ContestParticipant]]:
    found: dict[int, list[ContestParticipant]] = {}
    mine = select(ContestParticipant).where(ContestParticipant.person_id == person_id)
    ordered = mine.order_by(col(ContestParticipant.joined_at), col(ContestParticipant.id))
    for row in session.exec(ordered):
        found.setdefault(row.contest_id, []).append(row)
    return found


def drop_links(session: Session, person_id: int) -> None:
    """A person is deleted: their answers stay in the log under random ids that lead to nobody."""
    mine = col(ContestParticipant.person_id) == person_id
    seats = select(ContestParticipant.id).where(mine)
    session.execute(delete(ContestMark).where(col(ContestMark.participant_id).in_(seats)))
    session.execute(
        update(ContestParticipant).where(mine).values(person_id=None, shown_as=UNSHOWN, channel="", chat_id=None)
    )
