"""Writes the trained encoder as a sentence-transformers checkpoint that numpy alone can read too."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from knowledge.features import FEATURES_FILE, TOKENIZER_FILE, UNKNOWN
from knowledge.static_encoder import WEIGHTS_FILE

LARGEST_LEVEL = 127  # of a signed byte
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_CONFIG: dict[str, object] = {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"}


def quantise(rows: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Each row as signed bytes and the scale that gives it back."""
    largest = np.abs(rows).max(axis=1)
    scales = np.where(largest == 0, 1, largest / LARGEST_LEVEL).astype(np.float32)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales


def write_checkpoint(folder: Path, features: list[str], rows: npt.NDArray[np.float32]) -> None:
    """Writes weights, vocabulary and the files that name the modules; row ``i`` belongs to ``features[i]``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    levels, scales = quantise(rows)
    scales[features.index(UNKNOWN)] = 0.0  # what the vocabulary lacks adds nothing
    (folder / WEIGHTS_FILE).write_bytes(save({"embeddings": levels, "weights": scales}))
    vocabulary = {feature: row for row, feature in enumerate(features)}
    tokenizer: dict[str, object] = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": UNKNOWN},
    }
    _write_json(folder / TOKENIZER_FILE, tokenizer)
    _write_json(folder / FEATURES_FILE, {"features": "syllables, accented syllables, pairs, trigrams", "version": 1})
    _write_json(folder / "modules.json", _MODULES)
    _write_json(folder / "config_sentence_transformers.json", _CONFIG)
    # The folder of a module without files is kept by git only when something is in it.
    _write_json(folder / "1_Normalize" / "config.json", {})


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
