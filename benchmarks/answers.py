"""Answers a second in process, beside raw bm25s and raw FAISS on the same passages and the same questions."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import bm25s
import faiss
import numpy as np

from benchmarks.harness import Pace, Row, pace
from benchmarks.serving import build_index, environment, shipped_questions
from bot.answering import current_index
from bot.ask import Asker
from bot.settings import Settings
from knowledge.encoder import load_encoder
from knowledge.index import load_index
from knowledge.wards import load_wards

QUESTIONS = 2000
TOP = 10  # passages that the raw searches return


def shipped_passages(data: Path) -> list[str]:
    """The text of every passage of the index, in its order."""
    folder = current_index(data)
    assert folder is not None
    index = load_index(folder)
    return [index.entry(ordinal).passage.text for ordinal in range(len(index))]


def raw_bm25(passages: Sequence[str]) -> Callable[[str], object]:
    """bm25s as its own documentation shows it: its tokenizer, its defaults."""
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(list(passages), stopwords=None, show_progress=False), show_progress=False)
    count = min(TOP, len(passages))

    def search(question: str) -> object:
        tokens = bm25s.tokenize(question, stopwords=None, show_progress=False)
        return retriever.retrieve(tokens, k=count, show_progress=False)

    return search


def raw_faiss(passages: Sequence[str]) -> Callable[[str], object]:
    """An exact FAISS index over the vectors of the same encoder, with the encoding of the question."""
    encoder = load_encoder(None)
    index = faiss.IndexFlatIP(encoder.dimension)
    index.add(np.ascontiguousarray(encoder.encode_passages(list(passages)), np.float32))

    def search(question: str) -> object:
        return index.search(np.ascontiguousarray(encoder.encode_queries([question]), np.float32), TOP)

    return search


def our_pace(data: Path, questions: Sequence[str]) -> Pace:
    """Our own pace, as `bdhvs ask --batch` answers, over all wards and none."""
    os.environ.update(environment(data))
    asker = Asker(Settings())
    wards = [None, *(ward.code for ward in load_wards().wards)]
    items = [(question, wards[place % len(wards)]) for place, question in enumerate(questions)]
    return pace(lambda item: asker.ask(*item), items)


def rows(scale: float) -> Iterable[Row]:
    """Ours beside each raw search."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        build_index(data)
        phrasings, passages = shipped_questions(data), shipped_passages(data)
        wanted = max(20, round(QUESTIONS * scale))
        questions = [phrasings[place % len(phrasings)] for place in range(wanted)]
        ours = our_pace(data, questions)
        raw = {"raw bm25s": pace(raw_bm25(passages), questions), "raw FAISS": pace(raw_faiss(passages), questions)}
    for name, baseline in raw.items():
        yield Row(
            "House",
            f"answers a second in process, beside {name}",
            str(ours),
            str(baseline),
            ours.per_second / baseline.per_second,
            how=f"{wanted} phrasings of the guides, one after the other, {len(passages)} passages; ours reads the "
            "question, searches both ways, ranks, judges and words the answer; the raw search returns 10 passages",
        )
