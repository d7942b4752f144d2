"""Groups questions that ask the same thing in other words, so that staff answer them once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.encoder import Encoder
from knowledge.likeness import KnownQuestions, may_be_same

# Mean cosine of the bundled encoder between a question and a group from which it belongs there. Fitted by
# ``python -m indexer.likeness``: see the table in knowledge/README.md.
GROUP_COSINE = 0.5


def group_questions(texts: Sequence[str], encoder: Encoder, least: float = GROUP_COSINE) -> list[list[int]]:
    """The places of the questions in groups, in the order of the first of each; the same texts always group alike.

    A question joins the group whose members are nearest to it on average, when that is ``least`` or more and nothing
    speaks against any of them; else it begins a group.
    """
    known = KnownQuestions(texts, encoder)
    cosines = known.vectors @ known.vectors.T
    groups: list[list[int]] = []
    for place, asked in enumerate(known.asked):
        best, best_mean = None, least
        for group in groups:
            mean = float(np.mean(cosines[place, group]))
            if mean >= best_mean and all(may_be_same(asked, known.asked[other]) for other in group):
                best, best_mean = group, mean
        if best is None:
            groups.append([place])
        else:
            best.append(place)
    return groups
