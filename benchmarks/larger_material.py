"""Material of any size for the benchmarks: what ships, and variations of it by a generator with a fixed seed.

A ward with many neighbours has their plans in its index, and more national guides than ship today. A variation keeps
the shape of a shipped plan or guide and a part of its words; the others are drawn as often as Vietnamese text has
them, so that common words stay common and rare ones rare. Nothing is read from outside the repository.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from indexer.build import read_material_passages
from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.lexicon import load_lexicon

MATERIAL = Path(__file__).resolve().parent.parent / "knowledge"
SEED = 20_261_122
REPLACED_SHARE = 0.4  # of the words of a variation; fewer would make copies, more would lose what residents ask about
GUIDE_QUESTIONS = 3  # phrasings that a guide's own front matter gives; the hundreds of the shipped ones were collected
GUIDES_TO_PLANS = 10  # passages of guides before one more plan, about 60 passages: as 816 to 305 in what ships
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its passages in order."""

    info: DocumentInfo
    passages: tuple[Passage, ...]


class Rewriter:
    """Replaces words by others; the same seed gives the same texts."""

    def __init__(self, seed: int = SEED) -> None:
        lexicon = load_lexicon()
        self._random = random.Random(seed)
        known = [n for n, vietnamese in enumerate(lexicon.vietnamese) if vietnamese]
        self._words = [lexicon.syllables[n] for n in known]
        self._weights = list(accumulate(lexicon.counts[n] for n in known))
        self._drawn: list[str] = []

    def text(self, text: str) -> str:
        """A variation of a text; numbers, dates and codes stay."""
        return _WORD.sub(self._word, text)

    def choice(self, documents: Sequence[Document]) -> Document:
        """One of some documents."""
        return self._random.choice(documents)

    def _word(self, match: re.Match[str]) -> str:
        if self._random.random() >= REPLACED_SHARE:
            return match.group()
        if not self._drawn:
            self._drawn = self._random.choices(self._words, cum_weights=self._weights, k=100_000)
        word = self._drawn.pop()
        return word.capitalize() if match.group()[0].isupper() else word


def larger_material(count: int) -> list[Passage]:
    """The shipped passages and as many variations as make ``count`` of them."""
    shipped = read_material_passages(MATERIAL)
    passages = shipped[:count] if count < len(shipped) else list(shipped)
    for document in _variations(shipped):
        if len(passages) >= count:
            break
        passages += document.passages[: count - len(passages)]
    return passages


def _variations(shipped: Sequence[Passage]) -> Iterator[Document]:
    plans, guides = _documents(shipped, DocumentKind.PLAN), _documents(shipped, DocumentKind.GUIDE)
    rewriter = Rewriter()
    number = 0
    while True:
        for _ in range(GUIDES_TO_PLANS * 2):
            number += 1
            yield _guide(rewriter, rewriter.choice(guides), number)
        number += 1
        yield _plan(rewriter, rewriter.choice(plans), number)


def _documents(passages: Sequence[Passage], kind: DocumentKind) -> list[Document]:
    found: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.document.kind is kind:
            found.setdefault(passage.document.id, []).append(passage)
    return [Document(some[0].document, tuple(some)) for some in found.values()]


def _guide(rewriter: Rewriter, document: Document, number: int) -> Document:
    info = replace(document.info, id=f"variation-{number}", title=rewriter.text(document.info.title))
    passages = tuple(
        replace(
            passage,
            id=f"{info.id}-{place}",
            document=info,
            text=rewriter.text(passage.text),
            questions=tuple(map(rewriter.text, passage.questions[:GUIDE_QUESTIONS])),
        )
        for place, passage in enumerate(document.passages)
    )
    return Document(info, passages)


def _plan(rewriter: Rewriter, document: Document, number: int) -> Document:
    """Another ward's plan: its headings stay, they are alike everywhere."""
    info = replace(document.info, id=f"variation-{number}", ward=f"ward-{number}", superseded_by=None)
    passages = tuple(
        replace(passage, id=f"{info.id}-{place}", document=info, text=rewriter.text(passage.text))
        for place, passage in enumerate(document.passages)
    )
    return Document(info, passages)
