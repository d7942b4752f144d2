"""The one place where the parts are built and wired, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.accounts import Accounts
from bot.alerts import Alerts
from bot.answering import LiveAnswerer, StoredStaffAnswers, current_index, is_current
from bot.api.routes import Api
from bot.api.sending import WebhookSender
from bot.channels.base import Channel, ChannelError
from bot.channels.message import Reply
from bot.channels.web import WEB, WebChannel
from bot.connecting import material_images, store_quotas
from bot.contest.hub import Hub
from bot.contest.player_pages import PlayerPages
from bot.conversation.offers import Offers
from bot.conversation.router import Conversation
from bot.delivery.broadcasts import advance_one, under_way
from bot.delivery.inbox import DurableInbox
from bot.delivery.notices import PULLING_CHANNELS
from bot.delivery.replica import Replica
from bot.delivery.replies import ReplyReader
from bot.delivery.typing import slow_chats
from bot.delivery.worker import Worker
from bot.doctor import Finding, Installation, examine
from bot.errors import OperatorError
from bot.http import Health, add_security_headers, readable_errors
from bot.jobs.backups import NightlyBackup
from bot.jobs.figures import Figures
from bot.jobs.material import EditWatch
from bot.jobs.progress import figures_of, show, to_show
from bot.jobs.reminders import Reminders
from bot.jobs.retention import Keep, forget_what_is_due, remove_old_backups
from bot.jobs.telling_staff import alerts_to_tell, tell_alerts, tell_of_reports
from bot.material import Material
from bot.papers.certificates import CertificatePapers
from bot.papers.contest_page import ContestPages
from bot.papers.handouts import HandoutPapers
from bot.papers.personal_data import PersonalDataPapers
from bot.papers.sounds import CardSounds, voice
from bot.papers.source import PicturesAndPapers
from bot.reports.deadlines import deadlines_in_force, read_deadlines
from bot.server import Server as Server
from bot.settings import Settings
from bot.staff.contest_host import HUB
from bot.staff.context import ACCOUNTS, ALERTS, BACK_UP, FINDINGS
from bot.staff.site import StaffSite
from bot.store.database import Database
from bot.store.figure_inputs import keep_course_sizes
from bot.store.leases import RENEW_SECONDS
from bot.store.tables import Outbox, utc_now
from bot.store.wards import register_wards
from bot.texts import text
from knowledge.encoder import Encoder
from lessons.progress import local_day

log = logging.getLogger(__name__)

INDEX_CHECK_SECONDS = 2.0  # a newly built index is taken this soon
STAFF_ANSWER_SECONDS = 5.0  # an answer written through another replica is in force this soon
LOOK_SECONDS = 1.0  # messages written by another program, or due later, are noticed this soon
FOLLOW_SECONDS = 5.0  # an account that another program connected is used this soon
ALERT_SECONDS = 20.0  # a stalled outbox is told this soon after its minutes are over
BROADCAST_SECONDS = 1.0  # a broadcast is fed, begun and ended this soon
PROGRESS_SECONDS = 3.0  # a bar need not move faster, and each look counts the messages
TYPING_SECONDS = 2.0  # platforms show it for five
RETENTION_SECONDS = 3600.0
REMINDERS_SECONDS = 300.0  # the next 500 of who asked are looked at
WEBHOOKS_SECONDS = 5.0  # other systems hear of an event this soon
FIGURES_SECONDS = 15.0  # figures that were asked for are begun this soon
REPORTS_SECONDS = 1800.0  # a report's deadline is told within half an hour after the quiet hours
BACKUP_SECONDS = 600.0  # the backup of the night is made this soon after its hour, or after a start that finds none
EDITS_SECONDS = 5.0  # an edit of the material is in force this soon
PICTURE_KINDS = (".png", ".svg", ".jpg")  # nothing else of the material is served
PAPERS_FOLDER = "papers"  # in the data folder; only for the minutes that a platform needs
HANDOUTS_FOLDER = "handouts"  # in the data folder: lessons to print, drawn once
SOUNDS_FOLDER = "audio"  # in the data folder: cards read aloud, made once
MAX_BODY = 1024 * 1024  # bytes; uploads have routes of their own limit


class Application:
    """Everything that runs in one process. ``start`` and ``stop`` once each."""

    def __init__(self, settings: Settings, database: Database, material: Material, encoder: Encoder) -> None:
        """Build and wire. Raises knowledge.index errors when there is no usable index."""
        self.settings = settings
        self.database = database
        self._encoder = encoder
        self.registry = CollectorRegistry()
        self._messages = Counter("bdhvs_messages", "Messages handled", ["channel"], registry=self.registry)
        self._waiting = Gauge("bdhvs_outbox_waiting", "Replies waiting to be sent", registry=self.registry)
        database.write_now(lambda session: register_wards(session, material.wards))
        database.write_now(lambda session: store_quotas(settings, session))
        sizes = material.catalogue.lesson_counts
        database.write_now(lambda session: keep_course_sizes(session, sizes, local_day(utc_now())))
        self.staff_answers = StoredStaffAnswers(database)
        self.staff_answers.refresh()
        self.answerer = LiveAnswerer(settings.data_dir, encoder, self.staff_answers)
        self._images = material_images(settings)
        self.certificates = CertificatePapers(database, settings.public_url, settings.data_dir / PAPERS_FOLDER)
        speech = voice(settings)
        self.sounds = CardSounds(database, speech, settings.data_dir / SOUNDS_FOLDER)
        self.handouts = HandoutPapers(settings, material, settings.data_dir / HANDOUTS_FOLDER)
        self.personal_data = PersonalDataPapers(database, settings.data_dir / PAPERS_FOLDER)
        papers = (self.certificates, self.sounds, self.handouts, self.personal_data)
        named = PicturesAndPapers(self._images, papers, settings.public_url)
        self.replica = Replica(database)
        self.accounts = Accounts(settings, database, self.replica, named)
        self._voice = speech is not None and speech.missing is None
        conversation = Conversation(self.answerer, material.catalogue, self._offers())
        self.worker = Worker(
            database, conversation.handle, Reply(text("error.apology")), PULLING_CHANNELS, self._on_replies
        )
        self.inbox = DurableInbox(database, self.worker.wake)
        self.replies = ReplyReader(database, self.inbox)
        secure = (settings.public_url or "").startswith("https://")
        self.web_channel = WebChannel(self.replies, secure_cookie=secure)
        self.alerts = Alerts(database, self.accounts.troubled, backups=settings.backup_nightly)
        self._backups = NightlyBackup(settings, database)
        self._conversation = conversation
        self._edits = EditWatch(settings, database, self._on_material, self._index_is_current)
        self._figures = Figures(database)
        self._reminders = Reminders(database, lambda: conversation.catalogue)
        self.material = material
        self.staff_site = StaffSite(settings, database, material, encoder, self.staff_answers.refresh)
        self.api = Api(settings, database)
        self.webhooks = WebhookSender(database)
        self.hub = Hub(database, self.accounts.wake)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def channels(self) -> list[Channel]:
        """The web chat and every account."""
        return [self.web_channel, *self.accounts.channels]

    def web_application(self) -> web.Application:
        """The routes of every part on one port."""
        application = web.Application(middlewares=[readable_errors], client_max_size=MAX_BODY)
        application.on_response_prepare.append(add_security_headers)
        application.add_routes([*self.web_channel.routes(), *self.accounts.routes()])
        application.router.add_get("/static/{path:.+}", self._picture)
        papers = [*self.certificates.routes(), *self.personal_data.routes(), *self.sounds.routes()]
        contests = [*ContestPages(self.database).routes(), *PlayerPages(self.hub).routes()]
        health = Health(self.registry, self._missing, self._alert_lines).routes()
        application.add_routes([*papers, *self.handouts.routes(), *contests, *self.api.routes(), *health])
        staff = self.staff_site.application()
        staff[HUB] = self.hub
        staff[ALERTS], staff[ACCOUNTS] = self.alerts.now, self.accounts
        staff[FINDINGS], staff[BACK_UP] = self._findings, self._back_up_now
        application.add_subapp("/staff/", staff)
        return application

    async def start(self) -> None:
        """Take up what an earlier run left, then receive."""
        await self.replica.renew()
        # At once: connecting to a platform may take as long as a lease.
        self._tasks = [asyncio.create_task(self._every(RENEW_SECONDS, self._renew), name="lease")]
        await self.hub.start()
        await self.worker.start()
        await self.web_channel.start(self.inbox.receive)
        await self.accounts.start(self.inbox.receive)
        self._tasks += [
            asyncio.create_task(self._every(INDEX_CHECK_SECONDS, self._reload_index), name="index-reload"),
            asyncio.create_task(self._every(STAFF_ANSWER_SECONDS, self._refresh_answers), name="staff-answers"),
            asyncio.create_task(self._every(EDITS_SECONDS, self._edits.look), name="material-edits"),
            asyncio.create_task(self._every(LOOK_SECONDS, self.accounts.look), name="outbox"),
            asyncio.create_task(self._every(FOLLOW_SECONDS, self._follow_accounts), name="accounts"),
            asyncio.create_task(self._every(ALERT_SECONDS, self._look_for_alerts), name="alerts"),
            asyncio.create_task(self._every(BROADCAST_SECONDS, self._advance_broadcasts), name="broadcasts"),
            asyncio.create_task(self._every(PROGRESS_SECONDS, self._show_progress), name="progress"),
            asyncio.create_task(self._every(TYPING_SECONDS, self._show_typing), name="typing"),
            asyncio.create_task(self._every(RETENTION_SECONDS, self._forget), name="retention"),
            asyncio.create_task(self._every(REMINDERS_SECONDS, self._remind), name="reminders"),
            asyncio.create_task(self._every(FIGURES_SECONDS, self._make_figures), name="figures"),
            asyncio.create_task(self._every(REPORTS_SECONDS, self._tell_of_reports), name="reports"),
            asyncio.create_task(self._every(BACKUP_SECONDS, self._back_up), name="backup"),
            asyncio.create_task(self._every(WEBHOOKS_SECONDS, self.webhooks.step), name="webhooks"),
        ]

    async def stop(self) -> None:
        """Stop receiving, finish what is in hand, leave the rest stored."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.replies.close()
        await self.hub.stop()
        await asyncio.gather(self.web_channel.stop(), self.accounts.stop_receiving())
        await self.worker.stop()
        await self.accounts.stop_sending()
        await self.replica.stop()

    def _offers(self) -> Offers:
        kinds = {WebChannel.name: WEB, **self.accounts.capabilities()}
        return Offers(
            self.settings.public_url,
            paper_channels=frozenset(name for name, kind in kinds.items() if kind.files),
            sound_channels=frozenset(name for name, kind in kinds.items() if kind.sounds),
            voice=self._voice,
            ways=self.accounts.ways(),
        )

    async def _follow_accounts(self) -> None:
        await self.accounts.follow()
        self._conversation.offers = self._offers()

    def _on_replies(self, channel: str, chat_id: int, _inbox_id: int) -> None:
        self._messages.labels(channel).inc()
        self.accounts.wake(channel)
        self.replies.notify(chat_id)

    async def _picture(self, request: web.Request) -> web.FileResponse:
        """A picture of a lesson."""
        file = await asyncio.to_thread(self._images.served, request.match_info["path"])
        if file is None or file.suffix not in PICTURE_KINDS:
            raise web.HTTPNotFound
        return web.FileResponse(file, headers={"Cache-Control": "public, max-age=3600"})

    async def _missing(self) -> str | None:
        try:
            waiting = await self.database.read(_waiting_replies)
        except SQLAlchemyError:
            return "database"
        self._waiting.set(waiting)
        return None

    async def _every(self, seconds: float, job: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await job()
            except (SQLAlchemyError, OSError):  # the database or the disk: a job that ended would never come back
                log.exception("a job could not be done; it is tried again")

    async def _reload_index(self) -> None:
        if await asyncio.to_thread(self.answerer.reload):
            log.info("a new index is in use")

    def _alert_lines(self) -> list[str]:
        return [f"{alert.channel}: {alert.text}" for alert in self.alerts.now()]

    async def _advance_broadcasts(self) -> None:
        """The program that leads feeds broadcasts to the outbox, each in a commit of its own."""
        if not self.replica.leads:
            return
        fed = 0
        await self.accounts.send_articles()
        for number in await self.database.read(under_way):
            step = partial(advance_one, number=number, now=utc_now())
            fed += await self.database.write(step)
        self._wake_senders(fed)

    async def _show_typing(self) -> None:
        typing, now = self.accounts.typing(), utc_now()
        if not typing or not self.replica.leads:
            return
        for channel, chat in await self.database.read(lambda session: slow_chats(session, typing, now)):
            with contextlib.suppress(ChannelError):  # the answer itself says what is wrong
                await typing[channel].typing(chat)

    async def _show_progress(self) -> None:
        """Authors who sent from a chat see there how it gets on."""
        if not self.replica.leads:
            return
        shown = 0
        for number in await self.database.read(to_show):
            figures = await self.database.read(partial(figures_of, number=number))
            if figures is not None:
                step = partial(show, number=number, figures=figures, editing=self.accounts.editing(), now=utc_now())
                shown += await self.database.write(step)
        self._wake_senders(shown)

    async def _look_for_alerts(self) -> None:
        await self.alerts.refresh()
        if self.replica.leads:
            found, now = self.alerts.now(), utc_now()
            if await self.database.read(lambda session: alerts_to_tell(session, found, now)):
                self._wake_senders(await self.database.write(lambda session: tell_alerts(session, found, now)))

    async def _tell_of_reports(self) -> None:
        if self.replica.leads:
            read = await asyncio.to_thread(read_deadlines, self.settings, self.material)

            def unit(session: Session) -> int:
                return tell_of_reports(session, deadlines_in_force(session, read), utc_now())

            self._wake_senders(await self.database.write(unit))

    async def _make_figures(self) -> None:
        if self.replica.leads:
            await self._figures.step(utc_now())

    async def _remind(self) -> None:
        if self.replica.leads:
            self._wake_senders(await self._reminders.step(utc_now()))

    async def _back_up_now(self) -> str:
        """Make a backup; what is wrong, in English, or nothing."""
        return (await self._backups.make(utc_now())).problem

    async def _findings(self) -> list[Finding]:
        installation = Installation(
            self.settings, self.database, lambda: self.material, self._index_line, self._channels_line
        )
        return await asyncio.to_thread(lambda: list(examine(installation)))

    def _index_line(self) -> str:
        """The index in use. Raises OperatorError when it is older than the material."""
        folder = self.answerer.folder
        if folder is None or not self._index_is_current(self.material.root / "knowledge"):
            raise OperatorError("Older than the material. Build it anew: bdhvs index build")
        return f"{folder.name} in use"

    def _channels_line(self) -> str:
        """The channels connected. Raises OperatorError for one in trouble."""
        trouble = [alert for alert in self.alerts.now() if alert.kind == "trouble"]
        if trouble:
            raise OperatorError("; ".join(f"{alert.channel}: {alert.text}" for alert in trouble))
        named = [f"{name} as {account}" for name, account in self.accounts.labels().items()]
        return ", ".join(["web", *named])

    async def _back_up(self) -> None:
        if self.replica.leads and self.settings.backup_nightly:
            await self._backups.step(utc_now())

    def _wake_senders(self, queued: int) -> None:
        if queued:
            self.accounts.wake()

    async def _renew(self) -> None:
        await self.replica.renew()
        await self.accounts.take_over()

    async def _refresh_answers(self) -> None:
        await asyncio.to_thread(self.staff_answers.refresh)

    def _on_material(self, fresh: Material) -> None:
        """Lessons from now on are those of the edited material; who is in the middle of one keeps the version begun."""
        self.material.root, self.material.catalogue = fresh.root, fresh.catalogue
        self._conversation.catalogue = fresh.catalogue
        sizes = fresh.catalogue.lesson_counts
        self.database.write_now(lambda session: keep_course_sizes(session, sizes, local_day(utc_now())))

    def _index_is_current(self, root: Path) -> bool:
        folder = current_index(self.settings.data_dir)
        return folder is not None and is_current(folder, root, self.settings.data_dir, self._encoder)

    async def _forget(self) -> None:
        """The program that leads forgets what is due in the database; each sees to its own memory and files."""
        self.inbox.forget_addresses()
        if self.replica.leads:
            keep, now = Keep.of(self.settings), utc_now()
            await self.database.write(lambda session: forget_what_is_due(session, now, keep))
            await asyncio.to_thread(remove_old_backups, self.settings.data_dir / "backups", now, keep.backups)
        await asyncio.to_thread(self.database.drop_old_pages)
        await asyncio.to_thread(self.certificates.forget_files)
        await asyncio.to_thread(self.personal_data.forget_files)


def _waiting_replies(session: Session) -> int:
    return session.exec(select(func.count(col(Outbox.id))).where(Outbox.status == "waiting")).one()
