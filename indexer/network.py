"""Fits the small networks of ``knowledge.network`` with plain numpy: Adam with decoupled weight decay (Loshchilov and
Hutter 2019), dropout on the hidden layer, a step that rises and falls once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np

from knowledge.network import FARTHEST, Network

HIDDEN = 32  # 64 gave nothing on questions not fitted on, 16 a little less
DECAY = 0.05
EPOCHS = 30
BATCH = 256
LARGEST_STEP = 0.005
RISING = 0.3  # of all steps
DROPOUT = 0.1
SEED = 20_261_121
LEAST_SPREAD = 1e-3  # an input that hardly varies is not blown up


class Gradient(Protocol):
    """The derivative of a loss by the scores (questions, units) of some questions; ``rows`` says which these are."""

    def __call__(self, scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Of the shape of the scores."""
        ...


@dataclass(slots=True)
class Adam:
    """One array that is learnt, pulled towards zero by ``decay`` of a step; ``least`` keeps a division from zero."""

    value: np.ndarray
    decay: float
    least: float = 1e-8
    first: np.ndarray = field(init=False)
    second: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """No step was taken yet."""
        self.first, self.second = np.zeros_like(self.value), np.zeros_like(self.value)

    def step(self, gradient: np.ndarray, size: float, count: int) -> None:
        """The step number ``count``, from 1."""
        self.first += 0.1 * (gradient - self.first)
        self.second += 0.001 * (gradient**2 - self.second)
        mean, spread = self.first / (1 - 0.9**count), self.second / (1 - 0.999**count)
        self.value -= size * (mean / (np.sqrt(spread) + self.least) + self.decay * self.value)


def fit_network(names: Sequence[str], features: np.ndarray, there: np.ndarray, gradient: Gradient) -> Network:
    """Features (questions, units, inputs) and which units are there (questions, units); deterministic."""
    rng = np.random.default_rng(SEED)
    known = features[there]
    centre, scale = known.mean(axis=0), np.maximum(known.std(axis=0), LEAST_SPREAD)
    inputs = np.clip((features - centre) / scale, -FARTHEST, FARTHEST).astype(np.float32)
    count = len(names)
    bound = 1 / math.sqrt(count)
    learnt = {
        "direct": np.zeros(count, np.float32),
        "inward": rng.uniform(-bound, bound, (count, HIDDEN)).astype(np.float32),
        "shift": rng.uniform(-bound, bound, HIDDEN).astype(np.float32),
        "outward": (rng.uniform(-1, 1, HIDDEN) / math.sqrt(HIDDEN)).astype(np.float32),
        "bias": np.zeros(1, np.float32),
    }
    parts = {name: Adam(value, DECAY) for name, value in learnt.items()}
    steps = EPOCHS * -(-len(inputs) // BATCH)
    done = 0
    for _ in range(EPOCHS):
        order = rng.permutation(len(inputs))
        for at in range(0, len(order), BATCH):
            done += 1
            chosen = order[at : at + BATCH]
            _learn(parts, inputs[chosen], partial(gradient, rows=chosen), rng, done, steps)
    found = {name: part.value for name, part in parts.items()}
    bias = float(found.pop("bias")[0])
    return Network(tuple(names), centre.astype(np.float32), scale.astype(np.float32), bias=bias, **found)


def _learn(
    parts: dict[str, Adam],
    inputs: np.ndarray,
    gradient: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    done: int,
    steps: int,
) -> None:
    """One step on one batch of inputs (questions, units, inputs)."""
    inward, outward = parts["inward"].value, parts["outward"].value
    before = inputs @ inward + parts["shift"].value
    kept = (rng.random(before.shape, np.float32) >= DROPOUT).astype(np.float32) / (1 - DROPOUT)
    hidden = np.maximum(before, 0.0) * kept
    scores = inputs @ parts["direct"].value + hidden @ outward + parts["bias"].value
    pull = gradient(scores).astype(np.float32)
    back = pull[..., None] * outward * kept * (before > 0)
    flat = inputs.reshape(-1, inputs.shape[-1])
    gradients = {
        "direct": flat.T @ pull.ravel(),
        "inward": flat.T @ back.reshape(-1, back.shape[-1]),
        "shift": back.sum(axis=(0, 1)),
        "outward": hidden.reshape(-1, hidden.shape[-1]).T @ pull.ravel(),
        "bias": pull.sum(keepdims=True).reshape(1),
    }
    size = _step_size(done, steps)
    for name, part in parts.items():
        part.step(gradients[name], size, done)


def _step_size(done: int, steps: int) -> float:
    top = RISING * steps
    if done < top:
        return LARGEST_STEP * done / top
    return LARGEST_STEP * 0.5 * (1 + math.cos(math.pi * (done - top) / (steps - top)))
