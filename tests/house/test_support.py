"""The fixtures themselves: a test database is one's own, and the browser runs scripts."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from playwright.async_api import Page


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))


@pytest.mark.postgres
def test_database_holds_vietnamese_and_starts_empty(postgres_url: str) -> None:
    with _connect(postgres_url) as connection:
        assert connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
        assert connection.execute("select upper('tổ dân phố đ')").fetchone() is not None
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)


@pytest.mark.postgres
def test_copies_of_a_template_do_not_share_rows(postgres_copy: Callable[..., str]) -> None:
    def prepare(url: str) -> None:
        with _connect(url) as connection:
            connection.execute("create table ward (code text)")

    first, second = postgres_copy("house", prepare), postgres_copy("house", prepare)
    with _connect(first) as connection:
        connection.execute("insert into ward values ('tu-ky')")
    with _connect(second) as connection:
        assert connection.execute("select count(*) from ward").fetchone() == (0,)


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_browser_draws_vietnamese_on_a_phone(page: Page) -> None:
    await page.set_content("<p id=p></p><script>p.textContent = 'Tổ dân phố ' + innerWidth</script>")
    assert await page.text_content("#p") == "Tổ dân phố 360"
