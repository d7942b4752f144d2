"""The one place where the parts are built and wired, started and stopped."""

from __future__ import annotations

import asyncio
import logging
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
from bot.channels.base import Channel
from bot.channels.message import Reply
from bot.channels.web import WEB, WebChannel
from bot.connecting import material_images, store_quotas
from bot.contest.hub import Hub
from bot.contest.player_pages import PlayerPages
from bot.conversation.offers import Offers
from bot.conversation.router import Conversation
from bot.delivery.inbox import DurableInbox
from bot.delivery.notices import PULLING_CHANNELS
from bot.delivery.replica import Replica
from bot.delivery.replies import ReplyReader
from bot.delivery.worker import Worker
from bot.doctor import Finding, Installation, examine
from bot.errors import OperatorError
from bot.http import Health, add_security_headers, readable_errors
from bot.jobs.backups import NightlyBackup
from bot.jobs.figures import Figures
from bot.jobs.material import EditWatch
from bot.jobs.reminders import Reminders
from bot.material import Material
from bot.papers.certificates import CertificatePapers
from bot.papers.contest_page import ContestPages
from bot.papers.handouts import HandoutPapers
from bot.papers.personal_data import PersonalDataPapers
from bot.papers.sounds import CardSounds, voice
from bot.papers.source import PicturesAndPapers
from bot.schedule import Schedule
from bot.server import Server as Server
from bot.settings import Settings
from bot.staff.contest_host import HUB
from bot.staff.context import ACCOUNTS, ALERTS, BACK_UP, FINDINGS
from bot.staff.site import StaffSite
from bot.store.database import Database
from bot.store.figure_inputs import keep_course_sizes
from bot.store.tables import Outbox, utc_now
from bot.store.wards import register_wards
from bot.texts import text
from knowledge.encoder import Encoder
from lessons.progress import local_day

log = logging.getLogger(__name__)

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
        self.backups = NightlyBackup(settings, database)
        self._conversation = conversation
        self.edits = EditWatch(settings, database, self._on_material, self._index_is_current)
        self.figures = Figures(database)
        self.reminders = Reminders(database, lambda: conversation.catalogue)
        self.material = material
        self.staff_site = StaffSite(settings, database, material, encoder, self.staff_answers.refresh)
        self.api = Api(settings, database)
        self.webhooks = WebhookSender(database)
        self.hub = Hub(database, self.accounts.wake)
        self._schedule = Schedule(self)

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
        self._schedule.hold_lease()
        await self.hub.start()
        await self.worker.start()
        await self.web_channel.start(self.inbox.receive)
        await self.accounts.start(self.inbox.receive)
        self._schedule.start()

    async def stop(self) -> None:
        """Stop receiving, finish what is in hand, leave the rest stored."""
        await self._schedule.stop()
        self.replies.close()
        await self.hub.stop()
        await asyncio.gather(self.web_channel.stop(), self.worker.stop(), self.accounts.stop())
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

    async def follow_accounts(self) -> None:
        """Take up what other programs connected and dropped; the conversation offers what the accounts can show."""
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

    def _alert_lines(self) -> list[str]:
        return [f"{alert.channel}: {alert.text}" for alert in self.alerts.now()]

    async def _back_up_now(self) -> str:
        """Make a backup; what is wrong, in English, or nothing."""
        return (await self.backups.make(utc_now())).problem

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

    def _on_material(self, fresh: Material) -> None:
        """Lessons from now on are those of the edited material; who is in the middle of one keeps the version begun."""
        self.material.root, self.material.catalogue = fresh.root, fresh.catalogue
        self._conversation.catalogue = fresh.catalogue
        sizes = fresh.catalogue.lesson_counts
        self.database.write_now(lambda session: keep_course_sizes(session, sizes, local_day(utc_now())))

    def _index_is_current(self, root: Path) -> bool:
        folder = current_index(self.settings.data_dir)
        return folder is not None and is_current(folder, root, self.settings.data_dir, self._encoder)


def _waiting_replies(session: Session) -> int:
    return session.exec(select(func.count(col(Outbox.id))).where(Outbox.status == "waiting")).one()
