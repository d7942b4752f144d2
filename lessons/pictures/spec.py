"""Reads the entries of a scene; what a scene says wrongly is told with the scene's name and the place in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lessons.pictures.style import COLOURS
from lessons.pictures.svg import icons
from lessons.typeface import drawable


class SceneError(ValueError):
    """A scene cannot be drawn; the message says where and what."""


class Spec:
    """One mapping of a scene. Every entry must be read before ``close``, so that a misspelt one is noticed."""

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, Mapping):
            raise SceneError(f"{where}: expected entries like 'text: …', found {values!r}")
        self._values = {str(name): value for name, value in values.items()}
        self._read: set[str] = set()
        self.where = where

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def names(self) -> tuple[str, ...]:
        """What is written in it."""
        return tuple(self._values)

    def value(self, name: str) -> object:
        """An entry as YAML read it; raises when it is missing."""
        if name not in self._values:
            raise SceneError(f"{self.where}: '{name}' is missing")
        self._read.add(name)
        return self._values[name]

    def text(self, name: str, default: str | None = None) -> str:
        """A text; numbers are taken as they are written."""
        if name not in self._values and default is not None:
            return default
        value = self.value(name)
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise SceneError(f"{self.where}: '{name}' must be a text, found {value!r}; put it in quotes")
        said = str(value).strip()
        missing = set(said.replace("\n", " ")) - set(drawable(said)) - {" "}
        if missing:
            raise SceneError(f"{self.where}: the typeface has no {' '.join(sorted(missing))}; use an icon")
        return said

    def flag(self, name: str) -> bool:
        """Whether ``name: true`` is written."""
        if name not in self._values:
            return False
        value = self.value(name)
        if not isinstance(value, bool):
            raise SceneError(f"{self.where}: '{name}' must be true or false, found {value!r}")
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        if name not in self._values:
            return default
        value = self.value(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise SceneError(f"{self.where}: '{name}' must be a whole number, found {value!r}")
        return value

    def colour(self, name: str, default: str) -> str:
        """One of style.COLOURS by name."""
        return self.choice(name, COLOURS, default)

    def icon(self, name: str = "icon", default: str = "") -> str:
        """An icon's name; empty when there is none."""
        found = self.text(name, default)
        if found and found not in icons():
            raise SceneError(f"{self.where}: there is no icon '{found}' in icons.yaml")
        return found

    def choice(self, name: str, allowed: Mapping[str, object] | tuple[str, ...], default: str) -> str:
        """One of the allowed words."""
        found = self.text(name, default)
        if found not in allowed:
            raise SceneError(f"{self.where}: '{name}: {found}' is none of {', '.join(allowed)}")
        return found

    def texts(self, name: str) -> list[str]:
        """A list of texts, empty when missing."""
        if name not in self._values:
            return []
        value = self.value(name)
        if not isinstance(value, list):
            raise SceneError(f"{self.where}: '{name}' must be a list")
        return [str(item) for item in value]

    def specs(self, name: str) -> Iterator[Spec]:
        """A list of mappings, each under its number."""
        value = self.value(name)
        if not isinstance(value, list):
            raise SceneError(f"{self.where}: '{name}' must be a list, each entry beginning with '-'")
        for number, item in enumerate(value, 1):
            yield Spec(item, f"{self.where}, {name} {number}")

    def close(self) -> None:
        """Refuse what was not read: it would be left out of the picture unseen."""
        unread = sorted(set(self._values) - self._read)
        if unread:
            raise SceneError(f"{self.where}: nothing here is called {', '.join(unread)}")
