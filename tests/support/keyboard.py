"""Somebody who uses only the keyboard, and somebody whose clicks are counted."""

from __future__ import annotations

from playwright.async_api import Page

FURTHEST = 120  # presses of Tab until something is called out of reach
# What a screen reader would call the element that has the focus.
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return '';
  const label = one.labels && one.labels[0] ? one.labels[0].innerText : '';
  return (one.getAttribute('aria-label') || label || one.innerText || '').trim();
}"""


class Keyboard:
    """Tab, Enter and letters; no pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def reach(self, name: str) -> None:
        """Tab on until what has the focus is called so; begins where the page's focus is."""
        for _ in range(FURTHEST):
            await self.page.keyboard.press("Tab")
            found: str = await self.page.evaluate(FOCUSED)
            if found.startswith(name):
                return
        raise AssertionError(f"{name!r} cannot be reached by Tab on {self.page.url}")

    async def press(self, name: str) -> None:
        """Go to a link or button and press Enter; wait for the page that follows."""
        await self.reach(name)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def unfold(self, name: str) -> None:
        """Open what is folded."""
        await self.reach(name)
        await self.page.keyboard.press("Enter")

    async def write(self, name: str, text: str) -> None:
        """Go to a field and write into it."""
        await self.reach(name)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text)


class Clicks:
    """Counts what is clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    async def click(self, role: str, name: str) -> None:
        """Click the first of this role and name."""
        await self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.count += 1

    async def fold_out(self, text: str) -> None:
        """Click what is folded."""
        await self.page.locator("summary", has_text=text).first.click()
        self.count += 1
