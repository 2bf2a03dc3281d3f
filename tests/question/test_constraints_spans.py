"""Any text keeps its periods in order; publishers in a question."""

from datetime import date

import pytest
from constrained import PIECES
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.days import Period
from rag.question.periods import find_periods
from rag.question.publishers import find_publisher


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
