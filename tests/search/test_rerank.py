"""--rerank: what a reranker is given to read, and what becomes of its scores; with real models from
folders where marked slow.
"""

import numpy as np
import pytest
from reranked import texts
from small_news import NEWS

from rag import Article, Assistant, Filters, Index
from rag.errors import ModelError
from rag.search.rerank import RERANK_DEPTH

CHINESE = 12
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
    """An index of articles that are much alike, some in Chinese and more in English."""
    zh = (
        Article(f"zh{n}", f"第{n}号电梯的安全检查在{n}日完成。", lang="zh", source="甲")
        for n in range(CHINESE)
    )
    en = (
        Article(
            f"en{n}",
            f"The safety check of elevator {n} was done on day {n}.",
            lang="en",
            source="B",
        )
        for n in range(90)
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
        assert len(told.read[0][1]) == RERANK_DEPTH
        best = plain.search("电梯安全检查", RERANK_DEPTH)
        assert {hit.text for hit in best} == {*told.read[0][1]}
        hits = index.search("电梯安全检查", 100)
    assert len(hits) == 100 and all("rerank" in hit.parts for hit in hits)


def test_both_languages_are_read_and_then_count_alike(lifts):
    told = Told(lambda text: float(text.isascii()))
    with Index.open(lifts, rerank=told) as index:
        hits = index.search("电梯安全检查", 20)
    english = sum(text.isascii() for text in told.read[0][1])
    assert english == RERANK_DEPTH - CHINESE  # the question's own language first, then the other
    assert [hit.lang for hit in hits] == (["en"] * english + ["zh"] * RERANK_DEPTH)[:20]


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
