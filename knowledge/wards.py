"""The wards the assistant knows, and which ward a question names.

Names are matched without marks and capitals, with one slip of a finger allowed, because that is how residents write
them. Units that are not covered are recognised too, so that a question about them is not answered from our plans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from knowledge.text import fold, normalise
from knowledge.unit_wards import former_names, other_kinds, units_by_code
from knowledge.units import Unit
from knowledge.yaml_loader import load_yaml

WARDS_FILE = Path(__file__).with_name("wards.yaml")
# A slip is forgiven only in a name of this many letters that follows one of these words: short or bare names would
# swallow ordinary words ("đại sơn" / "đại con").
FUZZY_LETTERS = 6
_BEFORE_NAME = frozenset(["phuong", "xa", "p", "x", "o", "cua", "tai", "ben", "thuoc", "va", "voi", "ubnd"])
_BEFORE_PROVINCE = frozenset(["tinh", "tp", "pho", "o", "tai", "cua", "ben"])
# "tôi ở phường A, cho hỏi phường B …": A is where the asker lives, B is asked about.
_LIVES_THERE = re.compile(
    r"\b(toi|minh|em|chau|nha|dan|bac|co|chu|ba|ong|anh|chi|gia dinh)( \w+){0,2} (o|song|thuoc|ben|tai)$"
)
_NOT_A_NAME = frozenset(["hội", "phường", "xã", "thị", "trấn", "quận", "huyện"])
_LONGEST_ABBREVIATION = 3  # letters with the full stop: "P.", "tx."; after it the name goes on
_KIND = re.compile(r"^(?:phường|xã|thị trấn|đặc khu|huyện) ")
_LONGEST_NAME = 5  # words; "phường Nguyễn Bỉnh Khiêm" has four


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with a plan.

    ``name`` is written as in a sentence ("phường Lê Đại Hành"). ``successor`` is the ward that took over when this
    one ended on the day ``ended`` (YYYY-MM-DD).
    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    not_kinds: tuple[str, ...] = ()
    ended: str | None = None
    successor: str | None = None
    successor_aliases: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``phường``, ``xã`` or ``đặc khu``."""
        return "đặc khu" if self.name.startswith("đặc khu") else self.name.split(" ", 1)[0]


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a question says about places.

    ``wards`` are ours, in order, without where the asker lives when another is named; ``by_successor`` when a merged
    ward was named by the ward that took it over; ``elsewhere`` are places that are not ours, as written; ``names`` are
    the words that name our wards, ``rest`` is the question without them.
    """

    wards: tuple[Ward, ...]
    by_successor: bool
    elsewhere: tuple[str, ...]
    names: str
    rest: str


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    ward: Ward
    by_successor: bool = False
    needs_kind: bool = False


@dataclass(frozen=True, slots=True)
class Wards:
    """Every ward with a plan, and the names of other places."""

    wards: tuple[Ward, ...]
    units: frozenset[tuple[str, ...]] = frozenset()
    kinds: frozenset[tuple[str, ...]] = frozenset()
    provinces: frozenset[tuple[str, ...]] = frozenset()
    _names: tuple[_Name, ...] = field(default=(), repr=False)
    _by_first: Mapping[str, Sequence[_Name]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, list[_Name]] = {}
        for name in self._names:
            names.setdefault(name.words[0], []).append(name)
        object.__setattr__(self, "_by_first", names)

    def __getitem__(self, code: str) -> Ward:
        ward = self.get(code)
        if ward is None:
            raise KeyError(code)
        return ward

    def get(self, code: str | None) -> Ward | None:
        """The ward of a code, one of these or any unit of Hải Phòng; None when there is no such ward."""
        known = next((ward for ward in self.wards if ward.code == code), None)
        return known or (unit_ward(code) if code is not None else None)

    def including(self, codes: Iterable[str | None]) -> Wards:
        """These and the units of these codes: questions name them too, because they have a plan of their own."""
        there = {ward.code for ward in self.wards}
        added = [ward for code in codes if code is not None and code not in there if (ward := unit_ward(code))]
        if not added:
            return self
        wards = (*self.wards, *added)
        return replace(self, wards=wards, _names=tuple(_names_of((*added, *self.wards))))

    def mentions(self, question: str) -> Mentions:
        """Which places a question names; never raises."""
        words = normalise(question).split()
        folded = [_bare(word) for word in words]
        found: list[Ward] = []
        homes: list[Ward] = []
        by_successor = False
        elsewhere: list[str] = []
        keep = [True] * len(words)
        position = 0
        while position < len(words):
            ours = self._ours_at(folded, position)
            if ours is not None and not _interrupted(words[ours[0] : ours[1]]):
                start, end, name = ours
                keep[start:end] = [False] * (end - start)
                by_successor = by_successor or name.by_successor
                if name.ward not in found:
                    found.append(name.ward)
                    if _LIVES_THERE.search(" ".join(folded[:start])):
                        homes.append(name.ward)
                position = end
                continue
            length = self._elsewhere_at(words, folded, position)
            if length:
                elsewhere.append(" ".join(words[position : position + length]).strip(".,?!;:"))
            position += max(length, 1)
        rest = " ".join(word for word, kept in zip(words, keep, strict=True) if kept)
        names = " ".join(word for word, kept in zip(words, keep, strict=True) if not kept)
        found = [ward for ward in found if ward not in homes] or found
        return Mentions(tuple(found), by_successor, tuple(elsewhere), names, rest)

    def _ours_at(self, folded: Sequence[str], position: int) -> tuple[int, int, _Name] | None:
        """The name of one of our wards at a position: where it starts (with its kind) and ends."""
        kind = 1 if folded[position] in ("phuong", "xa", "p", "x", "huyen") else 0
        if tuple(folded[position : position + 2]) in (("thi", "tran"), ("dac", "khu")):
            kind = 2
        start = position + kind
        spoken = " ".join(folded[position:start])
        before = folded[start - 1] if start else ""
        # A name with a slip may begin with any letters; one without is among the few that begin with this word.
        first = folded[start] if start < len(folded) else ""
        for name in self._names if before in _BEFORE_NAME else self._by_first.get(first, ()):
            end = start + len(name.words)
            window = tuple(folded[start:end])
            if len(window) < len(name.words) or (name.needs_kind and not kind):
                continue
            slip = before in _BEFORE_NAME and sum(map(len, name.words)) >= FUZZY_LETTERS
            if window != name.words and not (slip and _one_slip(window, name.words)):
                continue
            if spoken in {fold(k) for k in name.ward.not_kinds}:
                return None
            if not kind and (before in ("tran", "nguyen") or folded[end : end + 1] == ["vuong"]):
                return None  # a person or a street: Trần Hưng Đạo, Hưng Đạo Vương
            return position, end, name
        return None

    def _elsewhere_at(self, words: Sequence[str], folded: Sequence[str], position: int) -> int:
        """How many words at a position name a place that is not ours; 0 for none."""
        for length in (1, 2):
            if tuple(folded[position : position + length]) in self.kinds:
                if length == 2 and position + 1 < len(folded) and self._ours_at(folded, position + 1):
                    continue  # "… thì xã Đại Sơn" without marks is no thị xã
                start = position + length
                for size in range(_LONGEST_NAME - 1, 0, -1):
                    if tuple(folded[start : start + size]) in self.units:
                        return length + size
                size = _capitalised_run(words, start)
                if size >= 2:
                    return length + size
        if position and folded[position - 1] in _BEFORE_PROVINCE:
            for size in (3, 2, 1):
                if tuple(folded[position : position + size]) in self.provinces:
                    return size
        return 0


def _interrupted(words: Sequence[str]) -> bool:
    """Whether a comma or the like stands inside: "văn bản điện tử, ký số" names no ward."""
    return any(word[-1] in ",;:?!" or (word[-1] == "." and len(word) > _LONGEST_ABBREVIATION) for word in words[:-1])


_EDGES = re.compile(r"^[^\w]+|[^\w]+$")


def _bare(word: str) -> str:
    return fold(word if word.isalnum() else _EDGES.sub("", word))


def _capitalised_run(words: Sequence[str], start: int) -> int:
    """How many words from ``start`` look like a proper name (a name in capitals only says nothing)."""
    size = 0
    for word in words[start : start + _LONGEST_NAME - 1]:
        bare = word.strip(".,?!;:()\"“”'")
        if not bare[:1].isupper() or bare.isupper() or bare.lower() in _NOT_A_NAME:
            break
        size += 1
        if bare != word:
            break
    return size


def _one_slip(window: Sequence[str], name: Sequence[str]) -> bool:
    """Whether exactly one word differs, by one letter dropped, doubled or swapped with its neighbour."""
    different = [(a, b) for a, b in zip(window, name, strict=True) if a != b]
    return len(different) == 1 and is_slip(*different[0])


def is_slip(written: str, meant: str) -> bool:
    """Whether ``written`` is ``meant`` with one letter dropped, added, replaced or two neighbours swapped."""
    if abs(len(written) - len(meant)) > 1 or written == meant:
        return False
    shortest = min(len(written), len(meant))
    head = next((i for i in range(shortest) if written[i] != meant[i]), shortest)
    if len(written) == len(meant):
        swapped = written[head : head + 2] == meant[head : head + 2][::-1]
        return written[head + 1 :] == meant[head + 1 :] or (swapped and written[head + 2 :] == meant[head + 2 :])
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    return longer[head + 1 :] == shorter[head:]


@cache
def load_wards(path: Path = WARDS_FILE) -> Wards:
    """Reads wards.yaml; raises FileNotFoundError or ValueError (with the field) when it is missing or wrong."""
    raw = load_yaml(path.read_text(encoding="utf-8"))
    try:
        wards = tuple(
            Ward(
                code=entry["code"],
                name=entry["name"],
                aliases=tuple(entry.get("aliases", ())),
                former=tuple(entry.get("former", ())),
                not_kinds=tuple(entry.get("not_kinds", ())),
                ended=str(entry["ended"]) if entry.get("ended") else None,
                successor=entry.get("successor"),
                successor_aliases=tuple(entry.get("successor_aliases", ())),
            )
            for entry in raw["wards"]
        )
        elsewhere = raw["elsewhere"]
        return Wards(
            wards=wards,
            units=frozenset(map(_folded_words, elsewhere["units"])),
            kinds=frozenset(map(_folded_words, elsewhere["kinds"])),
            provinces=frozenset(map(_folded_words, elsewhere["provinces"])),
            _names=tuple(_names_of(wards)),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: wrong or missing field: {error}") from error


@cache
def unit_ward(code: str) -> Ward | None:
    """The ward that a unit of Hải Phòng is, by its code (``hong-bang``); None for any other code."""
    unit = units_by_code().get(code)
    if unit is None:
        return None
    # Its own name is among those that need their kind before them.
    return Ward(code, str(unit), former=(str(unit), *former_names()[unit.code]), not_kinds=other_kinds(unit))


def unit_of(code: str) -> Unit | None:
    """The unit of a ward's code; None for a shipped ward that is none any more."""
    return units_by_code().get(code)


def _folded_words(name: str) -> tuple[str, ...]:
    return tuple(_bare(word) for word in name.split())


def _names_of(wards: Sequence[Ward]) -> list[_Name]:
    """Every name, the longest first so that "Lê Thanh Nghị" is not read as something shorter."""
    names: list[_Name] = []
    for ward in wards:
        names += [_Name(_folded_words(alias), ward) for alias in ward.aliases]
        names += [_Name(_folded_words(alias), ward, by_successor=True) for alias in ward.successor_aliases]
        names += [_Name(_folded_words(_KIND.sub("", unit)), ward, needs_kind=True) for unit in ward.former]
    return sorted(names, key=lambda name: -len(name.words))
