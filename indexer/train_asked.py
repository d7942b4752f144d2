"""Trains the classifier of questions: ``python -m indexer.train_asked``; writes knowledge/asked.npz.

It learns from every phrasing of guides, plan topics and topics not covered, from the sentences of the guides and from
the development questions, each typed in several ways. Needs the [transformers] extra (torch); three minutes on two
cores. ``--folds FOLDER`` trains instead one model a part of the development questions, without that part: by them
``python -m indexer.evaluate fit --folds FOLDER`` fits ranking and confidence on questions no model has learnt.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.build import read_material_passages
from indexer.query_forms import in_form
from indexer.question_sets import (
    FOLDS,
    OUTSIDE,
    QUESTIONS_FOLDER,
    SERVICE,
    Case,
    fold_file,
    fold_of,
    load_cases,
)
from knowledge.asked_model import ASKED_FILE, BUCKETS, STEPS, TOPIC_CLASS, feature_buckets, packed
from knowledge.compose import headed
from knowledge.documents import DocumentKind, Passage
from knowledge.question import read_question, without_places
from knowledge.text import understand
from knowledge.topics import LIST_ROLE, load_topics
from knowledge.wards import load_wards

if TYPE_CHECKING:
    import torch

FORMS_SEEN = ("plain", "nodiacritics", "noisy", "noisy", "noisy")
HIDDEN = 256  # of the unheard questions that 96 misread, one in ten is read rightly
EPOCHS = 7  # ten were no better
BATCH = 512
LEARNING_RATE = 0.003
FEATURE_DROPOUT = 0.4  # so that no single word decides; at 0.3 unheard questions fared worse
SPREAD = 0.1
SEED = 3
# Half of what is asked of plans names the ward; phrasings don't.
NAMED_SHARE = 0.5
_NAMED = (
    *("{question} của {ward}", "{question} ở {ward}", "{ward} {question}", "kế hoạch {ward}: {question}"),
    *("bên {ward} {question}", "{ward} {question} trong phong trào thi đua chuyển đổi số", "theo kế hoạch {question}"),
    *("thi đua đổi mới sáng tạo, chuyển đổi số ở {ward} {question}", "{question} trong kế hoạch thi đua của {ward}"),
    *("{question} phong trào thi đua chuyển đổi số của {ward}", "phong trào bình dân học vụ số {ward} {question}"),
)
_OWN_WARD = ("phường", "xã", "phường mình", "xã mình", "phường tôi", "xã tôi")


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts as rows of feature buckets one after another; ``allowed`` marks the classes that are right for each."""

    buckets: np.ndarray
    starts: np.ndarray
    allowed: np.ndarray
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.allowed)


Text = tuple[str, tuple[str, ...]]
"""A text and the classes that are right for it."""


def read_examples(passages: Sequence[Passage]) -> list[Text]:
    """Every text of the material that says which class it belongs to, with that class."""
    found: dict[tuple[str, str], None] = {}
    for passage in passages:
        document = passage.document
        if document.kind is DocumentKind.PLAN:
            continue
        texts = list(passage.questions)
        if document.kind is DocumentKind.GUIDE:
            texts += [document.title, *(line for line in passage.text.split("\n") if line.strip())]
        found.update(dict.fromkeys((text, document.id) for text in texts))
    found.update(dict.fromkeys((text, TOPIC_CLASS + topic) for text, topic in load_topics().examples()))
    return [(text, (name,)) for text, name in found]


def read_questions(cases: Sequence[Case], passages: Sequence[Passage]) -> Iterator[Text]:
    """The development questions that some classes are right for."""
    uncovered = tuple(dict.fromkeys(p.document.id for p in passages if p.document.kind is DocumentKind.NOT_COVERED))
    guides = frozenset(p.document.id for p in passages if p.document.kind is DocumentKind.GUIDE)
    plans = [_Held(p, headed(p), classes) for p, classes in _narrowest_topics(passages)]
    for case in cases:
        if case.kind == OUTSIDE:
            right = uncovered
        elif case.kind == SERVICE:
            right = tuple(guide for guide in case.guides if guide in guides)
        else:
            right = _plan_classes(case, plans)
        if right:
            yield case.text, tuple(dict.fromkeys(right))


@dataclass(frozen=True, slots=True)
class _Held:
    """A plan's passage, its text with its heading, and the classes of questions that ask for it."""

    passage: Passage
    text: str
    classes: tuple[str, ...]


def _narrowest_topics(passages: Sequence[Passage]) -> Iterator[tuple[Passage, tuple[str, ...]]]:
    """Each plan's passage with the learnt topics that the fewest passages of the plan hold."""
    learnt = {topic.id for topic in load_topics().topics if topic.asks is None}
    held = [
        (p, [t for t in load_topics().held(p) if t in learnt]) for p in passages if p.document.kind is DocumentKind.PLAN
    ]
    count = Counter((p.document.id, topic) for p, topics in held for topic in topics)
    for p, topics in held:
        fewest = min((count[p.document.id, topic] for topic in topics), default=0)
        yield p, tuple(TOPIC_CLASS + topic for topic in topics if count[p.document.id, topic] == fewest)


def _plan_classes(case: Case, plans: Sequence[_Held]) -> tuple[str, ...]:
    """The classes of the passages that hold a case's fact: of single items, unless it asks for the whole list."""
    right = [held for held in plans if case.says(held.passage.document.ward, held.text)]
    items = [held for held in right if held.passage.role != LIST_ROLE]
    if items and not read_question(case.text).asks_list:
        right = items
    return tuple(name for held in right for name in held.classes)


def typed(examples: Sequence[Text], rng: random.Random) -> Examples:
    """The examples in all the ways they are typed; those of plans often with a ward's name."""
    wards = (*(ward.name for ward in load_wards().wards), *_OWN_WARD)
    classes = tuple(sorted({name for _, names in examples for name in names}))
    numbers = {name: number for number, name in enumerate(classes)}
    rows: list[np.ndarray] = []
    allowed = np.zeros((len(examples) * len(FORMS_SEEN), len(classes)), bool)
    for text, names in examples:
        for form in FORMS_SEEN:
            asked = text
            if names[0].startswith(TOPIC_CLASS) and rng.random() < NAMED_SHARE:
                asked = rng.choice(_NAMED).format(question=text.rstrip("?"), ward=rng.choice(wards))
            allowed[len(rows), [numbers[name] for name in names]] = True
            rows.append(feature_buckets(*_as_read(in_form(asked, form, rng))))
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return Examples(np.concatenate(rows), starts, allowed, classes)


def _as_read(text: str) -> tuple[str, list[str]]:
    return without_places(load_wards().mentions(text), understand(text))


def train(examples: Examples, epochs: int = EPOCHS, seed: int = SEED) -> dict[str, np.ndarray]:
    """The trained model as the arrays of its file."""
    import torch

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = _model(len(examples.classes))
    optimiser = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.0)
    batches = -(-len(examples) // BATCH)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * batches, pct_start=0.1)
    for epoch in range(epochs):
        total = 0.0
        order = rng.permutation(len(examples))
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            scores = _scores(model, examples, chosen, rng)
            right = scores.masked_fill(~torch.from_numpy(examples.allowed[chosen]), -torch.inf)
            loss = (torch.logsumexp(scores, 1) - torch.logsumexp(right, 1)).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            rate.step()
            total += float(loss.detach()) * len(chosen)
        print(f"epoch {epoch + 1}/{epochs}: loss {total / len(examples):.3f}", file=sys.stderr, flush=True)
    return _as_arrays(model, examples.classes)


def _model(classes: int) -> torch.nn.ModuleDict:
    import torch

    model = torch.nn.ModuleDict(
        {
            "table": torch.nn.EmbeddingBag(BUCKETS, HIDDEN, mode="sum"),
            "weights": torch.nn.Embedding(BUCKETS, 1),
            "output": torch.nn.Linear(HIDDEN, classes),
            "shift": torch.nn.Linear(1, HIDDEN, bias=False),
        }
    )
    torch.nn.init.normal_(model["table"].weight, 0.0, SPREAD)
    torch.nn.init.zeros_(model["weights"].weight)
    torch.nn.init.zeros_(model["shift"].weight)
    return model


def _scores(
    model: torch.nn.ModuleDict, examples: Examples, chosen: np.ndarray, rng: np.random.Generator
) -> torch.Tensor:
    """The scores of some examples, with features dropped by chance."""
    import torch

    sizes = examples.starts[chosen + 1] - examples.starts[chosen]
    rows = np.repeat(np.arange(len(chosen)), sizes)
    places = np.arange(len(rows)) - (np.cumsum(sizes) - sizes)[rows] + examples.starts[chosen][rows]
    kept = rng.random(len(rows)) >= FEATURE_DROPOUT
    rows, places = rows[kept], places[kept]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(chosen)))[:-1]])
    buckets, row_of = torch.from_numpy(examples.buckets[places]), torch.from_numpy(rows)
    weights = torch.exp(model["weights"](buckets)).squeeze(1)
    lengths = torch.zeros(len(chosen)).index_add(0, row_of, weights * weights).clamp_min(1e-6).sqrt()
    mean = model["table"](buckets, torch.from_numpy(offsets), per_sample_weights=weights / lengths[row_of])
    hidden = torch.relu(mean + model["shift"](torch.ones(1)))
    scores: torch.Tensor = model["output"](hidden)
    return scores


def _as_arrays(model: torch.nn.ModuleDict, classes: Sequence[str]) -> dict[str, np.ndarray]:
    """Rows of the table in few steps, each row with its own size."""
    table = model["table"].weight.detach().numpy()
    sizes = np.abs(table).max(axis=1) / STEPS
    return {
        "table": packed(np.round(table / np.maximum(sizes, 1e-9)[:, None]).astype(np.int8)),
        "sizes": sizes.astype(np.float16),
        "weights": np.exp(model["weights"].weight.detach().numpy()[:, 0]).astype(np.float16),
        "shift": model["shift"].weight.detach().numpy()[:, 0].astype(np.float32),
        "output": model["output"].weight.detach().numpy().T.astype(np.float16),
        "bias": model["output"].bias.detach().numpy().astype(np.float32),
        "classes": np.asarray(classes, dtype=np.str_),
    }


def train_on(passages: Sequence[Passage], cases: Sequence[Case]) -> dict[str, np.ndarray]:
    """A model that has learnt the material and some development questions."""
    found = read_examples(passages)
    found += read_questions(cases, passages)
    classes = {name for _, names in found for name in names}
    print(f"{len(found)} texts of {len(classes)} classes, each in {len(FORMS_SEEN)} forms", file=sys.stderr)
    return train(typed(found, random.Random(SEED)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write the model, or the models of the parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--material", type=Path, default=Path("knowledge"))
    parser.add_argument("--folds", type=Path, metavar="FOLDER", help="train a model a part instead")
    chosen = parser.parse_args(arguments)
    started = time.monotonic()
    passages = read_material_passages(chosen.material)
    cases = load_cases(QUESTIONS_FOLDER, "dev")
    if chosen.folds:
        chosen.folds.mkdir(parents=True, exist_ok=True)
        for fold in range(FOLDS):
            arrays = train_on(passages, [case for case in cases if fold_of(case) != fold])
            np.savez(fold_file(chosen.folds, fold), **arrays)  # type: ignore[arg-type]
    else:
        np.savez(ASKED_FILE, **train_on(passages, cases))  # type: ignore[arg-type]
    print(f"done in {time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
