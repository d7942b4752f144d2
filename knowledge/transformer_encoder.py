"""Any sentence-transformers model as an encoder, chosen by the setting BDHVS_EMBEDDING_MODEL."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.encoder import EncoderError, Vectors
from knowledge.features import FEATURES_FILE, FeatureTable
from knowledge.restore import load_restorer
from knowledge.text.characters import normalise

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

INSTALL_COMMAND = "pip install 'bdhvs[transformers]'"
BATCH = 32
_PROBED_VALUES = 64  # values at either end of each tensor that make the fingerprint; training changes them all
_E5 = re.compile(r"(?:^|[-_/\\.])e5(?:[-_/\\.]|$)", re.IGNORECASE)
# E5 models were trained with these words before every text (their model cards); without them they lose accuracy.
_E5_PREFIXES = ("query: ", "passage: ")
_E5_INSTRUCT_PREFIXES = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
    "",
)
_QUERY_PROMPTS, _PASSAGE_PROMPTS = ("query",), ("passage", "document", "corpus")


class TransformerEncoder:
    """Encodes with sentence-transformers; diacritics are put back into questions first.

    Models trained on accented text lose most of their accuracy on bare text (recall falls from 0.97 to 0.12 for
    AITeamVN/Vietnamese_Embedding, published), hence the restoring.
    """

    def __init__(self, name: str) -> None:
        """``name`` is a hub name or a folder. Raises EncoderError with the way out."""
        self._name = name
        self._model = _load(name)
        self._query_prefix, self._passage_prefix = _prefixes(name, self._model.prompts)
        folder = Path(name)
        own = (folder / FEATURES_FILE).is_file()
        self._features = FeatureTable.load(folder) if own else None
        self._fingerprint = _fingerprint(self._model, self._query_prefix + "\n" + self._passage_prefix)

    @property
    def name(self) -> str:
        """The hub name or folder it was loaded by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits made of the weights' ends and the prefixes."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, with diacritics restored and the model's query prefix."""
        if self._features is not None:
            return self._encode(texts)
        restore = load_restorer().restore
        return self._encode([self._query_prefix + restore(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, with the model's passage prefix."""
        if self._features is not None:
            return self._encode(texts)
        return self._encode([self._passage_prefix + normalise(text) for text in texts])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        # Our own checkpoint made for the numpy loader looks up features, not words.
        given = [" ".join(self._features.strings(text)) for text in texts] if self._features else list(texts)
        vectors = self._model.encode(
            given, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def _load(name: str) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderError(
            f"the embedding model '{name}' needs sentence-transformers, which is not installed; "
            f"install it with: {INSTALL_COMMAND}"
        ) from error
    try:
        return SentenceTransformer(name, device="cpu")
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"the embedding model '{name}' cannot be loaded: {error}. Give a folder that holds a "
            "sentence-transformers model, or a hub name while the machine is online; "
            "unset BDHVS_EMBEDDING_MODEL to use the bundled model"
        ) from error


def _prefixes(name: str, prompts: Mapping[str, str | None]) -> tuple[str, str]:
    """What to put before questions and passages: the model's own prompts, else what its family needs."""
    query = next((prompt for key in _QUERY_PROMPTS if (prompt := prompts.get(key))), "")
    passage = next((prompt for key in _PASSAGE_PROMPTS if (prompt := prompts.get(key))), "")
    if query or passage or _E5.search(name) is None:
        return query, passage
    return _E5_INSTRUCT_PREFIXES if "instruct" in name.lower() else _E5_PREFIXES


def _fingerprint(model: SentenceTransformer, prefixes: str) -> str:
    digest = hashlib.sha256(prefixes.encode("utf-8"))
    for name, tensor in sorted(model.state_dict().items()):
        values = tensor.detach().flatten()
        ends = [*values[:_PROBED_VALUES].tolist(), *values[-_PROBED_VALUES:].tolist()]
        digest.update(f"{name} {tuple(tensor.shape)} {ends}".encode())
    return digest.hexdigest()[:16]
