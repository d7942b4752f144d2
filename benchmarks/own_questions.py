"""Our own held-out questions, in three forms: the right answer first, honest silence, and a confidence that is true."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from benchmarks.harness import ROOT, Row
from indexer.evaluate import Measured, Share, own_questions, wilson_interval
from indexer.query_forms import FORMS
from indexer.question_sets import OUTSIDE, PLAN, SERVICE
from knowledge.encoder import load_encoder

RIGHT = {PLAN: (95.0, 94.0, 90.0), SERVICE: (95.0, 94.0, 90.0)}
"""Least percent of questions answered right at once, in the order of FORMS."""

ANSWERED_OUTSIDE = 3.0  # percent of questions outside the material shown as an answer or taken as an action
UNANSWERED_INSIDE = 3.0  # percent of questions inside it that get no answer
CALIBRATION_ERROR = 0.05
LEAST_QUESTIONS = 400  # in a row; fewer say too little about a few percent
LEAST_CALIBRATED = 1000
WORDS = {PLAN: "right ward and right fact first", SERVICE: "right guide first"}


def rows(scale: float) -> Iterable[Row]:
    """Every kind in every form; ``scale`` changes nothing: the questions are what they are."""
    os.chdir(ROOT)  # the material and the questions are found from here
    yield from judged(own_questions("heldout", load_encoder()))


def judged(measured: Measured) -> Iterable[Row]:
    """The rows of what was measured."""
    for kind, limits in RIGHT.items():
        for form, limit in zip(FORMS, limits, strict=True):
            yield _right(_share(measured.shares, kind, form), limit)
    for form in FORMS:
        yield _outside(_share(measured.shares, OUTSIDE, form))
    for kind in RIGHT:
        for form in FORMS:
            yield _unanswered(_share(measured.shares, kind, form))
    count = sum(share.count for share in measured.shares)
    yield Row(
        "Search",
        f"confidence is true: expected calibration error at most {CALIBRATION_ERROR}",
        f"{measured.calibration_error:.3f} (n = {count})",
        ratio=measured.calibration_error / CALIBRATION_ERROR,
        holds=measured.calibration_error <= CALIBRATION_ERROR and count >= LEAST_CALIBRATED,
        how="ten bins of equal mass, in and out of scope together, all forms; event: the first citation holds the fact",
    )


def _share(shares: Sequence[Share], kind: str, form: str) -> Share:
    return next(share for share in shares if (share.kind, share.form) == (kind, form))


def _right(share: Share, limit: float) -> Row:
    bar = f"{share.kind} questions, {share.form}: {WORDS[share.kind]}, at least {limit:.0f} %"
    how = "held-out questions in tests/questions, nothing fitted on them; Wilson 95 % interval; ratio to the limit"
    return _row(bar, share.right, share.count, limit, 100 * share.right / share.count >= limit, how)


def _outside(share: Share) -> Row:
    bar = f"outside questions, {share.form}: answered or taken as an action, at most {ANSWERED_OUTSIDE:.0f} %"
    how = "as above, of questions that the material does not cover"
    return _at_most(bar, share.count - share.right, share.count, ANSWERED_OUTSIDE, how)


def _unanswered(share: Share) -> Row:
    bar = f"{share.kind} questions, {share.form}: not answered, at most {UNANSWERED_INSIDE:.0f} %"
    how = "as above; asking back and abstaining both count as not answered"
    return _at_most(bar, share.count - share.answered, share.count, UNANSWERED_INSIDE, how)


def _at_most(bar: str, part: int, count: int, limit: float, how: str) -> Row:
    return _row(bar, part, count, limit, 100 * part / count <= limit, how)


def _row(bar: str, part: int, count: int, limit: float, kept: bool, how: str) -> Row:
    """A bar on the share that ``part`` of ``count`` questions is."""
    percent, (low, high) = 100 * part / count, wilson_interval(part, count)
    figure = f"{percent:.1f} % ({low:.1f} - {high:.1f}, n = {count})"
    return Row("Search", bar, figure, ratio=percent / limit, holds=kept and count >= LEAST_QUESTIONS, how=how)
