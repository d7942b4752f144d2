"""Lessons as printable handouts: A5, for who teaches a neighbour and for who would rather have paper."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from pathlib import Path

from aiohttp import web

from bot.conversation.buttons import in_sentence
from bot.conversation.pictures import HANDOUTS
from bot.material import Material, courses_folder
from bot.settings import Settings
from knowledge.wards import load_wards
from lessons.models import Lesson

log = logging.getLogger(__name__)

# [ward/]lesson: what bot.conversation.pictures.handout_path writes.
_PATH = re.compile(re.escape(HANDOUTS) + r"(?:(?P<ward>[a-z0-9-]{1,64})/)?(?P<lesson>[a-z0-9-]{1,64})\.pdf")
FILE_NAME = "bai-{lesson}.pdf"
CACHE = "public, max-age=3600"


class HandoutPapers:
    """Handouts of the lessons as they are taught now, each drawn once: some 100 KB, 54 lessons a ward."""

    prefix = HANDOUTS

    def __init__(self, settings: Settings, material: Material, folder: Path) -> None:
        self._settings = settings
        self._material = material
        self._folder = folder

    def file(self, path: str) -> Path | None:
        """The handout at a path such as ``/to-in/hung-dao/vneid-la-gi.pdf``; None when there is no such lesson."""
        found = _PATH.fullmatch(path)
        lesson = None if found is None else self._material.catalogue.lesson(found["lesson"])
        if found is None or lesson is None:
            return None
        ward = load_wards().get(found["ward"])
        if found["ward"] and ward is None:
            return None
        return self._drawn(lesson, "" if ward is None else in_sentence(ward.successor or ward.name))

    def _drawn(self, lesson: Lesson, ward: str) -> Path | None:
        address = f"{self._settings.public_url}/" if self._settings.public_url else ""
        key = hashlib.sha256("\0".join((lesson.version, ward, address)).encode()).hexdigest()[:16]
        kept = self._folder / key / FILE_NAME.format(lesson=lesson.id)
        if kept.is_file():
            return kept
        from lessons.handout import HandoutSetting, handout_pdf  # 5 MB that most hours do without

        course = self._material.catalogue.course(lesson.course_id)
        setting = HandoutSetting(course.title if course else "", ward, address)
        try:
            body = handout_pdf(lesson, courses_folder(self._settings), setting)
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_suffix(".new")
            fresh.write_bytes(body)
            fresh.replace(kept)
        except (OSError, ValueError):
            log.exception("the handout of %s could not be drawn", lesson.id)
            return None
        return kept

    def routes(self) -> list[web.RouteDef]:
        """The address of every handout."""
        return [web.get(f"{HANDOUTS}{{path:.+}}", self._handout)]

    async def _handout(self, request: web.Request) -> web.FileResponse:
        file = await asyncio.to_thread(self.file, request.path)
        if file is None:
            raise web.HTTPNotFound
        disposition = f'inline; filename="{file.name}"'
        return web.FileResponse(file, headers={"Cache-Control": CACHE, "Content-Disposition": disposition})
