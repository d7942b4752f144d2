"""Every sentence the bot says is in one file, and every sentence in the file is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.texts import phrases, text, texts

KEY = re.compile(r"[a-z_]+\.[a-z_]+")
LONGEST = 900
# Words that address the resident as somebody younger, older or close.
NOT_NEUTRAL = re.compile(r"\b(?:em|mình|cháu|anh|chị|ông|bà|bác|cô|chú)\b", re.IGNORECASE)


def strings() -> Iterator[str]:
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def asked_keys() -> Iterator[str]:
    for path in Path(bot.__file__).parent.rglob("*.py"):
        source = ast.parse(path.read_text(encoding="utf-8"))
        takes = any(
            (isinstance(node, ast.ImportFrom) and node.module == "bot.texts") or path.parent.name == "conversation"
            for node in ast.walk(source)
        )
        for node in ast.walk(source) if takes else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("text", "button") and node.args:
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and KEY.fullmatch(part.value):
                        yield part.value


def test_every_key_that_is_asked_for_exists() -> None:
    asked = set(asked_keys())
    assert len(asked) > 50
    assert asked - set(texts()) == set()


def test_every_text_is_used() -> None:
    assert set(texts()) - set(strings()) == set()


def test_no_vietnamese_is_said_from_the_code() -> None:
    from knowledge.text import has_diacritics

    folder = Path(bot.__file__).parent / "conversation"
    said = []
    for path in folder.glob("*.py"):
        source = ast.parse(path.read_text(encoding="utf-8"))
        documents = {id(node.value) for node in ast.walk(source) if isinstance(node, ast.Expr)}
        said += [
            f"{path.name}:{node.lineno} {node.value}"
            for node in ast.walk(source)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents
            and has_diacritics(node.value)
        ]
    # The kinds of ward are recognised at the beginning of a name, not said.
    assert [line for line in said if line.split(" ", 1)[1] not in ("Phường", "Xã", "Đặc")] == []


@pytest.mark.parametrize("key", sorted(texts()))
def test_texts_are_short_and_neutral(key: str) -> None:
    written = texts()[key]
    assert 0 < len(written) <= LONGEST
    without_examples = re.sub(r"ví dụ: .*", "", written)
    # Forms of address are said only to who has chosen them.
    assert key.startswith("address.") or NOT_NEUTRAL.search(without_examples) is None


def test_a_value_with_braces_is_inserted_as_it_is() -> None:
    assert "{x}" in text("name.set", called="{x}")


def test_an_unknown_key_or_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("khong.co")
    with pytest.raises(KeyError):
        text("name.set")


def test_no_phrase_means_two_things() -> None:
    from bot.conversation.typed import plain

    everything = [
        phrase if phrase.startswith("/") else plain(phrase) for entries in phrases().values() for phrase in entries
    ]
    assert len(everything) == len(set(everything))
