"""Players of a live contest on Telegram and Zalo, over the platforms' emulators, beside one on the web."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest_asyncio
from pydantic import SecretStr
from sqlmodel import Session, select

from bot.contest.rounds import finish, open_next
from bot.conversation.purposes import LEARNING, purposes
from bot.staff.accounts import Role
from bot.store.contest_tables import Contest, ContestAnswer
from bot.store.contests import log_of, questions_of
from bot.store.tables import Chat, Consent, Person, ResidentialGroup, utc_now
from lessons.contest.score import scores
from lessons.models import Question
from tests.contest.live import WARD, WebPlayer, add_players, close_round, live_contest
from tests.emulators.telegram import SentMessage, TelegramEmulator
from tests.emulators.zalo_bot import ZaloBotEmulator
from tests.support.house import House, StartHouse
from tests.support.staff_browser import Browser

LAN, MINH = 11, 12
TAM = "6ede9afa66b88fe6d6a9"


class ChatHall:
    """A live contest of two questions; Lan and Minh are on Telegram, Tám on Zalo, and one player is on the web."""

    def __init__(self, house: House, telegram: TelegramEmulator, zalo: ZaloBotEmulator, http: Any) -> None:
        self.house, self.telegram, self.zalo = house, telegram, zalo
        self.id, self.code = live_contest(house.database, house.application.material.catalogue, 2)
        for channel, address in (("telegram", str(LAN)), ("telegram", str(MINH)), ("zalo-bot", TAM)):
            self.do(lambda session, place=(channel, address): resident(session, *place))
        self.web = WebPlayer(http, house.url, self.code, add_players(house.database, self.id, 1)[0])

    def do(self, unit: Callable[[Session], Any]) -> Any:
        return self.house.database.write_now(unit)

    async def ask(self) -> None:
        self.do(lambda s: open_next(s, s.get_one(Contest, self.id), utc_now()))
        await self.house.application.hub.refresh(self.id)

    async def close(self) -> None:
        close_round(self.house.database, self.id)
        await self.house.application.hub.refresh(self.id)

    async def telegram_says(self, chat: int, words: str) -> SentMessage:
        """The message of the bot to a chat that holds these words."""
        await self.telegram.journal.wait_until(lambda: any(words in one.text for one in self.telegram.sent(chat)))
        return next(one for one in reversed(self.telegram.sent(chat)) if words in one.text)

    async def zalo_says(self, words: str) -> str:
        await self.zalo.journal.wait_until(lambda: any(words in one.text for one in self.zalo.sent(TAM)))
        return next(one.text for one in reversed(self.zalo.sent(TAM)) if words in one.text)

    async def rooms(self) -> list[list[str]]:
        """What staff see of the room on each account."""
        self.house.staff("lan", {WARD: Role.STAFF})
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            browser = Browser(self.house, http)
            await browser.sign_in("lan")
            _status, page = await browser.get(f"/staff/w/{WARD}/contests/{self.id}")
        table = page.split('id="rooms"')[1].split("</section>")[0]
        return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in table.split("<tr>")]

    async def enter(self, chat: int) -> None:
        self.telegram.user_sends(chat, f"/start thi-{self.code}")
        shown = await self.telegram_says(chat, "Rung chuông vàng")
        self.tap(chat, shown, 0)
        await self.telegram_says(chat, "từng câu hỏi được gửi tới đây")

    def tap(self, chat: int, shown: SentMessage, place: int) -> None:
        self.telegram.user_taps(chat, shown.message_id, shown.buttons[place][1])

    def asked(self, words: str) -> Question:
        questions = self.do(lambda s: [one for _row, one in questions_of(s, self.id).values()])
        return next(one for one in questions if one.text in words)

    def place_of(self, words: str, labels: list[str], right: bool) -> int:
        """Where an option that is right, or not, stands for who reads this."""
        question = self.asked(words)
        wanted = {one.text for one in question.options if (one.id in question.correct) is right}
        lines = dict(line.split(". ", 1) for line in words.splitlines() if line[1:3] == ". ")
        return next(place for place, label in enumerate(labels) if lines.get(label[-1:], label) in wanted)


def resident(session: Session, channel: str, address: str) -> None:
    """Somebody of a group of the ward who agreed, in a chat."""
    group = session.exec(select(ResidentialGroup).where(ResidentialGroup.name == "Tổ 7")).first()
    if group is None:
        group = ResidentialGroup(ward_code=WARD, name="Tổ 7", join_code="HD07")
        session.add(group)
        session.flush()
    person = Person(ward_code=WARD, group_id=group.id, age_band="middle")
    session.add(person)
    session.flush()
    agreed = {"purpose": LEARNING, "version": purposes()[LEARNING].version, "given_at": utc_now()}
    session.add(Consent(person_id=person.id or 0, **agreed))
    chat = Chat(channel=channel, address=address, person_id=person.id, ward_code=WARD, group_id=group.id)
    chat.state = {"noticed": True}
    session.add(chat)


@pytest_asyncio.fixture
async def hall(start_house: StartHouse, sqlite_database_url: str) -> AsyncIterator[ChatHall]:
    async with TelegramEmulator() as telegram, ZaloBotEmulator() as zalo, aiohttp.ClientSession() as http:
        telegram.add_chat(LAN)
        telegram.add_chat(MINH)
        house = await start_house(
            sqlite_database_url,
            telegram_token=SecretStr(telegram.token),
            telegram_base_url=f"{telegram.base_url}/bot",
            zalo_bot_token=SecretStr(zalo.token),
            zalo_bot_base_url=zalo.base_url,
        )
        yield ChatHall(house, telegram, zalo, http)


async def test_telegram_zalo_and_web_play_together(hall: ChatHall) -> None:
    await asyncio.gather(hall.enter(LAN), hall.enter(MINH))
    hall.zalo.user_sends(TAM, "cuộc thi")
    await hall.zalo_says("Vào thi bằng bí danh")
    hall.zalo.user_sends(TAM, "1")
    await hall.zalo_says("từng câu hỏi được gửi tới đây")
    rooms = await hall.rooms()
    assert ["Telegram", "2", "78", "tốc độ gửi tin"] in rooms
    assert ["Zalo", "1", "3", "tốc độ nhận tin (bot Zalo chưa dùng webhook)"] in rooms
    await hall.ask()
    lan, minh = await hall.telegram_says(LAN, "Câu 1/2"), await hall.telegram_says(MINH, "Câu 1/2")
    zalo, web = await hall.zalo_says("Câu 1/2"), await hall.web.state()
    assert hall.asked(zalo).why not in repr(lan) + zalo, "nothing tells which option is right"
    right = hall.place_of(lan.text, [label for label, _data in lan.buttons], right=True)
    hall.tap(LAN, lan, right)
    wrong = hall.place_of(minh.text, [label for label, _data in minh.buttons], right=False)
    hall.tap(MINH, minh, wrong)
    await hall.telegram_says(MINH, "Đã nhận câu trả lời")
    hall.tap(MINH, minh, 1 - wrong)
    await hall.telegram_says(MINH, "Câu này bạn đã trả lời")
    hall.zalo.user_sends(TAM, "1")
    await hall.zalo_says("Đã nhận câu trả lời")
    question = hall.asked(web["question"])
    place = web["options"].index(question.option(question.correct[0]).text)
    assert (await hall.web.answer(1, place))[1]["verdict"] == "kept"
    # Everybody has answered: it closes, and everybody in a chat is told once.
    assert "bạn trả lời đúng" in (await hall.telegram_says(LAN, "Câu 1: ")).text
    assert "chưa đúng. Đáp án" in (await hall.telegram_says(MINH, "Câu 1: ")).text
    await hall.zalo_says("Câu 1: ")
    stored = hall.do(lambda s: s.exec(select(ContestAnswer)).all())
    assert len(stored) == 4 and all(one.asked_at <= one.received_at for one in stored)
    await hall.ask()
    late = await hall.telegram_says(LAN, "Câu 2/2")
    await hall.close()
    hall.tap(LAN, late, 0)
    await hall.telegram_says(LAN, "Đã hết giờ của câu này")
    hall.do(lambda s: finish(s, s.get_one(Contest, hall.id), utc_now()))
    final = (await hall.telegram_says(LAN, "tạm xếp thứ 1 trên 4 người")).text
    found = hall.do(lambda s: scores(log_of(s, s.get_one(Contest, hall.id))))
    assert f"được {max(one.points for one in found.values())} điểm" in final
    told = [one.text for one in hall.telegram.sent(LAN)]
    assert sum("Câu 1/2" in one for one in told) == sum("tạm xếp" in one for one in told) == 1
