"""Contests on the staff site: make one, rehearse, open, watch, freeze, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import segno
from aiohttp import web
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from bot.accounts import own_accounts
from bot.conversation.ages import BANDS
from bot.conversation.offers import LINK_PREFIX
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, WARD_READERS, StaffRoute
from bot.staff.contest_form import NUMBERS, read_plan
from bot.staff.context import ACCOUNTS, Context, FormProblemError, audit, form_of, page, staff_texts
from bot.staff.kept import Kept
from bot.store.contest_board import with_names
from bot.store.contest_chats import chat_room
from bot.store.contest_setup import QuestionsWrongError, create
from bot.store.contest_signals import Signal, signals
from bot.store.contest_tables import (
    Contest,
    ContestAnswer,
    ContestOutage,
    ContestPaper,
    ContestParticipant,
    ContestProtest,
    ContestQuestion,
)
from bot.store.contests import (
    DRAFT,
    FROZEN,
    LIVE_KIND,
    OPEN,
    REHEARSAL,
    NotYetError,
    clear_play,
    closing_time,
    freeze,
    log_of,
    questions_of,
    rules_of,
)
from bot.store.naming import natural_key
from bot.store.tables import ResidentialGroup, utc_now
from bot.texts import text
from lessons.contest.boards import Boards, boards
from lessons.contest.capacity import Room, Way
from lessons.contest.draw import CONTEST_KINDS, BankTooSmallError
from lessons.contest.rules import Group
from lessons.progress import VIETNAM

# What may be done in which state, and the state after it (None: stays, or is decided by the deed).
ACTIONS = {
    "rehearse": ((DRAFT,), REHEARSAL),
    "rehearsed": ((REHEARSAL,), DRAFT),
    "open": ((DRAFT,), OPEN),
    "freeze": ((OPEN,), None),
    "publish": ((FROZEN,), None),
    "unpublish": ((FROZEN,), None),
    "delete": ((DRAFT,), None),
}
SHOWN = 100  # lines of the board on the page; the files hold all


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ContestPages(context)
    one = "/w/{ward}/contests/{contest:[0-9]+}"
    return [
        StaffRoute("GET", "/w/{ward}/contests", pages.all, WARD_READERS),
        StaffRoute("POST", "/w/{ward}/contests", pages.make, WARD_EDITORS),
        StaffRoute("GET", one, pages.contest, WARD_READERS),
        *(StaffRoute("POST", f"{one}/{action}", pages.act, WARD_EDITORS) for action in ACTIONS),
    ]


def contest_of(session: Session, request: web.Request) -> Contest:
    """The contest an address names, of this ward; raises 404."""
    row = session.get(Contest, int(request.match_info["contest"]))
    if row is None or row.ward_code != request[WARD].code:
        raise web.HTTPNotFound
    return row


def to_contest(request: web.Request, contest_id: int | str, done: str) -> web.HTTPSeeOther:
    """To be raised when a form of a contest is done."""
    return web.HTTPSeeOther(f"/staff/w/{request[WARD].code}/contests/{contest_id}?done={done}")


@dataclass(frozen=True, slots=True)
class Judged:
    """What is computed from a whole log: the boards, without names, and the signs."""

    boards: Boards
    groups: Sequence[Group]
    signals: Sequence[Signal]


class Counts(NamedTuple):
    """Changes with everything that a result is computed from: the log only grows, questions are only voided."""

    contest: int
    status: str
    settled_at: datetime | None
    voided: int
    aside: int
    answers: int
    players: int
    outages: int


class ContestPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._judged: Kept[Judged] = Kept()

    async def all(self, request: web.Request) -> web.Response:
        """Every contest, and the form that makes one."""
        return await self._list(request)

    async def make(self, request: web.Request) -> web.StreamResponse:
        """Keep a draft with its questions."""
        form, posted, catalogue = await form_of(request), await request.post(), self._context.material.catalogue
        ward, account = request[WARD], request[ACCOUNT]
        ticked = {name: [str(value) for value in posted.getall(name)] for name in set(posted)}

        def unit(session: Session) -> int:
            known = {row.id or 0 for row in _groups(session, ward.code)}
            plan = read_plan(form, ticked, known, set(catalogue.skills), account.name)
            try:
                row = create(session, ward.code, plan, catalogue)
            except QuestionsWrongError:
                raise FormProblemError("contest_questions_wrong") from None
            except BankTooSmallError:
                raise FormProblemError("contest_bank_small") from None
            audit(session, request, "contest_make", row.code)
            return row.id or 0

        try:
            made = await self._database.write(unit)
        except FormProblemError as problem:
            return await self._list(request, str(problem), form)
        raise to_contest(request, made, "contest_made")

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Rehearse, open, freeze, publish, delete."""
        action, now = request.path.rsplit("/", 1)[1], utc_now()

        def unit(session: Session) -> str:
            row = contest_of(session, request)
            states, after = ACTIONS[action]
            if row.status not in states:
                return "contest_state_wrong"
            audit(session, request, f"contest_{action}", row.code)
            row.status = after or row.status
            if action in ("rehearsed", "open"):
                clear_play(session, row)
                row.alive_at = now
            elif action == "freeze":
                try:
                    freeze(session, row, now)
                except NotYetError as error:
                    return str(error)
            elif action in ("publish", "unpublish"):
                row.published = action == "publish"
            elif action == "delete":
                session.execute(delete(ContestQuestion).where(col(ContestQuestion.contest_id) == row.id))
                session.delete(row)
            return f"contest_done_{action}"

        done = await self._database.write(unit)
        if action == "delete":
            raise web.HTTPSeeOther(f"/staff/w/{request[WARD].code}/contests?done={done}")
        raise to_contest(request, request.match_info["contest"], done)

    async def contest(self, request: web.Request) -> web.Response:
        """One contest: its link, rules, questions, board, protests."""
        accounts = request.app.get(ACCOUNTS)
        labels = own_accounts(accounts.labels(), request[WARD].code) if accounts else {}
        ways = accounts.ways() if accounts else {}
        counts = await self._database.read(lambda session: _counts(session, contest_of(session, request)))
        judged = await self._judged.get(
            counts.contest,
            utc_now(),
            lambda: self._database.read(lambda session: _judge(session, contest_of(session, request))),
            counts,
        )

        def unit(session: Session) -> dict[str, Any]:
            row = contest_of(session, request)
            return {**_shown(session, row, counts, judged), "rooms": _rooms(session, row, labels, ways)}

        shown = await self._database.read(unit)
        link = f"{self._context.public_base(request)}/?g={LINK_PREFIX}{shown['contest'].code}"
        code = segno.make(link, error="m", micro=False).svg_data_uri(scale=5, border=4)
        return page(request, "contest.html", {**shown, "link": link, "qr": code})

    async def _list(
        self, request: web.Request, problem: str | None = None, typed: dict[str, str] | None = None
    ) -> web.Response:
        code, catalogue = request[WARD].code, self._context.material.catalogue

        def unit(session: Session) -> dict[str, Any]:
            rows = session.exec(select(Contest).where(Contest.ward_code == code).order_by(col(Contest.id).desc())).all()
            return {"contests": rows, "groups": _groups(session, code)}

        begin = (utc_now().astimezone(VIETNAM) + timedelta(days=1)).replace(hour=8, minute=0)
        values = {
            **await self._database.read(unit),
            "bands": {band: text(key) for band, key in BANDS.items()},
            "skills": catalogue.skills,
            "courses": [
                (course.title, [(one.id, one.text) for lesson in course.lessons for one in lesson.questions
                                if one.kind in CONTEST_KINDS])
                for course in catalogue.courses
            ],
            "numbers": NUMBERS,
            "typed": typed or {},
            "begin": begin.strftime("%Y-%m-%dT%H:%M"),
            "end": (begin + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"),
            "problem": problem and staff_texts()[problem],
        }  # fmt: skip
        return page(request, "contests.html", values, status=400 if problem else 200)


def _groups(session: Session, ward_code: str) -> list[ResidentialGroup]:
    rows = session.exec(
        select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code, col(ResidentialGroup.active).is_(True))
    ).all()
    return sorted(rows, key=lambda row: natural_key(row.name))


def _rooms(
    session: Session, contest: Contest, labels: Mapping[str, str], ways: Mapping[str, Way]
) -> list[tuple[str, Room]]:
    """How many players of a live contest each account carries; none for one in which each has the own time."""
    if contest.kind != LIVE_KIND or contest.status == FROZEN:
        return []
    now = utc_now()
    return [(label, chat_room(session, contest, name, ways[name], now)) for name, label in labels.items()]


def _counts(session: Session, contest: Contest) -> Counts:
    def count(table: Any, *more: Any) -> int:
        return session.exec(select(func.count()).select_from(table).where(table.contest_id == contest.id, *more)).one()

    return Counts(
        contest.id or 0,
        contest.status,
        contest.settled_at,
        voided=count(ContestQuestion, col(ContestQuestion.voided).is_(True)),
        aside=count(ContestParticipant, col(ContestParticipant.set_aside).is_(True)),
        answers=count(ContestAnswer),
        players=count(ContestParticipant),
        outages=count(ContestOutage),
    )


def _judge(session: Session, contest: Contest) -> Judged:
    log = log_of(session, contest)
    return Judged(boards(log), log.groups, signals(session, contest, log) if contest.settled_at is None else ())


def _shown(session: Session, contest: Contest, counts: Counts, judged: Judged) -> dict[str, Any]:
    mine, ends = contest.id or 0, closing_time(session, contest)
    board = with_names(session, contest, judged.boards, judged.groups, SHOWN)
    protests = session.exec(
        select(ContestProtest).where(ContestProtest.contest_id == mine).order_by(col(ContestProtest.id))
    ).all()
    papers = session.exec(
        select(ContestPaper).where(ContestPaper.contest_id == mine).order_by(col(ContestPaper.id))
    ).all()
    names = {row.id: row.name for row in _groups(session, contest.ward_code)}
    return {
        "contest": contest,
        "rules": rules_of(contest),
        "starts": contest.starts_at.astimezone(VIETNAM),
        "ends": ends.astimezone(VIETNAM),
        "over": utc_now() > ends,
        "players": counts.players,
        "answers": counts.answers,
        "outages": counts.outages,
        "people": board.people,
        "group_rows": board.groups,
        "group_names": [names.get(one, "?") for one in contest.groups],
        "band_names": [text(BANDS[one]) for one in contest.age_bands],
        "questions": [(row, question) for row, question in questions_of(session, mine).values()],
        "protests": protests,
        "papers": [(row, names.get(row.group_id, "")) for row in papers],
        "all_groups": _groups(session, contest.ward_code),
        "signals": judged.signals,
        "protests_open": contest.status == FROZEN and contest.settled_at is None,
    }
