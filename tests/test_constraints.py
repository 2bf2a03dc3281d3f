"""Time, place and publisher in a question: what is recognised, what it means on a given day, and
what it lets pass.
"""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import Article, Assistant, Index
from rag.answer import answer
from rag.corpus.days import find_days, find_meant, meant
from rag.errors import UsageError
from rag.index import build_index, open_index
from rag.index.period import Period, of_period
from rag.question.periods import find_periods
from rag.question.publishers import find_publisher

TODAY = date(2023, 9, 10)  # a Sunday


# ---- days, months and years in a text


@pytest.mark.parametrize(
    "text, told",
    [
        ("2022年3月5日", "2022-03-05"),
        ("二〇二二年三月五日", "2022-03-05"),
        ("22年3月", "2022-03"),
        ("2022-03-05 10:00", "2022-03-05"),
        ("2022年", "2022"),
        ("3月5日", "2023-03-05"),
        ("12月5日", "2023-12-05"),
        ("11月", "2023-11"),
        ("8日", "2023-09-08"),
        ("29日", "2023-08-29"),
        ("一月二十日", "2023-01-20"),
        ("去年3月", "2022-03"),
        ("前年", "2021"),
        ("明年1月", "2024-01"),
        ("上个月3日", "2023-08-03"),
        ("本月", "2023-09"),
        ("昨日", "2023-09-09"),
        ("前天", "2023-09-08"),
        ("March 5, 2022", "2022-03-05"),
        ("5th of March 2022", "2022-03-05"),
        ("in Sept. 2021", "2021-09"),
        ("in March", "2023-03"),
        ("5 March", "2023-03-05"),
        ("in 2022", "2022"),
        ("last year", "2022"),
        ("March last year", "2022-03"),
        ("next month", "2023-10"),
        ("yesterday", "2023-09-09"),
    ],
)
def test_a_date_means_what_it_does_on_its_day(text, told):
    assert [str(meant(one, TODAY)) for one in find_days(text)] == [told]


@pytest.mark.parametrize(
    "text",
    [
        "3号线",
        "2000多人",
        "1500名志愿者",
        "1200 yuan",
        "年轻人当今年轻",
        "文明年货",
        "they may come",
        "march on",
        "第十届",
        "1:2022",
        "3.2022万",
        "2月30日",
        "月饼",
        "日本元",
        "last year of war",
    ],
)
def test_what_only_looks_like_a_date_means_none(text):
    assert [meant(one, TODAY) for one in find_days(text) if meant(one, TODAY)] == []


@pytest.mark.parametrize(
    "text",
    [
        "产量与去年相比略减",
        "比2021年多",
        "较上月下降",
        "more than last year",
        "compared with March 2020",
    ],
)
def test_what_is_only_compared_with_is_not_told_of(text):
    assert find_meant(text, TODAY) == []
    assert find_meant("在去年的赛场，同去年的冠军", TODAY) != []


def test_a_month_without_a_year_is_the_last_one_or_one_that_comes_soon():
    (december,) = find_days("12月5日")
    assert [str(meant(december, day)) for day in (date(2023, 1, 10), date(2023, 12, 1), None)] == [
        "2022-12-05",
        "2023-12-05",
        "--12-05",
    ]


def test_days_that_are_joined_share_their_month():
    assert [str(when) for *_, when in find_meant("8月1日至15日", TODAY)] == [
        "2023-08-01",
        "2023-08-15",
    ]
    assert [str(when) for *_, when in find_meant("5月3日讯：当地时间2日", None)] == [
        "--05-03",
        "--05-02",
    ]


@given(
    st.text(alphabet="年月日号0123456789一二十今去昨上个 -/.,inMaych2lstyer至", max_size=30),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
def test_spans_of_days_are_in_order_and_their_meaning_is_a_date(text, today):
    found = find_days(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:]))
    for *_, when in (*find_meant(text, today), *find_meant(text, None)):
        date(when.year or 2000, when.month or 1, when.day or 1)


# ---- periods in a question


@pytest.mark.parametrize(
    "question, words, value",
    [
        ("2022年3月青海建了什么桥？", "2022年3月", "2022-03-01/2022-03-31"),
        ("2022年3月5日发生了什么？", "2022年3月5日", "2022-03-05/2022-03-05"),
        ("Which bridges opened in March 2022?", "March 2022", "2022-03-01/2022-03-31"),
        ("去年哪些省建了桥？", "去年", "2022-01-01/2022-12-31"),
        ("上个月哪里下了雪？", "上个月", "2023-08-01/2023-08-31"),
        ("上周三谁到访？", "上周三", "2023-08-30/2023-08-30"),
        ("上周谁到访？", "上周", "2023-08-28/2023-09-03"),
        ("上周四川谁到访？", "上周", "2023-08-28/2023-09-03"),
        ("上周四四川谁到访？", "上周四", "2023-08-31/2023-08-31"),
        ("上周日本下雨了吗？", "上周", "2023-08-28/2023-09-03"),
        ("Who visited last week?", "last week", "2023-08-28/2023-09-03"),
        ("Who visited the farm this year?", "this year", "2023-01-01/2023-12-31"),
        ("近三个月修了几座桥？", "近三个月", "2023-06-10/2023-09-10"),
        ("What was built in the last two weeks?", "in the last two weeks", "2023-08-27/2023-09-10"),
        ("What was built over the past year?", "over the past year", "2022-09-10/2023-09-10"),
        ("5月以来建了什么？", "5月以来", "2023-05-01/.."),
        ("今年以来建了什么？", "今年以来", "2023-01-01/.."),
        ("What has been built since October?", "since October", "2022-10-01/.."),
        ("What was built before 2019?", "before 2019", "../2019-12-31"),
        ("2019年以前建了什么？", "2019年以前", "../2019-12-31"),
        (
            "What was built between May and July 2022?",
            "between May and July 2022",
            "2022-05-01/2022-07-31",
        ),
        ("2020年至2022年建了什么？", "2020年至2022年", "2020-01-01/2022-12-31"),
        ("去年5月到7月建了什么？", "去年5月到7月", "2022-05-01/2022-07-31"),
        ("2022年11月到2月建了什么？", "2022年11月到2月", "2022-11-01/2023-02-28"),
        ("2022年上半年建了什么？", "2022年上半年", "2022-01-01/2022-06-30"),
        ("Q3 2022年建了什么？", "Q3 2022年", "2022-07-01/2022-09-30"),
        ("今年前三季度建了什么？", "今年前三季度", "2023-01-01/2023-09-30"),
        (
            "What was built in the second quarter of 2022?",
            "the second quarter of 2022",
            "2022-04-01/2022-06-30",
        ),
        ("What happened on October 1?", "October 1", "--10-01/--10-01"),
        ("8月和9月建了什么？", "8月和9月", "--08-01/--09-30"),
        ("2022年和2021年建了什么？", "2022年和2021年", "2021-01-01/2022-12-31"),
    ],
)
def test_a_period_and_its_words(question, words, value):
    (told,) = find_periods(question, TODAY)
    assert (question[told.start : told.end], str(told.period)) == (words, value)


@pytest.mark.parametrize(
    "question",
    [
        "产量比去年增长多少？",
        "How much more than in 2012?",
        "与2022年相比",
        "20世纪90年代建了什么？",
        "What was built in the 1990s?",
        "2016-2020年规划要求什么？",
        "the 2016-2020 plan",
        "近几年建了什么？",
        "哪一年建成的？",
        "多少人参加？",
        "What was built in the last year of the war?",
        "去年同期",
        "周三开会吗？",
    ],
)
def test_no_period(question):
    assert find_periods(question, TODAY) == []


@pytest.mark.parametrize(
    "question, words, value, kind",
    [
        # seasons
        ("去年夏天哪里遭遇干旱？", "去年夏天", "2022-06-01/2022-08-31", "relative"),
        ("2022年冬季哪里下了雪？", "2022年冬季", "2022-12-01/2023-02-28", "part"),
        ("今春种了多少棵树？", "今春", "2023-03-01/2023-05-31", "relative"),
        ("What was built last summer?", "last summer", "2023-06-01/2023-08-31", "relative"),
        ("What was built this spring?", "this spring", "2023-03-01/2023-05-31", "relative"),
        (
            "Which parks opened in the spring of 2022?",
            "spring of 2022",
            "2022-03-01/2022-05-31",
            "part",
        ),
        ("2022年冬季奥运会有多少名运动员？", "2022年", "2022-01-01/2022-12-31", "unit"),
        # feasts
        ("春节期间接待了多少游客？", "春节期间", "2023-01-21/2023-01-29", "festival"),
        ("2022年春节接待了多少游客？", "2022年春节", "2022-01-31/2022-02-08", "festival"),
        ("去年国庆节客流多少？", "去年国庆节", "2022-10-01/2022-10-08", "festival"),
        ("中秋假期客流多少？", "中秋假期", "2022-09-09/2022-09-12", "festival"),
        ("今年端午节哪里赛龙舟？", "今年端午节", "2023-06-21/2023-06-24", "festival"),
        ("清明假期客流多少？", "清明假期", "2023-04-04/2023-04-06", "festival"),
        ("五一黄金周客流多少？", "五一黄金周", "2023-04-29/2023-05-05", "festival"),
        (
            "How many people travelled during Spring Festival?",
            "during Spring Festival",
            "2023-01-21/2023-01-29",
            "festival",
        ),
        (
            "How many tourists came over the National Day holiday in 2022?",
            "over the National Day holiday in 2022",
            "2022-10-01/2022-10-08",
            "festival",
        ),
        (
            "What happened at Christmas 2022?",
            "at Christmas 2022",
            "2022-12-24/2022-12-26",
            "festival",
        ),
        (
            "Who sang at the Mid-Autumn Festival last year?",
            "at the Mid-Autumn Festival last year",
            "2022-09-09/2022-09-12",
            "festival",
        ),
        ("What opened at Easter 2021?", "at Easter 2021", "2021-04-02/2021-04-05", "festival"),
        ("2023年春节联欢晚会由谁导演？", "2023年", "2023-01-01/2023-12-31", "unit"),
        # halves and quarters of the year
        ("上半年出口多少？", "上半年", "2023-01-01/2023-06-30", "part"),
        ("四季度出口多少？", "四季度", "2022-10-01/2022-12-31", "part"),
        ("前三季度出口多少？", "前三季度", "2023-01-01/2023-09-30", "part"),
        ("2022年的第三季度出口多少？", "2022年", "2022-01-01/2022-12-31", "unit"),
        ("2022年第三季度出口多少？", "2022年第三季度", "2022-07-01/2022-09-30", "part"),
        ("What were exports in Q2?", "Q2", "2023-04-01/2023-06-30", "part"),
        ("What were exports in Q2 2022?", "Q2 2022", "2022-04-01/2022-06-30", "part"),
        (
            "What were exports in the first half of the year?",
            "the first half of the year",
            "2023-01-01/2023-06-30",
            "part",
        ),
        # beginnings and ends
        ("8月初哪里下雨？", "8月初", "--08-01/--08-10", "part"),
        ("2022年8月底哪里下雨？", "2022年8月底", "2022-08-21/2022-08-31", "part"),
        ("月底谁来访？", "月底", "2023-08-21/2023-08-31", "relative"),
        ("去年底谁来访？", "去年底", "2022-11-01/2022-12-31", "relative"),
        ("年初以来建了什么？", "年初以来", "2023-01-01/..", "relative"),
        ("What opened in early August?", "early August", "--08-01/--08-10", "part"),
        ("What opened in late 2022?", "late 2022", "2022-11-01/2022-12-31", "part"),
        ("What opened in mid-July 2022?", "mid-July 2022", "2022-07-11/2022-07-20", "part"),
        (
            "Who came at the end of last month?",
            "the end of last month",
            "2023-08-21/2023-08-31",
            "relative",
        ),
        # so long ago, weekends
        ("三年前哪里建了桥？", "三年前", "2020-01-01/2020-12-31", "relative"),
        ("三个月前修了什么？", "三个月前", "2023-06-01/2023-06-30", "relative"),
        ("两周前谁来访？", "两周前", "2023-08-21/2023-08-27", "relative"),
        ("What was built three years ago?", "three years ago", "2020-01-01/2020-12-31", "relative"),
        ("Who came a week ago?", "a week ago", "2023-08-28/2023-09-03", "relative"),
        ("上周末谁来访？", "上周末", "2023-09-02/2023-09-03", "relative"),
        ("Who came over the weekend?", "over the weekend", "2023-09-09/2023-09-10", "relative"),
        ("Who came last weekend?", "last weekend", "2023-09-02/2023-09-03", "relative"),
        # up to a day, and from one on
        ("5月1日之前建了什么？", "5月1日之前", "../2023-05-01", "range"),
        ("What was built before August?", "before August", "../2023-08-31", "range"),
        ("What was built since last summer?", "since last summer", "2023-06-01/..", "relative"),
        ("8月到10月哪里下雨？", "8月到10月", "--08-01/--10-31", "range"),
        (
            "What was built between May and July 2023?",
            "between May and July 2023",
            "2023-05-01/2023-07-31",
            "range",
        ),
    ],
)
def test_times_told_in_words(question, words, value, kind):
    (told,) = find_periods(question, TODAY)
    assert (question[told.start : told.end], str(told.period), told.kind) == (words, value, kind)


@pytest.mark.parametrize(
    "question",
    [
        "夏季平均气温多少？",
        "春节是哪一天？",
        "中秋节吃什么？",
        "When is Christmas?",
        "What is the Spring Festival?",
        "Who scored in the first half?",
        "年底谁来访？",
        "春节前发了多少补贴？",
        "周末开放吗？",
        "比三年前增长多少？",
        "300年前谁建了塔？",
        "几年前谁来访？",
        "前三年建了什么？",
        "五年前三名是谁？",
        "十四五期间建了什么？",
        "到月底完成多少？",
        "Who joined Singapore's National Day parade?",
        "Is it open at weekends?",
        "What does fall mean?",
        "The Summer Palace was built by whom?",
        "第三季有几集？",
        "他初次登台唱了什么？",
    ],
)
def test_words_that_may_mean_several_times_name_none(question):
    assert find_periods(question, TODAY) == []


@pytest.mark.parametrize(
    "day, question, value",
    [
        ("2024-01-15", "今年冬天哪里下雪？", "2023-12-01/2024-02-29"),
        ("2024-07-15", "What was built last summer?", "2023-06-01/2023-08-31"),
        ("2024-01-15", "上半年出口多少？", "2024-01-01/2024-06-30"),
        ("2024-02-05", "春节期间接待了多少游客？", "2023-01-21/2023-01-29"),
        ("2024-02-12", "春节期间接待了多少游客？", "2024-02-09/2024-02-17"),
        ("2024-05-31", "一个月前谁来访？", "2024-04-01/2024-04-30"),
        ("2024-02-29", "What was built before May?", "../2023-05-31"),
    ],
)
def test_times_told_in_words_depend_on_the_day(day, question, value):
    assert [str(one.period) for one in find_periods(question, date.fromisoformat(day))] == [value]


def test_without_a_day_to_tell_from_only_the_calendar_counts():
    for question in (
        "三年前",
        "春节期间",
        "上半年",
        "月初",
        "over the weekend",
        "去年夏天",
        "last summer",
        "去年国庆节",
        "上个月建了什么？",
        "since May",
        "去年5月到7月",
        "in the last two weeks",
        "昨天",
    ):
        assert find_periods(question, None) == []
    assert [str(one.period) for one in find_periods("2022年5月到7月", None)] == [
        "2022-05-01/2022-07-31"
    ]


PIECES = [
    "去年",
    "2022年",
    "3月",
    "5日",
    "以来",
    "之前",
    "between ",
    "and ",
    " to ",
    "May ",
    "2021 ",
    "since ",
    "last week ",
    "上周三",
    "四川",
    "，",
    "近两年",
    "上半年",
    "the first half of ",
    "据",
    "新华社",
    "报道",
    "至",
    "的",
    "?",
    "春节期间",
    "今年夏天",
    "月底",
    "三年前",
    "Q3 ",
    "early ",
    "last summer ",
    "at Christmas ",
    "国庆",
    "季度",
    "前",
    "周末",
    "winter ",
]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.one_of(st.none(), st.dates(date(1950, 1, 1), date(2090, 1, 1))),
)
def test_periods_are_in_order_and_go_forwards(question, today):
    found = find_periods(question, today)
    assert all(0 <= one.start < one.end <= len(question) for one in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:]))
    for one in found:
        assert (
            one.period.yearly
            or one.period.first is None
            or one.period.last is None
            or one.period.first <= one.period.last
        )
        assert today or one.kind != "relative"


days = st.dates(date(1990, 1, 1), date(2030, 12, 31))


@given(days, days, days)
def test_a_period_holds_and_overlaps_as_its_days_do(one, other, day):
    period = Period(min(one, other), max(one, other))
    assert (
        period.overlaps(day, day) == period.holds(day, day) == (period.first <= day <= period.last)
    )
    yearly = Period(one.replace(year=2000), other.replace(year=2000), True)
    a, b, d = (x.replace(year=2000) for x in (one, other, day))
    assert yearly.overlaps(day, day) == (a <= d <= b if a <= b else d >= a or d <= b)


# ---- publishers


_SOURCES = [
    "江河日报",
    "River Post",
    "新华社",
    "Xinhua News Agency",
    "央视新闻客户端",
    "中新网广东",
    "四川日报",
    "",
]


@pytest.mark.parametrize(
    "question, words, sources",
    [
        ("据江河日报报道，哪里发生了洪水？", "江河日报", ("江河日报",)),
        ("江河日报报道了哪些桥？", "江河日报", ("江河日报",)),
        ("According to the River Post, where was the flood?", "River Post", ("River Post",)),
        ("What did River Post report about the flood?", "River Post", ("River Post",)),
        ("According to Xinhua, where was the flood?", "Xinhua", ("Xinhua News Agency", "新华社")),
        ("据央视新闻报道，哪里发生了洪水？", "央视新闻", ("央视新闻客户端",)),
        ("据中新网报道，哪里发生了洪水？", "中新网", ("中新网广东",)),
    ],
)
def test_a_publisher_that_the_corpus_has(question, words, sources):
    one = find_publisher(question, _SOURCES)
    assert (question[one.start : one.end], one.sources) == (words, sources)
    assert one.phrase[0] <= one.start < one.end <= one.phrase[1]


@pytest.mark.parametrize(
    "question",
    [
        "据统计，哪里发生了洪水？",
        "据陶瓷报报道，哪里发生了洪水？",
        "据四川报道",
        "According to experts, where was the flood?",
        "江河日报有多少名记者？",
        "据报道，四川日报的大楼多高？",
        "Where is the River Post building?",
    ],
)
def test_no_publisher(question):
    assert find_publisher(question, _SOURCES) is None


# ---- in an answer


ARTICLES = (
    Article(
        "aug",
        "四川省德阳市8月12日举行桥梁抢修演练，出动吊车6台。",
        "德阳抢修演练",
        "2023-08-13",
        "江河日报",
        lang="zh",
    ),
    Article(
        "jul",
        "四川省绵阳市7月20日举行桥梁抢修演练，出动吊车9台。",
        "绵阳抢修演练",
        "2023-07-21",
        "江河日报",
        lang="zh",
    ),
    Article(
        "review",
        "回顾八月：8月25日，陕西省宝鸡市举行桥梁抢修演练。9月2日，甘肃省天水市举行桥梁抢修演练。",
        "一月回顾",
        "2023-09-03",
        "山路报",
        lang="zh",
    ),
    Article(
        "old",
        "去年8月，青海省西宁市举行桥梁抢修演练，参加者300人。",
        "西宁抢修演练",
        "2022-01-15",
        "山路报",
        lang="zh",
    ),
    Article(
        "undated",
        "2019年，云南省大理市的渡船换上了电动机，全程静音。",
        "电动渡船",
        "",
        "",
        lang="zh",
    ),
    Article(
        "en",
        "Ningxia planted 300 hectares of goji trees on Saturday. Growers used new drip pipes.",
        "Goji trees",
        "2023-09-04",
        "River Post",
        lang="en",
    ),
    Article(
        "newest",
        "黑龙江省漠河市下了第一场雪，比往年早两周。",
        "初雪",
        "2023-09-10",
        "River Post",
        lang="zh",
    ),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    path = tmp_path_factory.mktemp("constraints") / "index"
    build_index(ARTICLES, path)
    with open_index(path) as opened:
        yield opened


def ids(snapshot, mask):
    return {ARTICLES[row].id for row in np.flatnonzero(mask)}


def shown(given):
    return [(one.kind, one.words, one.value) for one in given.constraints]


def test_an_article_is_of_a_period_by_its_date_or_by_what_it_names(snapshot):
    august = Period(date(2023, 8, 1), date(2023, 8, 31))
    assert ids(snapshot, of_period(snapshot, august)) == {
        "aug",
        "review",
    }  # the review only names days of it
    assert ids(snapshot, of_period(snapshot, august, after=7)) == {"aug", "review", "en"}
    assert ids(snapshot, of_period(snapshot, Period(date(2021, 8, 1), date(2021, 8, 31)))) == {
        "old"
    }  # 去年8月 of January 2022
    assert ids(snapshot, of_period(snapshot, Period(date(2019, 5, 1), date(2019, 5, 31)))) == {
        "undated"
    }
    assert (
        ids(
            snapshot,
            of_period(snapshot, Period(date(2019, 5, 1), date(2019, 5, 31)), undated=False),
        )
        == set()
    )
    assert "undated" in ids(
        snapshot, of_period(snapshot, Period(date(2000, 8, 1), date(2000, 8, 31), True))
    )
    assert ids(snapshot, of_period(snapshot, Period(date(2023, 9, 4), None))) == {"en", "newest"}


@pytest.mark.parametrize(
    "question, as_of, places",
    [
        ("2023年8月哪些省举行了桥梁抢修演练？", "", {"四川", "陕西"}),
        ("上个月哪些省举行了桥梁抢修演练？", "", {"四川", "陕西"}),
        ("上个月哪些省举行了桥梁抢修演练？", "2023-08-20", {"四川"}),
        ("2023年7月哪些省举行了桥梁抢修演练？", "", {"四川"}),
        ("2021年哪些省举行了桥梁抢修演练？", "", {"青海"}),
        ("9月以来哪些省举行了桥梁抢修演练？", "", {"甘肃"}),
        ("据山路报报道，哪些省举行了桥梁抢修演练？", "", {"陕西", "甘肃", "青海"}),
        ("Which provinces held a bridge repair drill in August 2023?", "", {"四川", "陕西"}),
    ],
)
def test_the_places_of_a_time_or_of_a_publisher(snapshot, question, as_of, places):
    given = answer(snapshot, question, as_of=as_of)
    assert set(given.places) == places, given.text
    assert len(given.constraints) == 1 and given.as_of == (
        as_of or "2023-09-10" if given.constraints[0].kind == "date" else ""
    )


def test_the_figure_of_the_right_month(snapshot):
    for question, figure in (
        ("2023年8月四川的桥梁抢修演练出动了多少台吊车？", "6台"),
        ("2023年7月四川的桥梁抢修演练出动了多少台吊车？", "9台"),
    ):
        given = answer(snapshot, question)
        assert figure in given.text.splitlines()[0] and shown(given)[1] == (
            "place",
            "四川",
            "四川省",
        )


def test_a_place_narrows_to_the_articles_that_name_it(snapshot):
    given = answer(snapshot, "绵阳的演练出动了多少台吊车？")
    assert "9台" in given.text.splitlines()[0] and given.searched == 1
    assert shown(given) == [("place", "绵阳", "四川省绵阳市")]


def test_a_question_that_asks_for_places_has_none(snapshot):
    assert answer(snapshot, "哪些省举行了桥梁抢修演练？").constraints == ()
    assert answer(snapshot, "Which provinces planted goji trees?").constraints == ()


def test_constraints_can_be_lifted_by_kind_or_by_their_words(snapshot):
    question = "2023年8月四川的桥梁抢修演练出动了多少台吊车？"
    assert shown(answer(snapshot, question, without=("date",))) == [("place", "四川", "四川省")]
    assert shown(answer(snapshot, question, without=("四川",))) == [
        ("date", "2023年8月", "2023-08-01/2023-08-31")
    ]
    free = answer(snapshot, question, without=("date", "place", "source"))
    assert free.constraints == () and free.searched == len(ARTICLES)
    lifted = answer(snapshot, question, without=("2023年8月",)).text
    assert "6台" in lifted and "9台" in lifted
    for bad in (("month",), ("date", "青海"), ("",)):
        with pytest.raises(UsageError, match="date, place, source"):
            answer(snapshot, question, without=bad)


def test_an_empty_result_says_so_and_what_to_lift(snapshot):
    given = answer(snapshot, "2015年哪些省举行了桥梁抢修演练？")
    assert given.refused and given.searched == 0 and given.answered_without == ("date",)
    assert (
        "2015年" in given.missing
        and "2015年" in given.text
        and "不限时间" in given.text
        and given.nearest
    )
    given = answer(snapshot, "How many cranes did the bridge repair drill in Tibet use?")
    assert given.refused and given.searched == 0 and given.answered_without in (("place",), ())
    assert "Tibet" in given.text and "No article" in given.text
    given = answer(snapshot, "2023年8月谁发明了蒸汽机？")
    assert (
        given.refused and given.searched and not given.answered_without and "限定" not in given.text
    )


@pytest.fixture(scope="module")
def seasons(tmp_path_factory):
    path = tmp_path_factory.mktemp("seasons") / "index"
    texts = (
        ("2022-02-07", "春节期间，青溪古镇接待游客5万人次，灯会点了三百盏灯。"),
        ("2023-01-28", "春节期间，青溪古镇接待游客8万人次，戏台连演六天。"),
        ("2023-07-12", "青溪古镇上半年接待游客41万人次，新开了两家茶馆。"),
        ("2022-08-15", "持续高温，青溪古镇每天给游客发凉茶600杯。"),
        ("2023-09-10", "青溪古镇的老桥开始维修，预计两个月完工。"),
    )
    build_index(
        [Article(f"t{n}", text, date=day, lang="zh") for n, (day, text) in enumerate(texts)], path
    )
    with open_index(path) as opened:
        yield opened


@pytest.mark.parametrize(
    "question, found, value",
    [
        ("春节期间青溪古镇接待游客多少人次？", "8万人次", "2023-01-21/2023-01-29"),
        ("去年春节期间青溪古镇接待游客多少人次？", "5万人次", "2022-01-31/2022-02-08"),
        ("2022年春节青溪古镇接待游客多少人次？", "5万人次", "2022-01-31/2022-02-08"),
        (
            "How many tourists did Qingxi receive during Spring Festival last year?",
            "5万人次",
            "2022-01-31/2022-02-08",
        ),
        ("上半年青溪古镇接待游客多少人次？", "41万人次", "2023-01-01/2023-06-30"),
        (
            "How many tourists did the old town receive in the first half of the year?",
            "41万人次",
            "2023-01-01/2023-06-30",
        ),
        ("去年夏天青溪古镇每天发多少杯凉茶？", "600杯", "2022-06-01/2022-08-31"),
        (
            "How many cups of cool tea did tourists get each day in the summer of 2022?",
            "600杯",
            "2022-06-01/2022-08-31",
        ),
    ],
)
def test_the_figure_of_a_feast_a_half_or_a_season(seasons, question, found, value):
    given = answer(seasons, question)
    assert (
        value in [one.value for one in given.constraints]
        and not given.refused
        and found in given.text.splitlines()[0]
    ), given.text


def test_filters_and_constraints_both_hold(snapshot):
    from rag.search import Filters

    given = answer(snapshot, "2023年8月哪些省举行了桥梁抢修演练？", Filters(sources=("山路报",)))
    assert set(given.places) == {"陕西"} and given.searched == 1


def test_an_undated_corpus_tells_no_last_month(tmp_path):
    build_index(
        [Article("one", "上个月，西藏自治区林芝市修好了吊桥。", lang="zh")], tmp_path / "index"
    )
    with open_index(tmp_path / "index") as undated:
        given = answer(undated, "上个月哪里修好了吊桥？")
        assert given.constraints == () and not given.refused
        assert shown(answer(undated, "上个月哪里修好了吊桥？", as_of="2023-09-10")) == [
            ("date", "上个月", "2023-08-01/2023-08-31")
        ]


def test_a_date_that_lies_ahead_is_not_the_newest(tmp_path):
    ahead = (date.today() + timedelta(days=400)).isoformat()
    build_index(
        [*ARTICLES, Article("slip", "漠河市的温度计坏了。", date=ahead, lang="zh")],
        tmp_path / "index",
    )
    with open_index(tmp_path / "index") as slipped:
        assert slipped.newest == "2023-09-10"


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.sampled_from([*PIECES, "River Post", "报道", "建了什么", "哪些省"]),
        min_size=1,
        max_size=7,
    ).map("".join)
)
def test_what_is_shown_stands_in_the_question(snapshot, question):
    given = answer(snapshot, question)
    for one in given.constraints:
        assert given.question[one.start : one.end] == one.words and one.value
    assert json.loads(json.dumps(given.to_dict()))["constraints"] == [
        {"kind": c.kind, "words": c.words, "start": c.start, "end": c.end, "value": c.value}
        for c in given.constraints
    ]
    assert answer(snapshot, question, without=("date", "place", "source")).constraints == ()


# ---- from outside


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("outside") / "index"
    Index.build(ARTICLES, path)
    return path


def test_the_library_checks_the_day_and_what_to_lift(index):
    with Index.open(index) as opened:
        assistant = Assistant(opened)
        assert (
            shown(assistant.ask("上个月下了雪吗？", as_of="2022-03-31"))[0][2]
            == "2022-02-01/2022-02-28"
        )
        *_, last = assistant.stream("上个月下了雪吗？", without=("date",))
        assert last.constraints == ()
        for wrong in (
            {"as_of": "2022-3-1"},
            {"as_of": "yesterday"},
            {"without": "date"},
            {"without": ("dates",)},
        ):
            with pytest.raises(UsageError, match="expected"):
                assistant.ask("上个月下了雪吗？", **wrong)


def test_the_command_shows_what_was_understood(index, call):
    told = call("ask", "--index", index, "上个月四川的桥梁抢修演练出动了多少台吊车？")
    assert (
        "仅限：上个月 (2023-08-01 至 2023-08-31) · 四川 (四川省)" in told.stdout
        and "6台" in told.stdout
    )
    told = call("ask", "--index", index, "--as-of", "2023-08-20", "Where was snow seen last month?")
    assert "Restricted to: last month (2023-07-01 to 2023-07-31)" in told.stdout
    assert (
        "Restricted"
        not in call(
            "ask", "--index", index, "--no-constraints", "Where was snow seen last month?"
        ).stdout
    )
    row = json.loads(call("ask", "--index", index, "--json", "上个月下了雪吗？").stdout)
    assert (
        row["constraints"][0]["value"] == "2023-08-01/2023-08-31" and row["as_of"] == "2023-09-10"
    )
    assert call("ask", "--index", index, "--as-of", "soon", "雪").returncode == 2


def test_the_server_takes_the_same(index):
    from starlette.testclient import TestClient

    from rag.serving.routes import build_api

    question = "上个月四川的桥梁抢修演练出动了多少台吊车？"
    with (
        Index.open(index) as opened,
        TestClient(build_api(opened), base_url="http://127.0.0.1") as client,
    ):
        body = client.post(
            "/api/ask", json={"question": question, "as_of": "2023-08-20", "without": ["place"]}
        ).json()
        assert [(one["kind"], one["value"]) for one in body["constraints"]] == [
            ("date", "2023-07-01/2023-07-31")
        ]
        body = client.get(
            "/api/ask", params={"question": question, "without": ["date", "四川"]}
        ).json()
        assert body["constraints"] == []
        for wrong in ({"as_of": "soon"}, {"without": ["dates"]}):
            assert client.get("/api/ask", params={"question": question, **wrong}).status_code == 400


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened between 29 February and May 2023?", (2023, 2, 1), (2023, 5, 31)),
        ("自2月29日以来发生了什么？", (2023, 2, 28), None),
        ("2024年2月29日发生了什么？", (2024, 2, 29), (2024, 2, 29)),
    ],
)
def test_a_year_without_29_february(question, first, last):
    (told,) = find_periods(question, date(2023, 6, 1))
    assert told.period.first == date(*first)
    assert told.period.last == (last and date(*last))
