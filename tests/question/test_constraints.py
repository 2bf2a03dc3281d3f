"""Time, place and publisher in a question: what is recognised, what it means on a given day, and
what it lets pass.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.date_grammar import find_days
from rag.corpus.days import find_meant, meant
from rag.question.periods import find_periods

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
    assert find_meant("比2021年的3.4亿人次多", TODAY) != []  # which tells what it was in that year


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
        ("前两季度出口多少？", "前两季度", "2023-01-01/2023-06-30", "part"),
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
        "前三季度出口多少？",
        "What opened this winter?",
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
        ("2024-07-15", "上半年出口多少？", "2024-01-01/2024-06-30"),
        ("2024-02-05", "春节期间接待了多少游客？", "2023-01-21/2023-01-29"),
        ("2024-02-12", "春节期间接待了多少游客？", "2024-02-09/2024-02-17"),
        ("2024-05-31", "一个月前谁来访？", "2024-04-01/2024-04-30"),
        ("2024-02-29", "What was built before May?", "../2023-05-31"),
    ],
)
def test_times_told_in_words_depend_on_the_day(day, question, value):
    assert [str(one.period) for one in find_periods(question, date.fromisoformat(day))] == [value]


def test_a_half_that_is_not_over_may_be_the_one_before():
    assert find_periods("上半年出口多少？", date(2024, 1, 15)) == []
    assert find_periods("What were exports in Q2?", date(2024, 6, 30)) == []


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
