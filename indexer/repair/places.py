"""Names of wards and communes: too rare in counted text to be found there, too important to be guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from knowledge.yaml_loader import load_yaml

WARDS_FILE = Path(__file__).parents[2] / "knowledge" / "wards.yaml"
KINDS = ("phường", "xã", "quận", "huyện")
# A unit's name follows its kind at least this often, shared by all names; inside a name the next word is nearly sure.
NAME_AFTER_KIND = 0.3
NEXT_IN_NAME = 0.5


def place_names(path: Path = WARDS_FILE) -> list[str]:
    """The names of the wards, communes and districts that the assistant knows, without their kind."""
    content = load_yaml(path.read_text(encoding="utf-8"))
    names = {name for name in content["elsewhere"]["units"]}
    names |= {ward["name"].split(" ", 1)[1] for ward in content["wards"]}
    return sorted(names)


class PlaceNames:
    """Keeps a name of a place from being less likely than it is in a ward's documents."""

    def __init__(self, word_id: Callable[[str], int], names: Sequence[str] | None = None) -> None:
        self._kinds = {word_id(kind) for kind in KINDS}
        self._first: dict[int, int] = {}
        self._following: dict[tuple[int, ...], dict[int, int]] = {}
        self._count = 0
        for name in place_names() if names is None else names:
            words = [word_id(word) for word in name.lower().split()]
            self._first[words[0]] = self._first.get(words[0], 0) + 1
            self._count += 1
            for position in range(1, len(words)):
                row = self._following.setdefault(tuple(words[max(0, position - 2) : position]), {})
                row[words[position]] = row.get(words[position], 0) + 1

    def raise_names(self, history: tuple[int, int], words: Sequence[int], chances: list[float]) -> None:
        """Raises, in place, the chances of the words that begin or continue a name."""
        left, middle = history
        if middle in self._kinds:
            self._raise(self._first, self._count, NAME_AFTER_KIND, words, chances)
            return
        row = self._following.get((middle,)) if left in self._kinds else self._following.get(history)
        if row is not None:
            self._raise(row, sum(row.values()), NEXT_IN_NAME, words, chances)

    @staticmethod
    def _raise(row: dict[int, int], total: int, share: float, words: Sequence[int], chances: list[float]) -> None:
        for index, word in enumerate(words):
            count = row.get(word)
            if count:
                chances[index] = max(chances[index], share * count / total)
