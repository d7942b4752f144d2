"""BM25 over syllables and pairs without marks, in a memory-mapped tantivy index.

Exactly the same tokens are made of a text with and without diacritics, so a question typed without them loses
nothing. Two fields are searched: what a passage says with its headings, and the questions it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tantivy

BODY = "body"
ASKED = "asked"
SCOPE = "scope"
ORDINAL = "ordinal"
# Questions a passage answers are written the way residents write; a match there says more than one in the text.
# Fitted by `python -m indexer.evaluate fit` among 0.5, 1, 1.5, 2.
ASKED_WEIGHT = 1.0
# Readings are added to what was written, never in its place: an abbreviation read wrongly must not win.
READING_WEIGHT = 0.8
WRITER_HEAP = 64_000_000  # bytes; 10,000 passages need a fifth of it
# One thread keeps the segments, and with them the scores of equal passages, the same in every build.
WRITER_THREADS = 1


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in (BODY, ASKED):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(SCOPE, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(ORDINAL, fast=True)
    schema: tantivy.Schema = builder.build()
    return schema


def write_lexical(folder: Path, passages: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> None:
    """Writes an index of (scope, tokens of the text, tokens of its questions), one tuple a passage, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(_schema(), path=str(folder))
    writer = index.writer(heap_size=WRITER_HEAP, num_threads=WRITER_THREADS)
    for ordinal, (scope, body, asked) in enumerate(passages):
        document = tantivy.Document()
        document.add_text(BODY, " ".join(body))
        document.add_text(ASKED, " ".join(asked))
        document.add_text(SCOPE, scope)
        document.add_unsigned(ORDINAL, ordinal)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class LexicalIndex:
    """A written index, opened for reading; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._schema = _schema()
        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    @property
    def count(self) -> int:
        """How many passages it holds."""
        return int(self._searcher.num_docs)

    def search(
        self, weights: Mapping[str, float], scopes: Sequence[str] | None, limit: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best passages for weighted tokens: their ordinals and BM25 scores, best first.

        ``scopes`` are the scopes to search, None for all.
        """
        query = self._query(weights)
        if query is None:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if scopes is not None:
            inside = tantivy.Query.term_set_query(self._schema, SCOPE, list(scopes))
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(inside, 0.0)),
                ]
            )
        hits = self._searcher.search(query, limit, count=False).hits
        ordinals = self._searcher.fast_field_values(ORDINAL, [address for _, address in hits])
        return np.asarray(ordinals, np.int64), np.asarray([score for score, _ in hits], np.float32)

    def _query(self, weights: Mapping[str, float]) -> tantivy.Query | None:
        clauses = []
        for field, field_weight in ((BODY, 1.0), (ASKED, ASKED_WEIGHT)):
            for token, weight in weights.items():
                clause = tantivy.Query.term_query(self._schema, field, token, index_option="freq")
                factor = weight * field_weight
                if factor != 1.0:
                    clause = tantivy.Query.boost_query(clause, factor)
                clauses.append((tantivy.Occur.Should, clause))
        return tantivy.Query.boolean_query(clauses) if clauses else None
