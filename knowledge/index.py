"""The index on disk: one immutable folder with a manifest, mapped into memory and never changed.

``indexer.build`` writes it. Beside the lexical and the vector index it holds the passages themselves and, for every
passage and every question a passage answers (a "row"), the set of its lexical tokens: what the ranker needs to tell
how much of a question a row covers. Rows that say the same share a "text": its tokens and its vector.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from knowledge.arrays import mapped
from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.lexical import LexicalIndex
from knowledge.records import Records
from knowledge.text import lexical_tokens
from knowledge.token_places import UNKNOWN, TokenPlaces
from knowledge.vectors import Inside, VectorIndex

FORMAT_VERSION = 4
MANIFEST_FILE = "manifest.json"
DOCUMENTS_FILE = "documents.json"
PASSAGES_FILE = "passages.jsonl"
LEXICAL_FOLDER = "lexical"
TOPICS_HELD_FILE = "topics_held.json"
NATIONAL = "*"
"""Scope of material that serves every ward."""

REBUILD = "rebuild it with: bdhvs index build"
_ARRAYS = ("passage_starts", "passage_documents", "row_starts", "row_owners", "row_texts")
_TEXTS = ("token_starts", "tokens", "text_weights")
_VOCABULARY = ("vocabulary", "vocabulary_numbers", "weights")
OPENING_WORDS = 12  # an office or a subject is named within the first line
NARROW_TOPIC = 3  # passages of a plan; what more of them hold tells none from the others
PASSAGES_KEPT = 4096  # in memory, about 5 KB each: what a day's questions are about
SCOPES_KEPT = 64  # bitmaps of scopes kept in memory; a city has 114 wards, few are asked at once


class IndexMissingError(FileNotFoundError):
    """There is no index where one should be."""


class IndexBrokenError(RuntimeError):
    """An index that cannot be read, or was written by another version of the program."""


class IndexModelMismatchError(RuntimeError):
    """The index was made with another encoder than the one in use."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from. ``material`` maps a file to its SHA-256, ``built_at`` is UTC (ISO 8601)."""

    format_version: int
    built_at: str
    model: str
    model_fingerprint: str
    dimension: int
    passages: int
    rows: int
    material_fingerprint: str
    material: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The manifest as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index folder. Raises IndexMissingError or IndexBrokenError, saying how to rebuild."""
    path = folder / MANIFEST_FILE
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IndexMissingError(f"no index at {folder}; {REBUILD}") from error
    except (OSError, ValueError) as error:
        raise IndexBrokenError(f"{path} cannot be read ({error}); {REBUILD}") from error
    version = fields.get("format_version") if isinstance(fields, dict) else None
    if version != FORMAT_VERSION:
        raise IndexBrokenError(f"{folder}: index format {version}, this program reads {FORMAT_VERSION}; {REBUILD}")
    try:
        return Manifest(**fields)
    except TypeError as error:
        raise IndexBrokenError(f"{path} has wrong fields ({error}); {REBUILD}") from error


class Scope(NamedTuple):
    """What is searched: one boolean a passage for the lexical index, and the same for the vectors."""

    passages: np.ndarray
    rows: Inside


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage as the index keeps it: with the topics it holds (see ``knowledge.topics``)."""

    ordinal: int
    passage: Passage
    topics: tuple[str, ...]


class Index:
    """An opened index. Everything in it is read only, so that threads may share it."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.documents = _read_documents(folder)
        self.lexical = LexicalIndex(folder / LEXICAL_FOLDER)
        arrays = {name: mapped(folder / f"{name}.npy") for name in (*_ARRAYS, *_TEXTS)}
        self._passage_starts = arrays["passage_starts"]
        self.passage_documents: np.ndarray = arrays["passage_documents"]
        self.row_starts: np.ndarray = arrays["row_starts"]
        self.row_owners: np.ndarray = arrays["row_owners"]
        self.row_texts: np.ndarray = arrays["row_texts"]
        self.vectors = VectorIndex(folder, self.row_texts)
        self.token_starts: np.ndarray = arrays["token_starts"]
        self.tokens: np.ndarray = arrays["tokens"]
        self.text_weights: np.ndarray = arrays["text_weights"]
        vocabulary = {name: mapped(folder / f"{name}.npy") for name in _VOCABULARY}
        self._places = TokenPlaces(vocabulary["vocabulary"])
        self._numbers, self._weights = vocabulary["vocabulary_numbers"], vocabulary["weights"]
        held = json.loads((folder / TOPICS_HELD_FILE).read_text(encoding="utf-8"))
        self.topics_held: dict[str, dict[str, list[int]]] = held
        """The topics that each ward's plan holds, with the passages (ordinals) that do; none where they are many."""
        self._passages = Records(folder / PASSAGES_FILE, self._passage_starts)
        self._kept = threading.local()
        self._check()
        self.entry = lru_cache(maxsize=PASSAGES_KEPT)(self._entry)
        self.opening = lru_cache(maxsize=PASSAGES_KEPT)(self._opening)
        self.scope = lru_cache(maxsize=SCOPES_KEPT)(self._scope)

    @property
    def vocabulary_size(self) -> int:
        """How many different tokens there are."""
        return len(self._places)

    def __len__(self) -> int:
        return self.manifest.passages

    def token_ids(self, tokens: Collection[str]) -> tuple[np.ndarray, np.ndarray]:
        """For each token its number (UNKNOWN when no passage has it) and its weight (inverse document frequency)."""
        ids = self._numbers[np.asarray(self._places.of(tokens), np.int64)]
        return ids, self._weights[ids]

    @contextmanager
    def numbered(self, ids: np.ndarray) -> Iterator[np.ndarray]:
        """A table that gives, for every token of the vocabulary, its place in ``ids``; 0 for all that are not there.

        Kept between questions, a table a thread: clearing a whole one for each would take longer than reading it.
        """
        table: np.ndarray | None = getattr(self._kept, "table", None)
        if table is None:
            table = self._kept.table = np.zeros(self.vocabulary_size, np.int16)
        known = np.flatnonzero(ids >= 0)
        table[ids[known]] = known
        try:
            yield table
        finally:
            table[ids[known]] = 0

    def has_token(self, token: str) -> bool:
        """Whether any passage has the token."""
        return self._places.of((token,)) != [UNKNOWN]

    def document_of(self, ordinal: int) -> DocumentInfo:
        """The document of a passage."""
        return self.documents[int(self.passage_documents[ordinal])]

    def sections(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document, in order; empty when there is no such document."""
        number = next((n for n, document in enumerate(self.documents) if document.id == document_id), -1)
        return tuple(self.entry(int(ordinal)).passage for ordinal in np.flatnonzero(self.passage_documents == number))

    def _entry(self, ordinal: int) -> Entry:
        record = json.loads(self._passages.read(ordinal))
        document = self.documents[int(self.passage_documents[ordinal])]
        passage = Passage(
            id=record["id"],
            document=document,
            path=tuple(record["path"]),
            text=record["text"],
            questions=tuple(record["questions"]),
            role=record["role"],
        )
        return Entry(ordinal, passage, tuple(record["topics"]))

    def _opening(self, ordinal: int) -> frozenset[str]:
        """The lexical tokens of a passage's last heading and first words: what it is about, before what it says."""
        passage = self.entry(ordinal).passage
        first = " ".join([*passage.path[-1:], *passage.text.split(None, OPENING_WORDS)[:OPENING_WORDS]])
        return frozenset(lexical_tokens(first))

    def _scope(self, scopes: tuple[str, ...]) -> Scope:
        """The passages that belong to some wards, or to NATIONAL."""
        wanted = [None if scope == NATIONAL else scope for scope in scopes]
        documents = np.fromiter((document.ward in wanted for document in self.documents), bool, len(self.documents))
        passages = documents[self.passage_documents]
        return Scope(passages, self.vectors.part(passages[self.row_owners]))

    def _check(self) -> None:
        rows = self.manifest.rows
        sizes = {
            "passages": (self.lexical.count, self.manifest.passages),
            "vector rows": (self.vectors.rows, rows),
            "row owners": (len(self.row_owners), rows),
            "row texts": (len(self.row_texts), rows),
            "token rows": (len(self.token_starts), self.vectors.count + 1),
            "passage starts": (len(self._passage_starts), self.manifest.passages + 1),
            "passage bytes": (self._passages.size, int(self._passage_starts[-1])),
        }
        for name, (found, expected) in sizes.items():
            if found != expected:
                raise IndexBrokenError(f"{self.folder}: {found} {name}, expected {expected}; {REBUILD}")


def load_index(folder: Path) -> Index:
    """Opens an index folder. Raises IndexMissingError or IndexBrokenError, saying how to rebuild."""
    manifest = read_manifest(folder)
    try:
        return Index(folder, manifest)
    except (IndexBrokenError, IndexMissingError):
        raise
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise IndexBrokenError(f"the index at {folder} cannot be read ({error}); {REBUILD}") from error


def check_model(index: Index, model: str, fingerprint: str) -> None:
    """Raises IndexModelMismatchError when the index was made with another encoder than ``model``."""
    if index.manifest.model_fingerprint != fingerprint:
        raise IndexModelMismatchError(
            f"the index at {index.folder} was made with the model {index.manifest.model}, "
            f"now {model} is in use; {REBUILD}"
        )


def _read_documents(folder: Path) -> tuple[DocumentInfo, ...]:
    records = json.loads((folder / DOCUMENTS_FILE).read_text(encoding="utf-8"))
    return tuple(
        DocumentInfo(**{**record, "kind": DocumentKind(record["kind"]), "sources": tuple(record["sources"])})
        for record in records
    )
