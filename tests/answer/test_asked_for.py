"""What is shown is what was asked for: counties for counties, as many as there are said to be, the
whole of where something is, and nothing of another country."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opened_texts import opened_texts

from rag.answer import answer
from rag.answer.english import in_english
from rag.corpus import Article
from rag.index import open_index
from rag.library import Index
from rag.question.asking import number_of
from rag.question.wording import understand
from rag.reader.judge import best_count

NEWS = (
    "全民阅读活动8月3日在安徽省凤阳县举行。",
    "全民阅读活动8月4日在江苏省南京市玄武区举行。",
    "全民阅读活动8月5日在浙江省义乌市举行。",
    "全民阅读活动8月6日在山西省太原市举行。",
    "望川国家公园包括南江源、北江源和清湖源3个园区，园区以高山和峡谷地貌为主，平均海拔3800米。",
    "丰禾食品公司的总部设在瑞典斯德哥尔摩，在北京有一家分公司。",
    "内蒙古自治区首府呼和浩特7日举行马拉松。",
    "挪威首都奥斯陆8日举行帆船比赛。",
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    with opened_texts(tmp_path_factory.mktemp("asked") / "index", NEWS) as opened:
        yield opened


@pytest.mark.parametrize(
    "question, labels",
    [
        ("哪些县举行了全民阅读活动？", {"凤阳县（安徽）", "义乌市（浙江）"}),
        ("哪些区举行了全民阅读活动？", {"玄武区（江苏）"}),
        ("哪些区县举行了全民阅读活动？", {"凤阳县（安徽）", "玄武区（江苏）", "义乌市（浙江）"}),
        ("Which districts held a reading event?", {"Xuanwu 玄武区 (Jiangsu 江苏)"}),
    ],
)
def test_places_are_of_the_level_that_is_asked_for(snapshot, question, labels):
    assert {row.label for row in answer(snapshot, question).rows} == labels


@pytest.mark.parametrize(
    "question, level",
    [
        ("哪些县举办了演练？", "county"),
        ("在哪个区举行？", "district"),
        ("哪些区县举办了演练？", "local"),
        ("哪些市县举办了演练？", "city"),
        ("举办演练的县有哪些？", "county"),
        ("Which counties held drills?", "county"),
        ("Which districts held drills?", "district"),
    ],
)
def test_the_level_is_read_off_the_question(question, level):
    assert (understand(question).kind, understand(question).level) == ("places", level)


def test_as_many_places_are_listed_as_the_question_says_there_are(snapshot):
    assert len(answer(snapshot, "哪两个省举行了全民阅读活动？").rows) == 2


def test_as_many_are_listed_as_the_question_says_there_are(snapshot):
    rows = answer(snapshot, "望川国家公园包括哪三个园区？").rows
    assert [row.label for row in rows] == ["南江源", "北江源", "清湖源"]


@pytest.mark.parametrize(
    "question, number",
    [
        ("包括哪三个园区？", 3),
        ("哪两大学院合并？", 2),
        ("哪12家企业入选？", 12),
        ("哪二十个城市入选？", 20),
        ("哪十二家企业入选？", 12),
        ("哪10余家企业入选？", 0),
        ("哪三分之一的人同意？", 0),
        ("Which 10 km race was held?", 0),
        ("Which two universities merged?", 2),
        ("Name the five countries that joined.", 5),
        ("哪些大学参加了？", 0),
        ("Which universities took part?", 0),
        ("哪三？", 0),
    ],
)
def test_how_many_the_question_says_there_are(question, number):
    assert number_of(question) == number


def test_where_is_answered_by_all_the_words_that_say_so(snapshot):
    given = answer(snapshot, "丰禾食品公司的总部设在哪里？")
    assert given.text.split("\n")[0] == "瑞典斯德哥尔摩 [1]"
    assert in_english("瑞典斯德哥尔摩", "places") == "Sweden"
    assert in_english("瑞典斯德哥尔摩", "text") == ""  # it says more than that


@pytest.mark.parametrize("question", ["What is the capital of Mongolia?", "蒙古国的首都是哪里？"])
def test_nothing_is_said_of_a_country_by_articles_of_others(snapshot, question):
    assert answer(snapshot, question).refused
    assert "奥斯陆" in answer(snapshot, "挪威的首都是哪里？").text


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=40).map(lambda all: sorted(all)[::-1]))
def test_no_other_number_of_rows_has_a_larger_expected_f1(chances):
    expected = [
        2 * sum(chances[:count]) / (count + sum(chances)) for count in range(1, len(chances) + 1)
    ]
    assert expected[best_count(chances) - 1] == pytest.approx(max(expected))
    assert best_count([1.0] * len(chances)) == len(chances)
