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
from rag.index.bits import Bits, BitWriter, ListLayout, Lists, write_lists
from rag.index.features import Inner, features
from rag.index.lexical import BIT_FILES, FEATURES_FILE, K1, B, Lexical
from rag.index.lexical_writer import LexicalWriter
from rag.index.proposals import CorpusStatistics
from rag.index.snapshot import token_dtype
from rag.index.vectors import Vectors, VectorsWriter


def unit_rows(count, dim, seed):
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def write_vectors(tmp_path, rows, kind="fp16"):
    writer = VectorsWriter(rows.shape[1], kind)
    for part in np.array_split(rows, 3):
        writer.add(part)
    return writer.write(tmp_path, None), Vectors(tmp_path)


@pytest.mark.parametrize("kind", ["int8", "fp16"])
@pytest.mark.parametrize("share", [None, 0.0, 0.01, 0.5, 1.0])
@pytest.mark.parametrize("count, k", [(1, 5), (7, 3), (1003, 50)])
def test_dense_search_is_exact_among_what_is_stored(tmp_path, kind, count, k, share):
    made, vectors = write_vectors(tmp_path, unit_rows(count, 16, 0), kind)
    assert made == {"kind": kind, "search": "exact"}
    rows = vectors.vectors(np.arange(count))
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


@pytest.mark.parametrize("kind, step", [("int8", 1.36e-3), ("fp16", 5e-4)])
def test_vectors_are_stored_as_exactly_as_they_should_be(tmp_path, kind, step):
    rows = unit_rows(500, 256, 0)
    _, vectors = write_vectors(tmp_path, rows, kind)
    np.testing.assert_allclose(vectors.vectors(np.arange(500)), rows, atol=step)
    taken = VectorsWriter(256, kind)
    taken.keep(vectors, 100, 103)
    taken.add(rows[3:4])
    (tmp_path / "other").mkdir()
    taken.write(tmp_path / "other", None)
    np.testing.assert_array_equal(
        Vectors(tmp_path / "other").vectors(np.arange(4)),
        vectors.vectors(np.array([100, 101, 102, 3])),
    )


def test_bytes_find_what_floats_find(tmp_path):
    """The ten nearest of 3,000, all of them as near as they would be by the vectors as they were
    made.
    """
    rows = unit_rows(3000, 256, 0)
    _, vectors = write_vectors(tmp_path, rows, "int8")
    for query in unit_rows(30, 256, 1):
        found, scores = vectors.search(query, 10)
        exact = rows @ query
        np.testing.assert_allclose(scores, exact[found], atol=3e-3)
        assert exact[found].min() > np.sort(exact)[-10] - 3e-3


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


@given(
    st.lists(st.text("质量月开放日ab19 。,é々\U00020000か\n", max_size=30), min_size=1, max_size=6)
)
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
            idf = math.log(
                1 + (len(documents) - frequency[feature] + 0.5) / (frequency[feature] + 0.5)
            )
            saturation = K1 * (1 - B + B * len(document) / average)
            score += idf * counts[feature] / (counts[feature] + saturation)
        scores.append(score)
    return scores


NO_TOKENS = np.zeros(0, np.int64)


def lexical_of(folder, batches, inner=Inner([])):
    """What is read back of batches of documents, each a list of features below 2**22."""
    (folder / "spool").mkdir(parents=True)
    writer, done = LexicalWriter(folder / "spool", inner), 0
    for part in batches:
        flat = np.array([feature << 20 for document in part for feature in document], np.uint64)
        owner = np.repeat(np.arange(len(part)), [len(d) for d in part])
        writer.add(
            flat,
            owner,
            NO_TOKENS,
            np.zeros(len(part) + 1, np.int64),
            np.arange(done, done + len(part)),
        )
        done += len(part)
    stored = writer.write(folder, done)
    found = Lexical(folder, lambda: inner)
    assert len(found.features) == stored
    return found


def scores_of(lexical, query):
    """BM25 of some features, as of a whole corpus."""
    found = np.unique(np.array(query, np.uint64) << np.uint64(20))
    average = lexical.features_in_all / max(lexical.rows, 1)
    whole = CorpusStatistics(lexical.rows, average, (lexical.frequencies(found),))
    return lexical.scores(found, whole, whole.frequencies[0])


_DOCUMENTS = st.lists(st.lists(st.integers(0, 12), max_size=15), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(_DOCUMENTS, st.lists(st.integers(0, 20), max_size=10), st.integers(1, 5))
def test_lexical_scores_are_bm25(tmp_path_factory, documents, query, batch):
    batches = [documents[start : start + batch] for start in range(0, len(documents), batch)]
    found = lexical_of(tmp_path_factory.mktemp("lexical"), batches)
    assert len(found.features) == len({feature for document in documents for feature in document})
    scores, bound = scores_of(found, query)
    assert scores.dtype == np.float32 and scores.max() <= bound + 1e-5
    expected = lucene_bm25(documents, query) if any(documents) else [0.0] * len(documents)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(_DOCUMENTS, st.data())
def test_passages_dropped_and_added_give_what_a_build_from_nothing_gives(
    tmp_path_factory, before, data
):
    """Byte for byte: runs of the old passages, in their order, with new ones between."""
    folder = tmp_path_factory.mktemp("taken")
    old = lexical_of(folder / "old", [before])
    keep = data.draw(st.lists(st.booleans(), min_size=len(before), max_size=len(before)))
    new = data.draw(
        st.lists(
            st.tuples(st.integers(0, len(before)), st.lists(st.integers(0, 14), max_size=5)),
            max_size=4,
        )
    )
    after, kept, rows, added = [], [], [], []
    for place in range(len(before) + 1):
        for _, document in (one for one in new if one[0] == place):
            rows.append(len(after))
            added.append(document)
            after.append(document)
        if place < len(before) and keep[place]:
            kept.append((place, place + 1, len(after)))
            after.append(before[place])
    (folder / "spool").mkdir()
    (folder / "new").mkdir()
    writer = LexicalWriter(folder / "spool", Inner([]))
    flat = np.array([feature << 20 for document in added for feature in document], np.uint64)
    owner = np.repeat(np.arange(len(added)), [len(d) for d in added])
    writer.add(flat, owner, NO_TOKENS, np.zeros(len(added) + 1, np.int64), np.array(rows, np.int64))
    writer.write(folder / "new", len(after), old, kept)
    lexical_of(folder / "fresh", [after] if after else [])
    for name in (FEATURES_FILE, *BIT_FILES):
        assert (folder / "new" / name).read_bytes() == (folder / "fresh" / name).read_bytes()


def test_scores_are_those_of_bm25s(tmp_path):
    rng = np.random.default_rng(0)
    documents = [(rng.zipf(1.4, rng.integers(1, 60)) % 500).tolist() for _ in range(200)]
    found = lexical_of(tmp_path, [documents[:77], documents[77:]])
    theirs = bm25s.BM25(method="lucene", k1=K1, b=B)
    theirs.index((documents, {str(name): name for name in range(500)}), show_progress=False)
    for query in ([3], [1, 2, 499], list(range(0, 500, 7))):
        expected = theirs.get_scores_from_ids(
            sorted({*query} & {feature for document in documents for feature in document})
        )
        np.testing.assert_allclose(
            scores_of(found, query)[0],
            expected,
            rtol=1e-4,
            atol=1e-5,
        )


def test_snapshot_ranks_by_both_sides(tmp_path):
    articles = made_articles(40)
    build_index(articles, tmp_path)
    with open_index(tmp_path) as snapshot:
        model = snapshot.model
        texts = [
            passage_text(article, passage) for article in articles for passage in split(article)
        ]
        documents = [
            model.encode_ids([text])[0].tolist() + plain_features(model.normalize(text))
            for text in texts
        ]
        for question in (
            "电梯安全演练",
            "Engineers tested 24 ELEVATORS near the harbour",
            "山東 elevators",
            "ζζζζ",
        ):
            asked = model.encode_ids([question])[0].tolist() + plain_features(
                model.normalize(question)
            )
            expected = lucene_bm25(documents, asked)
            found = snapshot.features_of(question)
            whole = snapshot.whole((found,))
            scores, bound = snapshot.lexical_index.scores(found, whole, whole.frequencies[0])
            np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)
            shares = scores / max(bound, 1e-9)
            np.testing.assert_allclose(snapshot.lexical(question), shares, rtol=1e-6)
        allowed = np.array([row % 2 == 0 for row in range(snapshot.n_passages)])
        query = snapshot.embedder.embed_queries(["elevator safety"])[0]
        vectors = np.stack([snapshot.vector(row) for row in range(snapshot.n_passages)])
        found, scores = snapshot.dense(query, 5, allowed)
        assert allowed[found].all()
        np.testing.assert_allclose(scores, np.sort((vectors @ query)[allowed])[::-1][:5], atol=1e-6)


@pytest.mark.parametrize("share", [0.9, 0.3, 0.01])
def test_long_lists_are_read_as_they_were_written(tmp_path, share):
    rng, universe = np.random.default_rng(0), 40_000
    lists = [np.flatnonzero(rng.random(universe) < share / n) for n in (1, 2, 1000, 3)]
    layout = ListLayout(np.array([len(one) for one in lists]), universe)
    with open(tmp_path / "low", "wb") as low, open(tmp_path / "high", "wb") as high:
        writers = BitWriter(low), BitWriter(high)
        write_lists(*writers, np.concatenate(lists), layout)
        for writer in writers:
            writer.finish()
    read = Lists(Bits(tmp_path / "low"), Bits(tmp_path / "high"), layout)
    for number, one in enumerate(lists):
        assert read.one(number).tolist() == one.tolist()
    assert read.some(1, 4).tolist() == np.concatenate(lists[1:]).tolist()


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


class Threads:
    """A FAISS index that notes how many threads FAISS may use when it is called."""

    def __init__(self, index):
        self._faiss_index, self.threads = index, []

    def __getattr__(self, name):
        import faiss

        if name in ("search", "sa_decode"):
            self.threads.append(faiss.omp_get_max_threads())
        return getattr(self._faiss_index, name)


def test_one_question_keeps_faiss_to_one_thread(tmp_path):
    import faiss

    rows = unit_rows(20, 16, 0)
    _, vectors = write_vectors(tmp_path, rows, "int8")
    vectors._index = watched = Threads(vectors._index)
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(2)
    try:
        vectors.search(rows[0], 3)
        vectors.vectors(np.arange(3))
        assert watched.threads == [1, 1] and faiss.omp_get_max_threads() == 2
    finally:
        faiss.omp_set_num_threads(before)
