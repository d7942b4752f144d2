"""The small networks learn what depends on two inputs together, survive their file, and never run wild."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

from indexer.network import fit_network
from knowledge.network import Network, as_fields, from_fields

NAMES = ("coverage", "asked", "constant")


def _loss_gradient(scores: np.ndarray, rows: np.ndarray, true: np.ndarray) -> np.ndarray:
    gradient: np.ndarray = (1 / (1 + np.exp(-scores)) - true[rows]) / len(rows)
    return gradient


@pytest.fixture(scope="module")
def network() -> Network:
    """Fitted to say when exactly one of the first two inputs is high, which no weighted sum can."""
    rng = np.random.default_rng(1)
    inputs = rng.random((4000, 1, 3)).astype(np.float32)
    inputs[:, :, 2] = 1.0
    high = inputs[:, :, :2] > 0.5
    true = (high.sum(axis=2) == 1).astype(np.float32)
    return fit_network(NAMES, inputs, np.ones((4000, 1), bool), partial(_loss_gradient, true=true))


@pytest.mark.parametrize(("coverage", "asked", "likely"), [(0.9, 0.1, True), (0.1, 0.9, True), (0.9, 0.9, False)])
def test_learns_how_two_inputs_go_together(network: Network, coverage: float, asked: float, likely: bool) -> None:
    assert (network.probability({"coverage": coverage, "asked": asked, "constant": 1.0}) > 0.5) is likely


def test_what_is_read_again_scores_alike(network: Network) -> None:
    again = from_fields(json.loads(json.dumps(as_fields(network))))
    rows = np.random.default_rng(2).random((50, 3)).astype(np.float32)
    assert np.allclose(again.scores(rows), network.scores(rows), atol=0.05)


def test_an_input_far_from_all_that_was_seen_counts_no_more_than_the_farthest_seen(network: Network) -> None:
    far, farther = np.asarray([[9.0, 0.5, 1.0]]), np.asarray([[9e6, 0.5, 1.0]])
    assert network.scores(far) == pytest.approx(network.scores(farther))


def test_a_file_with_a_row_too_few_is_refused(network: Network) -> None:
    fields = as_fields(network)
    fields["inward"] = fields["inward"][:-1]
    with pytest.raises(ValueError, match="3 inputs"):
        from_fields(fields)
