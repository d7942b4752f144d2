"""How the features of found units become scores, and those of the best unit its confidence.

The numbers are in calibration.json, fitted by ``python -m indexer.evaluate fit`` on the development questions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.network import Network, from_fields

CONFIDENCE_INPUTS = tuple(
    """coverage words pairs written written_pairs row rarest likeness support cosine_support word_evidence title opening
    subject subject_asked about named cosine topic_held topic_lacking number figure margin decoy decoy_likeness
    decoy_asked asked chance surest uncovered of_kind lacking known known_cosine row_cosine first_in_both length
    elsewhere""".split()  # noqa: SIM905
)
"""What the confidence is made of; ``knowledge.confidence`` computes them."""

CALIBRATION_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True, slots=True)
class Ranking:
    """The network that scores units, in nats."""

    network: Network

    def scores(self, features: Sequence[Any]) -> list[float]:
        """A score for the features of each unit."""
        read = attrgetter(*self.network.names)
        inputs = np.asarray([read(one) for one in features], np.float32).reshape(len(features), -1)
        scores: list[float] = self.network.scores(inputs).tolist()
        return scores


@cache
def _read(path: Path) -> dict[str, Any]:
    fields = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(fields, dict):
        raise ValueError(f"{path}: must be a JSON object; fit it with: python -m indexer.evaluate fit")
    return fields


@cache
def lexical_share(path: Path = CALIBRATION_FILE) -> float:
    """The share of the lexical score when both are fused. Raises KeyError or ValueError when the file is wrong."""
    return float(_read(path)["lexical_share"])


@cache
def load_ranking(path: Path = CALIBRATION_FILE) -> Ranking:
    """How units are ranked. Raises KeyError or ValueError when the file is wrong."""
    return Ranking(from_fields(_read(path)["ranking"]))


@cache
def load_confidence(kind: str, path: Path = CALIBRATION_FILE) -> Network:
    """The calibration for answers from a ``plan`` or a ``guide``. Raises KeyError when the file is wrong."""
    return from_fields(_read(path)["confidence"][kind])


@cache
def load_coverage(kind: str, path: Path = CALIBRATION_FILE) -> Network:
    """The same for whether the material answers at all. Raises KeyError when the file is wrong."""
    return from_fields(_read(path)["coverage"][kind])


@cache
def answer_threshold(kind: str, path: Path = CALIBRATION_FILE) -> float:
    """The probability of being covered from which a resident is shown an answer from a ``plan`` or a ``guide``."""
    return float(_read(path)["answer_threshold"][kind])
