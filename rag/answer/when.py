"""When a quote was written, and what its "today", "周三" and "19日" mean on that day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.answer.texts import joined, phrase
from rag.answer.types import Citation, Time
from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import DATE_LINE, find_days
from rag.corpus.days import When, meant, weekday_on
from rag.index.named import published

_MONTHS_EN = (
    "January February March April May June July August September October November December".split()
)
_LAST = re.compile(r"\d{1,2}\s?日\Z")
BEFORE = 200  # characters in front of a quote in which a date line stands


def times_of(text: str, start: int, end: int, day: str) -> tuple[Time, ...]:
    """The times in ``text[start:end]`` that only its day of writing explains, in order.

    Args:
        text: of an article.
        start, end: a quote.
        day: of the article, as in ``Article.date``; without one only the day and month of a date
            line in front of the quote explain.
    """
    quote, today = text[start:end], published(day)
    if today is not None:
        found = [*_weekdays(quote, today), *_days(quote, today)]
    elif line := list(DATE_LINE.finditer(text, max(0, start - BEFORE), start)):
        today = _in_year(int(line[-1]["month"]), int(line[-1]["day"]))
        days = _days(quote, today) if today else ()
        found = [(a, b, when._replace(year=None)) for a, b, when in days if when.day]
    else:
        return ()
    return tuple(Time(start + a, start + b, str(when)) for a, b, when in sorted(found))


def _in_year(month: int, day: int) -> date | None:
    """A day of a year that is not known, as one of some year."""
    try:
        return date(2001, month, day)
    except ValueError:
        return None


def _days(quote: str, today: date) -> Iterator[tuple[int, int, When]]:
    """Times told from the day of writing, and months of another year than its own."""
    for one in find_days(quote):
        when = meant(one, today)
        told = one.shift or one.year is None and one.month is None
        if one.shift in (("year", 0), ("month", 0)) and one.month is None and one.day is None:
            continue  # "今年" is that of the article
        if when and (told or one.year is None and when.year != today.year):
            start = one.start
            if one.last_day and (last := _LAST.search(quote, start, one.end)):  # 2-4日
                start, when = last.start(), when._replace(day=one.last_day)
            yield start, one.end, when


def _weekdays(quote: str, today: date) -> Iterator[tuple[int, int, When]]:
    """Weekdays: the last that came, the day itself included; of another week where it is said."""
    for one in find_expressions(quote):
        for part in one.parts:
            if part.weekday is not None and quote[part.end : part.end + 1] != "s":
                then = weekday_on(part, today)
                yield part.start, part.end, When(then.year, then.month, then.day)


def shown_day(day: str, lang: str) -> str:
    """A day, month or year of ISO 8601 in words: "2 August 2023", "2023年8月2日".

    Args:
        day: "2023-08-02", "2023-08", "2023", or "--08-02", "--08" of an unknown year; anything else
            is given back.
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
    """What stands beside a quote: its article's date, or that there is none, and what times mean.

    "3 August 2023; “Wednesday”: 2 August 2023", "2023年8月20日；“19日”：2023年8月19日", "undated".

    Args:
        citation: any.
        lang: "zh", "en" or :data:`rag.question.script.HANT`.
    """
    dated = shown_day(citation.date, lang) or phrase("undated", lang)
    told: dict[str, str] = {}
    for time in citation.times:
        words = citation.quote[time.start - citation.start : time.end - citation.start]
        told.setdefault(words, shown_day(time.day, lang))
    colon = phrase("colon", lang)
    meant_by = (f"“{words}”{colon}{day}" for words, day in told.items())
    return joined([dated, *meant_by], "semicolon", lang)
