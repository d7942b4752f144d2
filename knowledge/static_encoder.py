"""The bundled encoder with numpy alone: the sum of trained feature vectors, scaled to length one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from knowledge.encoder import EncoderError, Vectors
from knowledge.features import TOKENIZER_FILE, FeatureTable

WEIGHTS_FILE = "model.safetensors"
_LENGTH_BYTES = 8
_ROWS_KEY, _SCALES_KEY = "embeddings", "weights"  # the names sentence-transformers reads quantised rows by


class StaticEncoder:
    """Eight-bit feature rows with a scale each; the rows stay on disk until they are needed (23 MB)."""

    def __init__(
        self, name: str, fingerprint: str, rows: npt.NDArray[np.int8], scales: Vectors, features: FeatureTable
    ) -> None:
        """``rows`` and ``scales`` belong to the ids that ``features`` gives."""
        self._name, self._fingerprint = name, fingerprint
        self._rows, self._scales = rows, scales
        self.features = features

    @classmethod
    def load(cls, folder: Path, name: str) -> StaticEncoder:
        """Reads a checkpoint folder written by ``indexer/train.py``; EncoderError when it is not one."""
        try:
            rows, scales = _mapped_rows(folder / WEIGHTS_FILE)
            features = FeatureTable.load(folder)
            digest = hashlib.sha256((folder / TOKENIZER_FILE).read_bytes())
            # Training moves every scale, so rows need no reading to tell one model from another.
            digest.update(scales.tobytes())
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise EncoderError(
                f"the encoder in {folder} is missing or broken ({error}); reinstall bdhvs, "
                "or make it again with: python -m indexer.train"
            ) from error
        return cls(name, digest.hexdigest()[:16], rows, scales.astype(np.float32), features)

    @property
    def name(self) -> str:
        """The name it was loaded by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of vocabulary and scales."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions; questions and passages are encoded alike."""
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        rows, scales, ids = self._rows, self._scales, self.features.ids
        for position, text in enumerate(texts):
            found = ids(text)
            if found:
                np.dot(scales[found], rows[found].astype(np.float32), out=vectors[position])
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= np.where(lengths == 0, np.float32(1), lengths)[:, None]
        return vectors


def _mapped_rows(path: Path) -> tuple[npt.NDArray[np.int8], Vectors]:
    """The rows, mapped from the file, and their scales.

    A safetensors file is the length of its header, the header (JSON) and the arrays one after the other.
    """
    with safe_open(path, framework="numpy") as checked:  # refuses a file that is cut off
        scales = checked.get_tensor(_SCALES_KEY)
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        field = json.loads(file.read(length))[_ROWS_KEY]
    if field["dtype"] != "I8":
        raise ValueError(f"rows of {field['dtype']}, not of eight-bit numbers")
    start = _LENGTH_BYTES + length + field["data_offsets"][0]
    rows = np.memmap(path, np.int8, "r", offset=start, shape=tuple(field["shape"]))
    return rows.view(np.ndarray), scales
