"""Answers without a model: every quote verbatim, the right places and values, and a refusal where
there is none.
"""

import pytest
from answered import ask, labels
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_news import NEWS

from rag.answer import answer
from rag.corpus import Article
from rag.corpus.places import find_places
from rag.errors import UsageError
from rag.index import open_index


@pytest.fixture(scope="module")
def shipped(sample_index):
    with open_index(sample_index) as snapshot:
        yield snapshot


def marked(given):
    return {c.quote[a - c.start : b - c.start] for c in given.citations for a, b in c.marks}


# ---- any question

_WORDS = [
    "哪些省",
    "哪个城市",
    "哪里",
    "多少",
    "什么时候",
    "谁",
    "哪部条例",
    "哪家公司",
    "为什么",
    "Which provinces ",
    "which city ",
    "How many ",
    "When ",
    "Who ",
    "which document ",
    "举行了",
    "防汛演练",
    "图书馆",
    "新馆",
    "藏书",
    "古茶树",
    "充电桩",
    "苹果",
    "冰箱",
    "瓷器",
    "核电站",
    "flood drill ",
    "the bridge ",
    "opened ",
    "apples ",
    "marathon ",
    "penguins ",
    "四川",
    "兰州市",
    "Hunan ",
    "Zhejiang ",
    "2024年",
    "2015 ",
    "，",
    "？",
    "?",
    " ",
    "的",
    "了",
    "[1]",
    "😀",
    "\n",
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7).map("".join))
def test_what_holds_for_every_answer(news, question):
    if not question.strip():
        with pytest.raises(UsageError):
            answer(news, question)
        return
    given = ask(news, question)
    again = answer(news, question)
    assert {**given.to_dict(), "ms": 0} == {**again.to_dict(), "ms": 0}


@settings(max_examples=40)
@given(st.data())
def test_the_words_of_an_article_find_it(news, data):
    """A stretch of an article's own words is no question, but its answer quotes that article or
    refuses. English words are whole: "ceramics mus" may as well be of the Chinese version.
    """
    article = data.draw(st.sampled_from(NEWS))
    text = article.text
    ends = [
        at
        for at in range(len(text) + 1)
        if article.lang != "en"
        or not text[at - 1 : at].isalnum()
        or not text[at : at + 1].isalnum()
    ]
    start = data.draw(st.sampled_from([at for at in ends if at <= len(text) - 12]))
    end = data.draw(st.sampled_from([at for at in ends if 12 <= at - start <= 60]))
    given = ask(news, text[start:end])
    assert given.refused or article.id in {c.article_id for c in given.citations}


@pytest.mark.parametrize(
    "question",
    [
        "？？！",
        "...",
        "😀",
        "Où est le pont ?",
        "橋はどこですか",
        "다리는 어디에 있습니까",
        "أين الجسر؟",
        "Где мост?",
        "𓀀",
        "哪些",
        "which",
        "谁",
        "[1] [2]",
        "%s{0}",
        "a" * 2000,
        "防汛演练 " * 200,
    ],
)
def test_odd_questions_are_answered_or_refused(news, question):
    ask(news, question)


@pytest.mark.parametrize("question", ["", "  ", "\n", "\x00", "问" * 2001, "a" * 100_000])
def test_what_is_no_question_is_an_error(news, question):
    with pytest.raises(UsageError):
        answer(news, question)


def test_odd_articles_are_read(index):
    snapshot = index(
        "\n" * 400 + "四川省举行了防汛演练，出动18艘冲锋舟。",
        "江苏省举行了<script>alert(1)</script>防汛演练[7]。",
        "𓀀𓀁𓀂",
        "。。。",
        "云南省" + "搭建模型，" * 100 + "举行了防汛演练。",
        Article("title", "举行了防汛演练。", "广东省" * 40, lang="zh"),
        Article("ja", "東京で防災訓練が行われた。", lang="ja"),
    )
    for question in (
        "哪些省举行了防汛演练？",
        "出动了多少艘冲锋舟？",
        "谁举行了防汛演练？",
        "Which provinces held flood drills?",
        "防災訓練",
        "什么时候举行了防汛演练？",
    ):
        ask(snapshot, question)
    assert {"四川", "江苏"} <= set(ask(snapshot, "哪些省举行了防汛演练？").places)


def test_an_answer_from_one_sentence(index):
    snapshot = index("四川省举行了防汛演练，出动18艘冲锋舟。")
    assert ask(snapshot, "哪些省举行了防汛演练？").places == ("四川",)
    assert "18艘" in ask(snapshot, "防汛演练出动了多少艘冲锋舟？").text.splitlines()[0]


def test_a_long_sentence_is_quoted_in_part(index):
    filler = "并且在沿江各个乡镇逐一检查了水泵和闸门，"
    snapshot = index("四川省水利厅" + filler * 12 + "最后在乐山举行了防汛演练，出动18艘冲锋舟。")
    given = ask(snapshot, "防汛演练出动了多少艘冲锋舟？")
    (citation,) = given.citations
    assert len(citation.quote) <= 170 and "18艘" in citation.quote and "防汛演练" in citation.quote


# ---- which places


def test_a_city_counts_for_its_province(index):
    snapshot = index(
        "青岛市发放了消费券。杭州市修建了自行车道。",
        "敖汉旗也发放了消费券。",
        "上海市发放了消费券，随后西安市雁塔区发放了消费券。",
    )
    given = ask(snapshot, "哪些省份发放了消费券？")
    assert set(given.places) == {"山东", "内蒙古", "上海", "陕西"}
    details = {row.place: row.detail for row in given.rows}
    assert "青岛" in details["山东"] and "敖汉旗" in details["内蒙古"] and details["上海"] == ""
    assert "敖汉旗" in given.text


def test_every_place_has_a_quote_that_names_it(news, shipped):
    for snapshot, questions in (
        (
            news,
            [
                "哪些省举行了防汛演练？",
                "Which provinces held flood drills?",
                "哪个城市的图书馆藏书150万册？",
                "Which city's library holds 1.5 million books?",
            ],
        ),
        (
            shipped,
            [
                "哪些省的企业作出了质量诚信承诺？",
                "Which provinces checked mooncakes?",
                "哪些地方提早启动？",
            ],
        ),
    ):
        for question in questions:
            given = ask(snapshot, question)
            for row in given.rows:
                named = {
                    m.place.province or m.place.short
                    for n in row.citations
                    for c in given.citations[n - 1 : n]
                    for text in (c.quote, c.title)
                    for m in find_places(text)
                }
                assert row.place in named, (question, row)


def test_the_place_is_marked_in_its_quote(news):
    given = ask(news, "哪个省修订了山洪预警办法？")
    assert given.places == ("江西",) and marked(given) == {"江西省"}
    assert given.citations[0].quote.startswith("江西省修订了山洪预警办法")


def test_only_places_inside_the_one_that_is_named(news):
    assert [row.detail for row in ask(news, "湖北省哪些城市举行了防汛演练？").rows] == ["宜昌市"]
    assert ask(news, "四川省哪些城市举行了防汛演练？").refused


def test_places_are_shown_in_the_language_of_the_question(news):
    zh, en = ask(news, "哪些省举行了防汛演练？"), ask(news, "Which provinces held flood drills?")
    assert zh.lang == "zh" and {"山东", "湖北", "安徽"} <= labels(zh) and "篇" in zh.text
    assert en.lang == "en" and {
        "Shandong 山东",
        "Hubei 湖北",
        "Anhui 安徽",
        "Hunan 湖南",
    } == labels(en)
    assert en.text.endswith("3 of 13 articles searched hold evidence.")


# ---- a value


def test_articles_that_disagree_are_both_quoted(news):
    given = ask(news, "兰州市图书馆新馆藏书多少册？")
    assert "120万册" in given.text and "150万册" in given.text
    assert {c.source for c in given.citations} == {"黄河晚报", "陇上周刊"}


def test_a_question_without_a_value_is_answered_with_sentences(news):
    given = ask(news, "合作社怎样处理坏了的冰箱？")
    assert (
        given.kind == "text"
        and given.citations[0].quote == "冰箱由合作社统一采购，坏了有人上门修。"
    )
    assert given.rows[0].label == "" and "「冰箱由合作社" in given.text
    given = ask(news, "What did Gansu growers do with their apples?")
    assert (
        given.citations[0].quote.startswith("Growers in Gansu")
        and "“Growers in Gansu" in given.text
    )
