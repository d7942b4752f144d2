"""Players of a live contest on the emulated Telegram and Zalo: they read, think, tap or type, and are told."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from bot.channels.message import TEXT_LIMIT
from bot.delivery.pacing import TELEGRAM_PACE, ZALO_PACE, Pace
from bot.settings import Settings
from bot.store.contest_tables import ContestParticipant
from bot.store.contests import new_code
from bot.store.database import Database
from bot.store.quotas import KEPT_FOR_REPLIES
from bot.store.tables import Chat, Person, ResidentialGroup, utc_now
from lessons.contest.capacity import Way, room
from lessons.contest.rules import Rules
from tests.contest.live import WARD
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.zalo_bot import ZaloBotEmulator

LOOK_SECONDS = 0.02  # between two looks at what the bot has sent
AGAIN_SECONDS = 5.0  # who is told nothing for so long taps once more
SECRET = "a-secret-of-the-benchmark"
ASKED = re.compile(r"^Câu (\d+)/\d+ \(")
LETTERED, NUMBERED = re.compile(r"^[A-H]\. (.+)$", re.MULTILINE), re.compile(r"^\d+\. (.+)$", re.MULTILINE)
STORED = ("Đã nhận câu trả lời", "Câu này bạn đã trả lời")
LATE = "Đã hết giờ"


def chat_room(rules: Rules, questions: int) -> dict[str, int]:
    """How many players the program's own rule allows on a fresh account of each platform."""
    settings = Settings(_env_file=None)
    month = int(settings.zalo_bot_messages * (1 - KEPT_FOR_REPLIES))
    telegram = room(rules, _way(TELEGRAM_PACE), questions)
    zalo = room(rules, _way(ZALO_PACE), questions, month, settings.zalo_bot_people)
    return {"telegram": telegram.players or 0, "zalo-bot": zalo.players or 0}


def _way(pace: Pace) -> Way:
    return Way(pace.per_second, pace.ceiling)


def add_chat_players(database: Database, contest_id: int, counts: dict[str, int]) -> list[str]:
    """People of a group who have taken a seat in a chat; ``platform:address`` of each."""
    keys = [f"{platform}:{1000 + number}" for platform, count in counts.items() for number in range(count)]

    def unit(session: Session) -> None:
        group = ResidentialGroup(ward_code=WARD, name=f"Tổ {new_code()}", join_code=new_code())
        session.add(group)
        session.flush()
        for key in keys:
            platform, address = key.split(":")
            person = Person(ward_code=WARD, group_id=group.id)
            session.add(person)
            session.flush()
            place = {"person_id": person.id, "ward_code": WARD, "group_id": group.id}
            chat = Chat(channel=platform, address=address, state={"noticed": True}, **place)
            session.add(chat)
            session.flush()
            seat = {"contest_id": contest_id, "person_id": person.id, "group_id": group.id, "chat_id": chat.id}
            session.add(
                ContestParticipant(code=new_code(), player=new_code(), channel=platform, joined_at=utc_now(), **seat)
            )
            session.flush()

    database.write_now(unit)
    return keys


@dataclass(slots=True)
class Told:
    """What one player in a chat sent for one question, as the player of the page keeps it (benchmarks/contest.py)."""

    option: str
    begun: float
    acknowledged: float = 0.0
    tries: int = 0


@dataclass
class ChatPlayers:
    """Everybody in chats. ``sent`` is shared with the players of the page; ``seen``: who had which question when."""

    keys: Sequence[str]
    sent: dict[Any, Any]
    thinking: float
    telegram: TelegramEmulator = field(default_factory=TelegramEmulator)
    zalo: ZaloBotEmulator = field(default_factory=ZaloBotEmulator)
    seen: defaultdict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self._news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._last: dict[str, tuple[float, str]] = {}
        self._now: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self, address: str) -> AsyncIterator[dict[str, str]]:
        """Both platforms with their people; the settings of a program at ``address`` that uses them."""
        self.telegram.switches.validate = False
        self.telegram.switches.limit_overall = self.telegram.switches.limit_per_chat = True
        async with self.telegram, self.zalo:
            for key in self.keys:
                platform, chat = key.split(":")
                if platform == "telegram":
                    self.telegram.add_chat(int(chat))
                else:
                    self.zalo.known.add(chat)
            yield {
                "BDHVS_TELEGRAM_TOKEN": self.telegram.token,
                "BDHVS_TELEGRAM_BASE_URL": f"{self.telegram.base_url}/bot",
                "BDHVS_ZALO_BOT_TOKEN": self.zalo.token,
                "BDHVS_ZALO_BOT_BASE_URL": self.zalo.base_url,
                "BDHVS_ZALO_BOT_WEBHOOK_SECRET": SECRET,
                "BDHVS_PUBLIC_URL": address,
            }

    async def play(self) -> None:
        """Read what the bot sends, until cancelled."""
        done = {"telegram": 0, "zalo-bot": 0}
        open_calls: defaultdict[str, list[Any]] = defaultdict(list)
        journals = {"telegram": self.telegram.journal, "zalo-bot": self.zalo.journal}
        try:
            while True:
                for platform, journal in journals.items():
                    fresh, done[platform] = journal.calls[done[platform] :], len(journal.calls)
                    open_calls[platform] += [call for call in fresh if call.method == "sendMessage"]
                    for call in open_calls[platform]:
                        if call.status == 200:
                            self._reads(platform, call)
                    open_calls[platform] = [call for call in open_calls[platform] if not call.status]
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _reads(self, platform: str, call: Any) -> None:
        key, words = f"{platform}:{call.parameters['chat_id']}", str(call.parameters["text"])[:TEXT_LIMIT]
        asked = ASKED.match(words)
        if asked is None:
            self._last[key] = (time.time(), words)
            self._news[key].set()
            return
        number = int(asked.group(1))
        self._now[key] = number
        if (key, number) not in self.sent:
            self.seen[number][key] = time.time()
            task = asyncio.create_task(self._answers(key, number, words, call.message_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answers(self, key: str, number: int, words: str, message_id: int | None) -> None:
        chance = random.Random(f"{key} {number}")
        options = LETTERED.findall(words) or NUMBERED.findall(words)
        if key.startswith("telegram"):
            chat, markup = int(key.split(":")[1]), self.telegram.add_chat(int(key.split(":")[1])).messages[message_id]
            buttons = [row[0] for row in markup["reply_markup"]["inline_keyboard"]]
            options = options if LETTERED.search(words) else [one["text"] for one in buttons]
        place = chance.randrange(len(options))
        told = self.sent[key, number] = Told(options[place], 0.0)
        await asyncio.sleep(chance.random() * self.thinking)
        told.begun = time.time()
        while self._now[key] == number:
            told.tries += 1
            if key.startswith("telegram"):
                self.telegram.user_taps(chat, message_id or 0, buttons[place]["callback_data"])
            else:
                self.zalo.user_sends(key.split(":")[1], str(place + 1))
            heard = await self._hears(key, lambda said: said.startswith((*STORED, LATE)))
            if heard is not None:
                told.acknowledged = 0.0 if heard[1].startswith(LATE) else heard[0]
                return

    async def _hears(self, key: str, wanted: Callable[[str], bool]) -> tuple[float, str] | None:
        """What the bot says next that is ``wanted``, and when; None when it says nothing for long."""

        async def listen() -> tuple[float, str]:
            while True:
                self._news[key].clear()
                await self._news[key].wait()
                if wanted(self._last[key][1]):
                    return self._last[key]

        listening: Awaitable[tuple[float, str]] = listen()
        try:
            return await asyncio.wait_for(listening, AGAIN_SECONDS)
        except TimeoutError:
            return None
