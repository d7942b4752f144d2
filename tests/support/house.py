"""The whole program, running: real material, real index, real database, on a free port of this computer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from filelock import FileLock

from bot.answering import CURRENT_FILE, INDEX_FOLDER
from bot.app import Application, Server
from bot.material import Material, knowledge_root, load_material
from bot.settings import Settings
from bot.staff.accounts import Role, add_account, use_link
from bot.store.database import Database
from bot.store.tables import ResidentialGroup, utc_now
from indexer.command import build
from knowledge.encoder import Encoder, load_encoder

PASSWORD = "một câu dài dễ nhớ 7"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder."""
    return load_encoder(None)


@cache
def shipped_material() -> Material:
    """What every house without material of its own teaches, read once a process."""
    return load_material(Settings(_env_file=None))


def material_of(settings: Settings) -> Material:
    """The material of a house, its own: edits taken into use replace what it names."""
    return replace(shipped_material()) if settings.material_dir is None else load_material(settings)


@pytest.fixture(scope="session")
def shipped_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, worker_id: str) -> Path:
    """The index of the shipped material, built once for all parallel workers."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "shipped-index"
    with FileLock(str(shared) + ".lock"):
        if not (shared / "000001").exists():
            build(knowledge_root(Settings(_env_file=None)), shared, (), encoder)
    return shared / "000001"


def use_index(data_dir: Path, index: Path) -> None:
    """Make a data folder answer from this index."""
    (data_dir / INDEX_FOLDER).mkdir(parents=True, exist_ok=True)
    (data_dir / INDEX_FOLDER / CURRENT_FILE).write_text(str(index), encoding="utf-8")


@dataclass
class House:
    """A running server and what a test needs to look behind it."""

    url: str
    application: Application
    settings: Settings

    @property
    def database(self) -> Database:
        """Its database."""
        return self.application.database

    def group(self, ward: str, name: str, adults: int | None = None) -> str:
        """Add a residential group; its join code."""
        code = f"{ward[:3]}{abs(hash(name)) % 10_000}"

        def unit(session: Any) -> None:
            session.add(ResidentialGroup(ward_code=ward, name=name, adults=adults, join_code=code))

        self.database.write_now(unit)
        return code

    def staff(
        self, username: str, roles: dict[str, Role], group: int | None = None, *, reads_city: bool = False
    ) -> None:
        """Add a staff account with PASSWORD; ``group`` is that of roles of one group."""

        def unit(session: Any) -> None:
            token = add_account(session, username, username.title(), roles, group, reads_city=reads_city)
            session.flush()
            use_link(session, token, username, "", PASSWORD, utc_now())

        self.database.write_now(unit)


class ChatClient:
    """A browser's side of the web chat, without the browser."""

    def __init__(self, house: House, http: aiohttp.ClientSession) -> None:
        self.house = house
        self.http = http
        self.session = ""

    async def post(self, **body: Any) -> aiohttp.ClientResponse:
        """POST /api/chat."""
        return await self.http.post(f"{self.house.url}/api/chat", json={"session": self.session, **body})

    async def say(self, text: str = "", **body: Any) -> list[dict[str, Any]]:
        """Send and return the replies."""
        async with await self.post(text=text, **body) as response:
            answer = await response.json()
            assert response.status == 200, answer
        self.session = answer["session"]
        replies: list[dict[str, Any]] = answer["replies"]
        return replies

    async def tap(self, replies: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
        """Tap the button whose label begins so."""
        buttons = [button for reply in replies for button in reply["buttons"]]
        for button in buttons:
            if button["label"].startswith(label):
                return await self.say(button["label"], payload=button["payload"])
        raise AssertionError(f"no button {label!r} among {[button['label'] for button in buttons]}")


def text_of(replies: list[dict[str, Any]]) -> str:
    """Everything the replies say."""
    return "\n".join(reply["text"] for reply in replies)


StartHouse = Callable[..., Awaitable[House]]


@asynccontextmanager
async def houses(folder: Path, shipped_index: Path, encoder: Encoder) -> AsyncIterator[StartHouse]:
    """What starts a server on a database, its data in ``folder``; all are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def start(database_url: str, **given: Any) -> House:
            data_dir = folder / "data"
            use_index(data_dir, shipped_index)
            settings = Settings(_env_file=None, data_dir=data_dir, database_url=database_url, port=0, **given)
            database = Database(database_url)
            stack.callback(database.close)
            application = Application(settings, database, material_of(settings), encoder)
            server = Server(application)
            port = await server.start()
            stack.push_async_callback(server.stop)
            return House(f"http://127.0.0.1:{port}", application, settings)

        yield start


@pytest_asyncio.fixture
async def start_house(tmp_path: Path, shipped_index: Path, encoder: Encoder) -> AsyncIterator[StartHouse]:
    """Start a server on a database; further settings by name."""
    async with houses(tmp_path, shipped_index, encoder) as start:
        yield start


@pytest_asyncio.fixture
async def house(start_house: StartHouse, sqlite_database_url: str) -> House:
    """A server on SQLite."""
    return await start_house(sqlite_database_url)


@pytest_asyncio.fixture
async def chat(house: House) -> AsyncIterator[ChatClient]:
    """Somebody who opens the web chat."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield ChatClient(house, http)
