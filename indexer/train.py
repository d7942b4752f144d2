"""Trains the bundled encoder: ``python -m indexer.train [--shared ../shared] [--seed 1] [--lexicon]``.

A static encoder: a vector for each feature of ``knowledge.features``, their sum scaled to length one. Learnt with
multiple negatives: a question must lie nearer to its answer than to the other answers of the batch. Needs the
[transformers] extra (torch); about five minutes on two cores.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indexer.checkpoint import write_checkpoint
from indexer.lexicon import build_lexicon
from indexer.model_card import CARD_FILE, Run, model_card
from indexer.noise import TEENCODE_FILE, Noise, learn_teencode
from indexer.training_pairs import GUIDE, LESSON, PLAN, Pair, as_question, cut_short, read_pairs
from indexer.training_report import evaluate
from indexer.vocabulary import choose_features
from knowledge.encoder import BUNDLED_FOLDER
from knowledge.features import FeatureTable

if TYPE_CHECKING:
    import torch

DIMENSION = 256
TEMPERATURE = 0.05
LEARNING_RATE = 0.1  # Adam on rows that most batches do not touch: 6e-3 is far too low; falls to nothing
BATCH = 2048
EPOCHS = 4  # with six the development sets other than public services got slightly worse
FEATURE_DROPOUT = 0.1
STARTING_SPREAD = 0.1
MOST_FEATURES = 400  # of an answer; what comes later changes its vector little
# Own material is little and is what residents will ask about: seen this often an epoch, with fresh noise each time.
OWN_REPEATS = {GUIDE: 6, LESSON: 3, PLAN: 1}
MASKED = -1e4


@dataclass(frozen=True, slots=True)
class Bags:
    """Feature ids of several texts one after another; ``offsets`` says where each begins."""

    ids: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: list[list[int]]) -> Bags:
        """The bags of these texts."""
        lengths = [len(text) for text in texts]
        offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        return cls(np.concatenate([np.asarray(text, dtype=np.int64) for text in texts]), offsets)


def thin(ids: list[int], rng: np.random.Generator) -> list[int]:
    """The ids with a tenth left out, never all of them."""
    kept = [row for row, draw in zip(ids, rng.random(len(ids)), strict=True) if draw >= FEATURE_DROPOUT]
    return kept or ids


def batches_of_epoch(pairs: list[Pair], rng: random.Random) -> list[list[Pair]]:
    """Shuffled batches, one source a batch, so that wrong answers are of the same kind as the right one."""
    by_source: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_source[pair.source].append(pair)
    batches = []
    for source, members in by_source.items():
        for _ in range(OWN_REPEATS.get(source, 1)):
            shuffled = rng.sample(members, len(members))
            batches += [shuffled[start : start + BATCH] for start in range(0, len(shuffled), BATCH)]
    rng.shuffle(batches)
    return [batch for batch in batches if len(batch) > 1]


class Trainer:
    """Holds what one training run needs; ``run`` gives the learnt rows."""

    def __init__(self, pairs: list[Pair], features: FeatureTable, noise: Noise, seed: int) -> None:
        """Answers are cut into features once; questions afresh each epoch, with new noise."""
        import torch

        torch.manual_seed(seed)
        self._torch = torch
        self._pairs, self._features, self._noise = pairs, features, noise
        self._rng, self._dropout = random.Random(seed), np.random.default_rng(seed)
        self._answers = {pair.group: features.ids(pair.answer)[:MOST_FEATURES] for pair in pairs}
        size = len(features.vocabulary)
        self._rows = torch.nn.Parameter(torch.randn(size, DIMENSION) * STARTING_SPREAD)
        self._optimiser = torch.optim.Adam([self._rows], lr=LEARNING_RATE)

    def run(self, epochs: int) -> npt.NDArray[np.float32]:
        """Trains and returns the rows, printing the loss of each epoch."""
        schedule = self._falling_rate(epochs * len(batches_of_epoch(self._pairs, random.Random(0))))
        for epoch in range(epochs):
            started = time.perf_counter()
            losses = []
            for batch in batches_of_epoch(self._pairs, self._rng):
                losses.append(self._step(batch))
                schedule.step()
            print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {time.perf_counter() - started:.0f} s", flush=True)
        rows: npt.NDArray[np.float32] = self._rows.detach().numpy()
        return rows

    def _falling_rate(self, steps: int) -> torch.optim.lr_scheduler.LinearLR:
        return self._torch.optim.lr_scheduler.LinearLR(self._optimiser, 1.0, 1 / steps, total_iters=steps)

    def _step(self, batch: list[Pair]) -> float:
        rng = self._rng
        asked = [self._noise.rewrite(as_question(cut_short(pair.question, rng), rng)) for pair in batch]
        questions = [self._features.ids(text) for text in asked]
        kept = [i for i, ids in enumerate(questions) if ids and self._answers[batch[i].group]]
        left = self._vectors([thin(questions[i], self._dropout) for i in kept])
        right = self._vectors([thin(self._answers[batch[i].group], self._dropout) for i in kept])
        loss = self._loss(left, right, [batch[i].group for i in kept])
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return float(loss.detach())

    def _vectors(self, texts: list[list[int]]) -> torch.Tensor:
        torch, bags = self._torch, Bags.of(texts)
        summed = torch.nn.functional.embedding_bag(
            torch.from_numpy(bags.ids), self._rows, torch.from_numpy(bags.offsets), mode="mean"
        )
        return torch.nn.functional.normalize(summed, dim=1)

    def _loss(self, left: torch.Tensor, right: torch.Tensor, groups: list[int]) -> torch.Tensor:
        """Symmetric multiple-negatives ranking; other pairs with the same answer are no negatives."""
        same = self._torch.tensor(groups)
        itself = self._torch.eye(len(groups), dtype=self._torch.bool)
        twins = (same[:, None] == same[None, :]) & ~itself
        scores = (left @ right.T / TEMPERATURE).masked_fill(twins, MASKED)
        wanted = self._torch.arange(len(groups))
        cross_entropy = self._torch.nn.functional.cross_entropy
        loss: torch.Tensor = (cross_entropy(scores, wanted) + cross_entropy(scores.T, wanted)) / 2
        return loss


def train(shared: Path, target: Path, seed: int, epochs: int = EPOCHS) -> None:
    """Trains on the data of ``shared`` and our own material and writes the checkpoint into ``target``."""
    started = time.perf_counter()
    root = Path(__file__).parent.parent
    pairs = read_pairs(shared, root / "knowledge", root / "lessons" / "courses", random.Random(seed))
    chosen = choose_features(text for pair in pairs for text in (pair.question, pair.answer))
    features = FeatureTable({feature: row for row, feature in enumerate(chosen)})
    print(f"{len(pairs)} pairs, {len(chosen)} features, {time.perf_counter() - started:.0f} s", flush=True)
    noise = Noise(learn_teencode(shared / "data" / TEENCODE_FILE), random.Random(seed))
    rows = Trainer(pairs, features, noise, seed).run(epochs)
    write_checkpoint(target, chosen, rows)
    minutes = (time.perf_counter() - started) / 60
    results = evaluate(target, shared / "data" / "dev")
    sources = Counter(pair.source for pair in pairs)
    run = Run(
        seed, epochs, minutes, sources, len(chosen), DIMENSION, TEMPERATURE, BATCH, FEATURE_DROPOUT, LEARNING_RATE
    )
    card = model_card(run, OWN_REPEATS, target, results)
    (target / CARD_FILE).write_text(card, encoding="utf-8")
    print(card[card.index("## What it finds") :])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with data/")
    parser.add_argument("--target", type=Path, default=BUNDLED_FOLDER, help="folder for the checkpoint")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--lexicon", action="store_true", help="make knowledge/lexicon again first")
    arguments = parser.parse_args()
    if arguments.lexicon:
        print(f"lexicon: {build_lexicon(arguments.shared)} bytes", flush=True)
    train(arguments.shared, arguments.target, arguments.seed, arguments.epochs)


if __name__ == "__main__":
    main()
