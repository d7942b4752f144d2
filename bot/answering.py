"""The answerer a running server uses: the newest good index, and the wards' own answers over it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from bot.store.database import Database
from bot.store.staff_answers import active_answers, as_staff_answer
from knowledge.answer import Answerer
from knowledge.answer_types import Answer, OverrideSource, StaffAnswer
from knowledge.encoder import Encoder
from knowledge.index import (
    FORMAT_VERSION,
    IndexBrokenError,
    IndexMissingError,
    IndexModelMismatchError,
    load_index,
    read_manifest,
)
from knowledge.material_files import fingerprint, material_hashes

log = logging.getLogger(__name__)

INDEX_FOLDER = "indexes"
CURRENT_FILE = "current"
BUILD_LOCK = "build.lock"
ANY_QUESTION = "làm căn cước ở đâu"  # goes through all that finds an answer
UPLOADS_FOLDER = "plans"
INDEX_ERRORS = (IndexMissingError, IndexBrokenError, IndexModelMismatchError)


def current_index(data_dir: Path) -> Path | None:
    """The folder of the index in use, as the pointer file names it; None when none was built."""
    pointer = data_dir / INDEX_FOLDER / CURRENT_FILE
    if not pointer.is_file():
        return None
    return pointer.parent / pointer.read_text(encoding="utf-8").strip()


def point_to(data_dir: Path, folder: Path) -> None:
    """Make a built index the one in use; readers see the old or the new name, never half of one."""
    pointer = data_dir / INDEX_FOLDER / CURRENT_FILE
    fresh = pointer.with_name(CURRENT_FILE + ".new")
    fresh.write_text(folder.name, encoding="utf-8")
    fresh.replace(pointer)


def uploaded_plans(data_dir: Path) -> list[Path]:
    """The plan documents a ward added itself (bdhvs index add)."""
    return sorted((data_dir / UPLOADS_FOLDER).glob("*.md"))


def is_current(folder: Path, material: Path, data_dir: Path, encoder: Encoder) -> bool:
    """Whether an index was made from the material as it is now, with this encoder."""
    try:
        manifest = read_manifest(folder)
    except INDEX_ERRORS:
        return False
    now = fingerprint(material_hashes(material, uploaded_plans(data_dir)), FORMAT_VERSION)
    return manifest.material_fingerprint == now and manifest.model_fingerprint == encoder.fingerprint


class StoredStaffAnswers:
    """Staff answers from the database, kept in memory; ``refresh`` after a change and now and then."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answers: dict[str | None, tuple[StaffAnswer, ...]] = {}

    def refresh(self) -> None:
        """Read them again; a ward whose answers are as before keeps what was read from them."""
        fresh: dict[str | None, list[StaffAnswer]] = {}
        for row in self._database.read_now(active_answers):
            answer = as_staff_answer(row)
            fresh.setdefault(row.ward_code, []).append(answer)
            if row.for_no_ward:
                fresh.setdefault(None, []).append(answer)
        self._answers = {
            ward: kept if (kept := self._answers.get(ward)) == tuple(answers) else tuple(answers)
            for ward, answers in fresh.items()
        }

    def staff_answers(self, ward: str | None) -> Sequence[StaffAnswer]:
        """The answers of a ward; who has no ward gets those that staff meant for them."""
        return self._answers.get(ward, ())


class LiveAnswerer:
    """Answers from the current index; ``reload`` takes a newer one and keeps the old when that is broken."""

    def __init__(self, data_dir: Path, encoder: Encoder, overrides: OverrideSource) -> None:
        self._data_dir = data_dir
        self._encoder = encoder
        self._overrides = overrides
        self._lock = threading.Lock()
        self._refused: Path | None = None
        folder = current_index(data_dir)
        self._folder = folder
        self._answerer = Answerer(load_index(folder or data_dir / INDEX_FOLDER / "none"), encoder)

    @property
    def folder(self) -> Path | None:
        """Where the index in use lies."""
        return self._folder

    def warm_up(self) -> None:
        """Load what only a question needs, a third of a second's work, so that the first resident does not wait."""
        self.answer(ANY_QUESTION)

    def reload(self) -> bool:
        """Take the index the pointer names when it is another one; True when it changed."""
        with self._lock:
            folder = current_index(self._data_dir)
            if folder is None or folder in (self._folder, self._refused):
                return False
            try:
                fresh = Answerer(load_index(folder), self._encoder)
            except INDEX_ERRORS:
                log.exception("the new index is refused; the old one stays in use")
                self._refused = folder
                return False
            self._answerer, self._folder = fresh, folder
            return True

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        """As knowledge.answer.Answerer, with the wards' own answers."""
        return self._answerer.answer(question, ward, previous, overrides or self._overrides)
