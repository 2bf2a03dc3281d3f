"""Other embedding models: from folders, by name, without network."""

import json
import shutil
import socket
import time

import numpy as np
import pytest
from embedded import TEXTS, model

from rag.embed import load_embedder, load_static
from rag.embed.static import STATIC_MODEL_FOLDER, is_static
from rag.errors import ModelError


def test_a_static_model_in_any_folder(model, tmp_path):
    copy = tmp_path / "own"
    shutil.copytree(STATIC_MODEL_FOLDER, copy)
    assert is_static(copy)
    other = load_embedder(str(copy))
    assert other.identity.name == str(copy) and other.identity.sha256 == model.identity.sha256
    np.testing.assert_array_equal(other.embed_queries(TEXTS), model.embed_queries(TEXTS))
    (copy / "compounds.safetensors").unlink()  # an extra of ours: a plain model2vec folder has none
    plain = load_static(tmp_path / "." / "own" / ".." / "own")
    np.testing.assert_allclose(plain.embed_queries(TEXTS), model.embed_queries(TEXTS), atol=1e-6)
    assert (
        plain.fine_spans(["世界卫生组织"])[0][0].tolist() == plain.spans("世界卫生组织")[0].tolist()
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda f: (f / "model.safetensors").unlink(),
        lambda f: (f / "model.safetensors").write_bytes(b"\xff" * 1000),
        lambda f: (f / "model.safetensors").write_bytes(
            (f / "model.safetensors").read_bytes()[:-1000]
        ),
        lambda f: (f / "tokenizer.json").unlink(),
        lambda f: (f / "tokenizer.json").write_text("{}"),
        lambda f: (f / "compounds.safetensors").write_bytes(b"\x00" * 100),
    ],
    ids=[
        "no vectors",
        "no safetensors",
        "cut short",
        "no tokenizer",
        "empty tokenizer",
        "damaged compounds",
    ],
)
def test_a_damaged_folder_is_one_line(tmp_path, damage):
    folder = tmp_path / "model"
    shutil.copytree(STATIC_MODEL_FOLDER, folder)
    damage(folder)
    with pytest.raises(ModelError) as raised:
        load_embedder(str(folder))
    assert "\n" not in str(raised.value) and str(folder) in str(raised.value)


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    for load in (load_embedder, load_static):
        with pytest.raises(ModelError) as raised:
            load(str(tmp_path / "none"))
        assert "\n" not in str(raised.value) and str(tmp_path / "none") in str(raised.value)


@pytest.mark.slow
def test_a_folder_without_a_model_is_one_line(tmp_path):
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(ModelError) as raised:
        load_embedder(str(tmp_path))
    assert "\n" not in str(raised.value) and str(tmp_path) in str(raised.value)


@pytest.mark.slow
def test_a_name_is_not_fetched_when_offline(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)  # read once, when imported
    monkeypatch.setattr(
        socket, "create_connection", lambda *a, **k: pytest.fail("the network was asked")
    )
    _is_not_there()


@pytest.mark.slow
def test_a_hub_that_does_not_answer_is_no_hang(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        _is_not_there()


def _is_not_there(name="nobody/no-such-model"):
    import sentence_transformers  # noqa: F401  takes seconds, which are not what is measured

    began = time.monotonic()
    with pytest.raises(ModelError) as raised:
        load_embedder(name)
    assert time.monotonic() - began < 5
    assert (
        name in str(raised.value)
        and "--model" in str(raised.value)
        and "\n" not in str(raised.value)
    )


@pytest.mark.slow
def test_a_folder_of_ones_own_needs_no_network(minilm, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("the network was asked"))
    load_embedder(minilm).embed_queries(["bread"])


@pytest.mark.slow
def test_a_name_that_was_fetched_before_needs_no_network(minilm, tmp_path, monkeypatch):
    revision = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--somebody--minilm"  # as the hub's client keeps it
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(revision)
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / revision).symlink_to(minilm)
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("the network was asked"))
    embedder = load_embedder("somebody/minilm")
    assert embedder.identity.name == "somebody/minilm" and embedder.identity.dim == 384
    np.testing.assert_array_equal(
        embedder.embed_queries(["bread"]), load_embedder(minilm).embed_queries(["bread"])
    )


# ---- a real transformer


@pytest.mark.slow
def test_a_transformer_from_a_folder(minilm):
    embedder = load_embedder(minilm)
    assert (
        embedder.identity.name == minilm
        and embedder.identity.dim == 384
        and len(embedder.identity.sha256) == 64
    )
    texts = ["The ferry sank in a storm.", "Bread has become more expensive.", ""]
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors @ embedder.embed_queries(["loaves cost more"])[0]).argmax() == 1
    np.testing.assert_allclose(vectors[1], embedder.embed_passages(texts[1:2])[0], atol=1e-5)


@pytest.mark.slow
def test_a_transformers_prompts_are_used(minilm, tmp_path):
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(minilm, device="cpu")
    plain.prompts = {"query": "query: ", "document": "passage: "}
    plain.save(str(tmp_path / "prompted"))
    assert (
        json.loads((tmp_path / "prompted" / "config_sentence_transformers.json").read_text())[
            "prompts"
        ]["query"]
        == "query: "
    )

    embedder = load_embedder(str(tmp_path / "prompted"))
    text = "Bread has become more expensive."
    by_hand = lambda prompt: plain.encode([prompt + text], prompt="", normalize_embeddings=True)[0]
    np.testing.assert_allclose(embedder.embed_queries([text])[0], by_hand("query: "), atol=1e-5)
    np.testing.assert_allclose(embedder.embed_passages([text])[0], by_hand("passage: "), atol=1e-5)
    assert np.abs(by_hand("query: ") - by_hand("passage: ")).max() > 1e-3  # so the prompt does tell

    before = embedder.identity.sha256
    (tmp_path / "prompted" / "1_Pooling" / "config.json").open("a").write("\n")
    assert load_embedder(str(tmp_path / "prompted")).identity.sha256 != before
