"""Material files as people edit them: YAML read as text, with the line of every value for error messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.yaml_loader import compose_yaml

YamlValue = str | None | list["YamlValue"] | dict[str, "YamlValue"]
YamlPath = tuple[str | int, ...]

PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_NULLS = frozenset({"", "null", "~"})


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a material file; ``file`` is relative to the material's folder, lines count from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class MaterialError(ValueError):
    """Material that cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class YamlSource:
    """A parsed YAML text whose scalars stay text: ``2025-07-01``, ``0`` and ``no`` are not guessed into types."""

    def __init__(self, text: str, file: str, first_line: int = 1) -> None:
        """Parse ``text``, which begins at ``first_line`` of ``file``. Raises MaterialError on broken YAML."""
        self.file = file
        self._first_line = first_line
        self._lines: dict[YamlPath, int] = {}
        self._problems: list[Problem] = []
        try:
            node = compose_yaml(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = first_line + (mark.line if mark is not None else 0)
            problem = getattr(error, "problem", None) or str(error)
            raise MaterialError([Problem(file, line, f"YAML cannot be read: {problem}")]) from error
        self.value: YamlValue = None if node is None else self._build(node, ())
        if self._problems:
            raise MaterialError(self._problems)

    def line(self, *path: str | int) -> int:
        """The line of the value at ``path``, or of its nearest parent that exists."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, self._first_line)

    def problem(self, message: str, *path: str | int) -> Problem:
        """A problem placed at the value at ``path``."""
        return Problem(self.file, self.line(*path), message)

    def _build(self, node: yaml.Node, path: YamlPath) -> YamlValue:
        self._lines[path] = self._first_line + node.start_mark.line
        if isinstance(node, yaml.SequenceNode):
            return [self._build(child, (*path, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._build_mapping(node, path)
        plain = not getattr(node, "style", None)  # None of the parser in Python, "" of the one in C
        return None if plain and node.value in _NULLS else str(node.value)

    def _build_mapping(self, node: yaml.MappingNode, path: YamlPath) -> YamlValue:
        built: dict[str, YamlValue] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = self._first_line + key_node.start_mark.line
            if key in built:
                self._problems.append(Problem(self.file, line, f"'{key}' is given twice"))
            built[key] = self._build(value_node, (*path, key))
            self._lines[(*path, key)] = line
        return built


def read_material(path: Path, file: str) -> str:
    """The text of a material file; MaterialError when it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise MaterialError([Problem(file, 1, f"file not found: {path}")]) from error
    except UnicodeDecodeError as error:
        raise MaterialError([Problem(file, 1, "not UTF-8: save the file as UTF-8 and try again")]) from error


def text_field(entry: dict[str, YamlValue], key: str) -> str:
    """The text at ``key``, or "" when it is absent, null or not a scalar."""
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""


def text_list(entry: dict[str, YamlValue], key: str) -> list[str]:
    """The list of texts at ``key``; a single text counts as a list of one, anything else as empty."""
    value = entry.get(key)
    if isinstance(value, str):
        return [value.strip()]
    if isinstance(value, list):
        return [item.strip() for item in value if isinstance(item, str)]
    return []
