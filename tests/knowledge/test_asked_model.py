"""The classifier of questions keeps its table in half the space."""

from __future__ import annotations

import numpy as np

from knowledge.asked_model import STEPS, packed, unpacked_sum


def test_packed_rows_add_up_as_the_unpacked_do() -> None:
    rng = np.random.default_rng(1)
    table = rng.integers(-STEPS, STEPS + 1, (40, 64)).astype(np.int8)
    factors = rng.random(40).astype(np.float32)
    assert packed(table).nbytes * 2 == table.nbytes
    assert np.allclose(unpacked_sum(factors, packed(table)), factors @ table, atol=1e-3)
