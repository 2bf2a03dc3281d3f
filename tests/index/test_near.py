"""A large index is searched by smaller codes, as well as it was measured to be when it was built."""

import numpy as np
import pytest
from index_corpus import made_articles
from index_folders import assert_as_from_nothing, row

from rag.errors import IndexCorrupt
from rag.index import build_index, near, open_index, verify
from rag.index.near import RECALL_DEPTH, MIN_RECALL
from rag.index.vectors import Vectors

MADE = made_articles(1500)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("near") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "MIN_VECTORS_FOR_SCAN", 1000)
        patch.setattr(near, "MIN_SCAN_CANDIDATES", 300)
        patch.setattr(near, "RECALL_FETCHED", 20)
        build_index(MADE, path)
        yield path


def test_nearly_all_of_the_best_are_found_with_their_scores(index):
    with open_index(index) as snapshot:
        told = snapshot.manifest.vectors
        assert told["search"] == "scan" and told["recall@10"] >= MIN_RECALL
        exact = Vectors(snapshot.path)
        assert snapshot.dense_index._near and not exact._near
        most, rare = (np.arange(snapshot.n_passages) % step == 1 for step in (2, 100))
        queries = snapshot.embedder.embed_queries([one.text[5:25] for one in MADE[::5]])
        for mask, least in ((None, MIN_RECALL - 0.03), (most, 0.9), (rare, 1.0)):
            both = 0
            for query in queries:
                rows, scores = (one[:RECALL_DEPTH] for one in snapshot.dense(query, 20, mask))
                best, theirs = exact.search(query, RECALL_DEPTH, mask)
                assert len(rows) == RECALL_DEPTH and (mask is None or mask[rows].all())
                assert (np.diff(scores) <= 0).all()
                _, here, there = np.intersect1d(rows, best, return_indices=True)
                np.testing.assert_allclose(scores[here], theirs[there], atol=1e-5)
                both += len(here)
            assert both / (RECALL_DEPTH * len(queries)) >= least
    verify(index)


def test_codes_that_find_too_little_are_not_served(tmp_path, monkeypatch):
    monkeypatch.setattr(near, "MIN_VECTORS_FOR_SCAN", 1000)
    monkeypatch.setattr(near, "MIN_RECALL", 1.01)
    build_index(MADE, tmp_path / "index")
    with open_index(tmp_path / "index") as snapshot:
        told = snapshot.manifest.vectors
        assert told["search"] == "exact" and told["recall@10"] > 0.5
        query = snapshot.embedder.embed_queries(["电梯安全演练"])[0]
        rows, _ = snapshot.dense(query, 50)
        every = snapshot.vectors(np.arange(snapshot.n_passages)) @ query
        assert set(rows.tolist()) == set(np.argsort(-every, kind="stable")[:50].tolist())


def test_a_code_is_the_nearest_point_and_depends_on_its_vector_alone(index):
    with open_index(index) as snapshot:
        vectors = snapshot.vectors(np.arange(500))
    codes = near.code(vectors)
    levels = np.array(near._LEVELS, np.float32) / vectors.shape[1] ** 0.5
    nearest = np.abs(vectors[:, :, None] - levels).argmin(axis=2)
    apart = codes[:, :, None] >> np.array([0, 2, 4, 6]) & 3
    assert (apart.reshape(nearest.shape) == nearest).mean() > 0.9999  # but for the borders
    assert (near.code(vectors[100:120]) == codes[100:120]).all()


def test_an_update_gives_the_codes_of_a_build_from_nothing(tmp_path, monkeypatch):
    from rag.index import index_corpus

    monkeypatch.setattr(near, "MIN_VECTORS_FOR_SCAN", 1000)
    corpus = tmp_path / "rows.jsonl"
    corpus.write_text("\n".join(map(row, MADE)), "utf-8")
    index_corpus([corpus], tmp_path / "index")
    corpus.write_text("\n".join(map(row, MADE[100:])), "utf-8")
    index_corpus([corpus], tmp_path / "index")
    assert_as_from_nothing(tmp_path / "index", corpus, tmp_path / "fresh")


def test_a_small_index_has_none_and_damage_is_told(tmp_path, index):
    build_index(MADE[:50], tmp_path / "small")
    with open_index(tmp_path / "small") as snapshot:
        assert snapshot.manifest.vectors == {"kind": "int8", "search": "exact"}
    file = next(index.glob("versions/*/near.faiss"))
    whole = file.read_bytes()
    file.write_bytes(bytes(4) + whole[4:])
    with pytest.raises(IndexCorrupt, match="near.faiss"):
        open_index(index)
    file.write_bytes(whole)
