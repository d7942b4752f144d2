"""Reads a YAML file for its fields while remembering the lines, and collects mistakes instead of stopping."""

from __future__ import annotations

import re

import yaml

from knowledge.facts import Problem, compose_yaml
from lessons.material_source import MaterialSource, UnreadableItemError

ID_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ID_LIMIT = 28  # characters; a question id with an option must fit 64 bytes of button payload
BOOLEANS = {"true": True, "đúng": True, "false": False, "sai": False}


class Fields:
    """The fields of one YAML mapping. Each getter notes what is wrong and returns an empty value instead."""

    def __init__(self, node: yaml.Node, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.line = node.start_mark.line + 1
        self._problems = problems
        self._values: dict[str, yaml.Node] = {}
        self._read: set[str] = set()
        if not isinstance(node, yaml.MappingNode):
            self.problem("expected fields written as 'name: value'")
            return
        for key, value in node.value:
            if key.value in self._values:
                self.problem(f"'{key.value}' is given twice; keep one", key.start_mark.line + 1)
            self._values[key.value] = value

    def problem(self, message: str, line: int | None = None) -> None:
        """Note a mistake at ``line`` (default: where these fields begin)."""
        self._problems.append(Problem(self.file, line or self.line, message))

    def has(self, name: str) -> bool:
        """Whether the field is present."""
        return name in self._values

    def line_of(self, name: str) -> int:
        """The line of a field's value, or of the mapping when the field is absent."""
        return self._values[name].start_mark.line + 1 if name in self._values else self.line

    def names(self) -> list[str]:
        """The names of all fields, in the order of the file."""
        return list(self._values)

    def text(self, name: str, *, required: bool = True) -> str:
        """A text; numbers and true/false are taken as they are written."""
        node = self._take(name, required)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.problem(f"'{name}' must be a text", self.line_of(name))
            return ""
        value = str(node.value).strip()
        if not value:
            self.problem(f"'{name}' is empty", self.line_of(name))
        return value

    def identifier(self, name: str, limit: int = ID_LIMIT) -> str:
        """An id: small letters without diacritics, digits and single hyphens, at most ``limit`` long."""
        value = self.text(name)
        if value and (not ID_PATTERN.fullmatch(value) or len(value) > limit):
            self.problem(
                f"'{name}: {value}' must be small letters a-z, digits, hyphens; at most {limit} characters",
                self.line_of(name),
            )
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number within ``low``..``high`` inclusive; ``low`` when it is wrong."""
        value = self.text(name)
        if value.isdecimal() and low <= int(value) <= high:
            return int(value)
        if value:
            self.problem(f"'{name}: {value}' must be a whole number from {low} to {high}", self.line_of(name))
        return low

    def boolean(self, name: str) -> bool | None:
        """true or false; None when it is neither."""
        value = self.text(name)
        found = BOOLEANS.get(value.casefold())
        if value and found is None:
            self.problem(f"'{name}: {value}' must be true or false", self.line_of(name))
        return found

    def texts(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        node = self._take(name, required)
        if node is None:
            return ()
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not all(isinstance(item, yaml.ScalarNode) for item in nodes):
            self.problem(f"'{name}' must be a text or a list of texts", self.line_of(name))
            return ()
        return tuple(str(item.value).strip() for item in nodes)

    def section(self, name: str, *, required: bool = True) -> Fields | None:
        """A nested mapping."""
        node = self._take(name, required)
        return None if node is None else Fields(node, self.file, self._problems)

    def sections(self, name: str) -> list[Fields]:
        """A list of mappings."""
        node = self._take(name, True)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.problem(f"'{name}' must be a list; begin each item with '- '", self.line_of(name))
            return []
        return [Fields(item, self.file, self._problems) for item in node.value]

    def close(self) -> None:
        """Report fields that nobody asked for: most often a misspelt name."""
        for name in self._values:
            if name not in self._read:
                self.problem(f"unknown field '{name}'; check the spelling", self.line_of(name))

    def _take(self, name: str, required: bool) -> yaml.Node | None:
        self._read.add(name)
        if name not in self._values and required:
            self.problem(f"'{name}' is missing")
        return self._values.get(name)


def read_fields(source: MaterialSource, file: str, problems: list[Problem]) -> Fields | None:
    """The fields of a YAML item, or None (with the reason noted) when it cannot be read at all."""
    try:
        node = compose_yaml(source.read(file))
    except UnreadableItemError as error:
        problems.append(Problem(file, 1, str(error)))
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.append(Problem(file, mark.line + 1 if mark else 1, _yaml_message(error)))
        return None
    except yaml.YAMLError as error:
        problems.append(Problem(file, 1, f"not valid YAML: {error}"))
        return None
    if node is None:
        problems.append(Problem(file, 1, "the file is empty"))
        return None
    return Fields(node, file, problems)


def _yaml_message(error: yaml.MarkedYAMLError) -> str:
    return f"not valid YAML: {error.problem}; put a text with ': ' or a leading quote in 'single quotes'"
