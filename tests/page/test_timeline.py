"""The timeline: what is drawn of a range, how it folds, and what a choice leads to."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ui.timeline import (
    MAX_BARS,
    UNDATED,
    bars,
    bounds,
    is_period,
    period_name,
    short_count,
    timeline,
    way,
)

MONTH = st.builds(
    lambda year, month: f"{year:04}-{month:02}", st.integers(1000, 2100), st.integers(1, 12)
)
COUNTS = st.dictionaries(MONTH, st.integers(1, 10**6), max_size=60).map(
    lambda found: sorted(found.items())
)


def drawn(html):
    """The drawing as XML: text of our own, so it must be well formed."""
    return ElementTree.fromstring(re.search("<svg.*</svg>", html, re.DOTALL).group())


def controls(html):
    return re.findall('data-go="period:([^"]*)"', html)


def test_months_of_a_short_range_with_the_empty_ones_between():
    found = bars([("2023-11", 3), ("2024-02", 5), ("", 9)])
    assert [(bar.period, bar.count) for bar in found] == [
        ("2023-11", 3),
        ("2023-12", 0),
        ("2024-01", 0),
        ("2024-02", 5),
    ]


def test_a_long_range_folds_and_each_step_opens_one_level():
    months = [(f"{year}-{month:02}", year - 1900) for year in range(1951, 2024) for month in (3, 9)]
    assert [bar.period for bar in bars(months)] == [
        "195",
        "196",
        "197",
        "198",
        "199",
        "200",
        "201",
        "202",
    ]
    assert [bar.period for bar in bars(months, "202")] == ["2020", "2021", "2022", "2023"]
    assert [bar.period for bar in bars(months, "2023")][0::6] == ["2023-03", "2023-09"]
    assert bars(months, "2023-03") == bars(months, "2023"), (
        "a month stays among those that it is chosen from"
    )
    assert way(months, "2023-03") == ("", "202", "2023")


def test_a_month_of_a_short_range_stays_in_the_whole_of_it():
    months = [("2023-11", 3), ("2024-02", 5)]
    assert bars(months, "2024-02") == bars(months)
    assert way(months, "2024-02") == ("",)
    assert bars(months, UNDATED) == bars(months)


def test_a_period_without_articles_is_shown_in_what_is_around_it():
    months = [(f"{year}-05", 1) for year in range(2001, 2010)]
    assert bars(months, "2015") == bars(months)
    assert bars([], "2015") == ()


@given(COUNTS, st.sampled_from(["", UNDATED, "2023", "20", "1999-12"]))
def test_nothing_is_lost_and_the_bars_stay_wide_enough(months, period):
    found = bars(months, period)
    assert len(found) <= MAX_BARS or len(found[0].period) == 2
    if not period:
        assert sum(bar.count for bar in found) == sum(n for _, n in months)
    assert all(
        any(month.startswith(bar.period) for month, _ in months) == bool(bar.count) for bar in found
    )
    for bar in found:
        # Whatever is drawn can be chosen, and choosing it finds what it counts.
        assert is_period(bar.period)
        first, last = bounds(bar.period)
        assert date.fromisoformat(first) <= date.fromisoformat(last)
        if not period or len(period) == 2 or period == UNDATED:
            assert sum(n for month, n in months if first <= f"{month}-15" <= last) == bar.count


def test_bounds_reach_to_the_last_day():
    assert bounds("2024-02") == ("2024-02-01", "2024-02-29")
    assert bounds("2023") == ("2023-01-01", "2023-12-31")
    assert bounds("202") == ("2020-01-01", "2029-12-31")
    assert bounds("19") == ("1900-01-01", "1999-12-31")
    assert bounds("") == bounds(UNDATED) == ("", "")
    assert date.fromisoformat(bounds("2100-02")[1]) + timedelta(days=1) == date(2100, 3, 1)


@pytest.mark.parametrize(
    "wrong", ["2023-13", "2023-1", "202-05", "20230", "0000", "x", "٢٠٢٣", "2", "none "]
)
def test_what_is_no_period_is_told(wrong):
    assert not is_period(wrong)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_drawing_says_in_words_and_in_a_table_what_it_shows(lang):
    months = [("2023-07", 12345), ("2023-08", 31941), ("2023-10", 1), ("", 21)]
    html = timeline(months, "2023-08", lang)
    svg = drawn(html)
    assert svg.find("title").text and {"title", "desc"} == {part.tag for part in svg[:2]}
    assert set(svg.get("aria-labelledby").split()) == {part.get("id") for part in svg[:2]}
    bars_drawn = [part for part in svg if part.get("role") == "button"]
    assert [part.get("data-go") for part in bars_drawn] == [
        "period:2023-07",
        "period:2023-08",
        "period:2023-10",
    ]
    assert [part.get("aria-pressed") for part in bars_drawn] == ["false", "true", "false"]
    assert [part.get("tabindex") for part in bars_drawn] == ["-1", "0", "-1"], (
        "one stop, at what is chosen"
    )
    assert (
        "31,941" in bars_drawn[1].get("aria-label") and "31,941" in bars_drawn[1].find("title").text
    )
    assert ("2023年8月" if lang == "zh" else "August 2023") in bars_drawn[1].get("aria-label")
    assert ("3.2万" if lang == "zh" else "32k") in [
        part.text for part in bars_drawn[1].iter("text")
    ]
    rows = re.findall(r"<td>([\d,]+)</td>", html)
    assert rows == ["12,345", "31,941", "1", "21"]
    assert controls(html)[:2] == ["", UNDATED]
    longest = max(
        float(part.get("height")) for part in svg.iter("rect") if part.get("class") == "yj-fill"
    )
    assert longest == float(bars_drawn[1].findall("rect")[1].get("height"))


def test_no_dates_no_drawing():
    assert timeline([], "", "en") == ""
    assert "<svg" not in timeline([("", 4)], "", "en")


def test_names_and_numbers():
    assert [period_name(one, "en") for one in ("2023-08", "2023", "202", "")] == [
        "August 2023",
        "2023",
        "2020–2029",
        "",
    ]
    assert [period_name(one, "zh") for one in ("2023-08", "2023", "20")] == [
        "2023年8月",
        "2023年",
        "2000–2099年",
    ]
    assert [
        short_count(n, "en")
        for n in (7, 999, 1000, 9_949, 9_950, 31_941, 999_499, 999_500, 12_000_000)
    ] == ["7", "999", "1k", "9.9k", "10k", "32k", "999k", "1M", "12M"]
    assert [short_count(n, "zh") for n in (9_999, 10_000, 31_941, 1_234_567)] == [
        "9999",
        "1万",
        "3.2万",
        "123万",
    ]
