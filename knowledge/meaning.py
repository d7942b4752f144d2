"""What a question means, token by token: how much each word of it can tell one passage from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.text import Query, lexical_tokens, pairs, syllables
from knowledge.text.tokens import PAIR_JOINER, fold
from knowledge.topics import Topic

# Words every question has; a passage need not hold them to answer it.
_STOP_WORDS = """là gì nào thế thì mà và của cho ở tại có không được bị như sao làm hỏi xin ơi ạ nhé nhỉ vậy tôi mình
    bạn em anh chị bác chú ông bà các những một mấy bao nhiêu ai đâu khi lúc bây giờ rồi chưa nữa còn với về đến từ
    trong ra vào này đó kia đấy đây phải cần muốn biết giúp để hãy hay hoặc nếu rằng vì bằng theo qua lại đi nha hả hề
    hôm ngày nói nêu nhắc điều việc cái con cháu k ko j z vs ak a ha dc bn ntn"""
_MARKED_STOP = frozenset(_STOP_WORDS.split())
_STOP = frozenset(fold(word) for word in _STOP_WORDS.split())
STOP_WEIGHT = 0.15  # of a word above, against a word that means something
HALF_STOP_WEIGHT = 0.5  # of a pair with one such word
# Every passage of a plan speaks of the plan and its campaign: these words tell plans from guides, not passages apart.
PLAN_WORD_WEIGHT = 0.5
_PLAN_WORDS = frozenset(lexical_tokens("kế hoạch") + lexical_tokens("phong trào") + lexical_tokens("thi đua"))
# The ward's name decides whose plan is searched; in the search itself it must not outweigh what is asked.
WARD_NAME_WEIGHT = 0.3
# "nhiệm vụ", "tiêu chí": in every passage of their topic, so that the office or group asked about must decide.
ASKING_WORD_WEIGHT = 0.4
# A writer who types marks on this share of the syllables types all of them: the rest of the language has none.
CAREFUL_SHARE = 0.5
MARKED = "="
"""Before a syllable that keeps its marks: ``=vàng`` and ``=vắng`` differ where ``vang`` does not."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The tokens of the likeliest reading, each with its share of the meaning (0..1).

    ``folded`` are syllables and pairs without marks; ``marked`` are the same as written: with their
    marks (``=vàng``) where marks were typed. ``damped`` are the tokens that name the ward or only the kind of thing
    asked for, with the weight they are looked up by.
    """

    folded: Mapping[str, float]
    marked: Mapping[str, float]
    damped: Mapping[str, float]

    def share_in(self, tokens: frozenset[str]) -> float:
        """The share of the meaning that some tokens hold."""
        total = sum(self.folded.values())
        return sum([share for token, share in self.folded.items() if token in tokens]) / total if total else 0.0


def read_meaning(query: Query, ward_names: str, plain: str, topics: Sequence[Topic]) -> Meaning:
    """The meaning of a question that names a ward by ``ward_names`` and asks for ``topics``."""
    damped = dict.fromkeys(_asking_words(plain, topics), ASKING_WORD_WEIGHT)
    if ward_names:
        damped |= dict.fromkeys(lexical_tokens(ward_names), WARD_NAME_WEIGHT)
    written = syllables(query.reading)
    stops = _stops(written) if query.has_diacritics else _STOP
    folded = {token: _share(token, damped, stops) for token in lexical_tokens(query.reading)}
    return Meaning(folded, _as_written(written, damped, stops), damped)


def _as_written(written: Sequence[str], damped: Mapping[str, float], stops: frozenset[str]) -> dict[str, float]:
    """Syllables and pairs with the marks that were typed; without, where none were or they may have been left out."""
    bare = [fold(syllable) for syllable in written]
    marked = [plain != syllable for plain, syllable in zip(bare, written, strict=True)]
    careful = sum(marked) >= CAREFUL_SHARE * len(marked)
    found: dict[str, float] = {}
    for plain, syllable, typed in zip(bare, written, marked, strict=True):
        found[MARKED + syllable if typed else plain] = _share(plain, damped, stops)
    for number, plain in enumerate(pairs(bare)):
        typed = marked[number] and marked[number + 1] if not careful else marked[number] or marked[number + 1]
        token = MARKED + written[number] + PAIR_JOINER + written[number + 1] if typed else plain
        found[token] = _share(plain, damped, stops)
    return found


def _share(token: str, damped: Mapping[str, float], stops: frozenset[str]) -> float:
    if token in damped:
        return damped[token]
    if token in _PLAN_WORDS:
        return PLAN_WORD_WEIGHT
    if PAIR_JOINER not in token:
        return STOP_WEIGHT if token in stops else 1.0
    left, _, right = token.partition(PAIR_JOINER)
    if left in stops:
        return STOP_WEIGHT if right in stops else HALF_STOP_WEIGHT
    return HALF_STOP_WEIGHT if right in stops else 1.0


def _asking_words(plain: str, topics: Sequence[Topic]) -> set[str]:
    """The words by which a subject is asked about: they stand in many passages, the subject in one."""
    words: set[str] = set()
    for topic in topics:
        match = topic.asks.search(plain) if topic.subject and topic.asks else None
        if match is not None:
            words.update(lexical_tokens(match.group()))
    return words


def _stops(written: Sequence[str]) -> frozenset[str]:
    """Words without meaning; where marks were typed, "thể" is no "thế"."""
    meant = {bare for s in written if s not in _MARKED_STOP and (bare := fold(s)) != s}
    return _STOP - meant if meant else _STOP
