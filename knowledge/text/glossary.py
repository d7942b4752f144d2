"""The glossary of abbreviations and other names (``knowledge/glossary.yaml``), read for matching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.text.tokens import fold, folded_syllables, syllables
from knowledge.yaml_source import MaterialError, Problem, YamlSource, YamlValue, read_material, text_field, text_list

GLOSSARY_FILE = Path(__file__).parent.parent / "glossary.yaml"
Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning: the phrase as shown and in index tokens, its share among the meanings, and what speaks for it."""

    phrase: str
    pieces: Forms
    share: float
    near: frozenset[str]


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What a short form may mean; ``word`` when it is a word too, ``ask`` when only the asker can say."""

    readings: tuple[Reading, ...]
    word: bool
    ask: bool


@dataclass(frozen=True, slots=True)
class Glossary:
    """``exact`` and ``folded`` find abbreviations by their written pieces; the rest maps folded phrases.

    ``words`` are names and foreign words of this field, spelt right as they are. ``abbreviation_spans`` and
    ``phrase_spans`` give, for the first piece of a form, how many pieces the longest form with it has.
    """

    exact: dict[Forms, Abbreviation]
    folded: dict[Forms, Abbreviation]
    synonyms: dict[Forms, tuple[Forms, ...]]
    short_forms: dict[Forms, str]
    words: frozenset[str]
    abbreviation_spans: dict[str, int]
    phrase_spans: dict[str, int]

    def abbreviation(self, written: Forms, folded: Forms) -> Abbreviation | None:
        """The entry for pieces as typed, else as typed without diacritics."""
        return self.exact.get(written) or self.folded.get(folded)


def parse_glossary(text: str, file: str) -> Glossary:
    """A glossary from YAML text; MaterialError names the line of everything wrong."""
    source = YamlSource(text, file)
    problems: list[Problem] = []
    exact: dict[Forms, Abbreviation] = {}
    folded: dict[Forms, Abbreviation] = {}
    short_forms: dict[Forms, str] = {}
    for index, entry in _entries(source, "abbreviations", problems):
        readings = tuple(_readings(entry))
        forms = text_list(entry, "written")
        if not readings or not forms:
            problems.append(source.problem("needs 'written' and 'readings'", "abbreviations", index))
            continue
        abbreviation = Abbreviation(readings, _is_true(entry, "word"), _is_true(entry, "ask"))
        for form in forms:
            table = folded if form.isascii() else exact
            key = tuple(syllables(form))
            if key in table:
                problems.append(source.problem(f"'{form}' is given twice", "abbreviations", index))
            table[key] = abbreviation
        if _is_true(entry, "formal"):
            short_forms[readings[0].pieces] = fold(forms[0])
    synonyms = _synonyms(source, problems)
    if problems:
        raise MaterialError(problems)
    words = frozenset(text_list(source.value, "words") if isinstance(source.value, dict) else ())
    spans = _spans([*exact, *folded]), _spans([*synonyms, *short_forms])
    return Glossary(exact, folded, synonyms, short_forms, words, *spans)


def _spans(forms: Iterable[Forms]) -> dict[str, int]:
    spans: dict[str, int] = {}
    for form in forms:
        spans[form[0]] = max(len(form), spans.get(form[0], 0))
    return spans


@lru_cache(maxsize=1)
def load_glossary(path: Path = GLOSSARY_FILE) -> Glossary:
    """The shipped glossary; read once a process."""
    return parse_glossary(read_material(path, path.name), path.name)


def _entries(source: YamlSource, section: str, problems: list[Problem]) -> list[tuple[int, dict[str, YamlValue]]]:
    listed = source.value.get(section) if isinstance(source.value, dict) else None
    if not isinstance(listed, list):
        problems.append(source.problem(f"'{section}' must be a list", section))
        return []
    return [(index, entry) for index, entry in enumerate(listed) if isinstance(entry, dict)]


def _is_true(entry: dict[str, YamlValue], key: str) -> bool:
    return text_field(entry, key) == "true"


def _readings(entry: dict[str, YamlValue]) -> list[Reading]:
    listed = entry.get("readings")
    given = [reading for reading in listed if isinstance(reading, dict)] if isinstance(listed, list) else []
    shares = [float(text_field(reading, "share") or 1) for reading in given]
    return [
        Reading(
            text_field(reading, "phrase"),
            tuple(folded_syllables(text_field(reading, "phrase"))[0]),
            share / sum(shares),
            frozenset(text_list(reading, "near")),
        )
        for reading, share in zip(given, shares, strict=True)
    ]


def _synonyms(source: YamlSource, problems: list[Problem]) -> dict[Forms, tuple[Forms, ...]]:
    found: defaultdict[Forms, list[Forms]] = defaultdict(list)
    for index, entry in _entries(source, "synonyms", problems):
        also = [tuple(folded_syllables(phrase)[0]) for phrase in text_list(entry, "also")]
        forms = text_list(entry, "written")
        if not also or not forms:
            problems.append(source.problem("needs 'written' and 'also'", "synonyms", index))
        for form in forms:
            found[tuple(folded_syllables(form)[0])] += also
    return {form: tuple(also) for form, also in found.items()}
