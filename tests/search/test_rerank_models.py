"""Rerankers from folders: cross-encoders and multi-vector models, their prompts and kinds."""

import json
import threading

import numpy as np
import pytest
from langchain_core.documents import Document
from reranked import texts

from rag import Index
from rag.embed import load_embedder, load_reranker
from rag.errors import ModelError
from rag.langchain import YinjuRetriever

# ---- real models


@pytest.fixture(scope="session")
def cross(minilm, tmp_path_factory):
    """A folder of a cross-encoder: MiniLM with a head that knows nothing, but always the same."""
    import torch
    from sentence_transformers import CrossEncoder

    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("models") / "cross"
    CrossEncoder(minilm, num_labels=1, device="cpu", local_files_only=True).save_pretrained(
        str(folder)
    )
    return str(folder)


@pytest.fixture(scope="session")
def multi(minilm, tmp_path_factory):
    """A folder of a multi-vector model: MiniLM's own vectors of words in their sentence."""
    from sentence_transformers import MultiVectorEncoder
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask

    folder = tmp_path_factory.mktemp("models") / "multi"
    parts = [
        Transformer(minilm),
        MultiVectorMask(),
        Normalize(module_input_name="token_embeddings"),
    ]
    MultiVectorEncoder(modules=parts, device="cpu").save_pretrained(str(folder))
    return str(folder)


@pytest.fixture(scope="module")
def bread(tmp_path_factory):
    """An index of a few English sentences."""
    folder = tmp_path_factory.mktemp("bread")
    rows = [
        "The museum opened its doors.",
        "A ferry sank in the storm.",
        "Bakers raised the price of bread.",
        "Snow closed the pass.",
    ]
    (folder / "news.jsonl").write_text(
        "".join(json.dumps({"id": str(n), "text": t}) + "\n" for n, t in enumerate(rows)), "utf-8"
    )
    Index.build(folder / "news.jsonl", folder / "index")
    return folder / "index"


@pytest.mark.slow
def test_a_cross_encoder_from_a_folder(call, bread, cross):
    from sentence_transformers import CrossEncoder

    question = "loaves became more expensive"
    found = json.loads(
        call("search", "--index", bread, "--rerank", cross, "--json", question).stdout
    )
    assert found["rerank"] == cross and found["model"] == "yinju-static"
    scores = CrossEncoder(cross, device="cpu").predict([(question, text) for text in texts(bread)])
    assert len(set(scores.tolist())) == 4
    assert [hit["article_id"] for hit in found["hits"]] == [str(n) for n in np.argsort(-scores)]
    for hit in found["hits"]:
        assert (
            hit["parts"]["rerank"]
            == hit["score"]
            == pytest.approx(float(scores[int(hit["article_id"])]), abs=1e-5)
        )
    assert json.loads(call("search", "--index", bread, "--json", question).stdout)["rerank"] is None
    assert call("ask", "--index", bread, "--rerank", cross, "What closed the pass?").returncode == 0


@pytest.mark.slow
def test_a_multi_vector_model_from_a_folder(call, bread, multi):
    from sentence_transformers import MultiVectorEncoder

    question = "loaves became more expensive"
    found = json.loads(
        call("search", "--index", bread, "--rerank", multi, "--json", question).stdout
    )
    assert found["hits"][0]["article_id"] == "2" and found["rerank"] == multi
    model = MultiVectorEncoder(multi, device="cpu")
    asked, read = (
        np.asarray(vectors)
        for vectors in (model.encode_query(question), model.encode_document(texts(bread)[2]))
    )
    assert found["hits"][0]["score"] == pytest.approx(
        float((asked @ read.T).max(axis=1).sum()), abs=1e-4
    )  # MaxSim, by hand


@pytest.mark.slow
def test_prompts_of_a_multi_vector_model_are_used(multi, tmp_path):
    from sentence_transformers import MultiVectorEncoder

    plain = MultiVectorEncoder(multi, device="cpu")
    plain.prompts = {"query": "query: ", "document": "passage: "}
    plain.save_pretrained(str(tmp_path / "prompted"))
    question, text = "loaves cost more", "Bakers raised the price of bread."
    asked, read = (
        np.asarray(plain.encode([one], prompt="", task=task)[0])
        for one, task in (("query: " + question, "query"), ("passage: " + text, "document"))
    )
    by_hand = float((asked @ read.T).max(axis=1).sum())
    assert load_reranker(str(tmp_path / "prompted")).score(question, [text])[0] == pytest.approx(
        by_hand, abs=1e-4
    )
    assert (
        abs(load_reranker(multi).score(question, [text])[0] - by_hand) > 0.1
    )  # so the prompts do tell


@pytest.mark.slow
def test_the_prompt_of_a_cross_encoder_is_used(cross, tmp_path):
    from sentence_transformers import CrossEncoder

    plain = CrossEncoder(cross, device="cpu")
    plain.prompts, plain.default_prompt_name = {"ask": "Which of these answers? "}, "ask"
    plain.save_pretrained(str(tmp_path / "prompted"))
    pair = ("loaves cost more", "Bakers raised the price of bread.")
    with_prompt, without = (
        plain.predict([pair], prompt=prompt)[0] for prompt in ("Which of these answers? ", "")
    )
    assert load_reranker(str(tmp_path / "prompted")).score(pair[0], [pair[1]])[0] == pytest.approx(
        with_prompt, abs=1e-6
    )
    assert abs(with_prompt - without) > 1e-5


@pytest.mark.slow
def test_a_folder_of_another_kind_says_where_it_belongs(
    call, bread, minilm, cross, multi, tmp_path
):
    for given, option in ((cross, "--rerank"), (multi, "--rerank")):
        with pytest.raises(ModelError, match=f"for --model, but .* give it with {option}"):
            load_embedder(given)
    done = call("search", "--index", bread, "--rerank", minilm, "bread")
    assert done.returncode == 4 and done.stdout == "" and done.stderr.count("\n") == 1
    assert "is an embedding model" in done.stderr and "--model" in done.stderr
    for given in (str(tmp_path / "none"), "./none", "torch:"):
        done = call("search", "--index", bread, "--rerank", given, "bread")
        assert done.returncode == 4 and done.stderr.count("\n") == 1 and "found none" in done.stderr


# What the configurations of published models look like; nothing is loaded to tell them apart.
@pytest.mark.slow
@pytest.mark.parametrize(
    "files, kind",
    [
        ({"config.json": {"architectures": ["BertForSequenceClassification"]}}, "a cross-encoder"),
        (
            {
                "config.json": {"architectures": ["XLMRobertaForSequenceClassification"]},
                "tokenizer.json": {},
            },
            "a cross-encoder",
        ),
        (
            {
                "config_sentence_transformers.json": {"model_type": "CrossEncoder"},
                "modules.json": [],
            },
            "a cross-encoder",
        ),
        ({"config.json": {"architectures": ["HF_ColBERT"]}}, "a multi-vector model"),
        (
            {"config_sentence_transformers.json": {"model_type": "ColBERT"}, "modules.json": []},
            "a multi-vector model",
        ),
        (
            {"config_sentence_transformers.json": {"query_prefix": "[Q] "}, "modules.json": []},
            "a multi-vector model",
        ),
        (
            {
                "config_sentence_transformers.json": {"model_type": "SparseEncoder"},
                "modules.json": [],
            },
            "a sparse encoder",
        ),
    ],
)
def test_kinds_are_read_from_the_configuration(tmp_path, files, kind):
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    with pytest.raises(ModelError, match=f"but .* is {kind}"):
        load_embedder(str(tmp_path))


@pytest.mark.slow
def test_code_that_comes_with_a_model_is_not_run(minilm, tmp_path):
    folder = tmp_path / "model"
    copy_of(minilm, folder)
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Own: pass\n")
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["type"] = "own.Own"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError, match="own.Own.*third-party code"):
        load_embedder(str(folder))
    assert not (tmp_path / "ran").exists()


def copy_of(model, folder):
    """The files of a model's folder as links, but for the configurations."""
    from pathlib import Path

    for file in (f for f in Path(model).rglob("*") if f.is_file()):
        target = folder / file.relative_to(model)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(file) if file.suffix == ".safetensors" else target.write_bytes(
            file.read_bytes()
        )


@pytest.mark.slow
def test_a_cross_encoder_of_several_scores_is_refused(minilm, tmp_path):
    from sentence_transformers import CrossEncoder

    CrossEncoder(minilm, num_labels=3, device="cpu", local_files_only=True).save_pretrained(
        str(tmp_path / "nli")
    )
    with pytest.raises(ModelError, match="it gives 3"):
        load_reranker(str(tmp_path / "nli"))


@pytest.mark.slow
def test_threads_may_share_one(cross, minilm):
    reranker, embedder = load_reranker(cross), load_embedder(minilm)
    rows = [["word " * (n * 7 % 30 + 1) + str(n)] for n in range(6)]
    expected = [(reranker.score("q", row), embedder.embed_passages(row)) for row in rows]
    seen = [None] * len(rows)

    def work(n):
        seen[n] = (reranker.score("q", rows[n]), embedder.embed_passages(rows[n]))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(rows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(expected, seen):
        np.testing.assert_allclose(one[0], other[0], atol=1e-6)
        np.testing.assert_allclose(one[1], other[1], atol=1e-6)


@pytest.mark.slow
def test_a_retriever_reranks(bread, cross):
    found = YinjuRetriever(index_path=str(bread), rerank=cross, k=4).invoke(
        "loaves became more expensive"
    )
    scores = [document.metadata["score"] for document in found]
    assert all(isinstance(document, Document) for document in found)
    assert (
        scores == sorted(scores, reverse=True) and max(scores) < 1
    )  # the cross-encoder's own, through its sigmoid
    with Index.open(bread, rerank=cross) as index:
        assert [document.page_content for document in found] == [
            hit.text for hit in index.search("loaves became more expensive", 4)
        ]
