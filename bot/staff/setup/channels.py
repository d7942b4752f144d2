"""The step of the channels: a token is tried, kept in a file of this computer, and used at once."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.channels.base import ChannelError
from bot.connecting import TOKEN_KINDS
from bot.errors import OperatorError
from bot.staff.access import WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import CONNECT, Context, audit, form_of
from bot.staff.setup.steps import connected, stay, step_page

STEP = "channels"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""

    def show(request: web.Request, problem: str | None = None) -> web.Response:
        values: dict[str, Any] = {"connected": connected(request), "kinds": TOKEN_KINDS}
        return step_page(request, STEP, values, problem)

    async def form(request: web.Request) -> web.Response:
        """What is connected, and the forms."""
        return show(request)

    async def connect(request: web.Request) -> web.StreamResponse:
        """Try a token; keep and use a good one."""
        given = await form_of(request)
        kind, token = given.get("kind", ""), "".join(given.get("token", "").split())
        if kind not in TOKEN_KINDS or not token:
            return show(request, "channel_token_missing")
        if kind in connected(request):
            return show(request, "channel_there_already")
        try:
            await request.app[CONNECT](kind, token)
        except (ValueError, OperatorError):
            return show(request, f"channel_token_wrong_{kind}")
        except ChannelError:
            return show(request, "channel_refused")
        except OSError:
            return show(request, "channel_not_kept")
        await context.database.write(lambda session: audit(session, request, "channel_connect", kind))
        raise stay(request, STEP, "channel_connected")

    return [
        StaffRoute("GET", "/w/{ward}/setup/channels", form, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/channels", connect, WARD_ADMINISTRATORS),
    ]
