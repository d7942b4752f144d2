"""What else one written word may be: a joined phrase, a slip of the finger, a sound written as it is spoken."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container
from functools import lru_cache

from knowledge.lexicon import load_lexicon
from knowledge.text.folded_model import FoldedModel, load_folded_model
from knowledge.text.glossary import load_glossary

# Sounds that are one in the mouth of many speakers, and the natural log of how often they are written so: n/l is
# the speech of this very region; the rest is rarer in writing, and d/gi/r swaps make many other real words.
_ALIKE_INITIALS = (
    (("n", "l"), -4.0),
    (("tr", "ch"), -5.0),
    (("s", "x"), -5.0),
    (("d", "gi", "r"), -8.0),
    (("d", "v"), -8.0),
)
_INITIAL = re.compile(r"ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdđghklmnprstvx]")
# One of about ten likely ways (drop, double, swap) to mistype 8 % of words, and one of many rare ones: the noise
# that retrieval is measured with has the former only, but a finger also lands on the next key.
_LIKELY_SLIP, _RARE_SLIP = -4.8, -7.0
LONGEST_JOINED = 40  # letters; a longer run without a space is an address or mischief
_LONGEST_SYLLABLE = 7  # nghiêng
_LONGEST_WORD = 10  # smartphone
# Joined words must look like words: a mean log probability a syllable below this is chance (random letters: -11).
_LEAST_MEAN_LOG = -9.5
_LETTERS_AND_NUMBER = re.compile(r"([a-z]+)(\d{1,4})")
_AMOUNT = re.compile(r"(\d{1,4})(k|tr|trieu|ty|d|dong)")
_AMOUNT_UNITS = {"k": ("000", "dong"), "tr": ("", "trieu"), "d": ("", "dong")}

Variant = tuple[str, float]


@lru_cache(maxsize=8192)
def dialect_variants(written: str) -> tuple[Variant, ...]:
    """Words that sound the same to speakers who merge sounds, each with its log probability: ``lộp`` → ``nộp``.

    A word typed with diacritics keeps them, and is doubted only for a word at least as common.
    """
    lexicon, model = load_lexicon(), load_folded_model()
    match = _INITIAL.match(written)
    if match is None or match.end() == len(written):
        return ()
    initial, rime = match.group(), written[match.end() :]
    known: Container[str] = model.vietnamese if written.isascii() else lexicon.ids
    least = 0 if written.isascii() else _count(written)
    found = []
    for group, log in _ALIKE_INITIALS:
        others = (other + rime for other in group if initial in group and other != initial)
        found += [(other, log) for other in others if other in known and _count(other) >= least]
    return tuple(found)


def _count(syllable: str) -> int:
    lexicon = load_lexicon()
    index = lexicon.ids.get(syllable)
    return 0 if index is None else lexicon.counts[index]


def _one_deletions(word: str) -> set[str]:
    return {word[:index] + word[index + 1 :] for index in range(len(word))}


@lru_cache(maxsize=1)
def _deletion_index() -> dict[str, list[str]]:
    index: defaultdict[str, list[str]] = defaultdict(list)
    for syllable in load_folded_model().vietnamese:
        for key in _one_deletions(syllable) | {syllable}:
            index[key].append(syllable)
    return dict(index)


def _slip_log(written: str, meant: str) -> float | None:
    """Log probability of one letter dropped, doubled or swapped (likely), added or replaced (less so); else None."""
    if len(written) == len(meant):
        different = [i for i in range(len(meant)) if written[i] != meant[i]]
        first = different[0]
        if len(different) == 2 and written[first : first + 2] == meant[first : first + 2][::-1]:
            return _LIKELY_SLIP
        return _RARE_SLIP if len(different) == 1 else None
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    gaps = [i for i in range(len(longer)) if longer[:i] + longer[i + 1 :] == shorter]
    if not gaps:
        return None
    # Two neighbouring gaps give the same word exactly when a letter is doubled.
    return _LIKELY_SLIP if longer is meant or len(gaps) > 1 else _RARE_SLIP


@lru_cache(maxsize=8192)
def slips(folded: str, most: int = 8) -> tuple[Variant, ...]:
    """Syllables one slip away from what was written, each with its log probability: ``tamm`` → ``tam``."""
    if len(folded) < 3 or len(folded) > _LONGEST_SYLLABLE + 1:
        return ()
    index, model = _deletion_index(), load_folded_model()
    near = {s for key in _one_deletions(folded) | {folded} for s in index.get(key, ()) if s != folded}
    found = [(syllable, log) for syllable in near if (log := _slip_log(folded, syllable)) is not None]
    return tuple(sorted(found, key=lambda item: (-model.log(item[0]) - item[1], item[0]))[:most])


@lru_cache(maxsize=4096)
def split_amount(folded: str) -> tuple[str, ...]:
    """``50k`` → ``50000 dong``, ``2tr`` → ``2 trieu``; () when the word is no amount."""
    match = _AMOUNT.fullmatch(folded)
    if match is None:
        return ()
    zeros, unit = _AMOUNT_UNITS.get(match.group(2), ("", match.group(2)))
    return str(int(match.group(1))) + zeros, unit


@lru_cache(maxsize=4096)
def split_joined(folded: str) -> tuple[str, ...]:
    """``dangkytamtru`` → ``dang ky tam tru``, ``muc2`` → ``muc 2``; () when the word is not several words."""
    model = load_folded_model()
    numbered = _LETTERS_AND_NUMBER.fullmatch(folded)
    if numbered is not None:
        words, number = numbered.groups()
        front = (words,) if words in model.vietnamese else split_joined(words)
        return (*front, str(int(number))) if front else ()
    if not folded.isascii() or not folded.isalpha() or not 4 <= len(folded) <= LONGEST_JOINED:
        return ()
    best = _best_split(folded, model)
    return best if len(best) > 1 else ()


def _best_split(folded: str, model: FoldedModel) -> tuple[str, ...]:
    """Viterbi over places to cut; each state is the best way to reach a place with a given last word."""
    words = load_glossary().words
    states: list[dict[str, tuple[float, tuple[str, ...]]]] = [{} for _ in range(len(folded) + 1)]
    states[0][""] = (0.0, ())
    for start in range(len(folded)):
        for end in range(start + 1, min(len(folded), start + _LONGEST_WORD) + 1):
            piece = folded[start:end]
            if piece not in model.vietnamese and piece not in words:
                continue
            own, number = model.log(piece), model.id(piece)
            for last, (score, pieces) in states[start].items():
                joined = score + own + model.fit(model.id(last), number)
                if piece not in states[end] or joined > states[end][piece][0]:
                    states[end][piece] = (joined, (*pieces, piece))
    if not states[-1]:
        return ()
    score, pieces = max(states[-1].values())
    return pieces if score / len(pieces) >= _LEAST_MEAN_LOG else ()
