"""The grammar of dates: what is one expression, what its parts say, and what only looks like one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import find_days, number
from rag.corpus.days import FEASTS, part_of


def shown(text):
    return [text[one.start : one.end] for one in find_expressions(text)]


@pytest.mark.parametrize(
    "text, expressions",
    [
        ("周一至周五开放", ["周一至周五"]),
        ("8月1-3日在成都", ["8月1-3日"]),
        ("次年3月完工", ["次年3月"]),
        ("2022年的7月，今年夏天，明年年初", ["2022年的7月", "今年夏天", "明年年初"]),
        ("前三季度和2023年度上半年", ["前三季度", "2023年度上半年"]),
        ("今天（28日）上午9点55分", ["今天（28日）上午9点55分"]),
        ("当天下午3时", ["当天下午3时"]),
        ("2023-08-15 10:30", ["2023-08-15 10:30"]),
        ("on Tuesday, 5 june 2018, at 3 p.m.", ["Tuesday, 5 june 2018", "3 p.m."]),
        ("from 1 to 3 July, early in August, 2012", ["1 to 3 July", "early in August, 2012"]),
        ("in March last year and in the fall of 2008", ["March last year", "the fall of 2008"]),
        ("spring 1991 researchers", ["spring 1991"]),
        ("the 1990s, the early 2000s, 1990年代初", ["the 1990s", "the early 2000s", "1990年代初"]),
    ],
)
def test_what_belongs_together_is_one_expression(text, expressions):
    assert shown(text) == expressions


@pytest.mark.parametrize(
    "text",
    [
        "COVID-19 may spread",
        "they march on and may win",
        "十日内缴清",
        "目前年轻父母",
        "春节联欢晚会",
        "大学生夏季运动会",
        "韩国庆尚南道",
        "读《Sunday Times》",
        "1380余所学校",
        "第三日",
        "最早登上月球",
        "上海明日之星冠军杯",
        "今日头条发布《明日方舟》",
    ],
)
def test_what_only_looks_like_a_time_is_none(text):
    assert shown(text) == []


PIECES = st.sampled_from(
    "2023 年 12 月 3 日 号 - 至 周 五 末 上 本 午 9 时 : 30 点 半 GMT a.m. o'clock Q ， 初 底 旬 季 春 世纪 年代 from to"
    " and the early May july of last this week year 19th s . ( （ ） ) 今天 国庆 Easter".split()
    + [" "]
)


@given(st.lists(PIECES, max_size=16).map("".join))
def test_any_text_has_expressions_in_order_with_their_parts_inside(text):
    at = 0
    for one in find_expressions(text):
        assert at <= one.start < one.end <= len(text)
        assert all(one.start <= part.start < part.end <= one.end for part in one.parts)
        assert re.search(r"\S\Z", text[one.start : one.end])
        at = one.end


def test_parts_say_what_is_written():
    (date, weekday, clock) = find_expressions("8月1日（周二）9时半")[0].parts
    assert (date.month, date.day, weekday.weekday, clock.minutes) == (8, 1, 1, 9 * 60 + 30)
    (first, last) = find_expressions("2020至2022年")[0].parts
    assert (first.year, last.year) == (2020, 2022)
    assert [one.parts[0].part for one in find_expressions("上半年，Q3，月初，early May")] == [
        ("half", 0),
        ("quarter", 2),
        ("third", 0),
        ("third", 0),
    ]
    assert [one.parts[0].shift for one in find_expressions("上上周，今春，last summer，当年")] == [
        ("week", -2),
        ("year", 0),
        ("season", -1),
        ("", 0),
    ]


@pytest.mark.parametrize(
    "text, value",
    [
        ("31", 31),
        ("三十一", 31),
        ("十", 10),
        ("廿一", 21),
        ("两", 2),
        ("二〇一一", 2011),
        ("十十", 0),
    ],
)
def test_numbers_are_read_in_either_kind_of_digits(text, value):
    assert number(text) == value


@given(st.text("〇零○一二两三四五六七八九十廿卅", min_size=1, max_size=4))
def test_any_run_of_chinese_digits_is_a_number(text):
    assert number(text) >= 0


def test_a_run_of_days_has_its_first_and_its_last():
    for text in ("7月1-3日", "July 1-3", "1-3 July", "from 1 to 3 July"):
        (one,) = find_days(text)
        assert (one.month, one.day, one.last_day) == (7, 1, 3)
    assert [one.day for one in find_days("29日11:00至30日")] == [29, 30]


def test_every_feast_is_found_by_its_name_and_has_its_day():
    for nth, name in enumerate("春节 元宵节 端午 七夕 中秋 重阳节 清明 元旦 五一 国庆节".split()):
        assert [one.parts[0].part for one in find_expressions(f"在{name}。")] == [("feast", nth)]
    assert [one.day(2023).isoformat()[5:] for one in FEASTS] == (
        "01-22 02-05 06-22 08-22 09-29 10-23 04-05 01-01 05-01 10-01 12-25 04-09 11-23 01-21 06-01"
        " 09-10"
    ).split()


def test_parts_of_a_year_are_months_and_of_a_month_ten_days():
    assert [day.isoformat() for day in part_of("season", 3, 2023)] == ["2023-12-01", "2024-02-29"]
    assert [day.isoformat() for day in part_of("third", 2, 2023, 2)] == ["2023-02-21", "2023-02-28"]
    assert [day.isoformat() for day in part_of("quarters", 2, 2023)] == ["2023-01-01", "2023-09-30"]
