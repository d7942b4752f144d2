"""The Zalo Official Account channel: tokens that work once, windows that shut, accounts that may not write."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from zalo_sdk import ZaloOAAuthTokenExpiredException, ZaloOAException
from zalo_sdk.oa.Client import Client
from zalo_sdk.oa.ZaloMessage import ZaloMessageBody, ZaloRecipient

from bot.channels.base import PermanentError, RetryAfterError, TemporaryError, TokenRefusedError, UnreachableError
from bot.channels.images import MaterialImages
from bot.channels.message import Attachment, Button, FileNote, Reply
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_client import Window
from bot.channels.zalo_oa_tokens import LOCK_SECONDS, OaTokens, TokenPair, consent_page
from bot.store.database import Database
from bot.store.leases import hold
from bot.store.oa_tokens import LOCK, TokenTable
from bot.store.tables import utc_now
from tests.channels.platforms import TokensInMemory, listening, oa_pair, oa_settings, started
from tests.channels.stores import Store
from tests.emulators.common import Fault, FaultKind
from tests.emulators.zalo_oa import ZaloOaEmulator

LAN = "246845883529197922"
DAY = 24 * 3600


@pytest.fixture
async def emulator() -> AsyncIterator[ZaloOaEmulator]:
    async with ZaloOaEmulator() as server:
        server.switches.retry_seconds = (0.01,) * 5
        server.person(LAN)
        yield server


@asynccontextmanager
async def running(
    emulator: ZaloOaEmulator, store: Store | None = None, tokens: TokensInMemory | None = None, **options: Any
) -> AsyncIterator[ZaloOaChannel]:
    channel = ZaloOaChannel(
        oa_settings(emulator), tokens or TokensInMemory(oa_pair(emulator)), retry_seconds=0.01, **options
    )

    async def build(root: str) -> ZaloOaChannel:
        emulator.webhook_url = f"{root}/webhooks/zalo-oa"
        return channel

    async with listening(build), started(channel, store or Store()):
        yield channel


# Tokens


async def test_a_dead_access_token_is_renewed_and_stored_before_it_is_used(emulator: ZaloOaEmulator) -> None:
    tokens = TokensInMemory(oa_pair(emulator))
    async with running(emulator, tokens=tokens) as channel:
        emulator.advance(26 * 3600)
        await channel.send(LAN, Reply("sau một ngày"))
    assert [pair.access for pair in tokens.saved] == [emulator.tokens.access]
    assert [message.text for message in emulator.sent(LAN)] == ["sau một ngày"]


async def test_a_token_is_renewed_ahead_of_time(emulator: ZaloOaEmulator) -> None:
    tokens = TokensInMemory(oa_pair(emulator, life=3600))
    async with running(emulator, tokens=tokens):
        assert len(tokens.saved) == 1
    emulator.switches.expires_as_text = False
    tokens.pair = oa_pair(emulator, life=3600)
    async with running(emulator, tokens=tokens):
        assert len(tokens.saved) == 2
    assert tokens.saved[0].expires_at == pytest.approx(tokens.saved[1].expires_at, abs=60)


async def test_replicas_that_renew_at_once_ask_once(
    emulator: ZaloOaEmulator, database: Database, tmp_path: Path
) -> None:
    stale = oa_pair(emulator)
    tables = [TokenTable(database, "zalo-oa", "360", tmp_path / "none.json") for _ in range(3)]
    replicas = [OaTokens(oa_settings(emulator), table) for table in tables]
    await tables[0].save(stale)
    pairs = await asyncio.gather(*(replica.renew(stale) for replica in replicas))
    for replica in replicas:
        await replica.close()
    assert {pair.access for pair in pairs} == {emulator.tokens.access}
    assert len(emulator.journal.of("access_token")) == 1
    kept = await tables[2].load()
    assert kept is not None and (kept.access, kept.refresh) == (pairs[0].access, pairs[0].refresh)


async def test_a_lock_left_by_a_crash_ends_and_one_that_is_held_is_waited_for(
    database: Database, tmp_path: Path
) -> None:
    table, order = TokenTable(database, "zalo-oa", "360", tmp_path / "none.json"), []

    async def renew(name: str) -> None:
        async with table.lock():
            order.append(f"{name} begins")
            await asyncio.sleep(0.05)
            order.append(f"{name} ends")

    await asyncio.gather(renew("a"), renew("b"))
    assert order in (
        ["a begins", "a ends", "b begins", "b ends"],
        ["b begins", "b ends", "a begins", "a ends"],
    )
    past = utc_now() - timedelta(seconds=LOCK_SECONDS + 1)
    database.write_now(lambda session: hold(session, LOCK + "360", "crashed", past, LOCK_SECONDS))
    await renew("c")


async def test_tokens_of_an_earlier_version_move_from_their_file_into_the_database(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "zalo-oa-tokens.json"
    file.write_text('{"access": "a", "refresh": "r", "expires_at": 1790000000.0}', encoding="utf-8")
    table = TokenTable(database, "zalo-oa", "360", file)
    assert await table.load() == TokenPair("a", "r", 1_790_000_000.0)
    assert not file.exists()
    assert await table.load() == TokenPair("a", "r", 1_790_000_000.0)


async def test_a_dead_refresh_token_asks_for_consent_again(
    emulator: ZaloOaEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    dead = TokenPair("old-access", "used-refresh", 0.0)
    channel = ZaloOaChannel(oa_settings(emulator), TokensInMemory(dead))
    with pytest.raises(TokenRefusedError, match="consent") as raised:
        await channel.start(Store().receive)
    channel = ZaloOaChannel(oa_settings(emulator), TokensInMemory(None))
    with pytest.raises(TokenRefusedError, match="consent"):
        await channel.start(Store().receive)
    for secret in ("used-refresh", "old-access", emulator.credentials.app_secret):
        assert secret not in caplog.text + repr(raised.value) + repr(oa_settings(emulator)) + repr(dead)


async def test_an_old_token_serves_while_the_token_server_is_down(emulator: ZaloOaEmulator) -> None:
    emulator.fail_next("access_token", Fault(FaultKind.GARBAGE), times=5)
    async with running(emulator, tokens=TokensInMemory(oa_pair(emulator, life=3600))) as channel:
        await channel.send(LAN, Reply("vẫn gửi được"))
    assert len(emulator.sent(LAN)) == 1


async def test_consent_gives_the_first_tokens(emulator: ZaloOaEmulator) -> None:
    # The pair of RFC 7636, appendix B.
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    page = consent_page(oa_settings(emulator), "https://hoc.example/zalo", "state1", verifier)
    assert f"code_challenge={challenge}&" in page and verifier not in page
    store = TokensInMemory()
    tokens = OaTokens(oa_settings(emulator), store)
    await tokens.consent("consent-code", verifier)
    assert (await tokens.current()).access == emulator.tokens.access and len(store.saved) == 1
    with pytest.raises(TokenRefusedError):
        await tokens.consent("consent-code", verifier)
    await tokens.close()


# Sending


async def test_a_government_account_falls_back_to_v2_and_stays_there(emulator: ZaloOaEmulator) -> None:
    emulator.switches.government = True
    async with running(emulator) as channel:
        assert await channel.verify() == "Phường Lê Đại Hành"
        await channel.send(LAN, Reply("một"))
        await channel.send(LAN, Reply("hai"))
        assert [message.version for message in emulator.sent(LAN)] == ["v2", "v2"]
        assert len(emulator.journal.of("v3")) == 1
        emulator.switches.v2_closed = True
        with pytest.raises(PermanentError, match="-240"):
            await channel.send(LAN, Reply("ba"))


async def test_windows_are_known_before_a_push(emulator: ZaloOaEmulator) -> None:
    async with running(emulator) as channel:
        assert await channel.window(LAN) is Window.FREE
        emulator.advance(3 * DAY)
        assert await channel.window(LAN) is Window.CHARGED
        await channel.send(LAN, Reply("mất tiền"))
        emulator.advance(5 * DAY)
        assert await channel.window(LAN) is Window.SHUT
        with pytest.raises(UnreachableError, match="7 days"):
            await channel.send(LAN, Reply("không tới"))
        with pytest.raises(UnreachableError, match="follow"):
            await channel.send("1", Reply("người lạ"))
    assert [message.paid for message in emulator.sent(LAN)] == [True]


async def test_quota_waits(emulator: ZaloOaEmulator) -> None:
    async with running(emulator) as channel:
        for code, seconds in ((-32, 60), (-211, 3600)):
            emulator.fail_next("v3", Fault(status=code, description="quota"))
            with pytest.raises(RetryAfterError) as wait:
                await channel.send(LAN, Reply("a"))
            assert wait.value.seconds == seconds


async def test_more_than_five_choices_become_lines(emulator: ZaloOaEmulator) -> None:
    buttons = tuple(Button(f"Tổ {number} " + "a" * 120, f"g:{number}") for number in range(1, 7))
    store = Store()
    async with running(emulator, store) as channel:
        await channel.send(LAN, Reply("Bạn ở tổ nào?", buttons))
        emulator.user_sends(LAN, "số 6")
        (message,) = await store.wait_for(1)
        await channel.send(LAN, Reply("Bạn ở tổ nào?", buttons[:5]))
    assert message.payload == "g:6"
    lines, template = emulator.sent(LAN)
    assert lines.buttons == () and "6. Tổ 6" in lines.text
    assert len(template.buttons) == 5 and all(len(title) == 100 for title, _ in template.buttons)


async def test_pictures_and_files(emulator: ZaloOaEmulator, tmp_path: Path) -> None:
    (tmp_path / "bai.png").write_bytes(b"\x89PNG")
    (tmp_path / "to.png").write_bytes(bytes(1024 * 1024 + 1))
    (tmp_path / "gcn.pdf").write_bytes(b"%PDF")
    buttons = (Button("Tiếp", "next"),)
    async with running(emulator, images=MaterialImages([tmp_path])) as channel:
        for image in ("bai.png", "bai.png", "to.png", "gcn.pdf", "https://a.example/x.png"):
            await channel.send(LAN, Reply(image, image=image))
        await channel.send(LAN, Reply("hình và nút", buttons, image="bai.png"))
        emulator.fail_next("upload", Fault(status=-201, description="bad"))
        (tmp_path / "bai.png").write_bytes(b"\x89PNG again")
        await channel.send(LAN, Reply("tải lên hỏng", image="bai.png"))
    shown = [(message.kind, message.text, bool(message.buttons)) for message in emulator.sent(LAN)]
    assert shown == [
        ("media", "bai.png", False),
        ("media", "bai.png", False),
        ("text", "to.png", False),
        ("file", "", False),
        ("text", "gcn.pdf", False),
        ("media", "https://a.example/x.png", False),
        ("media", "", False),
        ("text", "hình và nút", True),
        ("text", "tải lên hỏng", False),
    ]
    assert len(emulator.uploads) == 2


async def test_papers_are_files_and_sounds_are_links(emulator: ZaloOaEmulator, tmp_path: Path) -> None:
    (tmp_path / "giay.pdf").write_bytes(b"%PDF")
    (tmp_path / "doc.mp3").write_bytes(b"ID3")
    files = (FileNote("/static/giay.pdf", "Giấy của bạn"), FileNote("/static/doc.mp3", "Nghe bài"))
    async with running(emulator, images=MaterialImages([tmp_path], "https://hoc.example")) as channel:
        await channel.send(LAN, Reply("Của bạn đây", (Button("Tiếp", "next"),), files=files))
        emulator.fail_next("upload", Fault(status=-201, description="bad"))
        (tmp_path / "giay.pdf").write_bytes(b"%PDF again")
        await channel.send(LAN, Reply("Không gửi được tệp", files=files[:1]))
    shown = [(message.kind, message.text, bool(message.buttons)) for message in emulator.sent(LAN)]
    assert shown == [
        ("file", "", False),
        ("text", "Của bạn đây\n\nNghe bài: https://hoc.example/static/doc.mp3", True),
        ("text", "Không gửi được tệp\n\nGiấy của bạn: https://hoc.example/static/giay.pdf", False),
    ]


# Receiving


async def test_what_people_do(emulator: ZaloOaEmulator) -> None:
    store = Store()
    async with running(emulator, store) as channel:
        emulator.user_follows(LAN)
        await store.wait_for(1)
        await channel.send(LAN, Reply("Chào bạn"))
        for event in ("sticker", "audio", "file", "location"):
            emulator.user_does(LAN, f"user_send_{event}", attachments=[{}])
            await store.wait_for(len(store.messages) + 1)
        emulator.user_follows(LAN, follows=False)
        await store.wait_for(6)
        await emulator.journal.wait_until(lambda: ("oa_send_text", 200, "0") in emulator.posts)
    messages = list(store.messages.values())
    assert (messages[0].payload, messages[-1].payload) == ("unblocked", "blocked")
    assert [message.attachment for message in messages[1:-1]] == [
        Attachment.STICKER,
        Attachment.VOICE,
        Attachment.FILE,
        Attachment.LOCATION,
    ]


async def test_a_store_that_is_down_gets_the_event_again(emulator: ZaloOaEmulator) -> None:
    store = Store()
    store.down = True
    async with running(emulator, store):
        emulator.user_sends(LAN, "chào")
        await store.wait_for_tries(2)
        store.down = False
        await store.wait_for(1)
    assert ("user_send_text", 503, "1") in emulator.posts and store.texts == ["chào"]


@pytest.mark.parametrize("in_header", [False, True])
async def test_only_signed_events_are_taken_and_replays_are_known(emulator: ZaloOaEmulator, in_header: bool) -> None:
    emulator.switches.header_timestamp = in_header
    store = Store()
    event = {"event_name": "user_send_text", "sender": {"id": LAN}, "message": {"text": "chào", "msg_id": "m1"}}
    raw, headers = emulator.signed(event)
    signature = headers["X-ZEvent-Signature"]
    other = emulator.signed({**event, "app_id": "1"})
    stale_stamp = "154390853474"
    cases: list[tuple[bytes, dict[str, str], int]] = [
        (raw, headers, 200),
        (raw, headers, 200),
        (raw + b" ", headers, 403),
        (raw.replace("chào".encode(), b"chao"), headers, 403),
        (raw, {**headers, "X-ZEvent-Signature": ""}, 403),
        (raw, {**headers, "X-ZEvent-Signature": "mac=" + "0" * 64}, 403),
        (raw, {**headers, "X-ZEvent-Signature": signature.removeprefix("mac=")}, 403),
        (raw, {**headers, "Content-Type": "text/plain"}, 415),
        (b"[]", headers, 400),
        (b"\xff", headers, 400),
        (json.dumps({**event, "timestamp": stale_stamp}).encode(), headers, 403),
        (b"", {}, 200),
        (other[0], other[1], 200),
    ]
    async with running(emulator, store), aiohttp.ClientSession() as session:
        for body, given, status in cases:
            async with session.post(emulator.webhook_url, data=body or None, headers=given) as answer:
                assert answer.status == status, (body, given)
    assert store.texts == ["chào"]


async def test_an_event_of_last_week_is_a_replay(
    emulator: ZaloOaEmulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = emulator.now_ms()
    monkeypatch.setattr(emulator, "now_ms", lambda: now - 8 * DAY * 1000)
    raw, headers = emulator.signed({"event_name": "follow", "follower": {"id": LAN}})
    store = Store()
    async with running(emulator, store), aiohttp.ClientSession(headers=headers) as session:
        answer = await session.post(emulator.webhook_url, data=raw)
        assert answer.status == 403
    assert store.messages == {} and "clock" in caplog.text


# The emulator, judged by a client we did not write: zalo-sdk


async def test_zalo_sdk_reads_the_emulator(emulator: ZaloOaEmulator) -> None:
    app, tokens = emulator.credentials, emulator.tokens
    client = Client(app.app_id, app.app_secret, tokens.access, tokens.refresh, endpoint_prefix=emulator.base_url)

    def send(user_id: str, text: str) -> Any:
        return client.send_message(ZaloRecipient(user_id=user_id), ZaloMessageBody(text=text))

    answer = await asyncio.to_thread(send, LAN, "qua zalo-sdk")
    assert answer["data"]["message_id"] == emulator.sent(LAN)[0].message_id
    quota = await asyncio.to_thread(client.get_zalo_user_quotas, LAN)
    assert int(quota["data"]["last_interaction"]) > 1_700_000_000_000
    token = await asyncio.to_thread(client.upload_file, b"%PDF", "file", "a.pdf", "application/pdf")
    assert token["data"]["token"] in emulator.uploads
    with pytest.raises(ZaloOAException, match="-213"):
        await asyncio.to_thread(send, "1", "người lạ")
    emulator.advance(26 * 3600)
    with pytest.raises(ZaloOAAuthTokenExpiredException):
        await asyncio.to_thread(send, LAN, "hết hạn")


async def test_refused_events_climb_the_ladder_until_the_webhook_is_disabled(emulator: ZaloOaEmulator) -> None:
    emulator.webhook_url = f"{emulator.base_url}/nowhere"
    emulator.user_sends(LAN, "chào")
    await emulator.journal.wait_until(lambda: not emulator.webhook_enabled)
    assert [retry for _, _, retry in emulator.posts] == ["0", "1", "2", "3", "4", "5"]


async def test_an_article_reaches_everybody_whatever_their_windows(emulator: ZaloOaEmulator) -> None:
    emulator.articles.add("bd5ea46bb32e5a0033f")
    async with running(emulator) as channel:
        emulator.advance(30 * DAY)
        await channel.broadcast_article("bd5ea46bb32e5a0033f")
        emulator.switches.article_processing = True
        with pytest.raises(TemporaryError, match="-214"):
            await channel.broadcast_article("bd5ea46bb32e5a0033f")
    assert emulator.broadcasts == [["bd5ea46bb32e5a0033f"]]


async def test_messages_that_cost_money_are_counted(emulator: ZaloOaEmulator) -> None:
    counted: list[int] = []

    class Counting:
        async def sent(self, messages: int) -> None:
            counted.append(messages)

    async with running(emulator, meter=Counting()) as channel:
        await channel.send(LAN, Reply("trong 48 giờ"))
        emulator.advance(3 * DAY)
        await channel.send(LAN, Reply("sau 3 ngày"))
    assert counted == [1]
