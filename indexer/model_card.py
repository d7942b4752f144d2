"""The card that goes with the trained encoder: what it learnt from, how, and what it finds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from indexer.noise import SHARES
from indexer.query_forms import FORMS
from indexer.training_pairs import ASKING_SHARE, CUT_SHARE
from indexer.training_report import K1, B, Results, result_table

CARD_FILE = "README.md"
TEMPLATE = Path(__file__).parent / "model_card.md"
MEGABYTE = 1024 * 1024
_LICENCES = {
    "wiki_ict": "Wikipedia, CC BY-SA 4.0 (a sentence and the rest of its paragraph)",
    "wiki_title": "Wikipedia, CC BY-SA 4.0 (a title and the text under it)",
    "law_title": "law texts, not protected (an article's title and its text)",
    "law_sentence": "law texts, not protected (a sentence and the rest of its article)",
    "guide": "our own service guides (title, phrasings, sections)",
    "lesson": "our own lessons (titles, quiz questions)",
    "plan": "the wards' plans (headings and sentences), official documents",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a training run was: its settings, minutes, and pairs by source."""

    seed: int
    epochs: int
    minutes: float
    sources: Mapping[str, int]
    features: int
    dimension: int
    temperature: float
    batch: int
    dropout: float
    rate: float


def model_card(run: Run, repeats: Mapping[str, int], folder: Path, results: Results) -> str:
    """The card of the checkpoint in ``folder`` as Markdown."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != CARD_FILE)
    return TEMPLATE.read_text(encoding="utf-8").format(
        features=f"{run.features:,}",
        dimension=run.dimension,
        size=f"{size / MEGABYTE:.1f}",
        seed=run.seed,
        date=datetime.now(UTC).date().isoformat(),
        pairs=f"{sum(run.sources.values()):,}",
        sources="\n".join(f"| {name} | {count:,} | {_LICENCES[name]} |" for name, count in run.sources.items()),
        noise=", ".join(f"{name} {share} %" for name, share in SHARES),
        temperature=run.temperature,
        batch=run.batch,
        dropout=run.dropout,
        rate=run.rate,
        epochs=run.epochs,
        crop=round(100 * CUT_SHARE),
        asking=round(100 * ASKING_SHARE),
        repeats=", ".join(f"{name} × {times}" for name, times in repeats.items()),
        minutes=f"{run.minutes:.0f}",
        cores=os.cpu_count(),
        k1=K1,
        b=B,
        table=result_table(results),
        means=_means(results),
    )


def _means(results: Results) -> str:
    """The mean of the sets for each form and engine, in words."""
    parts = []
    for form in FORMS:
        engines = [measured for name, measured in results.items() if name.endswith(f" {form}")]
        means = (f"{name} {np.mean([m[name]['mrr10'] for m in engines]):.1f}" for name in engines[0])
        parts.append(f"{form}: {', '.join(means)}")
    return "; ".join(parts)
