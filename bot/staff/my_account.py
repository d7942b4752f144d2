"""My account: password, second factor, the browsers I am signed in on."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.staff import accounts, second_factor
from bot.staff.access import ACCOUNT, OWN_ACCOUNT, StaffRoute, address_of
from bot.staff.context import Context, audit, page, secret_of, staff_texts
from bot.staff.sessions import SHORT_ID, end_listed, end_sessions, open_sessions
from bot.store.tables import SecondFactor, utc_now

HOME = "/staff/me"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = MyAccountPages(context)
    factor = "/me/second-factor"
    return [
        StaffRoute("GET", "/me", pages.home, OWN_ACCOUNT),
        StaffRoute("POST", "/me/password", pages.password, OWN_ACCOUNT),
        StaffRoute("POST", "/me/sessions/{session:[0-9a-f]+}/end", pages.end, OWN_ACCOUNT),
        StaffRoute("POST", "/me/sessions/end-others", pages.end_others, OWN_ACCOUNT),
        StaffRoute("GET", factor, pages.factor, OWN_ACCOUNT),
        StaffRoute("POST", f"{factor}/begin", pages.begin, OWN_ACCOUNT),
        StaffRoute("POST", f"{factor}/confirm", pages.confirm, OWN_ACCOUNT),
        StaffRoute("POST", f"{factor}/codes", pages.codes, OWN_ACCOUNT),
        StaffRoute("POST", f"{factor}/off", pages.off, OWN_ACCOUNT),
    ]


class MyAccountPages:
    """Handlers. Whatever changes how one signs in asks for the password again (ASVS 5.0 7.5.1)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def home(self, request: web.Request) -> web.Response:
        """Everything about the account."""
        return await self._home(request)

    async def password(self, request: web.Request) -> web.StreamResponse:
        """Change the password; every other browser is signed out."""
        account = request[ACCOUNT]
        fresh = await secret_of(request, "password")
        problem = await self._wrong_password(request)
        if problem is None and fresh != await secret_of(request, "again"):
            problem = "password_differs"
        if problem is None:
            try:
                accounts.check_password(fresh, account.username)
            except accounts.PasswordRefusedError as refused:
                problem = str(refused)
        if problem is not None:
            return await self._home(request, problem)

        def unit(session: Session) -> None:
            accounts.set_password(session, account.staff_id, fresh)
            end_sessions(session, account.staff_id, but=account.session)
            audit(session, request, "password_change")

        async with self._context.hashing:
            await self._database.write(unit)
        raise web.HTTPSeeOther(f"{HOME}?done=password_changed")

    async def end(self, request: web.Request) -> web.StreamResponse:
        """Sign one browser out."""
        account, short = request[ACCOUNT], request.match_info["session"]

        def unit(session: Session) -> bool:
            ended = end_listed(session, account.staff_id, short)
            if ended:
                audit(session, request, "session_end")
            return ended

        if not await self._database.write(unit):
            raise web.HTTPNotFound
        raise web.HTTPSeeOther(f"{HOME}?done=session_ended")

    async def end_others(self, request: web.Request) -> web.StreamResponse:
        """Sign every browser out but this one."""
        account = request[ACCOUNT]

        def unit(session: Session) -> None:
            end_sessions(session, account.staff_id, but=account.session)
            audit(session, request, "session_end", "others")

        await self._database.write(unit)
        raise web.HTTPSeeOther(f"{HOME}?done=session_ended")

    async def factor(self, request: web.Request) -> web.Response:
        """The second factor: off, being set up, or on."""
        return await self._factor(request)

    async def begin(self, request: web.Request) -> web.Response:
        """Show the QR code for the authenticator app."""
        staff_id = request[ACCOUNT].staff_id
        if problem := await self._wrong_password(request):
            return await self._factor(request, problem)

        def unit(session: Session) -> str:
            row = second_factor.begin(session, staff_id)
            return "" if row.confirmed_at else row.secret

        secret = await self._database.write(unit)
        return await self._factor(request, secret=secret)

    async def confirm(self, request: web.Request) -> web.Response:
        """The app shows the right code: it is asked for from now on, other browsers are signed out."""
        account, code, now = request[ACCOUNT], await secret_of(request, "code"), utc_now()

        def unit(session: Session) -> tuple[list[str] | None, str]:
            made = second_factor.confirm(session, account.staff_id, code, now)
            if made is not None:
                end_sessions(session, account.staff_id, but=account.session)
                audit(session, request, "second_factor_on")
            row = session.get(SecondFactor, account.staff_id)
            return made, row.secret if row is not None and row.confirmed_at is None else ""

        made, secret = await self._database.write(unit)
        if made is None:
            return await self._factor(request, "code_wrong", secret=secret)
        return await self._factor(request, codes=made)

    async def codes(self, request: web.Request) -> web.Response:
        """Fresh recovery codes."""
        staff_id = request[ACCOUNT].staff_id
        if problem := await self._wrong_password(request):
            return await self._factor(request, problem)

        def unit(session: Session) -> list[str] | None:
            if not second_factor.is_on(session, staff_id):
                return None
            audit(session, request, "recovery_codes")
            return second_factor.new_recovery_codes(session, staff_id)

        return await self._factor(request, codes=await self._database.write(unit))

    async def off(self, request: web.Request) -> web.StreamResponse:
        """Ask for the second factor no more."""
        staff_id = request[ACCOUNT].staff_id
        if problem := await self._wrong_password(request):
            return await self._factor(request, problem)

        def unit(session: Session) -> None:
            second_factor.remove(session, staff_id)
            audit(session, request, "second_factor_off")

        await self._database.write(unit)
        raise web.HTTPSeeOther(f"{HOME}?done=second_factor_off")

    async def _wrong_password(self, request: web.Request) -> str | None:
        """Check the password of who is signed in already: guessed at by whoever found the browser open."""
        username, given, now = request[ACCOUNT].username, await secret_of(request, "current"), utc_now()
        address = address_of(request, self._context.settings)
        if await self._database.read(lambda session: accounts.throttled(session, username, address, now)):
            return "sign_in_throttled"
        _, stored = await self._database.read(lambda session: accounts.password_hash_of(session, username))
        async with self._context.hashing:
            if await asyncio.to_thread(accounts.verify, stored, given):
                return None
        await self._database.write(lambda session: accounts.note_failure(session, username, address, now))
        return "password_current_wrong"

    async def _home(self, request: web.Request, problem: str | None = None) -> web.Response:
        account, now = request[ACCOUNT], utc_now()
        rows = await self._database.read(lambda session: open_sessions(session, account.staff_id, now))
        values = {
            "browsers": [(row, row.token_hash[:SHORT_ID], row.token_hash == account.session) for row in rows],
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "my_account.html", values, status=400 if problem else 200)

    async def _factor(
        self, request: web.Request, problem: str | None = None, *, secret: str = "", codes: list[str] | None = None
    ) -> web.Response:
        account = request[ACCOUNT]

        def unit(session: Session) -> tuple[bool, int]:
            return second_factor.is_on(session, account.staff_id), second_factor.codes_left(session, account.staff_id)

        on, left = await self._database.read(unit)
        wanted = self._context.settings.second_factor
        values: dict[str, Any] = {
            "on": on,
            "left": left,
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            "qr": second_factor.qr_code(secret, account.username) if secret else "",
            "codes": codes,
            "wanted": wanted == "everyone" or (wanted == "administrators" and bool(account.administers)),
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "second_factor.html", values, status=400 if problem else 200)
