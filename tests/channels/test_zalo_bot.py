"""The Zalo Bot channel: where descriptions of the platform disagree, every reading must work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.channels.base import PermanentError, RetryAfterError, TokenRefusedError
from bot.channels.images import MaterialImages
from bot.channels.message import Attachment, Button, FileNote, Reply
from bot.channels.webhook import BODY_LIMIT, WebhookSettings
from bot.channels.zalo_bot import ZaloBotChannel
from tests.channels.platforms import SECRET, listening, started
from tests.channels.stores import Store
from tests.emulators.common import Fault
from tests.emulators.zalo_bot import Idle, ZaloBotEmulator

LAN = "6ede9afa66b88fe6d6a9"
MENU = (Button("Có", "yes"), Button("Không", "no"))


@pytest.fixture
async def emulator() -> AsyncIterator[ZaloBotEmulator]:
    async with ZaloBotEmulator() as server:
        server.known.add(LAN)
        yield server


def polling(emulator: ZaloBotEmulator, **options: Any) -> ZaloBotChannel:
    options = {"retry_seconds": 0.01, "poll_seconds": 0, **options}
    return ZaloBotChannel(emulator.token, emulator.base_url, **options)


@pytest.mark.parametrize("idle", Idle)
@pytest.mark.parametrize("as_text", [False, True])
async def test_every_way_of_saying_that_nobody_wrote(emulator: ZaloBotEmulator, idle: Idle, as_text: bool) -> None:
    emulator.switches.idle, emulator.switches.code_as_text = idle, as_text
    store, channel = Store(), polling(emulator)
    async with started(channel, store):
        await emulator.journal.wait_until(lambda: len(emulator.journal.of("getUpdates")) >= 3)
        assert channel.trouble is None
        emulator.user_sends(LAN, "chào")
        await store.wait_for(1)
    assert channel.trouble is None


async def test_a_poll_under_way_at_stop_is_not_lost(emulator: ZaloBotEmulator) -> None:
    store, channel = Store(), polling(emulator, poll_seconds=3)
    await channel.start(store.receive)
    await emulator.journal.wait_until(lambda: bool(emulator.journal.of("getUpdates")))
    stopping = asyncio.create_task(channel.stop())
    await asyncio.sleep(0)
    emulator.user_sends(LAN, "vừa kịp")
    await stopping
    assert store.texts == ["vừa kịp"]


async def test_what_people_send(emulator: ZaloBotEmulator) -> None:
    store, channel = Store(), polling(emulator)
    async with started(channel, store):
        emulator.user_does(LAN, "sticker", sticker="abc", url="https://stickers.zdn.vn/a.png")
        emulator.user_does(LAN, "voice", voice_url="https://voice.zdn.vn/a.aac")
        emulator.user_does(LAN, "unsupported")
        emulator.switches.photo_url = False
        emulator.user_sends_photo(LAN)
        emulator.user_sends("group1", "cả tổ hỏi", chat_type="GROUP", user_id="7c")
        emulator.raw_event({"event_name": "message.unsupported.received", "message": {"chat": {"id": "group1"}}})
        emulator.raw_event({"event_name": "brand.new", "message": {"chat": {"id": LAN}, "message_id": "1"}})
        emulator.raw_event({"event_name": 5, "message": []})
        emulator.user_sends(LAN, "  hết\x00 ")
        messages = await store.wait_for(6)
    assert [message.attachment for message in messages] == [
        Attachment.STICKER,
        Attachment.VOICE,
        Attachment.OTHER,
        Attachment.PHOTO,
        None,
        None,
    ]
    assert [message.text for message in messages[4:]] == ["cả tổ hỏi", "hết"]
    assert messages[4].chat == "group1"


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("1", "yes"),
        ("2.", "no"),
        ("(2)", "no"),
        ("số 1", "yes"),
        ("Chọn số 2)", "no"),
        ("２", "no"),
        ("KHONG", "no"),
        ("có", "yes"),
        ("3", None),
        ("0", None),
        ("1 2", None),
        ("không có", None),
    ],
)
async def test_a_typed_choice(emulator: ZaloBotEmulator, typed: str, payload: str | None) -> None:
    store, channel = Store(), polling(emulator)
    async with started(channel, store):
        await channel.send(LAN, Reply("Bạn đồng ý không?", MENU))
        emulator.user_sends(LAN, typed)
        (message,) = await store.wait_for(1)
    assert (message.payload, message.text) == (payload, typed)


async def test_a_number_is_a_number_once_the_menu_is_closed(emulator: ZaloBotEmulator) -> None:
    store, channel = Store(), polling(emulator)
    async with started(channel, store):
        await channel.send(LAN, Reply("Bạn đồng ý không?", MENU))
        await channel.send(LAN, Reply("Buổi học có mấy người?"))
        emulator.user_sends(LAN, "1")
        (message,) = await store.wait_for(1)
    assert message.payload is None


async def test_quota_and_limits(emulator: ZaloBotEmulator) -> None:
    channel = polling(emulator)
    async with started(channel, Store()):
        emulator.switches.messages = 1
        await channel.send(LAN, Reply("một"))
        with pytest.raises(RetryAfterError):
            await channel.send(LAN, Reply("hai"))
        emulator.switches.messages = 3000
        for quiet in (False, True):
            emulator.switches.errors_with_200 = quiet
            with pytest.raises(PermanentError, match="chat_id"):
                await channel.send("stranger", Reply("a"))
        await channel.typing(LAN)


async def test_pictures_go_by_their_public_address(emulator: ZaloBotEmulator, tmp_path: Any) -> None:
    (tmp_path / "bai 1.png").write_bytes(b"png")
    (tmp_path / "gcn.pdf").write_bytes(b"pdf")
    images = MaterialImages([tmp_path], "https://hoc.example")
    channel = polling(emulator, images=images)
    async with started(channel, Store()):
        await channel.send(LAN, Reply("Nhìn hình", MENU, image="/static/bai 1.png"))
        await channel.send(LAN, Reply("dài " * 700, image="/static/bai 1.png"))
        await channel.send(LAN, Reply("Giấy chứng nhận", image="/static/gcn.pdf"))
        emulator.fail_next("sendPhoto", Fault(status=400, description="Bad request"))
        await channel.send(LAN, Reply("Hình hỏng", image="https://a.example/x.png"))
    shown = [(message.kind, message.photo, message.text[:20]) for message in emulator.sent(LAN)]
    address = "https://hoc.example/static/bai%201.png"
    assert shown == [
        ("photo", address, "Nhìn hình\n\n1. Có\n2. "),
        ("photo", address, ""),
        ("text", "", "dài dài dài dài dài "),
        ("text", "", "dài dài dài dài dài "),
        ("text", "", "Giấy chứng nhận\n\nhtt"),
        ("text", "", "Hình hỏng"),
    ]


async def test_files_are_links_where_there_is_a_public_address(emulator: ZaloBotEmulator, tmp_path: Any) -> None:
    (tmp_path / "to.pdf").write_bytes(b"%PDF")
    reply = Reply("Của bạn đây.", MENU, files=(FileNote("/static/to.pdf", "Tờ in của bài"),))
    for public in ("https://hoc.example", None):
        channel = polling(emulator, images=MaterialImages([tmp_path], public))
        async with started(channel, Store()):
            await channel.send(LAN, reply)
    with_link, without = (message.text for message in emulator.sent(LAN))
    assert "Của bạn đây.\n\nTờ in của bài: https://hoc.example/static/to.pdf\n\n1. Có" in with_link
    assert "Tờ in" not in without


@pytest.mark.parametrize("plain", [False, True])
async def test_a_refused_token(emulator: ZaloBotEmulator, plain: bool) -> None:
    emulator.switches.plain_401 = plain
    channel = ZaloBotChannel("1459232241454765289:another-token", emulator.base_url)
    with pytest.raises(TokenRefusedError, match="BDHVS_ZALO_BOT_TOKEN") as raised:
        await channel.start(Store().receive)
    assert "another" not in repr(raised.value)
    with pytest.raises(ValueError, match="Zalo Bot Creator"):
        ZaloBotChannel("no token")


@pytest.mark.parametrize("wrapped", [False, True])
async def test_webhook_bodies_wrapped_and_flat(emulator: ZaloBotEmulator, wrapped: bool) -> None:
    emulator.switches.wrapped = wrapped
    store, built = Store(), list[ZaloBotChannel]()

    async def build(root: str) -> ZaloBotChannel:
        settings = WebhookSettings(f"{root}/webhooks/zalo-bot", SECRET)
        built.append(ZaloBotChannel(emulator.token, emulator.base_url, settings, retry_seconds=0.01))
        return built[0]

    async with listening(build), started(built[0], store):
        emulator.user_sends(LAN, "chào")
        await store.wait_for(1)
        emulator.switches.daily_limit = True
        again = ZaloBotChannel(
            emulator.token, emulator.base_url, WebhookSettings(emulator.webhook.url, SECRET), retry_seconds=0.01
        )
        async with started(again, store):
            assert again.trouble is None
    assert store.texts == ["chào"]


async def test_a_webhook_takes_nothing_but_zalo(emulator: ZaloBotEmulator) -> None:
    store, built, roots = Store(), list[ZaloBotChannel](), list[str]()

    async def build(root: str) -> ZaloBotChannel:
        roots.append(root)
        settings = WebhookSettings(f"{root}/webhooks/zalo-bot", SECRET)
        built.append(ZaloBotChannel(emulator.token, emulator.base_url, settings, retry_seconds=0.01))
        return built[0]

    secret = {"X-Bot-Api-Secret-Token": SECRET}
    kind = {"Content-Type": "application/json"}
    cases: list[tuple[dict[str, str], bytes | None, int]] = [
        ({}, None, 200),
        (kind, b"{}", 403),
        ({**kind, "X-Bot-Api-Secret-Token": "wrong"}, b"{}", 403),
        ({**secret, "Content-Type": "text/plain"}, b"{}", 415),
        ({**secret, **kind}, b"{", 400),
        ({**secret, **kind}, b"[]", 400),
        ({**secret, **kind}, b'{"event_name": "new"}', 200),
        ({**secret, **kind}, b'{"result": [1]}', 200),
        ({**secret, **kind, "Content-Length": str(BODY_LIMIT + 1)}, b"{}", 413),
    ]
    async with listening(build), started(built[0], store), aiohttp.ClientSession() as session:
        for headers, body, status in cases:
            request = session.post(f"{roots[0]}/webhooks/zalo-bot", data=body, headers=headers)
            async with request as answer:
                assert answer.status == status, (headers, body)
    assert store.messages == {}
