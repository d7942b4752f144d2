"""What residents ask: further phrasings of the guides, and topics that the material does not answer."""

from __future__ import annotations

from pathlib import Path

from knowledge.documents import PUBLIC_TOPIC, DocumentInfo, DocumentKind, Passage
from knowledge.facts import MaterialError, Problem
from knowledge.yaml_loader import load_yaml


def read_phrasings(folder: Path) -> dict[str, tuple[str, ...]]:
    """Further phrasings by guide id, from every ``*.yaml`` of a folder; none when there is no such folder.

    Those of a guide that was withdrawn stay unused until it comes back. Raises MaterialError when a file is not a
    map of lists.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        raw = load_yaml(path.read_text(encoding="utf-8")) or {}
        if not isinstance(raw, dict) or not all(isinstance(texts, list) for texts in raw.values()):
            raise MaterialError([Problem(path.name, 1, "must be 'guide-id:' and a list of phrasings")])
        for guide, texts in raw.items():
            found.setdefault(str(guide), []).extend(map(str, texts))
    return {guide: tuple(dict.fromkeys(texts)) for guide, texts in found.items()}


def read_not_covered(path: Path) -> list[Passage]:
    """One passage a topic that the material does not answer; none when the file is absent.

    Raises MaterialError when an entry lacks its id, name or phrasings.
    """
    if not path.exists():
        return []
    raw = load_yaml(path.read_text(encoding="utf-8"))
    topics = raw.get("topics") if isinstance(raw, dict) else None
    if not isinstance(topics, list):
        raise MaterialError([Problem(path.name, 1, "must be 'topics:' and a list")])
    passages: list[Passage] = []
    for number, topic in enumerate(topics, start=1):
        try:
            document = DocumentInfo(f"not-covered-{topic['id']}", DocumentKind.NOT_COVERED, str(topic["name"]))
            passages.append(
                Passage(
                    id=f"{document.id}#topic",
                    document=document,
                    path=(),
                    text=str(topic["name"]),
                    questions=tuple(map(str, topic["phrasings"])),
                    role=PUBLIC_TOPIC if topic.get("public") else "",
                )
            )
        except (KeyError, TypeError) as error:
            raise MaterialError([Problem(path.name, 1, f"topic {number}: wrong or missing {error}")]) from error
    return passages
