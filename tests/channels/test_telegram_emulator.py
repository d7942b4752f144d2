"""The emulator, judged by clients we did not write: python-telegram-bot and aiogram."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import telegram
import telegram.error
from aiohttp import web
from telegram.request import HTTPXRequest

from tests.emulators.telegram import Fault, FaultKind, TelegramEmulator
from tests.emulators.telegram.fields import problems

LAN = 11
GROUP = -100200
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
async def emulator(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramEmulator]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    async with TelegramEmulator() as server:
        server.add_chat(LAN)
        yield server


@asynccontextmanager
async def ptb(server: TelegramEmulator, token: str | None = None) -> AsyncIterator[telegram.Bot]:
    # Reading the certificates, which a loopback server has none of, would take most of a test's time.
    requests = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]
    bot = telegram.Bot(
        token or server.token,
        base_url=f"{server.base_url}/bot",
        base_file_url=f"{server.base_url}/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )
    with suppress(telegram.error.InvalidToken):
        await bot.initialize()
    try:
        yield bot
    finally:
        await bot.shutdown()


@asynccontextmanager
async def aio(server: TelegramEmulator) -> AsyncIterator[Any]:
    # Imported here: it takes seconds, in every process that collects the tests.
    import aiogram
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    session = AiohttpSession(api=TelegramAPIServer.from_base(server.base_url))
    async with aiogram.Bot(server.token, session=session) as bot:
        yield bot


async def call(server: TelegramEmulator, method: str, **values: Any) -> dict[str, Any]:
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.post(f"{server.base_url}/bot{server.token}/{method}", json=values)
        body: dict[str, Any] = answer.json()
        return body


async def test_two_clients_sign_in_and_talk(emulator: TelegramEmulator) -> None:
    async with ptb(emulator) as bot, aio(emulator) as other:
        assert bot.username == (await other.me()).username == "bdhvs_test_bot"
        first = await bot.send_message(LAN, "Xin chào /menu")
        second = await other.send_message(LAN, "Chào bạn")
    assert first.entities[0].type == "bot_command"
    assert [message.text for message in emulator.sent(LAN)] == ["Xin chào /menu", "Chào bạn"]
    assert second.message_id > first.message_id


async def test_an_update_comes_until_it_is_confirmed(emulator: TelegramEmulator) -> None:
    emulator.user_sends(LAN, "một")
    async with ptb(emulator) as bot:
        (update,) = await bot.get_updates()
        assert update.message is not None and update.message.text == "một"
        assert [again.update_id for again in await bot.get_updates()] == [update.update_id]
        assert await bot.get_updates(offset=update.update_id + 1) == ()
        assert await bot.get_updates() == ()


async def test_a_long_poll_ends_when_somebody_writes(emulator: TelegramEmulator) -> None:
    async with aio(emulator) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        await emulator.journal.wait_until(lambda: bool(emulator.journal.of("getUpdates")))
        assert not poll.done()
        emulator.user_sends(LAN, "có ai không")
        (update,) = await poll
    assert update.message is not None and update.message.text == "có ai không"


async def test_a_second_poller_throws_the_first_out(emulator: TelegramEmulator) -> None:
    async with ptb(emulator) as bot, aio(emulator) as other:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        await emulator.journal.wait_until(lambda: bool(emulator.journal.of("getUpdates")))
        await other.get_updates(timeout=0)
        with pytest.raises(telegram.error.Conflict, match="terminated by other getUpdates"):
            await first
        await other.set_webhook(f"{emulator.base_url}/nowhere")
        with pytest.raises(telegram.error.Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert await bot.get_updates() == ()


async def test_updates_wait_a_day_and_no_longer(emulator: TelegramEmulator) -> None:
    emulator.user_sends(LAN, "cũ")
    emulator.advance(23 * 3600)
    emulator.user_sends(LAN, "mới")
    emulator.advance(2 * 3600)
    async with ptb(emulator) as bot:
        assert [update.message.text for update in await bot.get_updates() if update.message] == ["mới"]


async def test_duplicates_reordering_and_a_jump_of_numbers(emulator: TelegramEmulator) -> None:
    emulator.switches.duplicate_every, emulator.switches.reorder_every = 3, 2
    numbers = [emulator.user_sends(LAN, str(count)) for count in range(3)]
    async with ptb(emulator) as bot:
        got = [update.update_id for update in await bot.get_updates()]
        assert got == [numbers[1], numbers[0], numbers[2], numbers[2]]
        # Nothing stays behind a later one that an answer before has confirmed.
        assert [update.update_id for update in await bot.get_updates(limit=1)] == numbers[:1]
        assert [update.update_id for update in await bot.get_updates(offset=numbers[0] + 1, limit=1)] == [numbers[1]]
        emulator.updates.jump(5)
        assert emulator.user_sends(LAN, "sau một tuần") == 5


async def test_only_the_kinds_asked_for_arrive(emulator: TelegramEmulator) -> None:
    async with ptb(emulator) as bot:
        await bot.get_updates(allowed_updates=["message"])
        emulator.user_blocks(LAN)
        emulator.user_unblocks(LAN)
        emulator.user_sends(LAN, "chào")
        assert [update.effective_message is not None for update in await bot.get_updates()] == [True]


async def test_a_tap_is_answered_once(emulator: TelegramEmulator) -> None:
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Có", callback_data="v1:có")]])
    async with ptb(emulator) as bot, aio(emulator) as other:
        message = await bot.send_message(LAN, "Bạn sẵn sàng chưa?", reply_markup=keyboard)
        emulator.user_taps(LAN, message.message_id, "v1:có")
        (update,) = await other.get_updates()
        assert update.callback_query is not None and update.callback_query.data == "v1:có"
        assert await other.answer_callback_query(update.callback_query.id)
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)query is too old"):
            await bot.answer_callback_query(update.callback_query.id)
    with pytest.raises(AssertionError, match="no button"):
        emulator.user_taps(LAN, message.message_id, "v1:không")


async def test_editing(emulator: TelegramEmulator) -> None:
    async with ptb(emulator) as bot:
        message = await bot.send_message(LAN, "một")
        await bot.edit_message_text("hai", LAN, message.message_id)
        assert [(sent.text, sent.edited) for sent in emulator.sent(LAN)] == [("hai", True)]
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)message is not modified"):
            await bot.edit_message_text("hai", LAN, message.message_id)
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)message to edit not found"):
            await bot.edit_message_text("ba", LAN, 999)
        photo = await bot.send_photo(LAN, PNG)
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)there is no text"):
            await bot.edit_message_text("ba", LAN, photo.message_id)
        emulator.user_sends(LAN, "của tôi")
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)can't be edited"):
            await bot.edit_message_text("ba", LAN, photo.message_id + 1)


@pytest.mark.parametrize(
    ("values", "description"),
    [
        ({"text": " \n "}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"chat_id": 404, "text": "a"}, "chat not found"),
        ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ({"text": "<script>a</script>", "parse_mode": "HTML"}, "Unsupported start tag"),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "đ" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}, "Text buttons are not allowed"),
    ],
)
async def test_refused_messages(emulator: TelegramEmulator, values: dict[str, Any], description: str) -> None:
    answer = await call(emulator, "sendMessage", **{"chat_id": LAN, **values})
    assert answer["error_code"] == 400 and description in answer["description"]
    assert emulator.sent() == []


async def test_limits_are_reached_but_not_passed(emulator: TelegramEmulator) -> None:
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "đ" * 32}]]}
    answer = await call(emulator, "sendMessage", chat_id=LAN, text="a" * 4096, reply_markup=keyboard)
    assert answer["ok"]


async def test_html_becomes_entities(emulator: TelegramEmulator) -> None:
    async with aio(emulator) as bot:
        text = "👍 <b>Lưu ý</b>: <a href='https://a.vn'>xem</a> &amp; hỏi"
        message = await bot.send_message(LAN, text, parse_mode="HTML")
    assert message.text == "👍 Lưu ý: xem & hỏi"
    assert message.entities is not None
    assert [entity.extract_from(message.text) for entity in message.entities] == ["Lưu ý", "xem"]


async def test_photos_and_files_up_and_down(emulator: TelegramEmulator) -> None:
    from aiogram.types import BufferedInputFile

    async with ptb(emulator) as bot, aio(emulator) as other:
        message = await bot.send_photo(LAN, PNG, caption="Ảnh")
        file = await other.get_file(message.photo[0].file_id)
        assert file.file_path is not None
        async with httpx.AsyncClient(verify=False) as client:
            got = await client.get(f"{emulator.base_url}/file/bot{emulator.token}/{file.file_path}")
        assert got.content == PNG
        upload = BufferedInputFile(b"%PDF-1.7", "giay-chung-nhan.pdf")
        sent = await other.send_document(LAN, upload)
        assert sent.document is not None and sent.document.file_name == "giay-chung-nhan.pdf"
        await bot.send_photo(LAN, "https://bdhvs.example/static/a.png")
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)IMAGE_PROCESS_FAILED"):
            await bot.send_photo(LAN, b"no picture")
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)caption is too long"):
            await bot.send_photo(LAN, PNG, caption="a" * 1025)
    assert [message.kind for message in emulator.sent(LAN)] == ["photo", "document", "photo"]


async def test_a_quiz_is_what_both_clients_read(emulator: TelegramEmulator) -> None:
    async with ptb(emulator) as bot, aio(emulator) as other:
        message = await bot.send_poll(LAN, "1+1?", ["1", "2"], type="quiz", correct_option_ids=[1])
        again = await other.send_poll(LAN, "1+1?", ["1", "2"], type="quiz", correct_option_id=1)
    assert message.poll is not None and message.poll.type == "quiz"
    assert again.poll is not None and len(again.poll.options) == 2


async def test_flood_limits_when_switched_on(emulator: TelegramEmulator) -> None:
    emulator.freeze_clock()
    emulator.switches.limit_per_chat = True
    async with ptb(emulator) as bot:
        await bot.send_message(LAN, "một")
        with pytest.raises(telegram.error.RetryAfter):
            await bot.send_message(LAN, "hai")
        emulator.advance(1.1)
        await bot.send_message(LAN, "hai")
    emulator.switches.limit_per_chat, emulator.switches.limit_overall = False, True
    emulator.advance(2)
    answers = [await call(emulator, "sendMessage", chat_id=LAN, text=str(count)) for count in range(31)]
    assert [answer["ok"] for answer in answers] == [True] * 30 + [False]
    assert answers[-1]["parameters"]["retry_after"] == 1


async def test_wrong_token_and_method(emulator: TelegramEmulator) -> None:
    async with ptb(emulator, "123456789:AAanother-token-of-nobody-0123456789") as bot:
        with pytest.raises(telegram.error.InvalidToken):
            await bot.get_me()
    assert (await call(emulator, "sendSong"))["description"] == "Not Found: method not found"
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.get(f"{emulator.base_url}/bot{emulator.token}/getMe")
        assert answer.json()["result"]["is_bot"] is True


async def test_who_blocked_or_left_gets_nothing(emulator: TelegramEmulator) -> None:
    from aiogram.exceptions import TelegramForbiddenError

    async with aio(emulator) as bot:
        emulator.user_blocks(LAN)
        with pytest.raises(TelegramForbiddenError, match="blocked by the user"):
            await bot.send_message(LAN, "chào")
        emulator.chats.open(LAN, "").deactivated = True
        with pytest.raises(TelegramForbiddenError, match="deactivated"):
            await bot.send_message(LAN, "chào")
        emulator.user_sends(GROUP, "/start")
        emulator.user_blocks(GROUP)
        with pytest.raises(TelegramForbiddenError, match="kicked"):
            await bot.send_message(GROUP, "chào")
        updates = await bot.get_updates()
    left = updates[-1].my_chat_member
    assert left is not None and left.new_chat_member.status == "left"


async def test_scripted_failures(emulator: TelegramEmulator) -> None:
    async with ptb(emulator) as bot:
        emulator.fail_next("sendMessage", Fault.too_many(7), chat_id=LAN)
        with pytest.raises(telegram.error.RetryAfter) as raised:
            await bot.send_message(LAN, "a")
        assert "0:00:07" in str(raised.value)
        for kind in (FaultKind.GARBAGE, FaultKind.DROP, FaultKind.DROP_AFTER):
            emulator.fail_next("sendMessage", Fault(kind))
            with pytest.raises(telegram.error.TelegramError):
                await bot.send_message(LAN, kind.value)
        emulator.fail_next("sendMessage", Fault(FaultKind.HANG))
        with pytest.raises(telegram.error.TimedOut):
            await bot.send_message(LAN, "a", read_timeout=0.05)
    assert [message.text for message in emulator.sent()] == ["drop_after"]


class Receiver:
    """A webhook server that answers as told."""

    def __init__(self, answers: list[web.Response]) -> None:
        self.answers = answers
        self.got: list[tuple[str, str, int]] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        self.got.append((request.headers["Content-Type"], secret, body["update_id"]))
        return self.answers.pop(0) if self.answers else web.Response()


@asynccontextmanager
async def listening(receiver: Receiver) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/hook", receiver.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_every_update_until_it_says_200(emulator: TelegramEmulator) -> None:
    emulator.switches.webhook_retry_seconds = 0.01
    emulator.switches.duplicate_every = 2
    receiver = Receiver([web.Response(status=503), web.Response(status=500)])
    async with ptb(emulator) as bot, listening(receiver) as url:
        await bot.set_webhook(url, secret_token="a-secret_1")
        number = emulator.user_sends(LAN, "một")
        emulator.user_sends(LAN, "hai")
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
        info = await bot.get_webhook_info()
    assert [got[2] - number for got in receiver.got] == [0, 0, 0, 1, 1]
    assert {got[:2] for got in receiver.got} == {("application/json", "a-secret_1")}
    assert info.pending_update_count == 0 and info.last_error_message is not None


async def test_a_webhook_may_answer_with_a_method(emulator: TelegramEmulator) -> None:
    reply = web.json_response({"method": "sendMessage", "chat_id": LAN, "text": "qua webhook"})
    async with ptb(emulator) as bot, listening(Receiver([reply])) as url:
        await bot.set_webhook(url)
        emulator.user_sends(LAN, "một")
        assert (await emulator.wait_for_sent(1))[0].text == "qua webhook"


async def test_webhook_addresses_and_secrets_are_checked(emulator: TelegramEmulator) -> None:
    emulator.switches.strict_webhook_address = True
    async with ptb(emulator) as bot:
        for url, secret, description in (
            ("http://a.vn/x", None, "HTTPS URL must be provided"),
            ("https://a.vn:8080/x", None, "ports 80, 88, 443 or 8443"),
            ("https://a.vn/x", "có dấu", "unallowed characters"),
            ("https://a.vn/x", "a" * 257, "too long"),
        ):
            with pytest.raises(telegram.error.BadRequest, match=f"(?i){description}"):
                await bot.set_webhook(url, secret_token=secret)


async def test_a_poor_answer_is_noticed() -> None:
    good = {"id": 1, "is_bot": True, "first_name": "a"}
    assert problems(good, "User") == []
    assert problems({**good, "id": "1"}, "User") == ["result.id: not of type integer"]
    assert problems({**good, "nick": "b"}, "User") == ["result: unknown field nick of User"]
    assert problems({"id": 1, "is_bot": True}, "User") == ["result: User without first_name"]
    message = {"message_id": 1, "date": 1_700_000_000_000, "chat": {"id": 1, "type": "private"}}
    assert problems(message, "Message") == ["result.date: not in seconds"]
    with pytest.raises(AssertionError, match="would not"):
        async with TelegramEmulator() as server:
            server.account["nick"] = "x"
            async with ptb(server) as bot:
                await bot.get_me()


async def test_it_runs_as_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulators.telegram", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        where = json.loads(await process.stdout.readline())
        async with httpx.AsyncClient(verify=False) as client:
            await client.post(f"{where['control_url']}/user_sends", json={"chat_id": LAN, "text": "chào"})
            bot = f"{where['base_url']}/bot{where['token']}"
            (update,) = (await client.get(f"{bot}/getUpdates")).json()["result"]
            assert update["message"]["text"] == "chào"
            await client.post(f"{bot}/sendMessage", data={"chat_id": LAN, "text": "chào bạn"})
            (sent,) = (await client.get(f"{where['control_url']}/sent", params={"chat_id": LAN})).json()
            assert sent["text"] == "chào bạn"
    finally:
        process.terminate()
        await process.wait()
