"""Every address of the staff site as a request, signed in as anybody, for tests that go through all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.staff.access import SESSION_COOKIE, StaffRoute
from bot.staff.accounts import Role, account_named, add_account, hashed
from bot.staff.sessions import start_session
from bot.store.tables import StaffSession, utc_now
from tests.support.house import House


def pieces(path: str) -> Iterator[tuple[str, str]]:
    """A route's path in pieces: (text, "") or ("", what a place takes); braces may stand in what it takes."""
    depth, begin = 0, 0
    for at, letter in enumerate(path):
        if letter == "{":
            depth += 1
            if depth == 1:
                yield path[begin:at], ""
                begin = at + 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                name, _, pattern = path[begin:at].partition(":")
                yield name, pattern or "[^/]+"
                begin = at + 1
    yield path[begin:], ""


def filled(route: StaffRoute, ward: str, number: str = "1") -> str:
    """A route's address with something in each place that fits it."""
    out = "/staff"
    for text, pattern in pieces(route.path):
        first = {"ward": ward, "token": "x"}.get(text, number)
        fitting = [first, number, "2026", *re.findall(r"[\w-]+", pattern)]
        out += next(one for one in fitting if re.fullmatch(pattern, one)) if pattern else text
    return out


def canonical(route: StaffRoute) -> str:
    """A route's address as aiohttp shows it: places by name."""
    return "/staff" + "".join(f"{{{text}}}" if pattern else text for text, pattern in pieces(route.path))


def ward_routes(house: House) -> Iterator[StaffRoute]:
    """The routes that name a ward."""
    return (route for route in house.application.staff_site.routes() if "{ward}" in route.path)


class As:
    """A signed-in browser without the sign-in."""

    def __init__(self, house: House, token: str, http: aiohttp.ClientSession) -> None:
        self._house, self._token, self._http = house, token, http

    def open(self, method: str, path: str, form: object = None) -> Any:
        """The response, as a context."""
        return self._http.request(
            method,
            self._house.url + path,
            data=form,
            headers={"Cookie": f"{SESSION_COOKIE}={self._token}"},
            allow_redirects=False,
        )

    async def ask(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> tuple[int, str]:
        """Ask as this account, with the form's token; the status and what was said."""
        form = {"csrf": self._csrf(), **(fields or {})} if method == "POST" else None
        async with self.open(method, path, form) as response:
            return response.status, (await response.read()).decode("utf-8", "replace")

    async def send(self, path: str, name: str, content: bytes) -> tuple[int, str]:
        """Send a file in the field ``file``."""
        form = aiohttp.FormData({"csrf": self._csrf()})
        form.add_field("file", content, filename=name, content_type="application/octet-stream")
        async with self.open("POST", path, form) as response:
            return response.status, (await response.read()).decode("utf-8", "replace")

    def _csrf(self) -> str:
        row = self._house.database.read_now(lambda session: session.get(StaffSession, hashed(self._token)))
        return row.csrf if row else ""


def make_account(house: House, username: str, role: Role, ward: str, group: int | None = None) -> str:
    """An account with a session; the session's token."""

    def unit(session):
        if role is Role.CITY_READER:
            add_account(session, username, username, {}, reads_city=True)
        else:
            add_account(session, username, username, {ward: role}, group)
        session.flush()
        account = account_named(session, username)
        return start_session(session, account.id, utc_now())

    token: str = house.database.write_now(unit)
    return token


@asynccontextmanager
async def signed_in_as(house: House, username: str, role: Role, ward: str, group: int | None = None):
    """A browser of a new account."""
    token = make_account(house, username, role, ward, group)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield As(house, token, http)
