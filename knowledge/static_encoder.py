"""The bundled encoder with numpy alone: the sum of trained feature vectors, scaled to length one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from knowledge.encoder import EncoderError, Vectors
from knowledge.features import TOKENIZER_FILE, FeatureTable

WEIGHTS_FILE = "model.safetensors"
_ROWS_KEY, _SCALES_KEY = "embeddings", "weights"  # the names sentence-transformers reads quantised rows by


class StaticEncoder:
    """Eight-bit feature rows with a scale each; about 30 MB in memory."""

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
            weights = load_file(folder / WEIGHTS_FILE)
            features = FeatureTable.load(folder)
            digest = hashlib.sha256((folder / TOKENIZER_FILE).read_bytes())
            rows, scales = weights[_ROWS_KEY], weights[_SCALES_KEY]
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
