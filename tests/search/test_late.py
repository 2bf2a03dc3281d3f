"""Late interaction against a plain, slow version of itself."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_news import NEWS

from rag.corpus import passage_text, split
from rag.embed import load_static
from rag.index import build_index, open_index, proposals
from rag.index.proposals import _promising, _top
from rag.question.query import analyse
from rag.search import late
from rag.search.candidates import _expansion, candidates, phrases
from rag.search.late import PassagePool, all_passages, best_cosines, tokens_of
from rag.search.types import Filters, Fusion

_TEXTS = [
    "世界卫生组织检查电梯",
    "电梯",
    "The bureau tested lifts",
    "国家统计局和上海交通大学 2011",
    "flood drill 防汛演练",
    "ぜん",
    "食品药品监督管理局在山东省",
    "the the the",
]
_QUESTIONS = [
    "哪些省的世界卫生组织检查了电梯？",
    "which food bureau",
    "電梯",
    "统计和卫生",
    "?",
    "2011 防汛 drill",
    "ボン",
]


@pytest.fixture(scope="module")
def snapshot(news_index):
    with open_index(news_index) as snapshot:  # one of its own: what a snapshot remembers is tested
        yield snapshot


def plain_best(query, passages):
    """For each token of the question and each passage the best cosine, one pair after the other."""
    model = load_static()
    vector = lambda token: model.token_vectors(np.array([token]))[0][0]
    out = np.zeros((len(query.ids), len(passages)), np.float32)
    for column, ids in enumerate(passages):
        there = [
            vector(t) for token in ids for t in [int(token), *model.parts(int(token)).tolist()]
        ]
        nearest = lambda token: max(float(vector(token) @ other) for other in there)
        for row, token in enumerate(query.ids.tolist()):
            if not query.weights[row]:
                continue  # a word that only asks is not looked for
            parts = [nearest(part) for part in model.parts(token).tolist()]
            out[row, column] = max([nearest(token), *([sum(parts) / len(parts)] if parts else [])])
    return out


def together(passages):
    starts = np.cumsum([0, *map(len, passages[:-1])])
    return np.arange(len(passages)), np.concatenate(passages), starts


def as_pool(passages):
    return PassagePool(load_static(), *together(passages))


def pool_of(snapshot, rows):
    return PassagePool(snapshot.model, *tokens_of(snapshot, rows))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.lists(st.sampled_from(_TEXTS), min_size=1, max_size=3).map(" ".join),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(_QUESTIONS),
)
def test_best_is_the_best_of_all_pairs(texts, question):
    model = load_static()
    query = analyse(question, model)
    passages = [ids for text in texts if len(ids := model.encode_ids([text])[0])]
    if passages:
        expected = plain_best(query, passages)
        _, ids, starts = together(passages)
        for best in (as_pool(passages).best(query), best_cosines(model, query, ids, starts)):
            np.testing.assert_allclose(best, expected, atol=1e-5)


def test_a_compound_meets_its_parts():
    """世界卫生组织 is one token; a passage that writes 卫生 alone still answers to it, and the
    other way round.
    """
    model = load_static()
    ids = {
        text: model.encode_ids([text])[0]
        for text in ("世界卫生组织", "卫生", "世界 卫生 组织", "苹果")
    }
    assert len(ids["世界卫生组织"]) == 1 and len(ids["世界 卫生 组织"]) == 3
    scores = lambda question, *texts: as_pool([ids[t] for t in texts]).best(
        analyse(question, model)
    )
    (whole,) = scores("世界卫生组织", "世界卫生组织", "世界 卫生 组织", "卫生", "苹果")
    assert (
        whole[0] == pytest.approx(1, abs=1e-5)
        and whole[1] == pytest.approx(1, abs=1e-5)
        and whole[1] > whole[2] > whole[3]
    )
    (part,) = scores("卫生", "世界卫生组织", "苹果")
    assert part[0] == pytest.approx(1, abs=1e-5) and part[1] < 0.8


def test_every_passage_is_scored_as_it_is_indexed(snapshot):
    passages = [snapshot.model.encode_ids([passage_text(a, p)])[0] for a in NEWS for p in split(a)]
    assert len(passages) == snapshot.n_passages
    query = analyse("哪些省举行了防汛演练 flood drill", snapshot.model)
    assert 0 < np.count_nonzero(query.weights) < len(query.weights)
    pool = all_passages(snapshot)
    np.testing.assert_allclose(pool.best(query), plain_best(query, passages), atol=1e-5)
    assert all_passages(snapshot) is pool  # kept
    # ... and what its tokens found is remembered, for this question and for others
    np.testing.assert_array_equal(pool.best(query), pool.best(query))
    other = analyse("防汛物资 drill in spring", snapshot.model)
    np.testing.assert_allclose(pool.best(other), plain_best(other, passages), atol=1e-5)


def test_what_a_pool_remembers_is_bounded(snapshot, monkeypatch):
    pool = pool_of(snapshot, np.arange(snapshot.n_passages))
    monkeypatch.setattr(late, "_FOUND", 3 * len(pool.rows))
    for question in _QUESTIONS:
        query = analyse(question, snapshot.model)
        np.testing.assert_allclose(
            pool.best(query), pool_of(snapshot, pool.rows).best(query), atol=1e-6
        )
        assert len(pool._found) <= 3


@given(st.data())
def test_a_pool_of_some_is_the_columns_of_the_pool_of_all(snapshot, data):
    rows = data.draw(st.lists(st.integers(0, snapshot.n_passages - 1), unique=True).map(sorted))
    query = analyse(data.draw(st.sampled_from(_QUESTIONS)), snapshot.model)
    best = pool_of(snapshot, np.array(rows, np.int64)).best(query)
    assert best.shape == (len(query.ids), len(rows))
    np.testing.assert_allclose(best, all_passages(snapshot).best(query)[:, rows], atol=1e-6)


def test_a_passage_without_a_known_token_is_left_out(tmp_path):
    from rag.corpus import Article

    articles = [Article("odd", "𓀀𓀁𓀂𓀃", lang="zh"), Article("plain", "电梯安全演练。", lang="zh")]
    build_index(articles, tmp_path / "index")
    with open_index(tmp_path / "index") as snapshot:
        assert snapshot.n_passages == 2
        pool = pool_of(snapshot, np.arange(2))
        assert pool.rows.tolist() == [1]
        query = analyse("电梯", snapshot.model)
        assert candidates(snapshot, query).rows.tolist() == [1]
        assert pool_of(snapshot, np.array([0])).best(query).shape == (1, 0)


# ---- a large corpus: only proposals are scored


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(late, "_SMALL", 0)


_ASKED = [
    "哪些省举行了防汛演练？",
    "How long is the bridge?",
    "古茶树",
    "song porcelain",
    "图书馆藏书多少册",
    "apples by rail",
    "谁赢了马拉松",
]


@pytest.mark.parametrize("question", _ASKED)
def test_proposals_hold_the_best(snapshot, monkeypatch, question):
    query = analyse(question, snapshot.model)
    whole = candidates(snapshot, query)
    monkeypatch.setattr(late, "_SMALL", 0)
    assert all_passages(snapshot) is None
    some = candidates(snapshot, query, per_side=3)
    assert whole.rows.tolist() == list(range(snapshot.n_passages)) and len(some.rows) < len(
        whole.rows
    )
    assert some.rows[some.score.argmax()] == whole.rows[whole.score.argmax()]
    # what is proposed has the same parts as if all were scored
    for name in ("dense", "late", "lexical"):
        np.testing.assert_allclose(getattr(some, name), getattr(whole, name)[some.rows], atol=1e-5)


def test_the_best_scores_are_those_of_a_full_sort():
    rng = np.random.default_rng(0)
    for size, count, most in (
        (10, 3, 5),
        (1000, 3, 4),
        (1000, 7, 10**6),
        (5000, 50, 30),
        (70, 9, 1),
    ):
        scores = rng.integers(-most // 3, most, size).clip(0).astype(np.float32)  # many are equal
        some = _promising(scores, count)
        rows, found = _top(some, scores[some], count)
        best = np.argsort(-scores, kind="stable")[:count]
        assert sorted(rows.tolist()) == sorted(best[scores[best] > 0].tolist())
        assert (scores[rows] == found).all()


@pytest.mark.parametrize("many", [0, 3, 40])  # all words are frequent, some, none
def test_a_word_counts_by_its_nearest_neighbour_in_a_passage(snapshot, monkeypatch, many):
    monkeypatch.setattr(proposals, "_MANY", many)
    query = analyse("哪些省举行了防汛演练 the bridge", snapshot.model)
    near = list(_expansion(snapshot, query))
    expected = np.zeros(snapshot.n_passages)
    for share, tokens, cosines in near:
        assert (np.diff(cosines) >= -1e-6).all() and cosines[-1] > 0.999
        for row, held in enumerate(snapshot.tokens(range(snapshot.n_passages))):
            expected[row] += share * max([0, *cosines[np.isin(tokens, held)]])
    found = proposals._expansion(snapshot, near)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert (found > 0).sum() > 3


def test_a_filter_comes_before_the_cut(snapshot, large):
    for article in NEWS:
        only = Filters(article.date, article.date, (article.source,), (article.lang,))
        for question in (
            "哪些省举行了防汛演练？",
            "bridge",
        ):  # of most of the articles the worst question there is
            found = candidates(snapshot, analyse(question, snapshot.model), only, per_side=1)
            assert {snapshot.article(row).id for row in found.articles.tolist()} == {article.id}


def test_both_languages_are_proposed(snapshot, large):
    for question in ("防汛演练", "flood drill"):
        found = candidates(snapshot, analyse(question, snapshot.model), per_side=1)
        langs = {snapshot.article(row).lang for row in found.articles.tolist()}
        assert langs == {"zh", "en"}


def test_a_filter_that_nothing_passes(snapshot, monkeypatch):
    query = analyse("防汛演练", snapshot.model)
    for small in (late._SMALL, 0):
        monkeypatch.setattr(late, "_SMALL", small)
        found = candidates(snapshot, query, Filters(date_from="2099-01-01"))
        assert len(found.rows) == len(found.score) == 0 and found.best.shape == (len(query.ids), 0)


# ---- words side by side


def test_a_phrase_is_worth_more_than_its_words_apart(tmp_path):
    from rag.corpus import Article

    articles = [
        Article("apart", "演练在山区进行，防火巡查在林区，物资由仓库发放。", lang="zh"),
        Article("together", "物资由仓库发放，防火演练在山区进行，巡查在林区。", lang="zh"),
    ]
    build_index(articles, tmp_path / "index")
    with open_index(tmp_path / "index") as snapshot:
        found = candidates(snapshot, analyse("防火演练", snapshot.model))
        assert found.phrase[found.rows == 0] == 0 and found.phrase[found.rows == 1] > 0
        assert found.score.argmax() == found.rows.tolist().index(1)
        plain = candidates(snapshot, analyse("防火演练", snapshot.model), fusion=Fusion(phrase=0))
        np.testing.assert_allclose(found.score - found.phrase, plain.score, atol=1e-5)
        assert not candidates(
            snapshot, analyse("演练", snapshot.model)
        ).phrase.any()  # one word is no phrase


@given(st.sampled_from(_QUESTIONS + _TEXTS), st.data())
def test_the_share_of_a_phrase(snapshot, question, data):
    query = analyse(question, snapshot.model)
    rows = np.array(
        data.draw(
            st.lists(st.integers(0, snapshot.n_passages - 1), unique=True, min_size=1).map(sorted)
        )
    )
    found = phrases(snapshot, query, rows, np.zeros(len(rows)))
    pairs = list(
        zip(
            query.ids.tolist(),
            query.ids[1:].tolist(),
            (query.weights[:-1] + query.weights[1:]).tolist(),
        )
    )
    for row, share in zip(rows.tolist(), found.tolist()):
        own = snapshot.token_ids[
            snapshot.token_offsets[row] : snapshot.token_offsets[row + 1]
        ].tolist()
        expected = sum(w for a, b, w in pairs if (a, b) in set(zip(own, own[1:]))) / max(
            sum(w for *_, w in pairs), 1e-9
        )
        assert share == pytest.approx(expected, abs=1e-5)
