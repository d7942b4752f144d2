"""What the program does again and again; what one program does for all that share the database, the leader does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial
from typing import TYPE_CHECKING

from sqlmodel import Session

from bot.channels.base import ChannelError
from bot.delivery.broadcasts import advance_one, under_way
from bot.delivery.typing import slow_chats
from bot.jobs.progress import figures_of, show, to_show
from bot.jobs.retention import Keep, forget_what_is_due, remove_old_backups
from bot.jobs.telling_staff import alerts_to_tell, tell_alerts, tell_of_reports
from bot.repeating import Job, every
from bot.reports.deadlines import deadlines_in_force, read_deadlines
from bot.staff.answer_drafts import take_due_into_use
from bot.store.leases import RENEW_SECONDS
from bot.store.tables import utc_now

if TYPE_CHECKING:
    from bot.app import Application

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


class Schedule:
    """The jobs of an application. ``hold_lease`` and ``start`` begin them, ``stop`` ends them; a job that failed is
    tried again at its next turn.
    """

    def __init__(self, application: Application) -> None:
        self._app = application
        self._tasks: list[asyncio.Task[None]] = []

    def hold_lease(self) -> None:
        """Say again and again that this program lives: before anything that may take as long as a lease."""
        self._begin("lease", RENEW_SECONDS, self._renew)

    def start(self) -> None:
        """Begin everything else."""
        app = self._app
        jobs: list[tuple[str, float, Job]] = [
            ("index-reload", INDEX_CHECK_SECONDS, self._reload_index),
            ("staff-answers", STAFF_ANSWER_SECONDS, self._refresh_answers),
            ("material-edits", EDITS_SECONDS, app.edits.look),
            ("answers-due", EDITS_SECONDS, self._take_answers_into_use),
            ("outbox", LOOK_SECONDS, app.accounts.look),
            ("accounts", FOLLOW_SECONDS, app.follow_accounts),
            ("alerts", ALERT_SECONDS, self._look_for_alerts),
            ("broadcasts", BROADCAST_SECONDS, self._advance_broadcasts),
            ("progress", PROGRESS_SECONDS, self._show_progress),
            ("typing", TYPING_SECONDS, self._show_typing),
            ("retention", RETENTION_SECONDS, self._forget),
            ("reminders", REMINDERS_SECONDS, self._remind),
            ("figures", FIGURES_SECONDS, self._make_figures),
            ("reports", REPORTS_SECONDS, self._tell_of_reports),
            ("backup", BACKUP_SECONDS, self._back_up),
            ("webhooks", WEBHOOKS_SECONDS, app.webhooks.step),
        ]
        for name, seconds, job in jobs:
            self._begin(name, seconds, job)

    async def stop(self) -> None:
        """End every job where it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, name: str, seconds: float, job: Job) -> None:
        self._tasks.append(asyncio.create_task(every(name, seconds, job), name=name))

    async def _renew(self) -> None:
        await self._app.replica.renew()
        await self._app.accounts.take_over()

    async def _reload_index(self) -> None:
        if await asyncio.to_thread(self._app.answerer.reload):
            log.info("a new index is in use")

    async def _refresh_answers(self) -> None:
        await asyncio.to_thread(self._app.staff_answers.refresh)

    async def _take_answers_into_use(self) -> None:
        """Answers by staff that were approved for a day that has come."""
        if self._app.replica.leads and await take_due_into_use(self._app.database, utc_now()):
            await self._refresh_answers()
            self._wake_senders(1)

    async def _advance_broadcasts(self) -> None:
        """Feed broadcasts to the outbox, each in a commit of its own."""
        if not self._app.replica.leads:
            return
        fed = 0
        await self._app.accounts.send_articles()
        for number in await self._app.database.read(under_way):
            step = partial(advance_one, number=number, now=utc_now())
            fed += await self._app.database.write(step)
        self._wake_senders(fed)

    async def _show_typing(self) -> None:
        typing, now = self._app.accounts.typing(), utc_now()
        if not typing or not self._app.replica.leads:
            return
        for channel, chat in await self._app.database.read(lambda session: slow_chats(session, typing, now)):
            with contextlib.suppress(ChannelError):  # the answer itself says what is wrong
                await typing[channel].typing(chat)

    async def _show_progress(self) -> None:
        """Authors who sent from a chat see there how it gets on."""
        database, accounts = self._app.database, self._app.accounts
        if not self._app.replica.leads:
            return
        shown = 0
        for number in await database.read(to_show):
            figures = await database.read(partial(figures_of, number=number))
            if figures is not None:
                step = partial(show, number=number, figures=figures, editing=accounts.editing(), now=utc_now())
                shown += await database.write(step)
        self._wake_senders(shown)

    async def _look_for_alerts(self) -> None:
        await self._app.alerts.refresh()
        if self._app.replica.leads:
            database, found, now = self._app.database, self._app.alerts.now(), utc_now()
            if await database.read(lambda session: alerts_to_tell(session, found, now)):
                self._wake_senders(await database.write(lambda session: tell_alerts(session, found, now)))

    async def _tell_of_reports(self) -> None:
        if self._app.replica.leads:
            read = await asyncio.to_thread(read_deadlines, self._app.settings, self._app.material)

            def unit(session: Session) -> int:
                return tell_of_reports(session, deadlines_in_force(session, read), utc_now())

            self._wake_senders(await self._app.database.write(unit))

    async def _make_figures(self) -> None:
        if self._app.replica.leads:
            await self._app.figures.step(utc_now())

    async def _remind(self) -> None:
        if self._app.replica.leads:
            self._wake_senders(await self._app.reminders.step(utc_now()))

    async def _back_up(self) -> None:
        if self._app.replica.leads and self._app.settings.backup_nightly:
            await self._app.backups.step(utc_now())

    async def _forget(self) -> None:
        """The program that leads forgets what is due in the database; each sees to its own memory and files."""
        app = self._app
        app.inbox.forget_addresses()
        if app.replica.leads:
            keep, now = Keep.of(app.settings), utc_now()
            await app.database.write(lambda session: forget_what_is_due(session, now, keep))
            await asyncio.to_thread(remove_old_backups, app.settings.data_dir / "backups", now, keep.backups)
        await asyncio.to_thread(app.database.drop_old_pages)
        await asyncio.to_thread(app.certificates.forget_files)
        await asyncio.to_thread(app.personal_data.forget_files)

    def _wake_senders(self, queued: int) -> None:
        if queued:
            self._app.accounts.wake()
