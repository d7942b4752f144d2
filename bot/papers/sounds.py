"""Cards read aloud: an address names a card of a version of a lesson that somebody began, never a text."""

from __future__ import annotations

import asyncio
import logging
import re
import shlex
from pathlib import Path

from aiohttp import web

from bot.conversation.pictures import SOUNDS
from bot.settings import Settings
from bot.store.database import Database
from bot.store.repositories import bind
from lessons.easy_reading import pieces
from lessons.models import Lesson
from lessons.speech import MEDIA_TYPE, CommandSpeech, EspeakSpeech, SpeechError, audio_file

log = logging.getLogger(__name__)

# lesson / version / card, and in easy reading the piece of it: what bot.conversation.pictures.sound_path writes.
_PATH = re.compile(
    re.escape(SOUNDS)
    + r"(?P<lesson>[a-z0-9-]{1,64})/(?P<version>[a-z0-9]{1,64})/(?P<step>\d{1,2})(-(?P<part>\d{1,2}))?\.mp3"
)
# The same address always says the same: the version is part of it.
FOREVER = "public, max-age=31536000, immutable"


def voice(settings: Settings) -> CommandSpeech | None:
    """The voice the settings name; None when reading aloud is switched off."""
    if settings.speech_command:
        return CommandSpeech(shlex.split(settings.speech_command), f"command-{settings.speech_command}")
    return EspeakSpeech(settings.speech_voice) if settings.speech_voice else None


class CardSounds:
    """Reads cards of kept lessons, once each: a card is about 60 KB, all that is shipped 20 MB a voice."""

    prefix = SOUNDS

    def __init__(self, database: Database, speech: CommandSpeech | None, folder: Path) -> None:
        self._database = database
        self._speech = speech
        self._folder = folder

    def file(self, path: str) -> Path | None:
        """The sound at a path; None when there is no such card or no voice."""
        found = _PATH.fullmatch(path)
        if found is None or self._speech is None:
            return None
        lesson = self._database.read_now(lambda session: bind(session).lessons.get(found["lesson"], found["version"]))
        text = None if lesson is None else _said(lesson, int(found["step"]), found["part"])
        if text is None:
            return None
        try:
            return audio_file(self._speech, text, self._folder)
        except (SpeechError, OSError) as error:
            log.error("a card could not be read aloud: %s", error)
            return None

    def routes(self) -> list[web.RouteDef]:
        """The address of every sound."""
        return [web.get(f"{SOUNDS}{{path:.+}}", self._sound)]

    async def _sound(self, request: web.Request) -> web.FileResponse:
        file = await asyncio.to_thread(self.file, request.path)
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file, headers={"Cache-Control": FOREVER, "Content-Type": MEDIA_TYPE})


def _said(lesson: Lesson, step: int, part: str | None) -> str | None:
    """The text of a card, or of the task after the last card, or of a piece of one."""
    texts = [*(card.text for card in lesson.cards), lesson.practice]
    whole = texts[step] if step < len(texts) else None
    if whole is None or part is None:
        return whole
    parts = pieces(whole)
    return parts[int(part)] if int(part) < len(parts) else None
