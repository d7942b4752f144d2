"""The real answerer over part of the shipped material, and a note of what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from filelock import FileLock

from indexer.build import read_material_passages, write_whole
from knowledge.answer import Answerer
from knowledge.answer_types import Answer, OverrideSource
from knowledge.encoder import load_encoder
from knowledge.index import load_index

MATERIAL = Path(__file__).resolve().parents[2] / "knowledge"
GUIDES_INDEXED = ("vneid-quen-mat-khau", "vneid-bao-mat", "vneid-mat-dien-thoai", "vneid-kich-hoat")
TODAY = date(2026, 11, 21)


def real_answerer(folder: Path) -> Answerer:
    """An answerer over the five plans and four guides; the index is made once for all workers of a test run."""
    encoder = load_encoder()
    with FileLock(folder / "conversation-index.lock"):
        target = folder / "conversation-index"
        if not target.exists():
            passages = [
                passage
                for passage in read_material_passages(MATERIAL)
                if passage.document.ward is not None or passage.document.id in GUIDES_INDEXED
            ]
            write_whole(passages, target, encoder=encoder)
    return Answerer(load_index(target), encoder, lambda: TODAY)


class Noting:
    """Passes every question on to the real answerer; ``calls`` are (question, ward, previous) as they came."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self.calls: list[tuple[str, str | None, tuple[str, ...]]] = []

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        self.calls.append((question, ward, tuple(previous)))
        return self._answerer.answer(question, ward, previous, overrides)


class Prepared:
    """Gives the answers it was made with, one after the other: for answers the material does not give on demand."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.questions: list[str] = []

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        self.questions.append(question)
        return self._answers.pop(0)
