"""Search alone on retrieval sets of others: public services, health, a university's rules, the web.

The sets may not be shipped. They are looked for in the folder BDHVS_DEV_SETS, by default ../shared/data/dev beside the
repository; the format is that of ``bdhvs index evaluate``.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from benchmarks.harness import ROOT, Row
from indexer.evaluate import evaluate_files
from indexer.query_forms import FORMS, in_form
from indexer.retrieval_sets import NOISE_SEED, RANKS, RetrievalSet, read_set
from indexer.write_index import searched_text
from knowledge.encoder import load_encoder
from knowledge.text import lexical_tokens

FOLDER_SETTING = "BDHVS_DEV_SETS"
DEFAULT_FOLDER = ROOT.parent / "shared" / "data" / "dev"
PUBLIC_SERVICES = "public_services_a"
PUBLIC_BARS = (86.0, 85.3, 83.3)
"""Least MRR@10 in percent on the public services, in the order of FORMS."""

BELOW_BM25, ABOVE_BM25 = 0.3, 0.7  # MRR@10 in percent: a set may lose so much, all together must win so much
SETS = 4
FIGURE = "MRR@10"


def rows(scale: float) -> Iterable[Row]:
    """A row a set and form, and one for all together; a part of ``scale`` leaves out the larger sets."""
    folder = Path(os.environ.get(FOLDER_SETTING, DEFAULT_FOLDER))
    paths = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_size)
    if len(paths) < SETS:
        yield absent(folder, len(paths))
        return
    kept = paths if scale >= 1 else paths[:2]
    yield from judged(evaluate_files(kept, load_encoder()), {path.stem: baseline(read_set(path)) for path in kept})


def absent(folder: Path, count: int) -> Row:
    """The row when the sets are not there."""
    return Row(
        "Search",
        "retrieval sets of others",
        f"not measured: {count} of {SETS} sets in {folder}; name their folder: {FOLDER_SETTING}=FOLDER make prove",
        holds=False,
    )


def baseline(retrieval: RetrievalSet) -> dict[str, float]:
    """MRR@10 in percent of bm25s over syllables and pairs without marks, its defaults otherwise."""
    engine = bm25s.BM25()
    engine.index([lexical_tokens(searched_text(passage)) for passage in retrieval.passages], show_progress=False)
    count = min(RANKS, len(retrieval.passages))
    found = {}
    for form in FORMS:
        rng = random.Random(NOISE_SEED)
        asked = [lexical_tokens(in_form(text, form, rng)) for text, _ in retrieval.questions]
        places, _ = engine.retrieve(asked, k=count, show_progress=False, n_threads=1)
        ranks = [
            next((rank for rank, place in enumerate(best, 1) if place in right), 0)
            for best, (_, right) in zip(places.tolist(), retrieval.questions, strict=True)
        ]
        found[form] = 100 * float(np.mean([1 / rank if rank else 0.0 for rank in ranks]))
    return found


def judged(results: Sequence[dict[str, Any]], baselines: dict[str, dict[str, float]]) -> Iterable[Row]:
    """The rows of what was measured; ``baselines`` by set and form."""
    gains: dict[str, list[float]] = {form: [] for form in FORMS}
    for result in results:
        name = result["name"]
        for place, form in enumerate(FORMS):
            ours, theirs = result["forms"][form]["hybrid"][FIGURE], baselines[name][form]
            gains[form].append(ours - theirs)
            public = name == PUBLIC_SERVICES
            least = PUBLIC_BARS[place] if public else theirs - BELOW_BM25
            yield Row(
                "Search",
                f"{name}, {form}: {FIGURE} at least " + (f"{least:.1f}" if public else f"BM25 - {BELOW_BM25}"),
                f"{ours:.1f}",
                f"BM25 {theirs:.1f}",
                ours / theirs,
                ours >= least,
                f"lexical share {result['lexical_share']}, fitted on the other sets; BM25: bm25s over syllables and "
                "pairs without marks",
            )
    mean = float(np.mean([gain for form in FORMS for gain in gains[form]]))
    by_form = ", ".join(f"{form} {np.mean(gains[form]):+.1f}" for form in FORMS)
    yield Row(
        "Search",
        f"mean of the {len(results)} sets: {FIGURE} at least BM25 + {ABOVE_BM25}",
        f"{mean:+.2f} ({by_form})",
        "BM25 as above",
        holds=all(float(np.mean(gains[form])) >= ABOVE_BM25 for form in FORMS) and len(results) == SETS,
        how="in every form",
    )
