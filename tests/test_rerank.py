"""--rerank: what a reranker is given to read, and what becomes of its scores; with real models from
folders where marked slow.
"""

import json
import threading

import numpy as np
import pytest
from langchain_core.documents import Document
from small_news import NEWS

from rag import Article, Assistant, Filters, Index
from rag.embed import load_embedder, load_reranker
from rag.errors import ModelError
from rag.langchain import YinjuRetriever
from rag.search.rerank import RERANKED

QUESTION = "哪里举行了防汛演练？"


class Told:
    """A reranker of one's own: scores by a function of the text, and remembers what it read."""

    name = "told"

    def __init__(self, score=len):
        self._score, self.read = score, []

    def score(self, question, passages):
        self.read.append((question, list(passages)))
        return np.array([self._score(text) for text in passages], np.float32)


@pytest.fixture(scope="module")
def lifts(tmp_path_factory):
    """An index of many articles that are much alike, half of them in each language."""
    zh = (
        Article(f"zh{n}", f"第{n}号电梯的安全检查在{n}日完成。", lang="zh", source="甲")
        for n in range(60)
    )
    en = (
        Article(
            f"en{n}",
            f"The safety check of elevator {n} was done on day {n}.",
            lang="en",
            source="B",
        )
        for n in range(60)
    )
    path = tmp_path_factory.mktemp("lifts") / "index"
    Index.build([*zh, *en], path)
    return path


def passages(hits):
    return [(hit.article_id, hit.start) for hit in hits]


# ---- any object with a name and a score


def test_hits_come_in_the_order_of_the_scores(news_index):
    told = Told()
    with Index.open(news_index, rerank=told) as index:
        hits = index.search(QUESTION, 5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.parts["rerank"] == hit.score == len(f"{hit.title}\n{hit.text}")
        assert {"dense", "lexical", "late", "fused"} < hit.parts.keys()
    question, texts = told.read[0]
    assert question == QUESTION and len(texts) == len(set(texts))
    assert hits[0].score == max(map(len, texts))  # of all that was read, not only of the first k


def test_without_a_reranker_nothing_changes(news_index):
    with (
        Index.open(news_index) as plain,
        Index.open(news_index, rerank=Told(lambda text: 0.0)) as tied,
    ):
        found, read = plain.find(QUESTION, 4), tied.find(QUESTION, 4)
    assert passages(found.hits) == passages(
        read.hits
    )  # of equal scores the better fused one stays first
    assert "rerank" not in found.ms and read.ms["rerank"] > 0
    for one, other in zip(found.hits, read.hits):
        assert one.parts.keys() == {"dense", "lexical", "late", "phrase"}
        assert (
            other.parts["fused"] == one.score
            and other.highlights == one.highlights
            and other.support == one.support
        )


def test_only_the_best_candidates_are_read_and_all_hits_are(lifts):
    told = Told()
    with Index.open(lifts, rerank=told) as index, Index.open(lifts) as plain:
        index.search("电梯安全检查", 3)
        assert len(told.read[0][1]) == RERANKED
        best = plain.search("电梯安全检查", RERANKED)
        assert {hit.text for hit in best} == {*told.read[0][1]}
        hits = index.search("电梯安全检查", 100)
    assert len(hits) == 100 and all("rerank" in hit.parts for hit in hits)


def test_both_languages_are_read_and_then_count_alike(lifts):
    told = Told(lambda text: float(text.isascii()))
    with Index.open(lifts, rerank=told) as index:
        hits = index.search("电梯安全检查", 20)
    english = sum(text.isascii() for text in told.read[0][1])
    assert 8 <= english <= RERANKED - 8
    assert [hit.lang for hit in hits] == (["en"] * english + ["zh"] * RERANKED)[:20]


def test_filters_hold(lifts):
    told = Told()
    with Index.open(lifts, rerank=told) as index:
        hits = index.search("电梯安全检查", 10, Filters(langs=("en",)))
        assert {hit.lang for hit in hits} == {"en"} and all(
            text.isascii() for text in told.read[0][1]
        )
        assert index.search("电梯安全检查", 10, Filters(sources=("nobody",))) == []
        assert Assistant(index).ask("谁检查了电梯？", filters=Filters(sources=("nobody",))).refused
    assert len(told.read) == 1


@pytest.mark.parametrize(
    "score, said",
    [
        (lambda q, p: np.full(len(p), np.nan), "NaN"),
        (lambda q, p: np.zeros(len(p) + 1), "shape"),
        (lambda q, p: np.zeros((len(p), 3)), "shape"),
        (lambda q, p: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_faulty_reranker_is_one_line(news_index, score, said):
    faulty = Told()
    faulty.score = score
    with Index.open(news_index, rerank=faulty) as index:
        for ask in (index.search, Assistant(index).ask):
            with pytest.raises(ModelError, match=said) as raised:
                ask("What did the bridge cost?")
            assert "told" in str(raised.value) and "\n" not in str(raised.value)


def test_it_stays_after_a_reload(tmp_path):
    Index.build(NEWS[:3], tmp_path / "index")
    with Index.open(tmp_path / "index", rerank=Told()) as index:
        Index.build(NEWS[:4], tmp_path / "index")
        assert index.reload() and "rerank" in index.search(QUESTION, 1)[0].parts


# ---- answers


def test_evidence_of_equal_support_is_ranked_by_the_reranker(tmp_path):
    texts = {
        "a": "The new museum in Alta was opened by Anna Berg.",
        "b": "The new museum in Alta was opened by Carl Dahl.",
    }
    Index.build(
        [Article(name, text, lang="en") for name, text in texts.items()], tmp_path / "index"
    )
    for best in texts:
        told = Told(lambda text: float(texts[best] in text))
        with Index.open(tmp_path / "index", rerank=told) as index:
            answer = Assistant(index).ask("Who opened the new museum in Alta?")
            assert not answer.refused and answer.citations[0].article_id == best


def test_a_reranker_neither_makes_nor_breaks_a_refusal(news_index):
    questions = (
        "兰州市图书馆新馆藏书多少册？",
        "What did the Xihou Bridge cost?",
        "Who won the chess championship?",
        "月球上有多少人？",
    )
    with Index.open(news_index) as index:
        refused = [Assistant(index).ask(question).refused for question in questions]
    assert set(refused) == {True, False}
    for sign in (1, -1):
        with Index.open(news_index, rerank=Told(lambda text: sign * 1e6 * len(text))) as index:
            assert [Assistant(index).ask(question).refused for question in questions] == refused


def test_which_places_is_answered_from_all_that_match(news_index):
    told = Told()
    with Index.open(news_index) as plain, Index.open(news_index, rerank=told) as index:
        one, other = Assistant(plain).ask(QUESTION), Assistant(index).ask(QUESTION)
    assert (
        {**one.to_dict(), "ms": 0} == {**other.to_dict(), "ms": 0} and one.places and not told.read
    )


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


def texts(index):
    with Index.open(index) as opened:
        return [opened.article(str(n)).text for n in range(opened.n_articles)]


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
    with pytest.raises(ModelError, match="code of its own .own.Own."):
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
