"""Careless writing for training: what a phone, a hurry, a scanner or an accent makes of a sentence."""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from knowledge.text import strip_diacritics
from knowledge.text.glossary import load_glossary

TEENCODE_FILE = "vilexnorm_train.csv"
# Shares of the query side, as in the recipe that worked (as is 35 %, stripped 25, teencode and typos 25, half
# accented 10, scan 5), a few points of it given to local speech.
SHARES = (("plain", 33), ("stripped", 25), ("careless", 25), ("half", 9), ("scan", 4), ("dialect", 4))
_TEENCODE_SHARE = 0.5  # of the words and phrases that have a short form
_TYPO_SHARE = 0.08  # of the words, as in the noise that retrieval is measured with
_HALF_SHARE = 0.6
_SCAN_SHARE = 0.2
_DIALECT_SHARE = 0.5
_LEAST_SEEN = 3  # a short form met less often in the corpus is one writer's slip
_SCAN_CONFUSIONS = (
    *(("o", "6"), ("l", "1"), ("u", "ir"), ("un", "tm"), ("d", "dp"), ("i", "l"), ("ă", "a"), ("ê", "é")),
    *(("ư", "w"), ("ộ", "6"), ("ố", "6"), ("m", "rn"), ("g", "q"), ("ế", "é"), ("ô", "é"), ("ơ", "o")),
)
_DIALECT = (("n", "l"), ("l", "n"), ("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("gi", "d"), ("r", "d"))


def learn_teencode(path: Path) -> dict[str, list[str]]:
    """Short forms of each word, repeated as often as met, from sentences written both ways (counts only)."""
    pairs: Counter[tuple[str, str]] = Counter()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            written, normal = row["original"].lower().split(), row["normalized"].lower().split()
            if len(written) == len(normal):
                pairs.update((good, bad) for bad, good in zip(written, normal, strict=True) if good != bad)
    learnt: defaultdict[str, list[str]] = defaultdict(list)
    for (good, bad), count in pairs.items():
        if count >= _LEAST_SEEN and bad.isalnum() and good.isalpha():
            learnt[good] += [bad] * count
    return dict(learnt)


def phrase_forms() -> dict[str, list[str]]:
    """Short forms of each phrase in the glossary, longest phrase first."""
    glossary = load_glossary()
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for table in (glossary.exact, glossary.folded):
        for written, entry in table.items():
            for reading in entry.readings:
                forms[reading.phrase].append(" ".join(written))
    return dict(sorted(forms.items(), key=lambda item: -len(item[0])))


class Noise:
    """Rewrites sentences the way careless writers do; every choice comes from ``rng``."""

    def __init__(self, teencode: dict[str, list[str]], rng: random.Random) -> None:
        """``teencode`` as ``learn_teencode`` gives it."""
        self._teencode, self._rng = teencode, rng
        self._phrases = phrase_forms()
        ways: dict[str, Callable[[str], str]] = {
            "plain": str,
            "stripped": strip_diacritics,
            "careless": self.careless,
            "half": self.half_accented,
            "scan": self.scanned,
            "dialect": self.dialect,
        }
        self._ways = [ways[name] for name, _ in SHARES]
        self._weights = [share for _, share in SHARES]

    def rewrite(self, text: str) -> str:
        """The text in one of the ways, drawn by their shares."""
        return self._rng.choices(self._ways, self._weights)[0](text)

    def careless(self, text: str) -> str:
        """Short forms and typos, lower case, diacritics left out in whole, in part or not at all."""
        rng = self._rng
        text = f" {text.lower().rstrip(' ?.!')} "
        for phrase, forms in self._phrases.items():
            if f" {phrase} " in text and rng.random() < _TEENCODE_SHARE:
                text = text.replace(f" {phrase} ", f" {rng.choice(forms)} ")
        words = [self._careless_word(word) for word in text.split()]
        share = rng.choice((0.0, _HALF_SHARE, 1.0))
        return " ".join(strip_diacritics(word) if rng.random() < share else word for word in words)

    def _careless_word(self, word: str) -> str:
        forms = self._teencode.get(word)
        if forms and self._rng.random() < _TEENCODE_SHARE:
            return self._rng.choice(forms)
        return self._typo(word) if self._rng.random() < _TYPO_SHARE else word

    def _typo(self, word: str) -> str:
        if len(word) < 3:
            return word
        i = self._rng.randrange(len(word) - 1)
        swapped = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        return self._rng.choice([swapped, word[:i] + word[i + 1 :], word[: i + 1] + word[i:]])

    def half_accented(self, text: str) -> str:
        """Diacritics dropped from some of the words."""
        rng = self._rng
        return " ".join(strip_diacritics(word) if rng.random() < _HALF_SHARE else word for word in text.split())

    def scanned(self, text: str) -> str:
        """Letters taken for others, as a scanner does."""
        rng = self._rng
        words = []
        for word in text.lower().split():
            good, bad = rng.choice(_SCAN_CONFUSIONS)
            words.append(word.replace(good, bad, 1) if rng.random() < _SCAN_SHARE else word)
        return " ".join(words)

    def dialect(self, text: str) -> str:
        """Initial consonants written as they are spoken here."""
        rng = self._rng
        spoken, said = rng.choice(_DIALECT)
        words = []
        for word in text.lower().split():
            starts = word.startswith(spoken) and len(word) > len(spoken) and word[len(spoken)] not in "bcdghkmnpqrst"
            words.append(said + word[len(spoken) :] if starts and rng.random() < _DIALECT_SHARE else word)
        return " ".join(words) if rng.random() < _HALF_SHARE else strip_diacritics(" ".join(words))
