"""A real Chromium for the tests: Debian's, driven by Playwright, talking to this machine only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.support import needs

# No sandbox, because the tests may run as root in a container; the rest keeps it from calling home.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Each window would load two hidden pages of the address bar's list, which take longer than most of ours.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
PHONE = {"width": 360, "height": 740}  # the narrowest phone the pages are made for
STEP_LIMIT_MS = 15_000  # for one click or one wait: a loaded two-core machine is slow, a broken page never ends


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this process: a test opens a context of its own, which shares nothing with another's."""
    needs.require("browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=needs.chromium_path(), args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page of the size of a small phone; a script error or a resource refused by the policy fails the test."""
    context = await chromium.new_context(viewport=PHONE, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")  # type: ignore[arg-type]
    context.set_default_timeout(STEP_LIMIT_MS)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    await context.close()
    assert not errors, errors


__all__ = ["ARGUMENTS", "PHONE", "chromium", "page"]
