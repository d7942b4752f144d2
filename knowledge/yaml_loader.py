"""YAML by the parser in C: ten times faster, and the material is read at every start of the program."""

from __future__ import annotations

from typing import Any

import yaml

# It comes with every PyYAML wheel; a source build may lack it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """The values of a YAML text, plain types only. Raises yaml.YAMLError."""
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader
    except UnicodeEncodeError as error:
        raise yaml.YAMLError(f"half a character: {error.reason}") from error


def compose_yaml(text: str) -> yaml.Node | None:
    """The nodes of a YAML text with their lines, None for an empty one. Raises yaml.YAMLError."""
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=LOADER)
    except UnicodeEncodeError as error:
        raise yaml.YAMLError(f"half a character: {error.reason}") from error
    return node
