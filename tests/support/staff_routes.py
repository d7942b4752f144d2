"""Every address of the staff site as a request, signed in as anybody, for tests that go through all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from sqlmodel import select

from bot.staff.access import SESSION_COOKIE, StaffRoute
from bot.staff.accounts import Role, add_account, hashed
from bot.staff.sessions import start_session
from bot.store.tables import StaffAccount, StaffSession, utc_now
from tests.support.house import House


def filled(route: StaffRoute, ward: str, number: str = "1") -> str:
    """A route's address with something in each place."""
    path = route.path.replace("{ward}", ward).replace("{token}", "x")
    path = re.sub(r"\{\w+:([\w-]+)\|[^}]+\}", r"\1", path)  # one of several words
    return "/staff" + re.sub(r"\{\w+(:[^}]+)?\}", number, path)


def ward_routes(house: House) -> Iterator[StaffRoute]:
    """The routes that name a ward."""
    return (route for route in house.application.staff_site.routes() if "{ward}" in route.path)


class As:
    """A signed-in browser without the sign-in."""

    def __init__(self, house: House, token: str, http: aiohttp.ClientSession) -> None:
        self._house, self._token, self._http = house, token, http

    async def ask(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> tuple[int, str]:
        """Ask as this account, with the form's token; the status and what was said."""
        row = self._house.database.read_now(lambda session: session.get(StaffSession, hashed(self._token)))
        form = None if method == "GET" else {"csrf": row.csrf if row else "", **(fields or {})}
        async with self._http.request(
            method,
            self._house.url + path,
            data=form,
            headers={"Cookie": f"{SESSION_COOKIE}={self._token}"},
            allow_redirects=False,
        ) as response:
            return response.status, (await response.read()).decode("utf-8", "replace")


def make_account(house: House, username: str, role: Role, ward: str, group: int | None = None) -> str:
    """An account with a session; the session's token."""

    def unit(session):
        if role is Role.CITY_READER:
            add_account(session, username, username, {}, reads_city=True)
        else:
            add_account(session, username, username, {ward: role}, group)
        session.flush()
        account = session.exec(select(StaffAccount).where(StaffAccount.username == username)).one()
        return start_session(session, account.id, utc_now())

    token: str = house.database.write_now(unit)
    return token


@asynccontextmanager
async def signed_in_as(house: House, username: str, role: Role, ward: str, group: int | None = None):
    """A browser of a new account."""
    token = make_account(house, username, role, ward, group)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield As(house, token, http)
