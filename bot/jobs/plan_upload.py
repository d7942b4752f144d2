"""A ward's plan document: kept, read by a child process, its progress and what it says written down."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from bot.answering import UPLOADS_FOLDER
from bot.jobs.material import child_environment
from bot.settings import Settings
from bot.store.database import Database
from bot.store.tables import WardPlan, utc_now

log = logging.getLogger(__name__)

ARRIVED_FOLDER = "arrived"  # below the uploads: documents as they were sent, one a ward
LIMIT_SECONDS = 20 * 60  # a scan of fifty pages takes five minutes on a slow PC
NOTED_EVERY = 0.5  # seconds between two notes of progress
NAME_LIMIT = 80
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


class PlanUploads:
    """Reads one document at a time; a later one waits. ``stop`` ends what is under way: it is to be sent again."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._one = asyncio.Semaphore(1)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def interrupted(self) -> None:
        """Say of documents that an earlier run of this program was reading that they have to be sent again."""
        working = col(WardPlan.status) == "working"
        values = {"status": "failed", "message": "plan_interrupted"}
        await self._database.write(lambda session: session.execute(update(WardPlan).where(working).values(**values)))

    async def begin(self, ward_code: str, file_name: str, content: bytes, by: str) -> None:
        """Keep a document and read it; one of the same ward under way is given up."""
        if running := self._tasks.pop(ward_code, None):
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        file = await asyncio.to_thread(self._kept, ward_code, file_name, content)

        def unit(session: Session) -> None:
            session.merge(WardPlan(ward_code=ward_code, file_name=file.name, uploaded_by=by, uploaded_at=utc_now()))

        await self._database.write(unit)
        self._tasks[ward_code] = asyncio.create_task(self._read(ward_code, file), name=f"plan-{ward_code}")

    async def stop(self) -> None:
        """End the child processes."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _kept(self, ward_code: str, file_name: str, content: bytes) -> Path:
        folder = self._settings.data_dir / UPLOADS_FOLDER / ARRIVED_FOLDER / ward_code
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stem, dot, ending = _NOT_IN_NAMES.sub(" ", file_name).strip(" .").rpartition(".")
        file = folder / f"{(stem or 'ke-hoach')[:NAME_LIMIT]}{dot}{ending[:8]}"
        file.write_bytes(content)
        return file

    async def _read(self, ward_code: str, file: Path) -> None:
        async with self._one:
            kept = await asyncio.to_thread(_plan_of, self._settings.data_dir, ward_code)
            refused = await self._run(ward_code, file)
            if refused is not None:
                await asyncio.to_thread(_put_back, self._settings.data_dir, ward_code, kept)
            await self._note(ward_code, status="ready" if refused is None else "failed", message=refused or "")

    async def _run(self, ward_code: str, file: Path) -> str | None:
        """None when the document is in use, else what staff should do: a sentence, or the key of one."""
        command = ("-m", "bot", "index", "add", str(file), "--ward", ward_code, "--for-server")
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env=child_environment(self._settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                refused = await self._follow(ward_code, child)
                await child.wait()
        except TimeoutError:
            log.error("reading the plan of %s took too long", ward_code)
            return "plan_too_slow"
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode == 0:
            return None
        log.error("the plan of %s could not be read", ward_code)
        return refused or "plan_failed"

    async def _follow(self, ward_code: str, child: asyncio.subprocess.Process) -> str | None:
        assert child.stdout is not None
        refused, stage, noted = None, "", 0.0
        async for line in child.stdout:
            told = _json(line)
            refused = told.get("refused", refused)
            if "found" in told:
                await self._note(ward_code, found=told["found"])
            elif "stage" in told and (told["stage"] != stage or time.monotonic() > noted + NOTED_EVERY):
                stage, noted = told["stage"], time.monotonic()
                await self._note(ward_code, stage=stage[:24], done=told["done"], total=told["total"])
        return refused

    async def _note(self, ward_code: str, **values: Any) -> None:
        this = col(WardPlan.ward_code) == ward_code
        await self._database.write(lambda session: session.execute(update(WardPlan).where(this).values(**values)))


def _json(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _plan_of(data_dir: Path, ward_code: str) -> bytes | None:
    file = data_dir / UPLOADS_FOLDER / f"{ward_code}.md"
    return file.read_bytes() if file.is_file() else None


def _put_back(data_dir: Path, ward_code: str, kept: bytes | None) -> None:
    """The plan that was in use before one that could not be."""
    file = data_dir / UPLOADS_FOLDER / f"{ward_code}.md"
    if kept is None:
        file.unlink(missing_ok=True)
    else:
        file.write_bytes(kept)
