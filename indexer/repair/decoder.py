"""Finds the likeliest syllables behind the tokens of a scan: a beam search over what each token may have been."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.repair.channel import Channel
from indexer.repair.language import History, LanguageModel
from indexer.repair.tokens import Kind, Token, with_d_stroke
from knowledge.text.characters import strip_diacritics

CANDIDATES = 300  # syllables looked at behind one token
KEPT_CANDIDATES = 18  # of these, as many stay after weighing how common each is
BEAM = 24  # readings of the text so far that are followed up
# Readings this far (in ln) behind the best are given up: what follows hardly ever makes up for so much.
BEAM_MARGIN = 12.0
CANDIDATE_MARGIN = 16.0
# The language counts a little less than the letters: its chances are sharper than they are right.
LANGUAGE_WEIGHT = 0.9
# In a scan that lost its diacritics a strange word is more often a damaged one than a foreign one.
AS_WRITTEN_PENALTY = -5.0
SIGNS_PENALTY = -12.0  # for a word read with digits or signs in it
# A token like "T6" or "C06" is far more often a misread word than a code, one like "x3" nearly always.
SHORT_CODE_PENALTY, SMALL_CODE_PENALTY = -6.0, -14.0
LAST_LATIN_1 = "\u00ff"  # é, ó and the like are still found in misread words
# A word is reported as unsure when its share among its alternatives is below this.
SURE_SHARE = 0.9


@dataclass(slots=True)
class Reading:
    """What a token may have been; ``as_written`` readings are copied, letter for letter."""

    word: int
    channel: float
    as_written: bool = False


@dataclass(slots=True)
class Choice:
    """The reading chosen for a token, how sure it is (0..1) and the next best words."""

    reading: Reading
    share: float
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class _Path:
    score: float
    history: History
    last: Reading | None
    before: _Path | None = field(repr=False)


def decode(tokens: Sequence[Token], model: LanguageModel, channel: Channel) -> list[Choice]:
    """The chosen reading of every token that is not a mark, in order."""
    spoken = [token for token in tokens if token.kind is not Kind.MARK]
    seen: dict[tuple[str, Kind, bool, bool], list[Reading]] = {}
    readings = []
    for token in spoken:
        key = (token.text, token.kind, token.maybe_code, token.name)
        if key not in seen:
            seen[key] = _readings(token, model, channel)
        readings.append(seen[key])
    first = _search(spoken, readings, model)
    model.adapt(model.with_edges(spoken, [reading.word for reading in first]))
    chosen = _search(spoken, readings, model)
    return _judge(spoken, readings, chosen, model)


def _readings(token: Token, model: LanguageModel, channel: Channel) -> list[Reading]:
    if token.kind is Kind.NUMBER:
        return [Reading(model.number, 0.0, as_written=True)]
    if token.kind is Kind.ABBREVIATION:
        return [Reading(model.word_id(with_d_stroke(token.text, in_code=False).lower()), 0.0, as_written=True)]
    read = token.text.lower()
    if model.is_vietnamese(read) and any(c > LAST_LATIN_1 for c in read):
        # No English reader makes letters like ư or ố: who wrote one wrote the word.
        return [Reading(model.word_id(read), 0.0)]
    found = [Reading(word, score) for word, score in channel.candidates(read, CANDIDATES)]
    if token.name:
        plain = strip_diacritics(read)
        found = [reading for reading in found if strip_diacritics(model.word(reading.word)) == plain] or found
    weighed = [(reading.channel + LANGUAGE_WEIGHT * math.log(model.single(reading.word)), reading) for reading in found]
    weighed.sort(key=lambda pair: -pair[0])
    least = weighed[0][0] - CANDIDATE_MARGIN
    found = [reading for score, reading in weighed[:KEPT_CANDIDATES] if score > least]
    if token.maybe_code:
        penalty = SHORT_CODE_PENALTY if token.text[0].isupper() else SMALL_CODE_PENALTY
        found.append(Reading(model.number, penalty, as_written=True))
    elif not model.is_vietnamese(read):
        penalty = AS_WRITTEN_PENALTY if read.isalpha() else SIGNS_PENALTY
        found.append(Reading(model.word_id(read), penalty, as_written=True))
    return found


def _search(spoken: Sequence[Token], readings: list[list[Reading]], model: LanguageModel) -> list[Reading]:
    paths = [_Path(0.0, (model.edge, model.edge), None, None)]
    for token, choices in zip(spoken, readings, strict=True):
        words = [reading.word for reading in choices]
        best: dict[History, _Path] = {}
        for path in paths:
            history = (model.edge, model.edge) if token.boundary else path.history
            for reading, chance in zip(choices, model.log_probabilities(history, words), strict=True):
                score = path.score + reading.channel + LANGUAGE_WEIGHT * chance
                reached = (history[1], reading.word)
                known = best.get(reached)
                if known is None or score > known.score:
                    best[reached] = _Path(score, reached, reading, path)
        paths = sorted(best.values(), key=lambda path: -path.score)[:BEAM]
        least = paths[0].score - BEAM_MARGIN
        paths = [path for path in paths if path.score > least]
    return _trace(paths[0])


def _trace(path: _Path) -> list[Reading]:
    chosen: list[Reading] = []
    step: _Path | None = path
    while step is not None:
        if step.last is not None:
            chosen.append(step.last)
        step = step.before
    return chosen[::-1]


def _judge(
    spoken: Sequence[Token], readings: list[list[Reading]], chosen: list[Reading], model: LanguageModel
) -> list[Choice]:
    """How sure each choice is, its neighbours taken as right."""
    choices = []
    for position, (options, reading) in enumerate(zip(readings, chosen, strict=True)):
        if len(options) == 1:
            choices.append(Choice(reading, 1.0))
            continue
        scores = [_local_score(option, position, spoken, chosen, model) for option in options]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        total = sum(weights)
        ranked = sorted(zip(weights, options, strict=True), key=lambda pair: -pair[0])
        share = sum(weight for weight, option in ranked if option.word == reading.word) / total
        others = tuple(model.word(option.word) for _, option in ranked[:4] if option.word != reading.word)
        choices.append(Choice(reading, share, others[:3]))
    return choices


def _local_score(
    option: Reading, position: int, spoken: Sequence[Token], chosen: list[Reading], model: LanguageModel
) -> float:
    words = [model.edge, model.edge]
    for before in range(max(0, position - 2), position):
        if spoken[before].boundary:
            words += (model.edge, model.edge)
        words.append(chosen[before].word)
    score = option.channel
    for current in range(position, min(position + 3, len(spoken))):
        if spoken[current].boundary:
            words += (model.edge, model.edge)
        word = option.word if current == position else chosen[current].word
        score += LANGUAGE_WEIGHT * model.log_probabilities((words[-2], words[-1]), [word])[0]
        words.append(word)
    return score
