"""Documents for the tests of the readers: written to a folder, refused, damaged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from indexer.readers import DocumentRefusedError, read_document

SENTENCE = "Ủy ban nhân dân phường tổ chức phong trào học tập kỹ năng số cho người dân trên địa bàn phường. "
PROSE = SENTENCE * 4


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def refused(path: Path) -> DocumentRefusedError:
    with pytest.raises(DocumentRefusedError) as caught:
        read_document(path)
    return caught.value


def broken(content: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    changed = bytearray(content)
    for _ in range(chance.choice((1, 5, 40, 300))):
        changed[chance.randrange(9, len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(20, len(changed))] if chance.random() < 0.3 else changed)
