"""How the features of a found unit become one score, and the best score one confidence.

The numbers are in calibration.json, fitted by ``python -m indexer.evaluate fit`` on the development questions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CONFIDENCE_INPUTS = tuple(
    """coverage words pairs written written_pairs row rarest likeness support cosine_support title opening
    subject subject_asked about named cosine topic_held topic_lacking number margin decoy asked chance
    uncovered of_kind lacking known known_cosine row_cosine first_in_both length elsewhere""".split()  # noqa: SIM905
)
"""What the confidence is made of; ``knowledge.confidence`` computes them."""

CALIBRATION_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True, slots=True)
class RankWeights:
    """``lexical_share`` of the fused score (the rest is dense), and the weight of each feature in the ranking."""

    lexical_share: float
    weights: Mapping[str, float]

    def score(self, features: Any) -> float:
        """The weighted sum of a unit's features."""
        return sum(weight * float(getattr(features, name)) for name, weight in self.weights.items())


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over named inputs."""

    intercept: float
    weights: Mapping[str, float]

    def of(self, inputs: Mapping[str, float]) -> float:
        """The probability, strictly between 0 and 1."""
        logit = self.intercept + sum(weight * inputs[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def _read(path: Path) -> dict[str, Any]:
    fields = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(fields, dict):
        raise ValueError(f"{path}: must be a JSON object; fit it with: python -m indexer.evaluate fit")
    return fields


@cache
def load_ranking(path: Path = CALIBRATION_FILE) -> RankWeights:
    """The ranking weights. Raises KeyError or ValueError when the file is wrong."""
    fields = _read(path)["ranking"]
    return RankWeights(float(fields["lexical_share"]), dict(fields["weights"]))


@cache
def load_confidence(kind: str, path: Path = CALIBRATION_FILE) -> Logistic:
    """The calibration for answers from a ``plan`` or a ``guide``. Raises KeyError when the file is wrong."""
    fields = _read(path)["confidence"][kind]
    return Logistic(float(fields["intercept"]), dict(fields["weights"]))


@cache
def answer_threshold(kind: str, path: Path = CALIBRATION_FILE) -> float:
    """The confidence from which a resident is shown an answer from a ``plan`` or a ``guide``."""
    return float(_read(path)["answer_threshold"][kind])
