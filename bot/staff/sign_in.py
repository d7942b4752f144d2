"""Signing in with password and second factor, signing out, and the one-time link that sets a password."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.staff import accounts, second_factor
from bot.staff.access import (
    ACCOUNT,
    ANY_ACCOUNT,
    OWN_ACCOUNT,
    PUBLIC,
    SESSION_COOKIE,
    StaffRoute,
    address_of,
    cookie_of,
    put_cookie,
)
from bot.staff.context import Context, audit, form_of, page, secret_of, see_other, staff_texts
from bot.staff.sessions import SESSION_HOURS, end_session, halfway_in, start_session
from bot.store.naming import natural_key
from bot.store.tables import Ward, utc_now

NAME_LIMIT = 64


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = SignInPages(context)
    return [
        StaffRoute("GET", "/", pages.home, ANY_ACCOUNT),
        StaffRoute("GET", "/sign-in", pages.form, PUBLIC),
        StaffRoute("POST", "/sign-in", pages.sign_in, PUBLIC),
        StaffRoute("GET", "/sign-in/code", pages.code_form, PUBLIC),
        StaffRoute("POST", "/sign-in/code", pages.code, PUBLIC),
        StaffRoute("POST", "/sign-out", pages.sign_out, OWN_ACCOUNT),
        StaffRoute("GET", "/first/{token}", pages.first_form, PUBLIC),
        StaffRoute("POST", "/first/{token}", pages.first, PUBLIC),
    ]


class SignInPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._hashing = context.hashing

    async def home(self, request: web.Request) -> web.Response:
        """The wards of the account; with one ward, straight to it."""
        account = request[ACCOUNT]
        codes = [one.ward_code for one in account.memberships]
        if len(codes) == 1 and not account.reads_city:
            raise web.HTTPSeeOther(f"/staff/w/{codes[0]}/")

        def unit(session: Session) -> list[Ward]:
            asked = col(Ward.code).in_(codes)
            rows = session.exec(select(Ward).where((asked | col(Ward.served)) if account.reads_city else asked)).all()
            return sorted(rows, key=lambda row: natural_key(row.name))

        wards = await self._database.read(unit)
        administers = bool(account.administers)
        return page(request, "wards.html", {"wards": wards, "administers_any": administers})

    async def form(self, request: web.Request) -> web.Response:
        """The sign-in form."""
        return page(request, "sign_in.html", {"username": ""})

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Check name and password; slow down guessing."""
        username = (await form_of(request)).get("username", "")[:NAME_LIMIT]
        password, now, address = await secret_of(request, "password"), utc_now(), self._address(request)
        if await self._database.read(lambda session: accounts.throttled(session, username, address, now)):
            return self._form_again(request, username, "sign_in_throttled", 429)
        staff_id, stored = await self._database.read(lambda session: accounts.password_hash_of(session, username))
        async with self._hashing:
            matches = await asyncio.to_thread(accounts.verify, stored, password)
        if staff_id is None or not matches:
            await self._database.write(lambda session: self._note_failure(session, request, username))
            return self._form_again(request, username, "sign_in_wrong", 401)
        return await self._enter(request, staff_id)

    async def code_form(self, request: web.Request) -> web.Response:
        """The form of the second factor; only after the password."""
        await self._halfway(request)
        return page(request, "sign_in_code.html")

    async def code(self, request: web.Request) -> web.StreamResponse:
        """Check the second factor; guessing is slowed down like that of passwords."""
        staff_id, username = await self._halfway(request)
        typed, now, address = (await form_of(request)).get("code", ""), utc_now(), self._address(request)
        token = cookie_of(request, SESSION_COOKIE)
        if await self._database.read(lambda session: accounts.throttled(session, username, address, now)):
            return page(request, "sign_in_code.html", {"problem": staff_texts()["sign_in_throttled"]}, status=429)

        def unit(session: Session) -> str | None:
            how = second_factor.accepts(session, staff_id, typed, now)
            if how is None:
                self._note_failure(session, request, username)
                return None
            end_session(session, token)
            audit(session, request, "sign_in", how, staff_id)
            return start_session(session, staff_id, now, request.headers.get("User-Agent", ""))

        made = await self._database.write(unit)
        if made is None:
            return page(request, "sign_in_code.html", {"problem": staff_texts()["code_wrong"]}, status=401)
        return self._with_cookie(request, made, "/staff/")

    async def _halfway(self, request: web.Request) -> tuple[int, str]:
        token, now = cookie_of(request, SESSION_COOKIE), utc_now()
        account = await self._database.read(lambda session: halfway_in(session, token, now))
        if account is None or account.id is None:
            raise web.HTTPSeeOther("/staff/sign-in")
        return account.id, account.username

    async def _enter(self, request: web.Request, staff_id: int) -> web.StreamResponse:
        """After the password: in, or on to the second factor. What the browser held before ends."""
        old, agent = cookie_of(request, SESSION_COOKIE), request.headers.get("User-Agent", "")

        def unit(session: Session) -> tuple[str, bool]:
            end_session(session, old)
            complete = not second_factor.is_on(session, staff_id)
            if complete:
                audit(session, request, "sign_in", "password", staff_id)
            return start_session(session, staff_id, utc_now(), agent, complete=complete), complete

        token, complete = await self._database.write(unit)
        return self._with_cookie(request, token, "/staff/" if complete else "/staff/sign-in/code")

    def _note_failure(self, session: Session, request: web.Request, username: str) -> None:
        accounts.note_failure(session, username, self._address(request), utc_now())
        account = accounts.account_named(session, username)
        if account is not None:  # what was typed may be a password: only a known name is written down, by its number
            audit(session, request, "sign_in_failed", staff_id=account.id)

    def _form_again(self, request: web.Request, username: str, problem: str, status: int) -> web.Response:
        return page(request, "sign_in.html", {"username": username, "problem": staff_texts()[problem]}, status=status)

    def _address(self, request: web.Request) -> str:
        return address_of(request, self._context.settings)

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """End this browser's session."""
        token = cookie_of(request, SESSION_COOKIE)

        def unit(session: Session) -> None:
            end_session(session, token)
            audit(session, request, "sign_out")

        await self._database.write(unit)
        response = see_other("/staff/sign-in?done=signed_out")
        put_cookie(request, response, SESSION_COOKIE, "", 0)
        response.headers["Clear-Site-Data"] = '"cache"'  # not storage: the resident's chat lives on this host too
        return response

    async def first_form(self, request: web.Request) -> web.Response:
        """The form behind a one-time link."""
        return await self._first_page(request, "", "", None)

    async def first(self, request: web.Request) -> web.StreamResponse:
        """Set the password of a one-time link."""
        form = await form_of(request)
        token, now = request.match_info["token"], utc_now()
        username, name = form.get("username", "")[:NAME_LIMIT], form.get("name", "")[:NAME_LIMIT]
        password = await secret_of(request, "password")
        problem = self._first_problem(username, password, await secret_of(request, "again"))
        if problem is None:
            try:
                async with self._hashing:
                    made = await self._database.write(
                        lambda session: accounts.use_link(session, token, username, name, password, now)
                    )
            except accounts.PasswordRefusedError as refused:
                problem = str(refused)
            except IntegrityError:
                problem = "username_taken"
            else:
                if made is not None:
                    return await self._enter(request, made)
        return await self._first_page(request, username, name, problem)

    def _first_problem(self, username: str, password: str, again: str) -> str | None:
        if not username:
            return "username_missing"
        return None if password == again else "password_differs"

    async def _first_page(self, request: web.Request, username: str, name: str, problem: str | None) -> web.Response:
        token, now = request.match_info["token"], utc_now()
        good, account = await self._database.read(lambda session: accounts.link_account(session, token, now))
        if not good:
            return page(request, "error.html", {"status": 410, "text": staff_texts()["link_gone"]}, status=410)
        values = {
            "fixed_name": account.username if account else None,
            "username": username,
            "name": name,
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "first.html", values, status=400 if problem else 200)

    def _with_cookie(self, request: web.Request, token: str, path: str) -> web.StreamResponse:
        response = see_other(path)
        put_cookie(request, response, SESSION_COOKIE, token, SESSION_HOURS * 3600)
        return response
