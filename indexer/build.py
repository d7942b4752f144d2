"""Builds the index of a folder of material: written beside its place, then moved there in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.asked import read_not_covered, read_phrasings
from indexer.sections import load_plans
from indexer.write_index import IndexWriter, Progress
from knowledge.documents import Passage
from knowledge.encoder import Encoder, load_encoder
from knowledge.facts import load_facts
from knowledge.guides import load_guides
from knowledge.index import FORMAT_VERSION, MANIFEST_FILE, Manifest
from knowledge.material_files import (
    FACTS_FILE,
    GUIDES_FOLDER,
    NOT_COVERED_FILE,
    PHRASINGS_FOLDER,
    PLANS_FOLDER,
    fingerprint,
    material_hashes,
)


def build_index(
    material_root: Path,
    target: Path,
    *,
    extra_documents: Iterable[Passage] = (),
    extra_files: Sequence[Path] = (),
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Builds the index of ``material_root`` (plans/, services/, facts.yaml, phrasings/) at ``target``.

    ``extra_documents`` are passages of other documents (uploaded plans, staff edits); those with the id of a
    shipped document take its place; ``extra_files`` are the files they come from. ``target`` is replaced whole, or
    stays as it was when anything fails. Returns the manifest. Raises MaterialError or PlanFormatError when the
    material is wrong, OSError when the disk is full.
    """
    hashes = material_hashes(material_root, extra_files)
    passages = replace_documents(read_material_passages(material_root), extra_documents)
    return write_whole(passages, target, encoder=encoder or load_encoder(), hashes=hashes, progress=progress)


def write_whole(
    passages: Sequence[Passage],
    target: Path,
    *,
    encoder: Encoder,
    hashes: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Writes an index of the passages at ``target`` in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        ordered = by_document(passages)
        rows = IndexWriter(folder, encoder, progress).write(ordered)
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            model=encoder.name,
            model_fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            passages=len(ordered),
            rows=rows,
            material_fingerprint=fingerprint(hashes or {}, FORMAT_VERSION),
            material=hashes or {},
        )
        (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
        _sync(folder)
        _move_into_place(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if progress is not None:
        progress("done", len(ordered), len(ordered))
    return manifest


def read_material_passages(material_root: Path) -> list[Passage]:
    """The passages of every plan and guide of a folder of material."""
    facts = load_facts(material_root / FACTS_FILE)
    guides = load_guides(material_root / GUIDES_FOLDER, facts)
    more = read_phrasings(material_root / PHRASINGS_FOLDER)
    passages = load_plans(material_root / PLANS_FOLDER)
    for guide in guides:
        for passage in guide.passages():
            asked = more.get(guide.id, ()) if passage.role == "answer" else ()
            passages.append(replace(passage, questions=(*passage.questions, *asked)))
    return [*passages, *read_not_covered(material_root / NOT_COVERED_FILE)]


def replace_documents(passages: Sequence[Passage], extra: Iterable[Passage]) -> list[Passage]:
    """``passages`` without the documents that ``extra`` brings anew, then ``extra``."""
    added = list(extra)
    replaced = {passage.document.id for passage in added}
    return [passage for passage in passages if passage.document.id not in replaced] + added


def by_document(passages: Sequence[Passage]) -> list[Passage]:
    """The passages with those of one document side by side, otherwise in order: the ranker needs it."""
    first: dict[str, int] = {}
    for passage in passages:
        first.setdefault(passage.document.id, len(first))
    return sorted(passages, key=lambda passage: first[passage.document.id])


def _sync(folder: Path) -> None:
    """Makes sure that what was written survives a power cut before the folder takes its place."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _move_into_place(folder: Path, target: Path) -> None:
    """Renames ``folder`` to ``target``; an index there before is moved aside first and then removed."""
    if not target.exists():
        folder.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    old = aside / target.name
    target.rename(old)
    try:
        folder.rename(target)
    except OSError:
        old.rename(target)
        raise
    # A reader that still has the old files open (Windows) keeps them; they go with the next build.
    shutil.rmtree(aside, ignore_errors=True)
