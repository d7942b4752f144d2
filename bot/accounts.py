"""The accounts in use on messaging platforms: what receives and sends for each, connected and dropped at any time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.channels.account import kind_of, ward_of
from bot.channels.base import BroadcastsArticles, Capabilities, Channel, ChannelError, Receive, ShowsTyping
from bot.channels.images import ImageSource
from bot.connecting import KINDS, channel_of, shared_accounts, store_limits, usable, way_of
from bot.delivery.articles import Articles, article_waits
from bot.delivery.outbox import due_channels, recover
from bot.delivery.pacing import Pace, Pacer
from bot.delivery.replica import Replica
from bot.delivery.sender import Sender
from bot.errors import OperatorError
from bot.saved_accounts import Credentials, saved_accounts
from bot.settings import Settings
from bot.store.database import Database
from lessons.contest.capacity import Way

log = logging.getLogger(__name__)

# ``look`` asks once a second for all; a sender by itself looks only for what a clock set back left behind.
IDLE_SECONDS = 30.0
FINISH_SECONDS = 1.0  # of the three that a stop may take
WEBHOOKS = "/webhooks/{path:.+}"
# Of an account's tokens the one that says which account it is.
IDENTITIES = ("token", "oa_secret")


class InUseError(Exception):
    """The account is connected already, for another ward or for all."""


@dataclass(slots=True)
class InUse:
    """One account; ``label`` is what staff call it. ``own``: connected on the site, so that it may be dropped there.
    ``way``: how fast it carries messages.
    """

    channel: Channel
    sender: Sender
    credentials: Credentials
    label: str
    own: bool
    way: Way


@dataclass(frozen=True, slots=True)
class Refused:
    """An account that cannot be used at the moment; alerts tell of it (bot/alerts.py)."""

    name: str
    trouble: str
    credentials: Credentials


class Accounts:
    """Every account by name. ``start`` and ``stop`` once each; what is connected between them is used at once."""

    def __init__(self, settings: Settings, database: Database, replica: Replica, images: ImageSource) -> None:
        """Build the channels. Raises OperatorError for a shared account set wrongly; a ward's own stops no other."""
        self._settings, self._database, self._replica, self._images = settings, database, replica, images
        self.saved = saved_accounts(settings, database)
        self._shared = shared_accounts(settings)
        self._in_use: dict[str, InUse] = {}
        self._refused: dict[str, Refused] = {}
        self._webhooks: dict[str, Any] = {}
        self._articles: dict[str, Articles] = {}
        self._receive: Receive | None = None
        self._changing = asyncio.Lock()
        for account, credentials in self._shared.items():
            self._use(*self._built(account, credentials), credentials, own=False)
        for account, credentials in usable(self.saved.all()).items():
            if account not in self._shared:
                self._add_saved(account, credentials)

    @property
    def channels(self) -> list[Channel]:
        """What receives."""
        return [one.channel for one in self._in_use.values()]

    def labels(self) -> Mapping[str, str]:
        """What staff call each account."""
        return {account: one.label for account, one in self._in_use.items()}

    def capabilities(self) -> dict[str, Capabilities]:
        """What each account's platform can show, by platform."""
        return {kind_of(account): one.channel.capabilities for account, one in self._in_use.items()}

    def ways(self) -> dict[str, Way]:
        """How fast each account carries the messages of a live contest."""
        return {account: one.way for account, one in self._in_use.items()}

    def editing(self) -> frozenset[str]:
        """The accounts whose messages can be edited."""
        return frozenset(account for account, one in self._in_use.items() if one.channel.capabilities.edit)

    def typing(self) -> dict[str, ShowsTyping]:
        """The accounts that can show that an answer is being written."""
        return {name: one.channel for name, one in self._in_use.items() if isinstance(one.channel, ShowsTyping)}

    def troubled(self) -> Iterable[object]:
        """What alerts look at."""
        for one in self._in_use.values():
            yield from (one.channel, one.sender)
        yield from self._refused.values()

    def routes(self) -> list[web.RouteDef]:
        """The webhooks of the accounts there are, and one route for those that are connected later.

        A fixed path is found at once, where the platform posts hundreds a second.
        """
        return [*(web.post(path, self._on_webhook) for path in self._webhooks), web.post(WEBHOOKS, self._on_webhook)]

    async def start(self, receive: Receive) -> None:
        """Receive, then send: before a line is open nothing leaves. Raises TokenRefusedError of a shared account; a
        ward's own is set aside.
        """
        self._receive = receive
        async with self._changing:
            await asyncio.gather(*(self._go(account) for account in list(self._in_use)))

    async def stop(self) -> None:
        """Finish what is in flight, then close the lines; what was not stored comes again."""
        await asyncio.gather(*(_end(one) for one in self._in_use.values()))

    def wake(self, account: str | None = None) -> None:
        """Something was put into the outbox, for this account or for some."""
        for name in self._in_use if account is None else self._in_use.keys() & {account}:
            self._in_use[name].sender.wake()

    async def send_articles(self) -> None:
        """Send the next article of each account that can reach all its followers. Raises SQLAlchemyError."""
        if not self._articles or not await self._database.read(article_waits):
            return
        wards = [ward for account in self._articles if (ward := ward_of(account))]
        for articles in list(self._articles.values()):
            await articles.step(wards)

    async def look(self) -> None:
        """Wake who has something to send that another program wrote or that has become due."""
        names = list(self._in_use)
        for name in await self._database.read(lambda session: due_channels(session, names)):
            if one := self._in_use.get(name):
                one.sender.wake()

    async def take_over(self) -> None:
        """Take up what programs that are gone left ``sending``, and share the pace with those that live."""
        names = list(self._in_use)
        for one in self._in_use.values():
            one.sender.share()
        me = self._replica.id
        left = await self._database.write(lambda session: [name for name in names if recover(session, name, me)])
        for name in left:
            if name in self._in_use:
                self._in_use[name].sender.wake()

    async def connect(self, account: str, credentials: Credentials) -> None:
        """Try an account, keep it, use it; one of this name that is in use is replaced.

        Raises InUseError, OperatorError for what cannot be used or kept, ChannelError when the platform refuses it,
        OSError.
        """
        async with self._changing:
            self._refuse_second_use(account, credentials)
            channel, pace = self._built(account, credentials)
            try:
                name = await _verified(channel)
                await asyncio.to_thread(self.saved.keep, account, credentials)
            except Exception:
                await channel.stop()
                raise
            await self._leave(account)
            self._use(channel, pace, credentials, own=True, name=name)
            await self._go(account)

    async def drop(self, account: str) -> None:
        """Use an account no more and forget its tokens. Raises OSError."""
        async with self._changing:
            await asyncio.to_thread(self.saved.drop, account)
            await self._leave(account)

    async def follow(self) -> None:
        """Take up and drop what other programs on the database connected and dropped. Raises SQLAlchemyError."""
        if not self.saved.for_all:
            return
        async with self._changing:
            try:
                wanted = usable(await asyncio.to_thread(self.saved.all))
            except OperatorError as error:
                log.error("%s", error)
                return
            for account in [name for name, one in self._in_use.items() if one.own]:
                if wanted.get(account) != self._in_use[account].credentials:
                    await self._leave(account)
            for account, credentials in wanted.items():
                refused = self._refused.get(account)
                known = refused is not None and refused.credentials == credentials
                if account not in self._in_use and account not in self._shared and not known:
                    self._add_saved(account, credentials)
                    await self._go(account)

    def _built(self, account: str, credentials: Credentials) -> tuple[Channel, Pace]:
        return channel_of(self._settings, account, credentials, self._database, self._images)

    def _use(self, channel: Channel, pace: Pace, credentials: Credentials, *, own: bool, name: str = "") -> None:
        account = channel.name
        sender = Sender(self._database, channel, Pacer(pace), self._replica, IDLE_SECONDS)
        label = KINDS[kind_of(account)]
        label = f"{label}: {name}" if name else label
        self._in_use[account] = InUse(channel, sender, credentials, label, own, way_of(channel, pace))
        self._refused.pop(account, None)
        self._webhooks.update({route.path: route.handler for route in channel.routes()})
        if isinstance(channel, BroadcastsArticles):
            self._articles[account] = Articles(self._database, channel.broadcast_article, account)

    def _add_saved(self, account: str, credentials: Credentials) -> None:
        try:
            self._use(*self._built(account, credentials), credentials, own=True)
        except OperatorError as error:
            self._set_aside(account, credentials, error)

    def _set_aside(self, account: str, credentials: Credentials, error: Exception) -> None:
        log.error("the account %s cannot be used: %s", account, error)
        self._refused[account] = Refused(account, str(error), credentials)

    async def _go(self, account: str) -> None:
        if self._receive is None or (one := self._in_use.get(account)) is None:
            return
        await self._database.write(lambda session: store_limits(self._settings, session, account))
        try:
            await one.channel.start(self._receive)
        except ChannelError as error:
            if not one.own:
                raise
            # What waits for it stays in the outbox until the account is connected again.
            self._forget(account)
            self._set_aside(account, one.credentials, error)
        else:
            await one.sender.start()

    async def _leave(self, account: str) -> None:
        one = self._in_use.get(account)
        self._refused.pop(account, None)
        if one is not None:
            self._forget(account)
            await _end(one)

    def _forget(self, account: str) -> None:
        one = self._in_use.pop(account)
        self._articles.pop(account, None)
        for route in one.channel.routes():
            self._webhooks.pop(route.path, None)

    def _refuse_second_use(self, account: str, credentials: Credentials) -> None:
        """Two pollers of one bot would take each other's messages, and one chat would have two wards."""
        for name, one in self._in_use.items():
            same = any(key in credentials and credentials[key] == one.credentials.get(key) for key in IDENTITIES)
            if same and name != account:
                raise InUseError(name)

    async def _on_webhook(self, request: web.Request) -> web.StreamResponse:
        handler = self._webhooks.get(request.path)
        if handler is None:
            raise web.HTTPNotFound
        response: web.StreamResponse = await handler(request)
        return response


def own_accounts(labels: Mapping[str, str], ward: str) -> dict[str, str]:
    """Of the accounts those that a ward's residents can write to: its own and the shared ones."""
    return {account: label for account, label in labels.items() if ward_of(account) in (None, ward)}


async def _end(one: InUse) -> None:
    """What is in flight is finished where the platform answers soon; else closing the line settles it."""
    sending = asyncio.create_task(one.sender.stop())
    await asyncio.wait({sending}, timeout=FINISH_SECONDS)
    await one.channel.stop()
    await sending


async def _verified(channel: Channel) -> str:
    """The account's name on its platform; nothing is received yet. Raises a ChannelError."""
    name: str = await channel.verify()  # type: ignore[attr-defined]
    return name
