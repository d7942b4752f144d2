"""Signing in and out, and the one-time link that sets a password."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlalchemy.exc import IntegrityError

from bot.staff import accounts
from bot.staff.access import ACCOUNT, ANY_ACCOUNT, PUBLIC, SESSION_COOKIE, StaffRoute
from bot.staff.context import Context, audit, form_of, page, see_other, staff_texts
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
        StaffRoute("POST", "/sign-out", pages.sign_out, ANY_ACCOUNT),
        StaffRoute("GET", "/first/{token}", pages.first_form, PUBLIC),
        StaffRoute("POST", "/first/{token}", pages.first, PUBLIC),
    ]


class SignInPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        # Argon2 takes memory on purpose: two at a time are enough for a ward and cannot exhaust its PC.
        self._hashing = asyncio.Semaphore(2)

    async def home(self, request: web.Request) -> web.Response:
        """The wards of the account; with one ward, straight to it."""
        account = request[ACCOUNT]
        codes = [one.ward_code for one in account.memberships]
        if len(codes) == 1:
            raise web.HTTPSeeOther(f"/staff/w/{codes[0]}/")
        found = await self._database.read(lambda session: [session.get_one(Ward, code) for code in codes])
        wards = sorted(found, key=lambda ward: natural_key(ward.name))
        administers = any(one.role is accounts.Role.ADMINISTRATOR for one in account.memberships)
        return page(request, "wards.html", {"wards": wards, "administers_any": administers})

    async def form(self, request: web.Request) -> web.Response:
        """The sign-in form."""
        return page(request, "sign_in.html", {"username": ""})

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Check name and password; slow down guessing."""
        form = await form_of(request)
        username, password = form.get("username", "")[:NAME_LIMIT], form.get("password", "")
        now = utc_now()
        if await self._database.read(lambda session: accounts.throttled(session, username, now)):
            problem = staff_texts()["sign_in_throttled"]
            return page(request, "sign_in.html", {"username": username, "problem": problem}, status=429)
        staff_id, stored = await self._database.read(lambda session: accounts.password_hash_of(session, username))
        async with self._hashing:
            matches = await asyncio.to_thread(accounts.verify, stored, password)
        if staff_id is None or not matches:
            await self._database.write(lambda session: accounts.note_failure(session, username, now))
            problem = staff_texts()["sign_in_wrong"]
            return page(request, "sign_in.html", {"username": username, "problem": problem}, status=401)
        token = await self._database.write(lambda session: accounts.start_session(session, staff_id, now))
        await self._database.write(lambda session: audit(session, request, "sign_in", str(staff_id)))
        return self._signed_in(request, token)

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """End this browser's session."""
        token = request.cookies.get(SESSION_COOKIE, "")
        await self._database.write(lambda session: accounts.end_session(session, token))
        response = see_other("/staff/sign-in?done=signed_out")
        response.del_cookie(SESSION_COOKIE, path="/staff/")
        return response

    async def first_form(self, request: web.Request) -> web.Response:
        """The form behind a one-time link."""
        return await self._first_page(request, "", "", None)

    async def first(self, request: web.Request) -> web.StreamResponse:
        """Set the password of a one-time link."""
        form = await form_of(request)
        token, now = request.match_info["token"], utc_now()
        username, name = form.get("username", "")[:NAME_LIMIT], form.get("name", "")[:NAME_LIMIT]
        password = form.get("password", "")
        problem = self._first_problem(form, username)
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
                    return self._signed_in(request, made)
        return await self._first_page(request, username, name, problem)

    def _first_problem(self, form: dict[str, str], username: str) -> str | None:
        if not username:
            return "username_missing"
        return None if form.get("password") == form.get("again") else "password_differs"

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

    def _signed_in(self, request: web.Request, token: str) -> web.StreamResponse:
        response = see_other("/staff/")
        response.set_cookie(
            SESSION_COOKIE,
            token,
            max_age=accounts.SESSION_HOURS * 3600,
            httponly=True,
            samesite="Strict",
            secure=request.secure or (self._context.settings.public_url or "").startswith("https://"),
            path="/staff/",
        )
        return response
