"""The step of the channels: the ward's own accounts are tried, kept, used at once, and dropped again."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.accounts import InUseError
from bot.channels.account import account_name, kind_of, ward_of, webhook_path
from bot.channels.base import ChannelError
from bot.connecting import KINDS, default_limits
from bot.delivery.windows import has_windows
from bot.errors import OperatorError
from bot.oa_consent import WAITING_KIND, begin_ward_consent, take_code, take_refresh_token, waiting_consent
from bot.saved_accounts import Credentials, NoKeyError
from bot.staff.access import PUBLIC, WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import ACCOUNTS, Context, audit, form_of, page
from bot.staff.setup.steps import connected, stay, step_page
from bot.store.quotas import limits_of, set_limits
from bot.store.tables import utc_now

STEP = "channels"
OA = "zalo-oa"
OA_FIELDS = ("app_id", "app_secret", "oa_secret")
LONGEST_FIELD = 4000  # characters; a refresh token has some hundred
MOST_MESSAGES = 100_000_000  # a month: a number that is longer was mistyped


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ChannelPages(context)
    base = "/w/{ward}/setup/channels"
    return [
        StaffRoute("GET", base, pages.all, WARD_ADMINISTRATORS),
        StaffRoute("POST", base, pages.connect, WARD_ADMINISTRATORS),
        StaffRoute("POST", base + "/drop", pages.drop, WARD_ADMINISTRATORS),
        StaffRoute("POST", base + "/limits", pages.limits, WARD_ADMINISTRATORS),
        StaffRoute("GET", base + "/zalo-oa", pages.consented, WARD_ADMINISTRATORS),
        StaffRoute("GET", "/zalo-oa/{code}", pages.back_from_zalo, PUBLIC),
    ]


class ChannelPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def all(self, request: web.Request) -> web.Response:
        """What is connected, and the forms."""
        return await self._page(request)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Try what was entered; keep and use what works."""
        given = await form_of(request)
        kind = given.get("kind", "")
        names = OA_FIELDS if kind == OA else ("token",)
        credentials = {name: "".join(given.get(name, "").split())[:LONGEST_FIELD] for name in names}
        if kind not in KINDS or not all(credentials.values()):
            return await self._page(request, "channel_oa_missing" if kind == OA else "channel_token_missing")
        account = account_name(kind, request[WARD].code)
        if account in connected(request):
            return await self._page(request, "channel_there_already")
        refresh_token = "".join(given.get("refresh_token", "").split())[:LONGEST_FIELD]
        if kind == OA and not refresh_token:
            return await self._to_zalo(request, credentials)

        async def prepare() -> None:
            if refresh_token:
                await take_refresh_token(self._context.settings, self._database, account, credentials, refresh_token)

        return await self._finish(request, account, credentials, prepare)

    async def drop(self, request: web.Request) -> web.StreamResponse:
        """Use an account of the ward no more."""
        account = await self._own(request)
        await request.app[ACCOUNTS].drop(account)
        await self._database.write(lambda session: audit(session, request, "channel_drop", kind_of(account)))
        raise stay(request, STEP, "channel_dropped")

    async def limits(self, request: web.Request) -> web.StreamResponse:
        """What the ward's account may send a month; nothing: no limit, of an Official Account nothing paid."""
        account, given = await self._own(request), await form_of(request)
        try:
            messages, people = (_number(given.get(name, "")) for name in ("messages", "people"))
        except ValueError:
            return await self._page(request, "channel_limit_wrong")
        if has_windows(account):
            messages, people = messages or 0, None

        def unit(session: Session) -> None:
            set_limits(session, account, messages, people, utc_now())
            audit(session, request, "channel_limits", kind_of(account))

        await self._database.write(unit)
        raise stay(request, STEP, "channel_limits_saved")

    async def back_from_zalo(self, request: web.Request) -> web.Response:
        """Zalo sent the administrator back; as browsers bring no sign-in from another site, our own page goes on."""
        query = {name: request.query.get(name, "")[:LONGEST_FIELD] for name in ("code", "state")}
        return page(request, "zalo_oa_back.html", {"code": request.match_info["code"], "query": query})

    async def consented(self, request: web.Request) -> web.StreamResponse:
        """The code that Zalo gave: exchange it, then use the account."""
        ward = request[WARD].code
        saved = request.app[ACCOUNTS].saved
        waiting = await asyncio.to_thread(waiting_consent, saved, ward, request.query.get("state", ""))
        code = request.query.get("code", "")
        if waiting is None or not code:
            return await self._page(request, "channel_consent_over")
        account = account_name(OA, ward)
        credentials = {name: waiting[name] for name in OA_FIELDS}

        async def prepare() -> None:
            await asyncio.to_thread(saved.drop, account_name(WAITING_KIND, ward))
            await take_code(self._context.settings, self._database, account, credentials, code, waiting["verifier"])

        return await self._finish(request, account, credentials, prepare)

    async def _to_zalo(self, request: web.Request, credentials: Credentials) -> web.StreamResponse:
        ward = request[WARD].code
        back = f"{self._context.public_base(request)}/staff/zalo-oa/{ward}"
        saved = request.app[ACCOUNTS].saved
        try:
            address = await asyncio.to_thread(
                begin_ward_consent, self._context.settings, saved, ward, credentials, back
            )
        except NoKeyError:
            return await self._page(request, "channel_no_key")
        except OSError:
            return await self._page(request, "channel_not_kept")
        raise web.HTTPSeeOther(address)

    async def _finish(
        self, request: web.Request, account: str, credentials: Credentials, prepare: Any
    ) -> web.StreamResponse:
        """Connect; what goes wrong is said on the step's page."""
        kind = kind_of(account)
        problem = None
        try:
            await prepare()
            await request.app[ACCOUNTS].connect(account, credentials)
        except InUseError:
            problem = "channel_used_elsewhere"
        except NoKeyError:
            problem = "channel_no_key"
        except OperatorError:
            problem = f"channel_token_wrong_{kind}"
        except ChannelError:
            problem = "channel_oa_refused" if kind == OA else "channel_refused"
        except OSError:
            problem = "channel_not_kept"
        if problem is not None:
            return await self._page(request, problem)
        await self._database.write(lambda session: audit(session, request, "channel_connect", kind))
        raise stay(request, STEP, "channel_connected")

    async def _own(self, request: web.Request) -> str:
        """The ward's own account that a form names."""
        account = account_name((await form_of(request)).get("kind", ""), request[WARD].code)
        if account not in connected(request):
            raise web.HTTPNotFound
        return account

    async def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        ward, settings = request[WARD].code, self._context.settings
        labels = connected(request)
        own = {kind_of(account): label for account, label in labels.items() if ward_of(account)}
        shared = {account: label for account, label in labels.items() if not ward_of(account)}
        limits = await self._database.read(
            lambda session: {kind: limits_of(session, account_name(kind, ward)) for kind in own}
        )
        base = self._context.public_base(request)
        values: dict[str, Any] = {
            "kinds": KINDS,
            "own": own,
            "shared": shared,
            "limits": limits,
            "usual": {kind: default_limits(settings, kind) for kind in KINDS},
            "has_address": settings.public_url is not None,
            "oa_back": f"{base}/staff/zalo-oa/{ward}",
            "oa_webhook": base + webhook_path(account_name(OA, ward)),
            "sealed": settings.token_key is not None,
        }
        return step_page(request, STEP, values, problem)


def _number(written: str) -> int | None:
    """A number of messages or people, None when the field is empty. Raises ValueError."""
    kept = "".join(written.replace(".", "").split())
    if not kept:
        return None
    if not (kept.isascii() and kept.isdecimal()) or int(kept) > MOST_MESSAGES:
        raise ValueError(written)
    return int(kept)
