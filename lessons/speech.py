"""Reading a card aloud: an interface for voices, and the offline one of espeak-ng.

The audio is MP3, which every phone plays, about 4 KB a second.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from knowledge.facts import load_yaml

READINGS_FILE = Path(__file__).with_name("speech.yaml")
MEDIA_TYPE = "audio/mpeg"
SUFFIX = ".mp3"
PROGRAM = "espeak-ng"
# espeak-ng's own 175 is too fast for a learner of 65 who presses along.
WORDS_PER_MINUTE = 135
INSTALL = (
    "Debian: sudo apt-get install -y espeak-ng. Windows: winget install eSpeak-NG.eSpeak-NG, then open a new window."
)
TEXT_LIMIT = 2000  # characters: about three minutes; a card has 320, an answer 700
SECONDS_ALLOWED = 30.0  # a card takes 0.1 s; what takes longer is stuck
COMPRESSION = 0.9  # 0 to 1 of the MP3 encoder: about 30 kbit/s, still clear speech

_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_DIGITS = re.compile(r"\b(?:0[\d ]{6,}|1[89]00[\d ]{3,})\d\b")  # a telephone number is said digit by digit
_DOMAIN = re.compile(r"(?<=\w)\.(?=[a-z]{2,}\b)")


class SpeechError(RuntimeError):
    """A text could not be read aloud; the message says what to do."""


class Speech(Protocol):
    """A voice. ``name`` tells voices and their settings apart: audio is kept under it."""

    name: str

    def say(self, text: str) -> bytes:
        """The text as MP3. Raises SpeechError."""
        ...


class CommandSpeech:
    """A voice that is a program: it takes the text on standard input and writes WAV to standard output.

    ``name`` tells it apart from other voices; ``install`` says how to get it where it is missing.
    """

    def __init__(self, command: Sequence[str], name: str, install: str = "Check the name of the program.") -> None:
        self._command = tuple(command)
        self._install = install
        self.name = name

    @property
    def missing(self) -> str | None:
        """What to do to get the program; None when it is installed."""
        if shutil.which(self._command[0]) is not None:
            return None
        return f"{self._command[0]} is not installed, so nothing can be read aloud. {self._install}"

    def say(self, text: str) -> bytes:
        """As Speech."""
        if self.missing is not None:
            raise SpeechError(self.missing)
        program = shutil.which(self._command[0]) or self._command[0]
        try:
            done = subprocess.run(  # noqa: S603 - the program the operator chose; the text goes in as data
                [program, *self._command[1:]],
                input=spoken(text).encode("utf-8"),
                capture_output=True,
                timeout=SECONDS_ALLOWED,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SpeechError(f"{self._command[0]} did not answer: {error}") from error
        if done.returncode != 0 or not done.stdout:
            said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
            raise SpeechError(f"{self._command[0]} could not read the text: {said}")
        return _mp3(done.stdout)


class EspeakSpeech(CommandSpeech):
    """The offline voice of espeak-ng, a program of the system (Debian's package of the same name).

    ``voice`` is one that ``espeak-ng --voices=vi`` lists: vi, vi-vn-x-central, vi-vn-x-south.
    """

    def __init__(
        self,
        voice: str = "vi",
        words_per_minute: int = WORDS_PER_MINUTE,
        command: Sequence[str] = (PROGRAM,),
    ) -> None:
        options = ["-v", voice, "-s", str(words_per_minute), "-b", "1", "--stdin", "--stdout"]
        super().__init__([*command, *options], f"espeak-{voice}-{words_per_minute}", INSTALL)


def audio_file(speech: Speech, text: str, folder: Path) -> Path:
    """The MP3 of a text, made once: ``folder`` keeps it under a name made of voice and text. Raises SpeechError."""
    key = hashlib.sha256(f"{speech.name}\n{spoken(text)}".encode()).hexdigest()[:24]
    found = folder / f"{key}{SUFFIX}"
    if not found.is_file():
        data = speech.say(text)
        folder.mkdir(parents=True, exist_ok=True)
        # Written aside and moved: two residents may ask for the same card at once.
        handle, aside = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(aside).replace(found)
        finally:
            Path(aside).unlink(missing_ok=True)
    return found


def spoken(text: str) -> str:
    """The text as it is said: names by their sound, dates and telephone numbers as people say them.

    Longer than TEXT_LIMIT is cut.
    """
    said = _names().sub(lambda found: _readings()[found.group()], text[:TEXT_LIMIT])
    said = _DATE.sub(lambda found: f"{int(found[1])} tháng {int(found[2])} năm {found[3]}", said)
    said = _DIGITS.sub(lambda found: " ".join(found.group().replace(" ", "")), said)
    return _DOMAIN.sub(" chấm ", said)


@cache
def _readings() -> dict[str, str]:
    loaded: dict[str, str] = load_yaml(READINGS_FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def _names() -> re.Pattern[str]:
    """All names, the longest first, as whole words."""
    names = sorted(_readings(), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![\w]){re.escape(n)}(?![\w])" if n[0] != "." else re.escape(n) for n in names))


def _mp3(wav: bytes) -> bytes:
    import soundfile  # 120 ms and libsndfile, which only who listens needs

    out = io.BytesIO()
    try:
        samples, rate = soundfile.read(io.BytesIO(wav), dtype="int16")
        soundfile.write(out, samples, rate, format="MP3", compression_level=COMPRESSION)
    except soundfile.LibsndfileError as error:
        raise SpeechError(f"the audio could not be packed as MP3: {error}") from error
    return out.getvalue()
