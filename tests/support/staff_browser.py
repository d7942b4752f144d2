"""A browser's side of the staff site, without the browser."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from tests.support.house import PASSWORD, House

FORM = re.compile(r'name="csrf" value="([^"]+)"')


class Browser:
    """A browser's side of the staff site: cookies, forms and their tokens."""

    def __init__(self, house: House, http: aiohttp.ClientSession) -> None:
        self.house, self.http = house, http

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(self.house.url + path) as response:
            return response.status, await response.text()

    async def submit(self, page: str, path: str, **fields: str) -> tuple[int, str]:
        """Fill in the form of ``page`` and send it to ``path``."""
        _, body = await self.get(page)
        token = FORM.search(body)
        assert token, body
        async with self.http.post(self.house.url + path, data={"csrf": token[1], **fields}) as response:
            return response.status, await response.text()

    async def send_file(
        self, page: str, path: str, name: str, content: bytes, field: str = "file", **fields: str
    ) -> tuple[int, str]:
        """Choose a file in the form of ``page`` and send it to ``path``."""
        token = FORM.search((await self.get(page))[1])
        assert token
        form = aiohttp.FormData({"csrf": token[1], **fields})
        form.add_field(field, io.BytesIO(content), filename=name, content_type="application/octet-stream")
        async with self.http.post(self.house.url + path, data=form) as response:
            return response.status, await response.text()

    async def sign_in(self, username: str, password: str = PASSWORD) -> tuple[int, str]:
        return await self.submit("/staff/sign-in", "/staff/sign-in", username=username, password=password)


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(house, http)
