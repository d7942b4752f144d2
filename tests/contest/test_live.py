"""A live contest: rounds, what players and hall are told and when, and everything a cheating client may try."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest_asyncio
from sqlmodel import Session, select

from bot.contest.rounds import finish, open_next
from bot.staff.accounts import Role
from bot.store.contest_board import named_boards
from bot.store.contest_signals import signals
from bot.store.contest_tables import Contest, ContestAnswer, ContestOutage, ContestRound
from bot.store.contests import beat, closing_time, freeze, log_of, questions_of
from bot.store.database import Database
from bot.store.tables import utc_now
from lessons.contest.score import scores
from lessons.contest.verify import verify
from tests.contest.live import WebPlayer, add_players, close_round, contest_row, live_contest
from tests.support.courses import shipped_courses
from tests.support.house import House
from tests.support.staff_browser import Browser

HOST = "/staff/w/hung-dao/contests/1/host"


class Hall:
    """A live contest of three questions with three players."""

    def __init__(self, house: House, http: aiohttp.ClientSession) -> None:
        self.house = house
        self.id, self.code = live_contest(house.database, house.application.material.catalogue, 3)
        self.sessions = add_players(house.database, self.id, 3)
        self.players = [WebPlayer(http, house.url, self.code, one) for one in self.sessions]

    async def ask(self) -> None:
        """The host asks the next question."""
        self.house.database.write_now(lambda s: open_next(s, s.get_one(Contest, self.id), utc_now()))
        await self.house.application.hub.refresh(self.id)

    async def close(self) -> None:
        close_round(self.house.database, self.id)
        await self.house.application.hub.refresh(self.id)

    def right(self, state: dict[str, Any]) -> int:
        """Where the right option stands for who sees this, as only the material knows."""
        questions = self.read(lambda s: [one for _row, one in questions_of(s, self.id).values()])
        asked = next(one for one in questions if one.text == state["question"])
        place: int = state["options"].index(asked.option(asked.correct[0]).text)
        return place

    def read(self, unit: Callable[[Session], Any]) -> Any:
        return self.house.database.read_now(unit)

    def points(self) -> list[int]:
        found = self.read(lambda s: scores(log_of(s, s.get_one(Contest, self.id))))
        return sorted((one.points for one in found.values()), reverse=True)


@pytest_asyncio.fixture
async def hall(house: House) -> AsyncIterator[Hall]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Hall(house, http)


async def test_from_the_lobby_to_the_frozen_result(hall: Hall, browser: Browser) -> None:
    hall.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    status, page = await browser.get(HOST)
    assert status == 200 and "Quét mã" in page
    token = page.split('data-csrf="')[1].split('"')[0]

    async def press(deed: str) -> int:
        async with browser.http.post(f"{hall.house.url}{HOST}/{deed}", data={"csrf": token}) as response:
            return response.status

    first = hall.players[0]
    stream = first.states()
    assert (await anext(stream))["phase"] == "lobby"
    for number in (1, 2, 3):
        assert await press("next") == 200
        assert await press("next") == 409, "one question at a time"
        asked = await anext(stream)
        assert (asked["phase"], asked["number"], asked["total"]) == ("asked", number, 3)
        assert 28_000 < asked["left_ms"] <= 30_000
        for place, player in enumerate(hall.players):
            state = await player.state()
            option = hall.right(state) if place < 2 else (hall.right(state) + 1) % len(state["options"])
            said = {"verdict": "kept", "number": number, "option": option}
            assert await player.answer(number, option) == (200, said)
        shown = await anext(stream)
        assert shown["phase"] == "shown" and shown["right"] == hall.right(shown), "all answered: it closes at once"
        assert shown["points"] == 150 * number
    assert await press("next") == 409 and await press("finish") == 200
    assert (await anext(stream))["phase"] == "ended"
    await stream.aclose()  # type: ignore[attr-defined]
    assert hall.points() == [450, 450, 0]
    now = utc_now() + timedelta(seconds=5)
    hall.house.database.write_now(lambda s: freeze(s, s.get_one(Contest, hall.id), now))
    contest = contest_row(hall.house.database, hall.id)
    assert verify(contest.result_file or "").problems == ()


async def test_the_hall_sees_how_many_answered_and_the_right_option_only_after(hall: Hall, browser: Browser) -> None:
    hall.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    await hall.ask()
    async with browser.http.get(f"{hall.house.url}{HOST}/events") as response:

        async def told() -> dict[str, Any]:
            async for line in response.content:
                if line.startswith(b"data: "):
                    return dict(json.loads(line[6:]))
            raise AssertionError("the stream ended")

        before = await told()
        assert before["answered"] == 0 and "right" not in json.dumps(before) and "why" not in before
        state = await hall.players[0].state()
        await hall.players[0].answer(1, hall.right(state))
        await hall.house.application.hub.refresh(hall.id)
        assert (await told())["answered"] == 1
        await hall.close()
        after = await told()
        assert [one["count"] for one in after["options"] if one["right"]] == [1]
        assert [row["points"] for row in after["top"]] == [150, 0, 0]


async def test_a_cheating_client_gains_nothing(hall: Hall) -> None:
    cheat, honest = hall.players[0], hall.players[1]
    assert (await cheat.answer(1, 0))[1]["verdict"] == "old", "before it is asked"
    await hall.ask()
    state = await cheat.state()
    questions = hall.read(lambda s: [one for _row, one in questions_of(s, hall.id).values()])
    asked = next(one for one in questions if one.text == state["question"])
    # Every payload before the answer: no id of an option, no explanation, nothing named right.
    assert asked.why not in json.dumps(state, ensure_ascii=False) and "right" not in state
    assert set(state) == {"phase", "number", "total", "practice", "question", "left_ms", "seconds", "you", "options"}
    orders = {tuple((await one.state())["options"]) for one in hall.players}
    assert all(set(one) == {option.text for option in asked.options} for one in orders)
    right = hall.right(state)
    wrong = (right + 1) % len(state["options"])
    assert (await cheat.answer(1, wrong))[1] == {"verdict": "kept", "number": 1, "option": wrong}
    for option in (right, wrong):  # twice: told what counts
        assert (await cheat.answer(1, option))[1]["option"] == wrong
    both = await asyncio.gather(*(honest.answer(1, option) for option in (0, 1, 0, 1)))
    assert len({said["option"] for _status, said in both}) == 1, "four at once are one"
    # For another: a stranger's session, somebody else's number, ids in the body, another site's form.
    stranger = WebPlayer(cheat.http, hall.house.url, hall.code, "0" * 32)
    assert (await stranger.answer(1, 0))[0] == 403
    body = {"number": 1, "option": 0, "participant": 3, "received_at": "2020-01-01T00:00:00Z"}
    async with cheat.http.post(f"{cheat.base}/answer", json=body, headers=cheat.headers) as response:
        assert (await response.json())["option"] == wrong
    async with cheat.http.post(f"{cheat.base}/answer", data=body, headers=cheat.headers) as response:
        assert response.status == 415
    for number, option in ((1, -1), (1, 99), (2, 0), (-1, 0), (0, 0)):
        assert (await hall.players[2].answer(number, option))[1]["verdict"] == "old"
    for number, option in (("1", 0), (1, None), (True, 0), ([], {})):
        assert (await hall.players[2].answer(number, option))[0] == 400
    await hall.close()
    shown = await hall.players[2].state()
    assert (await hall.players[2].answer(1, shown["right"]))[1]["verdict"] == "late", "after the right one was told"
    rows = hall.read(lambda s: s.exec(select(ContestAnswer)).all())
    assert len(rows) == 2
    # A session replayed from another line changes nothing, and shows among the signals only as a line.
    assert (await WebPlayer(cheat.http, hall.house.url, hall.code, hall.sessions[0]).answer(1, right))[1][
        "verdict"
    ] == "late"
    assert hall.points()[0] <= 150
    assert all(one.kind != "cookie" for one in hall.read(lambda s: signals(s, s.get_one(Contest, hall.id))))


async def test_a_restart_in_the_middle_loses_nothing_and_gives_the_time_back(hall: Hall) -> None:
    await hall.ask()
    house = hall.house
    state = await hall.players[0].state()
    assert (await hall.players[0].answer(1, hall.right(state)))[1]["verdict"] == "kept"
    asked_at = hall.read(lambda s: s.exec(select(ContestRound.opened_at)).one())
    # What another program finds that starts 40 s later on the same rows.
    last, later = asked_at + timedelta(seconds=2), asked_at + timedelta(seconds=42)

    def away(session: Session) -> None:
        session.get_one(Contest, hall.id).alive_at = last
        session.flush()
        beat(session, later)

    await house.application.hub.stop()
    house.database.write_now(away)
    assert [(one.started_at, one.ended_at) for one in hall.read(lambda s: s.exec(select(ContestOutage)).all())] == [
        (last, later)
    ]
    from bot.contest.hub import Hub

    again = Hub(house.database)
    await again.start()
    live = again.live(hall.id)
    assert live is not None and live.phase == "asked" and live.number == 1 and live.answered == 1
    assert live.closes is not None
    given = live.closes - asked_at
    assert round(given.total_seconds(), 2) == 73, "30 s, 3 s allowance, 40 s in which nobody could answer"
    seat = live.seats[hall.read(lambda s: s.exec(select(ContestAnswer.participant_id)).one()) + 1]
    verdict, _ = await again.answer(live, seat, 1, 0, asked_at + timedelta(seconds=70))
    assert verdict == "kept"
    assert (await again.answer(live, seat, 1, 0, asked_at + timedelta(seconds=74)))[0] == "late"
    await again.stop()
    assert hall.points()[0] == 150


async def test_joining_in_the_chat_leads_to_the_page(hall: Hall, chat: Any) -> None:
    replies = await chat.say(payload=f"start:thi-{hall.code}")
    replies = await chat.tap(replies, "Đồng ý")
    replies = await chat.tap(replies, "Tổ ")
    replies = await chat.tap(replies, "Bỏ qua")
    replies = await chat.tap(replies, "Vào thi bằng bí danh")
    assert replies[-1]["files"] == [{"path": f"/thi/{hall.code}/choi", "label": "Vào sân thi"}]
    async with chat.http.get(f"{hall.house.url}/thi/{hall.code}/choi") as response:
        assert response.status == 200
    player = WebPlayer(chat.http, hall.house.url, hall.code, chat.session)
    assert (await player.state())["you"] in "\n".join(reply["text"] for reply in replies)
    board = hall.read(lambda s: named_boards(s, s.get_one(Contest, hall.id)))
    assert len(board.people) == 4


def test_a_contest_that_is_ended_is_over_at_once_though_it_once_stood_still(database: Database) -> None:
    contest_id, _code = live_contest(database, shipped_courses(), 2)
    starts = contest_row(database, contest_id).starts_at

    def unit(session: Session) -> None:
        contest, at = session.get_one(Contest, contest_id), starts + timedelta(minutes=5)
        stood = ContestOutage(contest_id=contest_id, started_at=starts, ended_at=starts + timedelta(minutes=2))
        session.add(stood)
        session.flush()
        assert finish(session, contest, at) == "contest_finished"
        assert timedelta(0) <= at - closing_time(session, contest) < timedelta(milliseconds=1)
        assert open_next(session, contest, at) == "contest_window_over"

    database.write_now(unit)
