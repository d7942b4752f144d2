"""A small network that weighs named inputs: a weighted sum and, beside it, one hidden layer for how they go together.

Fitted by ``indexer.network``; read from calibration.json. It costs some microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FARTHEST = 4.0
"""Standard deviations from the mean at which an input is cut off: what was never seen must not decide alone."""


@dataclass(frozen=True, slots=True)
class Network:
    """Inputs are centred and scaled. ``inward`` is (inputs, hidden), ``direct`` (inputs), ``outward`` (hidden)."""

    names: tuple[str, ...]
    centre: np.ndarray
    scale: np.ndarray
    direct: np.ndarray
    inward: np.ndarray
    shift: np.ndarray
    outward: np.ndarray
    bias: float

    def scores(self, inputs: np.ndarray) -> np.ndarray:
        """The scores (n) of inputs (n, inputs) in the order of ``names``."""
        cut = self.standardised(inputs)
        hidden = np.maximum(cut @ self.inward + self.shift, 0.0)
        scores: np.ndarray = cut @ self.direct + hidden @ self.outward + self.bias
        return scores

    def standardised(self, inputs: np.ndarray) -> np.ndarray:
        """Inputs on a common scale."""
        cut: np.ndarray = np.minimum(np.maximum((inputs - self.centre) / self.scale, -FARTHEST), FARTHEST)
        return cut

    def probability(self, inputs: Mapping[str, float]) -> float:
        """The score of one set of inputs by name as a probability, strictly between 0 and 1."""
        row = np.asarray([[inputs[name] for name in self.names]], np.float32)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, float(self.scores(row)[0])))))


_ARRAYS: Sequence[str] = ("centre", "scale", "direct", "inward", "shift", "outward")
_DIGITS = 4  # of a weight: more change no answer


def as_fields(network: Network) -> dict[str, Any]:
    """The network as JSON fields."""
    arrays = {name: np.round(getattr(network, name).astype(float), _DIGITS).tolist() for name in _ARRAYS}
    return {"names": list(network.names), **arrays, "bias": round(float(network.bias), _DIGITS)}


def from_fields(fields: Mapping[str, Any]) -> Network:
    """The network of JSON fields. Raises KeyError or ValueError when one is missing or wrong."""
    arrays = {name: np.asarray(fields[name], np.float32) for name in _ARRAYS}
    names = tuple(map(str, fields["names"]))
    if arrays["inward"].shape[:1] != (len(names),):
        raise ValueError(f"a network of {len(names)} inputs needs as many rows of weights")
    return Network(names=names, bias=float(fields["bias"]), **arrays)
