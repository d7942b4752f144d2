"""Writes an index folder from passages; ``indexer.build`` decides where and when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from knowledge.documents import PATH_SEPARATOR, DocumentInfo, DocumentKind, Passage
from knowledge.encoder import Encoder
from knowledge.index import (
    DOCUMENTS_FILE,
    LEXICAL_FOLDER,
    NARROW_TOPIC,
    PASSAGES_FILE,
    TOPICS_HELD_FILE,
)
from knowledge.lexical import write_lexical
from knowledge.meaning import MARKED
from knowledge.text import lexical_tokens, pairs, syllables
from knowledge.token_places import UNKNOWN, token_hash
from knowledge.topics import Topics, load_topics
from knowledge.vectors import write_vectors

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""

ENCODING_BATCH = 2048
FIRST_VOCABULARY = 65_536  # tokens there is room for at first; it grows
PROGRESS_STEP = 1000  # passages between two reports


class IndexWriter:
    """Collects passages and writes the files of an index."""

    def __init__(self, folder: Path, encoder: Encoder, progress: Progress | None = None) -> None:
        self._folder = folder
        self._encoder = encoder
        self._progress = progress
        self._documents: list[DocumentInfo] = []
        self._document_numbers: dict[str, int] = {}
        self._vocabulary: dict[str, int] = {}
        self._frequencies = np.zeros(FIRST_VOCABULARY, np.int64)
        # Rows that say the same (the same is asked of every ward's plan) share a text, its tokens and its vector.
        self._texts: dict[str, int] = {}
        self._text_tokens: list[np.ndarray] = []
        self._asked_tokens: dict[str, list[str]] = {}
        self._row_texts: list[int] = []

    def write(self, passages: Sequence[Passage]) -> int:
        """Writes everything but the manifest; returns the number of rows."""
        self._folder.mkdir(parents=True, exist_ok=True)
        topics = load_topics()
        entries = [(passage, topics.held(passage)) for passage in passages]
        questions = [_questions(passage, held, topics) for passage, held in entries]
        self._write_passages(entries, questions)
        self._write_lexical(passages, questions)
        self._write_tokens(questions)
        self._write_vectors(passages, questions)
        self._save_documents()
        self._save_topics(entries)
        return len(self._row_texts)

    def _write_passages(
        self, entries: Sequence[tuple[Passage, tuple[str, ...]]], questions: Sequence[Sequence[str]]
    ) -> None:
        starts = [0]
        numbers = []
        with (self._folder / PASSAGES_FILE).open("wb") as file:
            for (passage, held), asked in zip(entries, questions, strict=True):
                numbers.append(self._document_number(passage.document))
                record = {
                    "id": passage.id,
                    "path": passage.path,
                    "text": passage.text,
                    "questions": asked,
                    "role": passage.role,
                    "topics": held,
                }
                line = json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"
                file.write(line)
                starts.append(starts[-1] + len(line))
        self._save("passage_starts", np.asarray(starts, np.int64))
        self._save("passage_documents", np.asarray(numbers, np.int32))

    def _write_lexical(self, passages: Sequence[Passage], questions: Sequence[Sequence[str]]) -> None:
        """Writes the BM25 index and gathers the texts and tokens of every row."""

        def documents() -> Iterator[tuple[list[str], list[str]]]:
            for number, (passage, asked) in enumerate(zip(passages, questions, strict=True)):
                text = searched_text(passage)
                body = lexical_tokens(text)
                rows = [self._add_row(text, body), *(self._add_row(one, self._tokens_asked(one)) for one in asked)]
                self._count(rows)
                self._report("lexical index", number, len(passages))
                yield body, [token for question in asked for token in self._tokens_asked(question)]

        write_lexical(self._folder / LEXICAL_FOLDER, documents())

    def _tokens_asked(self, question: str) -> list[str]:
        if question not in self._asked_tokens:
            self._asked_tokens[question] = lexical_tokens(question)
        return self._asked_tokens[question]

    def _add_row(self, text: str, tokens: Sequence[str]) -> np.ndarray:
        """The numbers of the distinct tokens of one more row, with marks and without."""
        number = self._texts.setdefault(text, len(self._texts))
        self._row_texts.append(number)
        if number == len(self._text_tokens):
            vocabulary = self._vocabulary
            numbers = {vocabulary.setdefault(token, len(vocabulary)) for token in (*tokens, *marked_tokens(text))}
            self._text_tokens.append(np.fromiter(numbers, np.uint32, len(numbers)))
        return self._text_tokens[number]

    def _count(self, rows: Sequence[np.ndarray]) -> None:
        """Counts a passage for each of its tokens."""
        while len(self._frequencies) < len(self._vocabulary):
            self._frequencies = np.concatenate([self._frequencies, np.zeros_like(self._frequencies)])
        self._frequencies[np.unique(np.concatenate(rows))] += 1

    def _write_tokens(self, questions: Sequence[Sequence[str]]) -> None:
        hashes = np.fromiter(map(token_hash, self._vocabulary), np.uint64, len(self._vocabulary))
        frequencies = self._frequencies[: len(hashes)].astype(np.float64)
        # The commonest tokens are numbered first: what is looked up by number for nearly every token lies together.
        numbers = np.empty(len(hashes), np.uint32)
        numbers[np.argsort(-frequencies, kind="stable")] = np.arange(len(hashes), dtype=np.uint32)
        # Robertson's inverse document frequency as in BM25: always positive, largest for a token of one passage.
        weights = np.log1p((len(questions) - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        texts = self._text_tokens
        order = np.argsort(hashes, kind="stable")
        self._save("vocabulary", hashes[order])
        # What no passage has stands last, where UNKNOWN (-1) finds it: it has no number, and tells the most.
        self._save("vocabulary_numbers", np.append(numbers[order].astype(np.int32), np.int32(UNKNOWN)))
        unknown_weight = np.float32(np.log1p(len(questions) / 0.5))
        self._save("weights", np.append(weights[np.argsort(numbers)], unknown_weight))
        self._save("tokens", numbers[np.concatenate(texts)] if texts else np.empty(0, np.uint32))
        self._save("token_starts", np.cumsum([0, *map(len, texts)]).astype(np.int64))
        # Syllables with marks repeat what the others say: they do not make a text longer.
        plain = np.fromiter((not token.startswith(MARKED) for token in self._vocabulary), bool, len(weights))
        counted = weights * plain
        self._save("text_weights", np.asarray([counted[text].sum() for text in texts], np.float32))
        sizes = np.asarray([1 + len(asked) for asked in questions], np.int64)
        self._save("row_texts", np.asarray(self._row_texts, np.int32))
        self._save("row_starts", np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
        self._save("row_owners", np.repeat(np.arange(len(questions), dtype=np.int32), sizes))

    def _write_vectors(self, passages: Sequence[Passage], questions: Sequence[Sequence[str]]) -> None:
        texts = list(self._texts)

        def batches() -> Iterator[np.ndarray]:
            for start in range(0, len(texts), ENCODING_BATCH):
                self._report("vectors", start, len(texts), step=1)
                yield self._encoder.encode_passages(texts[start : start + ENCODING_BATCH])

        places = np.asarray(self._row_texts, np.int64)
        write_vectors(self._folder, batches(), self._encoder.dimension, places, self._row_wards(passages, questions))

    @staticmethod
    def _row_wards(passages: Sequence[Passage], questions: Sequence[Sequence[str]]) -> np.ndarray:
        """A number for the ward of each row, -1 where it serves every ward."""
        numbers: dict[str | None, int] = {None: -1}
        wards = [numbers.setdefault(passage.document.ward, len(numbers)) for passage in passages]
        return np.repeat(wards, [1 + len(asked) for asked in questions])

    def _document_number(self, document: DocumentInfo) -> int:
        if document.id not in self._document_numbers:
            self._document_numbers[document.id] = len(self._documents)
            self._documents.append(document)
        return self._document_numbers[document.id]

    def _save_documents(self) -> None:
        records = [asdict(document) for document in self._documents]
        text = json.dumps(records, ensure_ascii=False, indent=1)
        (self._folder / DOCUMENTS_FILE).write_text(text, encoding="utf-8")

    def _save_topics(self, entries: Sequence[tuple[Passage, tuple[str, ...]]]) -> None:
        held: dict[str, dict[str, list[int]]] = {}
        for ordinal, (passage, topics) in enumerate(entries):
            if passage.document.ward:
                of_ward = held.setdefault(passage.document.ward, {})
                for topic in topics:
                    of_ward.setdefault(topic, []).append(ordinal)
        narrow = {
            ward: {topic: places if len(places) <= NARROW_TOPIC else [] for topic, places in topics.items()}
            for ward, topics in held.items()
        }
        text = json.dumps(narrow, sort_keys=True)
        (self._folder / TOPICS_HELD_FILE).write_text(text, encoding="utf-8")

    def _save(self, name: str, array: np.ndarray) -> None:
        np.save(self._folder / f"{name}.npy", array)

    def _report(self, what: str, done: int, total: int, step: int = PROGRESS_STEP) -> None:
        if self._progress is not None and done % step == 0:
            self._progress(what, done, total)


def marked_tokens(text: str) -> list[str]:
    """The syllables of a text and their pairs with their marks, as the index tells them from the others."""
    written = syllables(text)
    with_pairs = dict.fromkeys([*written, *pairs(written)])
    return [MARKED + token for token in with_pairs if not token.isascii()]


def searched_text(passage: Passage) -> str:
    """What is searched of a passage: a guide by its title, a plan by its headings, and the text itself."""
    if passage.document.kind is DocumentKind.PLAN:
        return f"{PATH_SEPARATOR.join(passage.path)}. {passage.text}"
    return f"{passage.document.title}. {PATH_SEPARATOR.join(passage.path)}. {passage.text}"


def _questions(passage: Passage, held: Sequence[str], topics: Topics) -> list[str]:
    return list(dict.fromkeys([*passage.questions, *topics.questions(passage, held)]))
