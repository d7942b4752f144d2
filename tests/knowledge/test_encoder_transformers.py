"""Models loaded by sentence-transformers: our own checkpoint, and a real transformer made here (no hub is reached)."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import BUNDLED_FOLDER, EncoderError, load_encoder

pytestmark = pytest.mark.transformers

AGREEMENT = 1e-5
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] query passage : đăng ký tạm trú dang ky tam tru hộ chiếu ở đâu".split()  # noqa: SIM905
TEXTS = [
    "Thủ tục đăng ký tạm trú cho người thuê trọ cần gì?",
    "thu tuc dang ky tam tru cho nguoi thue tro can gi",
    "dnag kyy tamtru 150/KH-UBND",
    "hoà giải ở cơ sở",
    "",
    "日本",
]


@pytest.fixture(scope="module")
def small_transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer with weights drawn by a fixed seed, saved as a sentence-transformers folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    root = tmp_path_factory.mktemp("small")
    plain, saved = root / "bert", root / "multilingual-e5-tiny"
    plain.mkdir()
    (plain / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(3)
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(WORDS), **shape)).save_pretrained(plain)
    tokenizer = BertTokenizer(str(plain / "vocab.txt"), do_lower_case=True, strip_accents=False)
    tokenizer.save_pretrained(plain)
    transformer = Transformer(str(plain))
    SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu").save(str(saved))
    return saved


def test_both_loaders_of_the_bundled_checkpoint_agree() -> None:
    ours, theirs = load_encoder(), load_encoder(str(BUNDLED_FOLDER))
    for encode in ("encode_queries", "encode_passages"):
        difference = np.abs(getattr(ours, encode)(TEXTS) - getattr(theirs, encode)(TEXTS)).max()
        assert difference <= AGREEMENT
    assert theirs.dimension == ours.dimension


def test_bundled_checkpoint_reads_plain_words_too() -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUNDLED_FOLDER), device="cpu")
    near, far = model.encode(["dang ky tam tru", "gia vang hom nay"]) @ load_encoder().encode_queries([TEXTS[1]])[0]
    assert near > far


def test_transformer_gives_unit_vectors(small_transformer: Path) -> None:
    encoder = load_encoder(str(small_transformer))
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension) == (len(TEXTS), 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode_queries([]).shape == (0, 32)


def test_diacritics_are_restored_in_questions_only(small_transformer: Path) -> None:
    encoder = load_encoder(str(small_transformer))
    accented, bare = encoder.encode_queries(["đăng ký tạm trú", "dang ky tam tru"])
    assert np.allclose(accented, bare, atol=1e-6)
    accented, bare = encoder.encode_passages(["đăng ký tạm trú", "dang ky tam tru"])
    assert not np.allclose(accented, bare, atol=1e-3)


def test_e5_prefixes_tell_questions_from_passages(small_transformer: Path) -> None:
    encoder = load_encoder(str(small_transformer))
    question, passage = encoder.encode_queries(["hộ chiếu"])[0], encoder.encode_passages(["hộ chiếu"])[0]
    assert not np.allclose(question, passage, atol=1e-3)


def test_prefixes_of_the_model_itself_come_first(small_transformer: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(small_transformer), device="cpu")
    model.prompts = {"query": "hỏi ở đâu : ", "document": ""}
    model.save(str(tmp_path / "own-prompts"))
    encoder = load_encoder(str(tmp_path / "own-prompts"))
    wanted = model.encode(["hỏi ở đâu : hộ chiếu"], normalize_embeddings=True)
    assert np.allclose(encoder.encode_queries(["hộ chiếu"]), wanted, atol=1e-6)


def test_other_weights_have_another_fingerprint(small_transformer: Path) -> None:
    assert load_encoder(str(small_transformer)).fingerprint != load_encoder(str(BUNDLED_FOLDER)).fingerprint
    assert load_encoder(str(small_transformer)).fingerprint == load_encoder(str(small_transformer)).fingerprint


def test_model_that_is_nowhere_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="unset BDHVS_EMBEDDING_MODEL"):
        load_encoder(str(tmp_path / "nothing-here"))
