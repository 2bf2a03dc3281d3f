"""The two rankings of the index against plain, slow, obvious versions of themselves."""

import collections
import math
import re

import bm25s
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from index_corpus import made_articles

from rag.corpus import passage_text, split
from rag.embed import load_static
from rag.index import build_index, open_index
from rag.index.features import features
from rag.index.lexical import K1, B, Lexical, LexicalWriter
from rag.index.tokens import token_dtype
from rag.index.vectors import Vectors, VectorsWriter


def unit_rows(count, dim, seed):
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def write_vectors(tmp_path, rows, **settings):
    writer = VectorsWriter(tmp_path, rows.shape[1])
    for part in np.array_split(rows, 3):
        writer.add(part)
    return writer.write(tmp_path, **settings), Vectors(tmp_path)


@pytest.mark.parametrize("share", [None, 0.0, 0.01, 0.5, 1.0])
@pytest.mark.parametrize("count, k", [(1, 5), (7, 3), (1003, 50)])
def test_dense_search_is_exact_with_and_without_a_filter(tmp_path, count, k, share):
    rows = unit_rows(count, 16, 0)
    made, vectors = write_vectors(tmp_path, rows)
    assert made == {"kind": "flat", "recall_at_10": 1.0}
    allowed = None if share is None else np.random.default_rng(1).random(count) < share
    for query in unit_rows(5, 16, 2):
        scores = rows @ query
        possible = np.arange(count) if allowed is None else np.flatnonzero(allowed)
        expected = possible[np.argsort(-scores[possible], kind="stable")][:k]
        found, given_scores = vectors.search(query, k, allowed)
        assert found.tolist() == expected.tolist()
        np.testing.assert_allclose(given_scores, scores[expected], atol=1e-6)
        assert (found.dtype, given_scores.dtype) == (np.int64, np.float32)


def test_equal_scores_come_in_the_order_of_the_passages(tmp_path):
    rows = np.repeat(unit_rows(2, 8, 0), 10, axis=0)
    _, vectors = write_vectors(tmp_path, rows)
    found, _ = vectors.search(rows[0], 10)
    assert found.tolist() == list(range(10))


def test_half_precision_beyond_the_limit_tells_its_recall(tmp_path):
    rows = unit_rows(500, 64, 0)
    made, vectors = write_vectors(tmp_path, rows, flat_up_to=499)
    assert made["kind"] == "fp16" and 0.95 <= made["recall_at_10"] <= 1.0
    np.testing.assert_allclose(np.stack([vectors.vector(i) for i in range(500)]), rows, atol=1e-3)
    allowed = np.arange(500) % 7 == 0
    found, _ = vectors.search(rows[3], 20, allowed)
    assert len(found) == 20 and allowed[found].all()


def test_shapes_that_do_not_fit_are_refused(tmp_path):
    _, vectors = write_vectors(tmp_path, unit_rows(5, 8, 0))
    with pytest.raises(ValueError, match="8 dimensions"):
        vectors.search(np.zeros(9, np.float32), 3)
    with pytest.raises(ValueError, match="mask"):
        vectors.search(np.zeros(8, np.float32), 3, np.ones(4, bool))


def plain_features(text):
    """Features of a normalised text as strings, one by one; tokens aside."""
    out = re.findall("[a-z0-9]+", text)
    for run in re.findall("[々〇㐀-䶿一-鿿豈-﫿\U00020000-\U000323af]+", text):
        out += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return out


@settings(deadline=None)
@given(st.lists(st.text("质量月开放日ab19 。,é々\U00020000か\n", max_size=30), min_size=1, max_size=6))
def test_features_are_tokens_bigrams_and_words(texts):
    model = load_static()
    texts = [model.normalize(text) for text in texts]
    ids, offsets = model.encode_ids(texts)
    found, owner = features(texts, ids, offsets)
    assert found.dtype == np.uint64 and (found < 1 << 48).all()
    names = {}
    for position, text in enumerate(texts):
        expected = collections.Counter(plain_features(text))
        expected.update(ids[offsets[position] : offsets[position + 1]].tolist())
        counted = collections.Counter(found[owner == position].tolist())
        assert sorted(counted.values()) == sorted(expected.values())
        names.setdefault(frozenset(counted.items()), set()).add(frozenset(expected.items()))
    # One set of numbers stands for one set of features, in whichever text it occurs.
    assert all(len(same) == 1 for same in names.values())


def lucene_bm25(documents, query):
    """BM25 as Lucene's accurate variant defines it, document by document."""
    average = sum(map(len, documents)) / len(documents)
    frequency = collections.Counter(feature for document in documents for feature in set(document))
    scores = []
    for document in documents:
        counts, score = collections.Counter(document), 0.0
        for feature in set(query):
            idf = math.log(1 + (len(documents) - frequency[feature] + 0.5) / (frequency[feature] + 0.5))
            saturation = K1 * (1 - B + B * len(document) / average)
            score += idf * counts[feature] / (counts[feature] + saturation)
        scores.append(score)
    return scores


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 12), max_size=15), min_size=1, max_size=12),
    st.lists(st.integers(0, 20), max_size=10),
    st.integers(1, 5),
)
def test_lexical_scores_are_bm25(tmp_path_factory, documents, query, batch):
    folder = tmp_path_factory.mktemp("lexical")
    writer = LexicalWriter(folder)
    for start in range(0, len(documents), batch):
        part = documents[start : start + batch]
        flat = np.array([feature << 40 for document in part for feature in document], np.uint64)
        writer.add(flat, np.repeat(np.arange(len(part)), [len(d) for d in part]), len(part))
    assert writer.write(folder) == len({feature for document in documents for feature in document})
    scores = Lexical(folder).scores(np.array([feature << 40 for feature in query], np.uint64))
    assert scores.dtype == np.float32
    expected = lucene_bm25(documents, query) if any(documents) else [0.0] * len(documents)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


def test_the_matrix_is_the_one_that_bm25s_builds(tmp_path):
    rng = np.random.default_rng(0)
    documents = [rng.zipf(1.4, rng.integers(1, 60)) % 500 for _ in range(200)]
    names, flat = np.unique(np.concatenate(documents), return_inverse=True)
    writer, lengths = LexicalWriter(tmp_path), [len(d) for d in documents]
    writer.add(names.astype(np.uint64)[flat], np.repeat(np.arange(200), lengths), 200)
    writer.write(tmp_path)
    theirs = bm25s.BM25(method="lucene", k1=K1, b=B)
    ids = [part.tolist() for part in np.split(flat, np.cumsum(lengths)[:-1])]
    expected = theirs.build_index_from_ids(range(len(names)), ids, show_progress=False)
    ours = bm25s.BM25.load(tmp_path / "lexical").scores
    np.testing.assert_array_equal(ours["indptr"], expected["indptr"])
    np.testing.assert_array_equal(ours["indices"], expected["indices"])
    np.testing.assert_allclose(ours["data"], expected["data"], rtol=1e-6)


def test_snapshot_ranks_by_both_sides(tmp_path):
    articles = made_articles(40)
    build_index(articles, tmp_path)
    with open_index(tmp_path) as snapshot:
        model = snapshot.model
        texts = [passage_text(article, passage) for article in articles for passage in split(article)]
        documents = [model.encode_ids([text])[0].tolist() + plain_features(model.normalize(text)) for text in texts]
        for question in ("电梯安全演练", "Engineers tested 24 ELEVATORS near the harbour", "山東 elevators", "ζζζζ"):
            asked = model.encode_ids([question])[0].tolist() + plain_features(model.normalize(question))
            expected = lucene_bm25(documents, asked)
            np.testing.assert_allclose(snapshot.lexical(question), expected, rtol=1e-4, atol=1e-5)
        allowed = np.array([row % 2 == 0 for row in range(snapshot.n_passages)])
        query = snapshot.embedder.embed_queries(["elevator safety"])[0]
        vectors = np.stack([snapshot.vector(row) for row in range(snapshot.n_passages)])
        found, scores = snapshot.dense(query, 5, allowed)
        assert allowed[found].all()
        np.testing.assert_allclose(scores, np.sort((vectors @ query)[allowed])[::-1][:5], atol=1e-6)


@pytest.mark.parametrize("question", ["", " \n", "\x00\x1b", "?" * 100_000, "质量" * 50_000])
def test_odd_questions_get_scores(tmp_path_factory, question):
    path = tmp_path_factory.getbasetemp() / "odd-questions"
    if not path.exists():
        build_index(made_articles(5), path)
    with open_index(path) as snapshot:
        scores = snapshot.lexical(question)
        assert scores.shape == (snapshot.n_passages,) and np.isfinite(scores).all()


def test_token_ids_take_the_smallest_type():
    assert token_dtype(65535) == np.uint16 and token_dtype(65536) == np.uint32
