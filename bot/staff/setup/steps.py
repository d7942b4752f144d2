"""The frame of the wizard: the list of steps, which are done, going on, passing one over, finishing."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.accounts import own_accounts
from bot.conversation.buttons import in_sentence
from bot.staff.access import WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import ACCOUNTS, Context, audit, page, staff_texts
from bot.store import setup
from bot.store.setup import STEPS
from bot.store.tables import utc_now


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = StepPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/setup", pages.steps, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/pass/{step}", pages.pass_over, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/finish", pages.finish, WARD_ADMINISTRATORS),
    ]


def following(step: str) -> str:
    """The step after a step; the list of steps after the last."""
    place = STEPS.index(step) + 1
    return f"/{STEPS[place]}" if place < len(STEPS) else ""


def go_on(request: web.Request, step: str, done: str) -> web.HTTPSeeOther:
    """To be raised when a step is done: the next one shows the message ``done``."""
    return web.HTTPSeeOther(f"/staff/w/{request[WARD].code}/setup{following(step)}?done={done}")


def stay(request: web.Request, step: str, done: str) -> web.HTTPSeeOther:
    """To be raised when there is more to do in a step."""
    return web.HTTPSeeOther(f"/staff/w/{request[WARD].code}/setup/{step}?done={done}")


def step_page(
    request: web.Request, step: str, values: dict[str, Any], problem: str | None = None, status: int | None = None
) -> web.Response:
    """A step's page, with where it stands; ``problem`` is the key of a message, or a message."""
    shown = {
        **values,
        "step": step,
        "number": STEPS.index(step) + 1,
        "count": len(STEPS),
        "next_step": following(step),
        "title": staff_texts()[f"setup_{step}"],
        "ward_in_sentence": in_sentence(request[WARD].name),
        "problem": problem and staff_texts().get(problem, problem),
    }
    return page(request, f"setup_{step}.html", shown, status=status or (400 if problem else 200))


def connected(request: web.Request) -> dict[str, str]:
    """The accounts that the ward's residents can write to, by name, with what staff call them."""
    current = request.app.get(ACCOUNTS)
    return {} if current is None else own_accounts(current.labels(), request[WARD].code)


class StepPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def steps(self, request: web.Request) -> web.Response:
        """Every step with its state; the first open one is offered."""
        code = request[WARD].code

        def unit(session: Session) -> tuple[dict[str, int], list[str], bool]:
            row = setup.setup_of(session, code)
            return setup.step_counts(session, code), list(row.passed), row.finished_at is not None

        counts, passed, finished = await self._database.read(unit)
        counts["channels"] = len(connected(request))
        rows = [
            (step, staff_texts()[f"setup_{step}"], counts[step] > 0, step in passed, counts[step]) for step in STEPS
        ]
        first = next((step for step, _, done, left, _ in rows if not done and not left), None)
        values = {"rows": rows, "first": first, "finished": finished}
        return page(request, "setup.html", values)

    async def pass_over(self, request: web.Request) -> web.StreamResponse:
        """Leave a step for later."""
        code, step = request[WARD].code, request.match_info["step"]
        if step not in STEPS:
            raise web.HTTPNotFound
        await self._database.write(lambda session: setup.pass_step(session, code, step))
        raise go_on(request, step, "setup_passed")

    async def finish(self, request: web.Request) -> web.StreamResponse:
        """The ward is set up."""
        code = request[WARD].code

        def unit(session: Session) -> None:
            setup.finish(session, code, utc_now())
            audit(session, request, "setup_finish")

        await self._database.write(unit)
        raise web.HTTPSeeOther(f"/staff/w/{code}/?done=setup_finished")
