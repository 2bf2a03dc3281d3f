"""--model onnx:... and onnx-int8:...: a real model, exported into a folder, against the same on
torch.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from rag import Index
from rag.embed import load_embedder, load_reranker, onnx
from rag.errors import IndexMismatch, ModelError

TEXTS = [
    "Bakers raised the price of bread.",
    "A ferry sank in the storm.",
    "The museum opened its doors.",
    "",
]
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
FILES = [
    "README.md",
    "model.onnx",
    "model_O2.onnx",
    "model_qint8_arm64.onnx",
    "model_qint8_avx512.onnx",
    "model_qint8_avx512_vnni.onnx",
    "model_quint8_avx2.onnx",
]


# ---- which file


def folder_of(tmp_path, names, below="onnx"):
    for name in names:
        file = tmp_path / below / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    return str(tmp_path)


@pytest.mark.parametrize(
    "machine, flags, file",
    [
        ("x86_64", "fpu avx2 avx512f avx512_vnni", "model_qint8_avx512_vnni.onnx"),
        ("x86_64", "fpu avx2 avx512f", "model_qint8_avx512.onnx"),
        ("AMD64", "fpu avx2", "model_quint8_avx2.onnx"),
        ("aarch64", "neon", "model_qint8_arm64.onnx"),
    ],
)
def test_of_several_int8_files_the_one_for_the_processor(
    tmp_path, monkeypatch, machine, flags, file
):
    monkeypatch.setattr(onnx.platform, "machine", lambda: machine)
    monkeypatch.setattr(
        onnx, "Path", lambda path: tmp_path / "flags" if path == "/proc/cpuinfo" else Path(path)
    )
    (tmp_path / "flags").write_text(flags)
    model = folder_of(tmp_path / "model", FILES)
    assert onnx.find(model, "onnx-int8", True) == (Path(model), f"onnx/{file}")
    assert onnx.find(model, "onnx", True) == (Path(model), "onnx/model.onnx")


@pytest.mark.parametrize(
    "below, names, file",
    [
        ("", ["model.onnx", "model_quantized.onnx"], "model_quantized.onnx"),
        ("onnx", ["model_int8.onnx"], "onnx/model_int8.onnx"),
    ],
)
def test_files_of_other_tools_are_known(tmp_path, below, names, file):
    assert onnx.find(folder_of(tmp_path, names, below), "onnx-int8", True)[1] == file


@pytest.mark.parametrize(
    "backend, names, seen",
    [
        ("onnx", ["model_O2.onnx"], "model_O2.onnx"),
        ("onnx-int8", ["model.onnx"], "model.onnx"),
        ("onnx", [], "no ONNX file"),
    ],
)
def test_no_file_is_one_line(tmp_path, backend, names, seen):
    with pytest.raises(ModelError) as raised:
        onnx.find(folder_of(tmp_path, ["x.txt", *names]), backend, True)
    message = str(raised.value)
    assert (
        seen in message and str(tmp_path) in message and backend in message and "\n" not in message
    )


def test_without_onnx_runtime_the_message_says_what_to_install(call, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (tmp_path / "one.txt").write_text("The museum opened its doors.", "utf-8")
    done = call(
        "build", "--corpus", tmp_path, "--index", tmp_path / "index", "--model", f"onnx:{tmp_path}"
    )
    assert (
        done.returncode == 4
        and done.stderr.count("\n") == 1
        and onnx.INSTALL_COMMAND in done.stderr
    )


# ---- a real model, exported


def export(model, folder, names, output):
    """A transformer as ``folder/onnx/model.onnx`` and in int8 beside it."""
    import torch

    for library in ("onnxruntime", "onnx", "onnxscript"):
        pytest.importorskip(library, reason="the test extra is not installed")
    from onnxruntime.quantization import QuantType, quantize_dynamic

    (Path(folder) / "onnx").mkdir()
    file = str(Path(folder) / "onnx" / "model.onnx")
    example = {name: torch.ones((2, 5), dtype=torch.int64) for name in names}
    shapes = {name: {0: torch.export.Dim("batch"), 1: torch.export.Dim("length")} for name in names}
    torch.onnx.export(
        model.eval(),
        (),
        file,
        kwargs=example,
        input_names=list(names),
        output_names=[output],
        dynamic_shapes=shapes,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    quantize_dynamic(
        file, file.replace("model.", "model_qint8."), weight_type=QuantType.QInt8, per_channel=True
    )


@pytest.fixture(scope="module")
def exported(minilm, tmp_path_factory):
    """The folder of MiniLM with prompts, for torch, for ONNX and in int8."""
    from sentence_transformers import SentenceTransformer

    folder = tmp_path_factory.mktemp("onnx") / "minilm"
    plain = SentenceTransformer(minilm, device="cpu")
    plain.prompts = {"query": "query: ", "document": "passage: "}
    plain.save_pretrained(str(folder))
    export(plain[0].auto_model, folder, INPUTS, "last_hidden_state")
    return str(folder)


@pytest.mark.slow
def test_onnx_gives_the_vectors_of_torch_and_int8_nearly(exported):
    torch, full, int8 = (
        load_embedder(name) for name in (exported, f"onnx:{exported}", f"onnx-int8:{exported}")
    )
    for way in ("embed_passages", "embed_queries"):  # with their prompts
        one, two, three = (getattr(model, way)(TEXTS) for model in (torch, full, int8))
        np.testing.assert_allclose(one, two, atol=1e-5)
        assert 1e-4 < np.abs(one - three).max() and (one * three).sum(axis=1).min() > 0.95
    assert np.abs(full.embed_passages(TEXTS) - full.embed_queries(TEXTS)).max() > 1e-3
    assert (
        full.identity.name == f"onnx:{exported}"
        and int8.identity.name == f"onnx-int8:{exported}"
        and torch.identity.name == exported
    )
    assert len({model.identity.sha256 for model in (torch, full, int8)}) == 3
    assert load_embedder(f"torch:{exported}").identity == torch.identity


@pytest.mark.slow
def test_an_index_is_asked_with_the_back_end_that_built_it(call, exported, tmp_path):
    rows = "".join(
        json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(TEXTS[:3])
    )
    (tmp_path / "news.jsonl").write_text(rows, "utf-8")
    index, model = tmp_path / "index", f"onnx-int8:{exported}"
    assert (
        call(
            "build",
            "--corpus",
            tmp_path / "news.jsonl",
            "--index",
            index,
            "--model",
            model,
            "--quiet",
        ).returncode
        == 0
    )
    found = json.loads(
        call(
            "search", "--index", index, "--model", model, "--json", "loaves became more expensive"
        ).stdout
    )
    assert found["hits"][0]["article_id"] == "0" and found["model"] == model
    for other in (exported, f"onnx:{exported}"):
        with pytest.raises(IndexMismatch, match=f"--model {model}"):
            Index.open(index, other)
    assert Index.status(index).live.model.name == model


@pytest.mark.slow
def test_rerankers_run_on_onnx(minilm, exported, tmp_path):
    import torch
    from sentence_transformers import MultiVectorEncoder
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(7)
    folders = {"cross": str(tmp_path / "cross"), "multi": str(tmp_path / "multi")}
    # A folder as transformers saves it, without a word of sentence-transformers.
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=1,
        initializer_range=0.5,
    )
    cross = BertForSequenceClassification(config)
    cross.save_pretrained(folders["cross"])
    AutoTokenizer.from_pretrained(minilm).save_pretrained(folders["cross"])
    export(cross, folders["cross"], INPUTS, "logits")
    parts = [
        Transformer(minilm),
        MultiVectorMask(),
        Normalize(module_input_name="token_embeddings"),
    ]
    MultiVectorEncoder(modules=parts, device="cpu").save_pretrained(folders["multi"])
    shutil.copytree(f"{exported}/onnx", f"{folders['multi']}/onnx")
    for folder in folders.values():
        one, other = (
            load_reranker(name).score("loaves cost more", TEXTS)
            for name in (folder, f"onnx:{folder}")
        )
        assert len(set(one.tolist())) == len(TEXTS)
        np.testing.assert_allclose(one, other, atol=1e-4)
        assert load_reranker(f"onnx:{folder}").name == f"onnx:{folder}"
    with pytest.raises(
        ModelError, match="expected the ONNX file .* to give last_hidden_state, but it gives logits"
    ):
        shutil.copy(f"{folders['cross']}/onnx/model.onnx", f"{folders['multi']}/onnx/model.onnx")
        load_reranker(f"onnx:{folders['multi']}")


@pytest.mark.slow
def test_a_damaged_file_is_one_line(exported, tmp_path):
    shutil.copytree(exported, tmp_path / "bad", ignore=shutil.ignore_patterns("*.onnx"))
    (tmp_path / "bad" / "onnx" / "model.onnx").write_bytes(b"no model at all")
    with pytest.raises(ModelError) as raised:
        load_embedder(f"onnx:{tmp_path / 'bad'}")
    assert str(tmp_path / "bad") in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_name_is_found_in_the_cache_without_network(exported, tmp_path, monkeypatch):
    import socket

    revision = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "hub" / "models--somebody--minilm"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(revision)
    shutil.copytree(exported, repository / "snapshots" / revision, copy_function=os.link)
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(
        socket, "create_connection", lambda *a, **k: pytest.fail("the network was asked")
    )
    named = load_embedder("onnx:somebody/minilm")
    assert named.identity.sha256 == load_embedder(f"onnx:{exported}").identity.sha256
    assert load_embedder("somebody/minilm").identity.dim == 384


@pytest.mark.slow
def test_exporting_leaves_the_identity_on_torch_as_it_was(exported, tmp_path):
    shutil.copytree(exported, tmp_path / "plain", ignore=shutil.ignore_patterns("onnx"))
    assert (
        load_embedder(str(tmp_path / "plain")).identity.sha256
        == load_embedder(exported).identity.sha256
    )
