"""Taking edits of the material into use: the lessons at once, the answers when a new index is built."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bot.editing import usable
from bot.material import Material, knowledge_root, load_material
from bot.settings import ENVIRONMENT_PREFIX, Settings
from bot.store.database import Database
from bot.store.material_edits import edits
from bot.store.tables import utc_now
from knowledge.facts import MaterialError

log = logging.getLogger(__name__)

State = tuple[int, ...]
# What decides which material a child process reads and where its index goes.
PASSED_ON = ("data_dir", "database_url", "material_dir", "embedding_model")


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment in which a child process reads the same material and database."""
    given = {
        f"{ENVIRONMENT_PREFIX}{name.upper()}": str(value)
        for name in PASSED_ON
        if (value := getattr(settings, name)) is not None
    }
    return {**os.environ, **given}


class EditWatch:
    """Looks for edits that have come into force or were withdrawn, here or through another replica."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        apply: Callable[[Material], None],
        index_is_current: Callable[[Path], bool],
    ) -> None:
        """``apply`` takes a newer catalogue; ``index_is_current`` is asked about the knowledge folder."""
        self._settings = settings
        self._database = database
        self._apply = apply
        self._index_is_current = index_is_current
        self._state: State = ()

    async def look(self) -> None:
        """Take what has changed since the last look."""
        now = utc_now()
        everything = await self._database.read(edits)
        state = tuple(edit.number for edit in everything if edit.in_force(now))
        if state == self._state:
            return
        self._state = state
        try:
            edited = await asyncio.to_thread(usable, self._settings, everything, now)
            self._apply(await asyncio.to_thread(load_material, edited))
        except (OSError, MaterialError):
            log.exception("the edits of the material could not be taken into use; what was taught stays")
            return
        log.info("%d edits of the material are in force", len(state))
        if not await asyncio.to_thread(self._index_is_current, knowledge_root(edited)):
            await self._build_index()

    async def _build_index(self) -> None:
        """In a child process of low priority; the server takes the result when its pointer changes."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "index", "build", "--gently"),
            env=child_environment(self._settings),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await child.communicate()
        except asyncio.CancelledError:
            child.kill()
            await child.wait()
            raise
        if child.returncode != 0:
            log.error("the index of the edited material could not be built: %s", said.decode("utf-8", "replace")[-500:])
