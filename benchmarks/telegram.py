"""Questions answered a second, the whole way over Telegram's emulator, beside a bare python-telegram-bot echo bot.

Ours stores every question, answers it from the index, stores the reply and sends it by the shipped outbox; pacing is
lifted by its setting. The echo bot (run_polling, the library's defaults) sends back what it got, from a process of its
own and by the same emulator.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.harness import Row, wait_for
from benchmarks.serving import build_index, shipped_questions
from benchmarks.support.programs import SERVE, Program
from benchmarks.support.telegram import Telegram, telegram

MESSAGES = 6000
CHATS = 500
SHARE = 0.25  # of the echo bot's messages a second; 0.4 is the goal
WAITING = 300
CHUNK = 100
ANSWER_LIMIT = 600.0
ECHO = ("-m", "benchmarks.support.echo_bot")


def rate(people: Telegram, texts: Sequence[str], before: int) -> float:
    """Messages answered a second; ``before`` messages were sent by the bot earlier."""
    begin, written = time.time(), 0
    while written < len(texts):
        if people.waiting() < WAITING:
            chunk = texts[written : written + CHUNK]
            people.write([(1 + (written + place) % CHATS, text) for place, text in enumerate(chunk)])
            written += len(chunk)
        time.sleep(0.01)
    wait_for(lambda: people.sent_count() >= before + len(texts), ANSWER_LIMIT, "every reply", 0.1)
    return len(texts) / (people.journal()[before + len(texts) - 1]["at"] - begin)


def measured(command: Sequence[str], folder: Path, texts: Sequence[str], replies_to_first: int) -> float:
    """Start a program, let everybody write once, then measure."""
    with ExitStack() as stack:
        people = stack.enter_context(telegram())
        program = Program(folder, people.settings(), command)
        program.start()
        stack.callback(program.kill)
        people.write([(chat, texts[0]) for chat in range(1, CHATS + 1)])
        before = CHATS * replies_to_first
        wait_for(lambda: people.sent_count() >= before, ANSWER_LIMIT, "the first replies", 0.1)
        return rate(people, texts, before)


def rows(scale: float) -> Iterable[Row]:
    """The rate of both."""
    count = max(CHATS, round(MESSAGES * scale))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_index(folder)
        questions = shipped_questions(folder)
        texts = [questions[place % len(questions)] for place in range(count)]
        echo = measured(ECHO, folder, texts, 1)
        ours = measured(SERVE, folder, texts, 2)
    yield Row(
        "Channels",
        f"questions answered a second over Telegram: at least {SHARE:.0%} of a bare echo bot",
        f"{ours:,.0f}/s",
        f"{echo:,.0f}/s",
        ours / echo,
        holds=ours >= SHARE * echo,
        how=f"{count} phrasings of the guides from {CHATS} chats by long polling, SQLite, synchronous FULL, unpaced; "
        "baseline: python-telegram-bot's run_polling (sequential) in a process of its own",
    )
