"""Resolves the relative times in a quote: "today", "周三" and "19日" on the day it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.answer.texts import joined, phrase
from rag.answer.types import Citation, Time
from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import DATE_LINE, find_days
from rag.corpus.days import When, meant, published, weekday_on

_MONTHS_EN = (
    "January February March April May June July August September October November December".split()
)
_LAST = re.compile(r"\d{1,2}\s?日\Z")
_DATE_LINE_CHARACTERS = 200  # characters in front of a quote in which a date line is sought


def times_of(text: str, start: int, end: int, day: str) -> tuple[Time, ...]:
    """The times in ``text[start:end]`` that only the day of writing explains, in order.

    Args:
        text: of an article.
        start, end: offsets of a quote.
        day: the article's date, as in ``Article.date``. Without one, only the day and month of a
            date line in front of the quote are used, and the year stays open.
    """
    quote, today = text[start:end], published(day)
    if today is not None:
        found = [*_weekdays(quote, today), *_days(quote, today)]
    elif line := list(DATE_LINE.finditer(text, max(0, start - _DATE_LINE_CHARACTERS), start)):
        today = _in_year(int(line[-1]["month"]), int(line[-1]["day"]))
        days = _days(quote, today) if today else ()
        found = [(a, b, when._replace(year=None)) for a, b, when in days if when.day]
    else:
        return ()
    return tuple(Time(start + a, start + b, str(when)) for a, b, when in sorted(found))


def _in_year(month: int, day: int) -> date | None:
    """The day and month in a year that stands for the unknown one; None if there is no such day.

    It is 2001, and for 29 February 2000.
    """
    try:
        return date(2000 if (month, day) == (2, 29) else 2001, month, day)
    except ValueError:
        return None


def _days(quote: str, today: date) -> Iterator[tuple[int, int, When]]:
    """Yields times relative to the day of writing, and dates that mean another year than its own.

    Each is (start, end, meaning), with offsets in the quote.
    """
    for one in find_days(quote):
        when = meant(one, today)
        is_relative = one.shift or one.year is None and one.month is None
        if one.shift in (("year", 0), ("month", 0)) and one.month is None and one.day is None:
            continue  # "今年" needs no explanation: it is the article's year
        if when and (is_relative or one.year is None and when.year != today.year):
            start = one.start
            if one.last_day and (last := _LAST.search(quote, start, one.end)):  # 2-4日
                start, when = last.start(), when._replace(day=one.last_day)
            yield start, one.end, when


def _weekdays(quote: str, today: date) -> Iterator[tuple[int, int, When]]:
    """Yields weekdays: the last one up to the day of writing, or one of another week if that is
    said.
    """
    for one in find_expressions(quote):
        for part in one.parts:
            if part.weekday is not None and quote[part.end : part.end + 1] != "s":
                then = weekday_on(part, today)
                yield part.start, part.end, When(then.year, then.month, then.day)


def shown_day(day: str, lang: str) -> str:
    """An ISO 8601 day, month or year in words: "2 August 2023", "2023年8月2日".

    Args:
        day: "2023-08-02", "2023-08", "2023", or "--08-02", "--08" of an unknown year; anything else
            is returned as it is.
        lang: "zh", "en" or :data:`rag.question.script.HANT`.
    """
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}|-(-\d\d){1,2}", day):
        return day
    year, month, of_month = [*map(int, day.replace("--", "0-").split("-")), 0, 0][:3]
    if lang != "en":
        parts = ((year, "年"), (month, "月"), (of_month, "日"))
        return "".join(f"{number}{unit}" for number, unit in parts if number)
    name = _MONTHS_EN[month - 1] if 1 <= month <= 12 else ""
    return " ".join(str(part) for part in (of_month or "", name, year) if part)


def beside(citation: Citation, lang: str) -> str:
    """What is shown beside a quote: its article's date, if any, and what its times mean.

    "3 August 2023; “Wednesday”: 2 August 2023", "2023年8月20日；“19日”：2023年8月19日", "undated".

    Args:
        citation: any.
        lang: "zh", "en" or :data:`rag.question.script.HANT`.
    """
    dated = shown_day(citation.date, lang) or phrase("undated", lang)
    meanings: dict[str, str] = {}
    for time in citation.times:
        words = citation.quote[time.start - citation.start : time.end - citation.start]
        meanings.setdefault(words, shown_day(time.day, lang))
    colon = phrase("colon", lang)
    meant_by = (f"“{words}”{colon}{day}" for words, day in meanings.items())
    return joined([dated, *meant_by], "semicolon", lang)
