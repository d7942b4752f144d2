"""Encoders turn texts into unit vectors: the bundled one in a tenth of a second, any other by one setting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vectors: TypeAlias = npt.NDArray[np.float32]

BUNDLED = "bundled"
BUNDLED_FOLDER = Path(__file__).parent / "model"


class Encoder(Protocol):
    """Turns texts into unit vectors, the same text always into the same one."""

    @property
    def name(self) -> str:
        """What a person calls the model (``bundled``, a folder or a hub name)."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would; an index refuses an encoder with another one."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, one row a text; a text with nothing known is a row of zeros."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, one row a text; a text with nothing known is a row of zeros."""
        ...


class EncoderError(RuntimeError):
    """An encoder cannot be loaded; the message says what to do."""


def load_encoder(name_or_folder: str | None = None) -> Encoder:
    """The bundled encoder for None or ``bundled``, else any sentence-transformers model by hub name or folder.

    Raises EncoderError when the model or the library it needs is missing.
    """
    if name_or_folder in (None, "", BUNDLED):
        from knowledge.static_encoder import StaticEncoder

        return StaticEncoder.load(BUNDLED_FOLDER, BUNDLED)
    from knowledge.transformer_encoder import TransformerEncoder

    return TransformerEncoder(str(name_or_folder))
