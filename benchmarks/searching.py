"""How fast one core answers among many passages, how much memory that takes, and how fast their index is built.

The passages are the shipped ones and variations of them (``larger_material``); the questions are those of
tests/questions in all forms, asked by residents of every ward in turn. Building and asking run in processes of their
own, so that neither's memory counts for the other.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, Pace, Row, pace, resident_mib

TIME_LIMIT = 1500  # seconds; building the index of 200,000 passages is most of it
QUESTIONS = 2000
ORDER_SEED = 5
WARM_UP = 200  # questions before it counts: words and passages are in memory, as in a server that runs for minutes
BUILD_LIMIT, BUILD_MEMORY = 30.0, 600.0  # seconds and MiB to build the smaller index
BUILT = 10_000
OF_RAW = 4.0  # times what the raw searches take together
LEAST_REPORTS = 10  # of progress while an index is built: a person must see that it goes on
STEP_LIMIT = 1200.0  # seconds for one build or one round of questions


@dataclass(frozen=True, slots=True)
class Size:
    """So many passages, and the limits for asking among them: milliseconds, MiB resident, times the raw searches."""

    passages: int
    median: float
    p95: float
    memory: float | None
    of_raw: float | None


SIZES = (Size(BUILT, 2.0, 5.0, None, OF_RAW), Size(200_000, 12.0, 22.0, 700.0, None))


def build(count: int, folder: Path) -> dict[str, Any]:
    """Build an index; seconds from reading the material to the index in place, peak MiB, reports of progress."""
    from benchmarks.larger_material import MATERIAL, larger_material
    from indexer.build import read_material_passages, write_whole
    from knowledge.encoder import load_encoder

    passages = larger_material(count)
    reports: list[str] = []
    begin = time.perf_counter()
    read_material_passages(MATERIAL)  # what a build reads first; the variations come from memory
    manifest = write_whole(
        passages, folder, encoder=load_encoder(), progress=lambda what, done, total: reports.append(f"{what} {done}")
    )
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak": peak, "reports": len(reports), "rows": manifest.rows}


def ask(folder: Path, count: int, with_raw: bool) -> dict[str, Any]:
    """Ask from one thread; the paces of ours and of the raw searches beside it, and MiB resident after asking."""
    from knowledge.answer import Answerer
    from knowledge.encoder import load_encoder
    from knowledge.index import load_index

    index = load_index(folder)
    answerer = Answerer(index, load_encoder())
    items = questions(count)
    ours = pace(lambda item: answerer.answer(*item), items, WARM_UP, time.thread_time)
    found: dict[str, Any] = {"ours": _plain(ours), "resident": resident_mib(os.getpid())}
    if with_raw:
        from benchmarks.answers import raw_bm25, raw_faiss

        texts = [index.entry(ordinal).passage.text for ordinal in range(len(index))]
        asked = [text for text, _ in items]
        for name, search in (("bm25s", raw_bm25(texts)), ("faiss", raw_faiss(texts))):
            found[name] = _plain(pace(search, asked, WARM_UP, time.thread_time))
    return found


def questions(count: int) -> list[tuple[str, str | None]]:
    """The held-out questions and their askers' wards, in all forms, shuffled, again from the start when they end."""
    from indexer.query_forms import FORMS
    from indexer.question_sets import QUESTIONS_FOLDER, in_forms, load_cases

    cases = load_cases(ROOT / QUESTIONS_FOLDER, "heldout")
    every = [(case.text, case.ward) for form in FORMS for case in in_forms(cases, form)]
    random.Random(ORDER_SEED).shuffle(every)
    return [every[place % len(every)] for place in range(count)]


def _plain(measured: Pace) -> dict[str, float]:
    return {"per_second": measured.per_second, "median": measured.median, "p95": measured.p95}


def in_a_process(*arguments: str) -> dict[str, Any]:
    """Run a step of this module in a process of its own, with one thread for linear algebra."""
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.searching", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **one}, stdout=subprocess.PIPE, timeout=STEP_LIMIT, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def rows(scale: float, sizes: Sequence[Size] = SIZES) -> Iterable[Row]:
    """The rows of every size."""
    for size in sizes:
        count = max(200, round(size.passages * scale))
        asked = max(20, round(QUESTIONS * scale))
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "index"
            built = in_a_process("build", str(count), str(folder))
            found = in_a_process("ask", str(folder), str(asked), "raw" if size.of_raw else "alone")
        how = (
            f"{asked} held-out questions in three forms, every ward in turn, {count} passages, one thread after "
            f"{WARM_UP} questions; time of the processor, so that other programs do not count"
        )
        yield from asking_rows(size, count, found, how)
        if size.passages == BUILT:
            yield build_row(count, built)


def asking_rows(size: Size, count: int, found: dict[str, Any], how: str) -> Iterable[Row]:
    """Time for an answer, beside the raw searches when they were measured, and memory."""
    ours = Pace(**found["ours"])
    raw = [Pace(**found[name]) for name in ("bm25s", "faiss") if name in found]
    together = sum(one.median for one in raw)
    yield Row(
        "Search",
        f"ask, {size.passages:,} passages: p50 at most {size.median:.0f} ms, p95 at most {size.p95:.0f} ms",
        str(ours),
        f"raw bm25s + raw FAISS: p50 {together * 1000:.2f} ms" if raw else "",
        ours.median / together if raw else None,
        ours.median * 1000 <= size.median and ours.p95 * 1000 <= size.p95,
        how,
    )
    if size.of_raw:
        yield Row(
            "Search",
            f"ask, {size.passages:,} passages: at most {size.of_raw:.0f} times raw bm25s and raw FAISS together",
            f"p50 {ours.median * 1000:.2f} ms",
            f"p50 {together * 1000:.2f} ms",
            ours.median / together,
            ours.median <= size.of_raw * together,
            "in the same process; the raw searches return ten passages of the same texts, FAISS by our own encoder",
        )
    if size.memory:
        yield Row(
            "Search",
            f"ask, {size.passages:,} passages: at most {size.memory:.0f} MiB resident",
            f"{found['resident']:.0f} MiB",
            ratio=found["resident"] / size.memory,
            holds=found["resident"] <= size.memory,
            how=f"after {how}; ratio to the limit",
        )


def build_row(count: int, built: dict[str, Any]) -> Row:
    """Time and memory of a build, and whether it tells how far it is."""
    return Row(
        "Search",
        f"full index of {BUILT:,} passages in at most {BUILD_LIMIT:.0f} s and {BUILD_MEMORY:.0f} MiB, progress shown",
        f"{built['seconds']:.1f} s, {built['peak']:.0f} MiB, {built['reports']} reports of progress",
        ratio=built["seconds"] / BUILD_LIMIT,
        holds=built["seconds"] <= BUILD_LIMIT and built["peak"] <= BUILD_MEMORY and built["reports"] >= LEAST_REPORTS,
        how=f"{count} passages, {built['rows']} rows with their questions, from reading the material until the index "
        "is in place; the peak includes the passages in memory; ratio to the limit",
    )


def main(arguments: Sequence[str]) -> None:
    """A step in a process of its own; its result on standard output."""
    if arguments[0] == "build":
        result = build(int(arguments[1]), Path(arguments[2]))
    else:
        result = ask(Path(arguments[1]), int(arguments[2]), arguments[3] == "raw")
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
