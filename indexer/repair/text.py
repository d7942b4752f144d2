"""Repairs a whole text and says of each line what is unsure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexer.readers import read_document
from indexer.readers.document import WORDS_TO_JUDGE
from indexer.repair.channel import Channel
from indexer.repair.decoder import SURE_SHARE, Choice, decode
from indexer.repair.language import LanguageModel
from indexer.repair.tokens import Kind, Token, roman_marker, tokenise, with_d_stroke
from indexer.sections import read_plan

SISTERS_FOLDER = Path(__file__).parents[2] / "knowledge" / "plans"


@dataclass(frozen=True, slots=True)
class UnsureWord:
    """A word that may be wrong: what was read, what it was taken for, how sure (0..1), what else it may be."""

    read: str
    restored: str
    share: float
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairedLine:
    """A line of the scan, restored; ``unsure`` lists its doubtful words in order."""

    text: str
    raw: str
    unsure: tuple[UnsureWord, ...] = ()


@lru_cache(maxsize=1)
def _channel() -> Channel:
    return Channel()


def repair_text(
    raw: str,
    sisters: Sequence[str] | None = None,
    language_model: LanguageModel | None = None,
    channel: Channel | None = None,
) -> list[RepairedLine]:
    """Restores a text line by line; lines, their order and their numbers stay as they are.

    ``sisters`` are readable documents of the same kind; a ``language_model`` that already learnt them may be given
    instead. Without either, only the general counts of Vietnamese are used.
    """
    model = language_model or LanguageModel(sisters or ())
    lines = raw.splitlines()
    tokens = tokenise(lines)
    choices = iter(decode(tokens, model, channel or _channel()))
    built: list[list[str]] = [[] for _ in lines]
    unsure: list[list[UnsureWord]] = [[] for _ in lines]
    for token in tokens:
        choice = None if token.kind is Kind.MARK else next(choices)
        written = _written(token, choice, model)
        if not token.glued and built[token.line]:
            built[token.line].append(" ")
        built[token.line].append(written)
        if choice is not None and (choice.share < SURE_SHARE or token.name):
            unsure[token.line].append(UnsureWord(token.text, written, round(choice.share, 3), choice.others))
    return [
        RepairedLine("".join(parts), line, tuple(doubts))
        for parts, line, doubts in zip(built, lines, unsure, strict=True)
    ]


def _written(token: Token, choice: Choice | None, model: LanguageModel) -> str:
    if choice is None:
        return roman_marker(token.text) if token.first else token.text
    if token.kind is Kind.NUMBER:
        return with_d_stroke(token.text, in_code=True)
    if token.kind is Kind.ABBREVIATION:
        return with_d_stroke(token.text, in_code=False)
    if choice.reading.as_written:
        return token.text
    return in_case_of(token, model.word(choice.reading.word))


def in_case_of(token: Token, word: str) -> str:
    """The restored word in the case it was read in; a small l read as capital I makes no capital."""
    if token.capitals:
        return word.upper()
    first = token.text[0]
    if first.isupper() and not (first == "I" and word.startswith("l")):
        return word[0].upper() + word[1:]
    return word


def repair_file(path: Path, with_sisters: bool = True, sisters_folder: Path = SISTERS_FOLDER) -> list[RepairedLine]:
    """Restores the text of a file; the sister documents are the plans already in ``sisters_folder``.

    A plan that is itself a restored scan, or the file's own plan, is no sister. A text that is readable as it is
    comes back unchanged. Raises DocumentRefusedError when the file cannot be read.
    """
    document = read_document(path)
    text = document.text
    if not document.needs_repair and len(text.split()) >= WORDS_TO_JUDGE:
        return [RepairedLine(line, line) for line in text.splitlines()]
    return repair_text(text, list(sister_texts(sisters_folder, path.stem)) if with_sisters else None)


def sister_texts(folder: Path, leave_out: str = "") -> Iterable[str]:
    """The bodies of the plans of a folder that were readable as they came."""
    for path in sorted(folder.glob("*.md")):
        document, body = read_plan(path)
        if not document.restored and path.stem != leave_out:
            yield body
