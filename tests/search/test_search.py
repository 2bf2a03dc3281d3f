"""Search over the shipped articles and a small corpus: what is found, what is marked, what is
filtered.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_news import NEWS

from rag.errors import UsageError
from rag.index import build_index, open_index
from rag.question.query import MAX_CHARACTERS, analyse, clean, query_of
from rag.search import Filters, Fusion, search
from rag.search.candidates import CROSS_LANGUAGE_SHIFT, CROSS_LANGUAGE_SLOPE, candidates
from rag.search.match import CROSS_SCRIPT_COSINES, SAME_SCRIPT_COSINES, graded


@pytest.fixture(scope="module")
def shipped(sample_index):
    with open_index(sample_index) as snapshot:
        yield snapshot


def found(snapshot, question, **kwargs):
    return [hit.article_id for hit in search(snapshot, question, **kwargs).hits]


# ---- what is found

_ZH = {"langs": ("zh",)}
_EN = {"langs": ("en",)}


@pytest.mark.parametrize(
    "question, filters, article",
    [
        ("峰会上哪位专家讲了强势品牌？", _ZH, "brand-summit-optics-and-boilers.md"),
        ("电视节目讲名牌战略", _ZH, "publicity-campaigns.md"),
        ("中秋节之前抽检糕点", _ZH, "mooncake-and-campus-checks.md"),
        ("督查组由哪些部门带头？", _ZH, "joint-supervision.md"),
        ("企业互相参观学习", _ZH, "enterprises-and-the-public.md"),
        ("Which laboratories could citizens visit?", _EN, "open-laboratories-and-pledges-en.md"),
        ("cotton seized near universities", _EN, "mooncake-checks-and-brand-summit-en.md"),
        ("residents acted in an elevator rescue drill", _EN, "elevator-drill-and-publicity-en.md"),
        # from one language to the other
        ("How to use elevators safely", _ZH, "elevator-drill-and-festival-gala.md"),
        ("cakes checked before the festival", _ZH, "mooncake-and-campus-checks.md"),
        ("law enforcement inspection of student bedding", _ZH, "mooncake-and-campus-checks.md"),
        ("a contest in fitting glasses", _ZH, "brand-summit-optics-and-boilers.md"),
        ("向公众开放移动实验室", _EN, "open-laboratories-and-pledges-en.md"),
        ("社区广场上的透明电梯", _EN, "elevator-drill-and-publicity-en.md"),
        ("学生床上用品检查没收黑心棉", _EN, "mooncake-checks-and-brand-summit-en.md"),
        ("半年工作会议之后启动仪式", _EN, "quality-month-launches-and-plans-en.md"),
    ],
)
def test_the_article_is_found(shipped, question, filters, article):
    assert found(shipped, question, filters=Filters(**filters), k=3)[0] == article


@pytest.mark.parametrize(
    "question, pair",
    [
        ("宋代瓷器展", {"porcelain-zh", "porcelain-en"}),
        ("Song dynasty porcelain", {"porcelain-zh", "porcelain-en"}),
        ("flood drill", {"flood-zh", "flood-en", "flood-anhui"}),
        ("防汛演练", {"flood-zh", "flood-en", "flood-anhui"}),
    ],
)
def test_both_language_versions_come_first(news, question, pair):
    assert set(found(news, question, k=len(pair))) == pair


def test_traditional_and_full_width_find_simplified(news):
    for one, other in (
        ("宋代瓷器展覽", "宋代瓷器展览"),
        ("圖書館藏書１２０萬冊", "图书馆藏书120万册"),
        ("電動汽車充電樁", "电动汽车充电桩"),
    ):
        a, b = search(news, one), search(news, other)
        assert [(h.article_id, h.score) for h in a.hits] == [
            (h.article_id, h.score) for h in b.hits
        ]


def test_traditional_articles_are_found_in_simplified(tmp_path):
    from rag.corpus import Article

    articles = [
        Article("tram", "高雄輕軌環狀線全線通車，市長搭乘首班車。", "輕軌通車", lang="zh"),
        *NEWS,
    ]
    build_index(articles, tmp_path / "index")
    with open_index(tmp_path / "index") as snapshot:
        (hit, *_) = search(snapshot, "轻轨什么时候通车？").hits
        assert hit.article_id == "tram" and "輕軌" in {
            hit.text[h.start - hit.start : h.end - hit.start] for h in hit.highlights
        }


# ---- what a hit is


_WORDS = [
    "哪些省",
    "演练",
    "图书馆",
    "bridge",
    "flood",
    "2021",
    "苹果",
    "世界卫生组织",
    "古茶树",
    "Which",
    "who",
    "电梯",
    "?",
    "，",
    " ",
    "Gansu",
    "了",
    "質量",
]


@settings(max_examples=60)
@given(
    question=st.lists(st.sampled_from(_WORDS), min_size=1, max_size=8).map("".join),
    k=st.integers(1, 30),
    per_article=st.integers(1, 3),
)
def test_every_hit_is_a_slice_with_its_marks_inside(news, question, k, per_article):
    try:
        result = search(news, question, k, per_article=per_article)
    except UsageError:
        assert not question.strip()
        return
    assert len(result.hits) <= k and {"query", "candidates", "hits", "total"} == set(result.ms)
    ids = [hit.article_id for hit in result.hits]
    assert all(ids.count(i) <= per_article for i in ids)
    if per_article == 1:
        assert len(ids) == min(k, len(NEWS))
    places = [(hit.article_id, hit.start) for hit in result.hits]
    assert len(set(places)) == len(places)
    for hit in result.hits:
        article = news.article_by_id(hit.article_id)
        assert hit.text == article.text[hit.start : hit.end] != ""
        assert (hit.title, hit.date, hit.source, hit.url, hit.lang) == (
            article.title,
            article.date,
            article.source,
            article.url,
            article.lang,
        )
        assert 0 <= hit.support <= 1 and set(hit.parts) == {"dense", "lexical", "late", "phrase"}
        spans = [(h.start, h.end) for h in hit.highlights]
        assert all(hit.start <= a < b <= hit.end for a, b in spans)
        assert all(first[1] <= second[0] for first, second in zip(spans, spans[1:]))
        assert all(
            h.word and h.word in clean(question) and 0 < h.score <= 1 for h in hit.highlights
        )


def test_the_same_question_gives_the_same_hits(shipped):
    for question in ("哪些省开展了质量服务活动？", "elevator clinics"):
        assert search(shipped, question).hits == search(shipped, question).hits


def test_words_that_answer_to_the_question_are_marked(news):
    def marked(question, article):
        (hit,) = [h for h in search(news, question).hits if h.article_id == article]
        return {(hit.text[h.start - hit.start : h.end - hit.start], h.word) for h in hit.highlights}

    assert {("apples", "apples"), ("Kazakhstan", "Kazakhstan")} <= marked(
        "apples to Kazakhstan", "apples-en"
    )
    assert {("porcelain", "瓷器")} <= marked("宋代瓷器", "porcelain-en")
    assert {("瓷器", "porcelain")} <= marked("porcelain", "porcelain-zh")
    assert not marked("penguins", "apples-en")
    assert {("防汛", "防汛"), ("演练", "演练")} <= (
        words := marked("哪些省举行了防汛演练？", "flood-zh")
    )
    assert "了" not in {word for _, word in words}  # a part of 举行了 that says nothing


def test_support_tells_a_match_from_a_chance(news):
    (hit, *_) = search(news, "宋代瓷器展览").hits
    assert hit.support > 0.7
    assert all(h.support < 0.5 for h in search(news, "核电站与企鹅").hits)


# ---- filters


@pytest.mark.parametrize(
    "filters, ids",
    [
        (Filters(date_from="2023-01-01", date_to="2023-12-31"), {"tea-zh", "marathon-en"}),
        (Filters(date_to="2019-04-24"), {"library-opens"}),
        (Filters(date_from="2024-06-18"), {"flood-anhui", "flood-en"}),
        (Filters(sources=("陶瓷报", "茶马周报")), {"porcelain-zh", "tea-zh"}),
        (
            Filters(langs=("en",)),
            {"flood-en", "bridge-en", "marathon-en", "apples-en", "porcelain-en"},
        ),
        (
            Filters(langs=("zh", "en"), sources=("River Post",), date_from="2022-01-01"),
            {"flood-en", "marathon-en"},
        ),
        (Filters(date_from="2030-01-01"), set()),
        (Filters(sources=("no such paper",)), set()),
        (Filters(), {article.id for article in NEWS}),
    ],
)
def test_filters(news, filters, ids):
    assert set(found(news, "防汛演练 bridge", k=100, filters=filters)) == ids


def test_an_article_without_a_date_is_on_no_side_of_a_bound(tmp_path):
    from rag.corpus import Article

    build_index(
        [
            Article("dated", "桥梁通车。", date="2020-01-01", lang="zh"),
            Article("undated", "桥梁竣工。", lang="zh"),
        ],
        tmp_path / "i",
    )
    with open_index(tmp_path / "i") as snapshot:
        assert set(found(snapshot, "桥梁")) == {"dated", "undated"}
        for bounds in ({"date_from": "1900-01-01"}, {"date_to": "2100-01-01"}):
            assert found(snapshot, "桥梁", filters=Filters(**bounds)) == ["dated"]


# ---- balance between languages


def test_passages_of_both_languages_are_compared_on_one_scale(tmp_path):
    from rag.corpus import Article

    build_index(
        [
            Article("ferry", "The night ferry to the island takes ninety minutes.", lang="en"),
            Article("queue", "How long a queue at the island shop takes is unknown.", lang="en"),
            Article("渡轮", "开往海岛的夜间渡轮航程九十分钟。", lang="zh"),
        ],
        tmp_path / "i",
    )
    with open_index(tmp_path / "i") as snapshot:
        query = query_of(snapshot, "夜间渡轮要多久")
        plain = candidates(snapshot, query, fusion=Fusion(balanced=False))
        scored = candidates(snapshot, query)
        names, of_article = snapshot.lang_codes
        abroad = np.array([names[code] for code in of_article[scored.articles]]) == "en"
        assert scored.score[~abroad].tolist() == plain.score[~abroad].tolist()
        np.testing.assert_allclose(
            scored.score[abroad],
            CROSS_LANGUAGE_SLOPE * plain.score[abroad] - CROSS_LANGUAGE_SHIFT,
            rtol=1e-5,
        )
        # What is right stands before what has words of the question's language only.
        assert found(snapshot, "How long does the night ferry take?")[:2] == ["ferry", "渡轮"]


def test_a_match_across_scripts_needs_less():
    low, high = SAME_SCRIPT_COSINES
    assert graded(np.array([low, high, 1.0]), False).tolist() == [0, 1, 1]
    np.testing.assert_allclose(graded(np.array(CROSS_SCRIPT_COSINES), True), [0, 1], atol=1e-6)
    cosines = np.linspace(-1, 1, 101, dtype=np.float32)
    assert (graded(cosines, True) >= graded(cosines, False)).all() and (
        np.diff(graded(cosines, False)) >= 0
    ).all()


# ---- questions as they come


def test_questions_are_cleaned():
    assert clean("  哪些省\x00有\u200b湖？\n\t") == "哪些省 有湖？"
    assert clean("a\u2028b\x07c\ud800d\ue000") == "a b cd"
    assert len(clean("问" * MAX_CHARACTERS)) == MAX_CHARACTERS
    assert clean("a" + " " * 100_000 + "b") == "a b"  # white space counts for nothing


@pytest.mark.parametrize("question", ["", " ", "\n\t", "\u200b\u200b", "\x00\x1f", "\ufeff", "　"])
def test_an_empty_question_is_refused(news, question):
    with pytest.raises(UsageError, match="empty"):
        search(news, question)


@pytest.mark.parametrize("length", [MAX_CHARACTERS + 1, 100_000])
def test_a_question_too_long_is_refused(news, length):
    with pytest.raises(UsageError, match=f"{length:,}"):
        search(news, "问" * length)
    assert search(news, "问" * MAX_CHARACTERS).hits


@pytest.mark.parametrize("question", [None, 7, b"bridge", ["bridge"]])
def test_a_question_that_is_no_text_is_refused(news, question):
    with pytest.raises(UsageError, match=type(question).__name__):
        search(news, question)


@pytest.mark.parametrize(
    "question",
    [
        "？？！",
        "...",
        "😀🎉",
        "Où se trouve le nouveau pont ?",
        "橋はどこですか",
        "다리는 어디에 있습니까",
        "أين الجسر؟",
        "Где мост?",
        "𓀀𓀁",
        "a\x00\x01b",
        "'; DROP TABLE--",
        "%s {0} \\",
        "ﷺ" * 200,
        "e\u0301" * 300,
    ],
)
def test_odd_questions_find_something_or_nothing(news, question):
    assert all(np.isfinite(hit.score) for hit in search(news, question).hits)


@given(st.text(min_size=1, max_size=60))
def test_any_question_is_analysed(text):
    from rag.embed import load_static

    try:
        query = analyse(text, load_static())
    except UsageError:
        return
    n = len(query.ids)
    assert len(query.spans) == len(query.weights) == len(query.content) == n
    assert len(query.vectors) == len(query.whole) == len(query.latin) == len(query.row_spans) >= n
    assert query.weights.sum() == pytest.approx(1, abs=1e-4) if n else not len(query.vectors)
    assert all(0 <= a <= b <= len(query.text) for a, b in query.row_spans)
    assert np.isfinite(query.dense).all()


def test_words_that_only_ask_carry_nothing():
    from rag.embed import load_static

    query = analyse("Which provinces held the drills, and 什么时候举行的？", load_static())
    words = {query.text[a:b]: bool(c) for (a, b), c in zip(query.spans, query.content)}
    assert (
        not words["Which"]
        and not words["the"]
        and not words["什么时候"]
        and words["drills"]
        and words["provinces"]
    )
