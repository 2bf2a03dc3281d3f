"""Answers without a model: every quote verbatim, the right places and values, and a refusal where
there is none.
"""

import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_news import NEWS

from rag.answer import answer
from rag.answer.cite import identity
from rag.answer.types import KINDS
from rag.corpus import Article
from rag.corpus.places import all_places, find_places
from rag.errors import UsageError
from rag.index import open_index
from rag.search.types import Filters


@pytest.fixture(scope="module")
def shipped(sample_index):
    with open_index(sample_index) as snapshot:
        yield snapshot


def check(snapshot, given):
    """What holds for every answer, whatever was asked."""
    assert given.kind in KINDS and given.lang in ("zh", "en") and given.text
    if given.kind == "talk":  # a line of the assistant's own
        assert not (
            given.refused or given.rows or given.citations or given.nearest or given.missing
        )
        return
    if given.kind == "corpus":  # counts of the index, and articles
        return
    assert given.refused == (not given.rows) == (not given.citations)
    assert not (given.refused and given.places) and (
        given.refused or not (given.nearest or given.missing)
    )
    assert (
        given.index_version == snapshot.version
        and 0 <= given.matched <= given.searched <= snapshot.n_articles
    )
    assert given.matched == len({c.article_id for c in given.citations})
    for citation in (*given.citations, *given.nearest):
        article = snapshot.article_by_id(citation.article_id)
        assert (
            citation.quote == article.text[citation.start : citation.end] and citation.quote.strip()
        )
        assert citation.id == identity(article.id, citation.start, citation.quote) and re.fullmatch(
            "[0-9a-f]{10}", citation.id
        )
        assert (citation.title, citation.date, citation.source, citation.url, citation.lang) == (
            article.title,
            article.date,
            article.source,
            article.url,
            article.lang,
        )
        assert (
            citation.passage_start
            <= citation.start
            < citation.end
            <= citation.passage_end
            <= len(article.text)
        )
        inside = [*citation.marks, *((h.start, h.end) for h in citation.highlights)]
        assert all(citation.start <= a < b <= citation.end for a, b in inside)
        assert all(h.word in (given.completed or given.question) for h in citation.highlights)
    ids = [c.id for c in given.citations]
    assert len(set(ids)) == len(ids)
    numbers = {number for row in given.rows for number in row.citations}
    assert numbers == set(range(1, len(ids) + 1)) and all(row.citations for row in given.rows)
    if not given.refused:
        assert {int(n) for n in re.findall(r"\[(\d+)\]", _without_quotes(given))} == numbers
    assert all(word and word in (given.completed or given.question) for word in given.missing)
    assert given.grade == "answered" if given.rows else given.grade in ("near", "nothing")
    if given.kind == "places":
        assert given.places == tuple(dict.fromkeys(row.place for row in given.rows if row.place))
    else:
        assert given.places == ()
    assert json.loads(json.dumps(given.to_dict(), ensure_ascii=False))["citations"] == [
        json.loads(json.dumps(c)) for c in given.to_dict()["citations"]
    ]


def _without_quotes(given):
    """The words of the answer's own: a quote may hold a [7] itself."""
    text = given.text
    for citation in given.citations:
        text = text.replace(" ".join(citation.quote.split()), "")
    return text


def ask(snapshot, question, **kwargs):
    given = answer(snapshot, question, **kwargs)
    check(snapshot, given)
    return given


def labels(given):
    return {row.label for row in given.rows}


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


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7).map("".join))
def test_what_holds_for_every_answer(news, question):
    if not question.strip():
        with pytest.raises(UsageError):
            answer(news, question)
        return
    given = ask(news, question)
    again = answer(news, question)
    assert {**given.to_dict(), "ms": 0} == {**again.to_dict(), "ms": 0}


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_words_of_an_article_find_it(news, data):
    """A stretch of an article's own words is no question, but its answer quotes that article or
    refuses.
    """
    article = data.draw(st.sampled_from(NEWS))
    start = data.draw(
        st.integers(0, len(article.text) - 12).filter(
            lambda at: not article.text[max(at - 1, 0) : at + 1].isalpha() or article.lang != "en"
        )
    )
    stretch = article.text[start : start + data.draw(st.integers(12, 60))]
    given = ask(news, stretch)
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


# ---- refusals


# ---- filters and history


def test_filters_restrict_what_is_searched(news):
    question = "哪些省举行了防汛演练？"
    given = ask(news, question, filters=Filters(date_from="2024-06-18"))
    assert (
        "安徽" in given.places and not {"山东", "湖北"} & set(given.places) and given.searched == 2
    )
    assert set(ask(news, question, filters=Filters(langs=("en",))).places) == {"湖南"}
    assert ask(news, question, filters=Filters(sources=("茶马周报",))).refused
    nothing = ask(news, question, filters=Filters(date_from="2099-01-01"))
    assert nothing.refused and nothing.searched == 0 and nothing.nearest == ()


def test_a_year_is_that_of_the_article_too(news):
    assert {"山东", "湖北", "安徽"} <= set(ask(news, "2024年哪些省举行了防汛演练？").places)
    assert ask(news, "2023年哪些省举行了防汛演练？").refused


def test_earlier_turns_do_not_change_a_full_question(news):
    alone = ask(news, "How long is the Xihou Bridge?")
    later = ask(
        news,
        "How long is the Xihou Bridge?",
        history=[("哪些省举行了防汛演练？", ask(news, "哪些省举行了防汛演练？"))],
    )
    assert {**alone.to_dict(), "ms": 0} == {**later.to_dict(), "ms": 0}


def talk(snapshot, *questions):
    """The answers of a conversation."""
    history = []
    for question in questions:
        history.append((question, ask(snapshot, question, history=history)))
    return [given for _, given in history]


def test_a_follow_up_is_answered_as_the_question_in_full(news):
    whole, anhui, when, refused = talk(
        news, "山东举行了什么演练？", "那安徽呢？", "什么时候？", "那四川呢？"
    )
    assert whole.completed == "" and "冲锋舟18艘" in whole.text
    assert (anhui.question, anhui.completed) == (
        "那安徽呢？",
        "安徽举行了什么演练？",
    ) and "转移群众500人" in anhui.text
    assert [c.words for c in anhui.constraints] == ["安徽"] and anhui.constraints[
        0
    ].start == anhui.completed.find("安徽")
    assert when.completed == "安徽什么时候举行了演练？" and when.kind == "date"
    assert refused.completed == "四川什么时候举行了演练？" and refused.refused
    alone = ask(news, anhui.completed)
    assert {
        **alone.to_dict(),
        "ms": 0,
        "question": anhui.question,
        "completed": anhui.completed,
    } == {**anhui.to_dict(), "ms": 0}


def test_an_answer_speaks_the_language_of_the_follow_up(news):
    chinese, english, year, again = talk(
        news, "山东举行了什么演练？", "and in Hunan?", "2024?", "那山东呢？"
    )
    assert [given.lang for given in (chinese, english, year, again)] == ["zh", "en", "zh", "zh"]
    # An English article and a Chinese question: it may be no more than the nearest.
    shown = lambda given: given.text + "".join(one.quote for one in given.nearest)
    assert english.completed == "湖南举行了什么演练？" and "Dongting Lake" in shown(english)
    assert year.completed == "2024年湖南举行了什么演练？" and "Dongting Lake" in shown(year)


def test_a_pronoun_stands_for_what_was_asked_about_or_answered(news):
    _, built = talk(news, "When did the Xihou Bridge open to traffic?", "Who built it?")
    assert (
        built.completed == "Who built the Xihou Bridge?" and "Donghai Bridge Company" in built.text
    )
    won, water = talk(
        news, "Who won the Chengdu marathon?", "How many bottles of water were handed out there?"
    )
    assert "Daniel Kiprop" in won.text and water.completed == "" and "90,000" in water.text


@pytest.mark.parametrize(
    ("question", "simple"),
    [
        ("哪些省舉行了防汛演練？", "哪些省举行了防汛演练？"),
        ("蘭州市圖書館新館是什麼時候開館的？", "兰州市图书馆新馆是什么时候开馆的？"),
        ("新館藏書多少萬冊？", "新馆藏书多少万册？"),
        ("哪些城市新建了充電樁？", "哪些城市新建了充电桩？"),
        ("什麼條例保護古茶樹？", "什么条例保护古茶树？"),
        ("據江河日報報道，哪些省舉行了防汛演練？", "据江河日报报道，哪些省举行了防汛演练？"),
        ("2024年6月山東舉行了什麼演練？", "2024年6月山东举行了什么演练？"),
    ],
)
def test_a_question_in_traditional_characters_is_answered_in_them_from_the_same_quotes(
    news, question, simple
):
    given, plain = ask(news, question), ask(news, simple)
    assert (
        given.traditional
        and given.lang == "zh"
        and not plain.traditional
        and given.question == question
    )
    assert (given.kind, given.places, given.refused) == (plain.kind, plain.places, False)
    assert [c.quote for c in given.citations] == [c.quote for c in plain.citations]
    assert [(c.kind, c.start, c.end, c.value) for c in given.constraints] == [
        (c.kind, c.start, c.end, c.value) for c in plain.constraints
    ]
    assert all(question[c.start : c.end] == c.words for c in given.constraints)
    lifted = ask(news, question, without=[c.words for c in given.constraints])
    assert lifted.constraints == ()


def test_the_frame_is_in_traditional_characters_and_quotes_stay(news):
    given = ask(news, "哪些省舉行了防汛演練？")
    assert "湖南" in given.places and "山东" in given.places  # what programs read stays
    assert "山東" in [row.label for row in given.rows] and re.search(
        "在 13 篇文章中檢索，[0-9] 篇有依據。", given.text
    )
    refused = ask(news, "哪些省發射了衛星？")
    assert (
        refused.refused
        and refused.text.startswith("文章中沒有這個問題的答案。沒有找到依據的詞：")
        and "發射" in refused.missing
    )
    assert any(c.title in refused.text for c in refused.nearest)
    limited = ask(news, "2001年四川發射了什麼衛星？")
    assert "沒有一篇文章符合問題裡的限定（2001年、四川）" in limited.text
    assert not ask(news, "哪些省份？台北，乾隆，后来").traditional, (
        "characters of both scripts decide nothing"
    )


def test_articles_in_traditional_characters_are_found_in_simplified(index):
    snapshot = index(
        "臺北市立美術館6月12日舉辦了瓷器展覽，展出宋代瓷器260件。", "高雄市的遊艇碼頭停了90艘船。"
    )
    for question in (
        "台北美术馆展出了多少件瓷器？",
        "臺北美術館展出了多少件瓷器？",
        "How many pieces of porcelain were exhibited in Taipei?",
    ):
        given = ask(snapshot, question)
        assert (
            not given.refused
            and given.rows[0].label in ("260件", "260 items (260件)")
            and "宋代瓷器260件" in given.citations[0].quote
        )


def test_provinces_of_answers_are_those_of_the_table(news):
    provinces = {place.short for place in all_places() if place.level == "province"}
    assert set(ask(news, "哪些省举行了防汛演练？").places) <= provinces


@pytest.mark.parametrize(
    "text, pieces, words",
    [
        ("Who sat on the jury?", [(15, 18)], ("jury",)),
        ("Who won the <b>photo</b> contest?", [(12, 14), (15, 20), (20, 22)], ("photo",)),
        ("谁主持评审团？", [(3, 5)], ("评审",)),
        ("the X-ray of Müller’s", [(4, 5), (6, 9), (13, 15)], ("X-ray", "Müller’s")),
    ],
)
def test_words_without_support_are_whole(text, pieces, words):
    from types import SimpleNamespace

    from rag.answer.refused import _missing

    query = SimpleNamespace(text=text, spans=pieces, ids=pieces, content=[True] * len(pieces))
    assert _missing(SimpleNamespace(query=query, idle=()), np.zeros(len(pieces))) == words
