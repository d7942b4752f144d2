"""The staff site: sign-in and the pages of a ward, rendered on the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.conversation.buttons import in_sentence
from bot.indicators.export import shown
from bot.jobs.plan_upload import PlanUploads
from bot.material import Material
from bot.settings import Settings
from bot.staff import (
    answers,
    audit_log,
    awards,
    broadcasts,
    certificates,
    comparison,
    contest_host,
    contest_papers,
    contest_results,
    contests,
    duplicates,
    groups,
    handouts,
    health,
    helpers,
    indicator_settings,
    indicators,
    integrations,
    learning,
    my_account,
    my_alerts,
    offices,
    overview,
    people,
    posters,
    questions,
    reports,
    rights,
    sign_in,
    stale,
    team,
    undelivered,
)
from bot.staff.access import Guard, Handler, StaffRoute
from bot.staff.content import pages as content
from bot.staff.context import Context, worded_clock, worded_moment, worded_time
from bot.staff.imports import pages as imports
from bot.staff.setup import accounts as setup_accounts
from bot.staff.setup import channels, plan, steps, targets, trial, wards
from bot.staff.setup import groups as setup_groups
from bot.staff.setup import offices as setup_offices
from bot.store.database import Database
from knowledge.encoder import Encoder
from lessons.progress import local_day

FOLDER = Path(__file__).parent
MAX_FORM = 64 * 1024  # bytes of a form


class StaffSite:
    """Builds the sub-application below /staff/."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        material: Material,
        encoder: Encoder,
        answers_changed: Callable[[], None],
    ) -> None:
        """``encoder`` groups questions by meaning; ``answers_changed`` is called after staff changed an answer."""
        self._context = Context(settings, database, material, encoder, answers_changed)
        self._uploads = PlanUploads(settings, database)

    def routes(self) -> list[StaffRoute]:
        """Every address with its permission."""
        return [
            *sign_in.routes(self._context),
            *my_account.routes(self._context),
            *overview.routes(self._context),
            *indicators.routes(self._context),
            *indicator_settings.routes(self._context),
            *comparison.routes(self._context),
            *groups.routes(self._context),
            *learning.routes(self._context),
            *questions.routes(self._context),
            *answers.routes(self._context),
            *content.routes(self._context),
            *people.routes(self._context),
            *broadcasts.routes(self._context),
            *helpers.routes(self._context),
            *undelivered.routes(self._context),
            *my_alerts.routes(self._context),
            *certificates.routes(self._context),
            *handouts.routes(self._context),
            *contests.routes(self._context),
            *contest_results.routes(self._context),
            *contest_papers.routes(self._context),
            *contest_host.routes(self._context),
            *stale.routes(self._context),
            *offices.routes(self._context),
            *rights.routes(self._context),
            *reports.routes(self._context),
            *awards.routes(self._context),
            *integrations.routes(self._context),
            *duplicates.routes(self._context),
            *team.routes(self._context),
            *audit_log.routes(self._context),
            *health.routes(self._context),
            *imports.routes(self._context),
            *posters.routes(self._context),
            *wards.routes(self._context),
            *steps.routes(self._context),
            *setup_groups.routes(self._context),
            *plan.routes(self._context, self._uploads),
            *setup_offices.routes(self._context),
            *targets.routes(self._context),
            *setup_accounts.routes(self._context),
            *channels.routes(self._context),
            *trial.routes(self._context),
        ]

    def application(self) -> web.Application:
        """The sub-application."""
        application = web.Application(middlewares=[_error_page], client_max_size=MAX_FORM)
        application[aiohttp_jinja2.APP_KEY] = _templates()
        guard = Guard(self._context.settings, self._context.database)
        application.add_routes(guard.routes(self.routes()))
        application.router.add_get("/static/{name}", _static)
        application.on_startup.append(self._begin)
        application.on_cleanup.append(self._end)
        return application

    async def _begin(self, _application: web.Application) -> None:
        await self._uploads.interrupted()

    async def _end(self, _application: web.Application) -> None:
        await self._uploads.stop()


@cache
def _templates() -> jinja2.Environment:
    """The pages' templates, compiled once a process."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"), autoescape=True, trim_blocks=True
    )
    environment.filters["shown"] = shown
    environment.filters["day"] = worded_moment
    environment.filters["iso_day"] = lambda moment: local_day(moment).isoformat()
    environment.filters["moment"] = worded_time
    environment.filters["clock"] = worded_clock
    environment.filters["in_sentence"] = in_sentence
    environment.filters["reason"] = undelivered.worded_reason
    return environment


async def _static(request: web.Request) -> web.FileResponse:
    name = request.match_info["name"]
    if name not in {path.name for path in (FOLDER / "static").iterdir()}:
        raise web.HTTPNotFound
    return web.FileResponse(FOLDER / "static" / name, headers={"Cache-Control": "no-cache"})


@web.middleware
async def _error_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals as a page people can read."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        text = error.text if error.status == 403 else None
        values = {"status": error.status, "text": text}
        return aiohttp_jinja2.render_template("error.html", request, values, status=error.status)
