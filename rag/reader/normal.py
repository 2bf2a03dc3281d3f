"""Normal forms of answers, by which two spans are recognised as the same value."""

from __future__ import annotations

import re

from rag.corpus.places import find_places
from rag.reader.values import find_dates, find_numbers

_MARKS = re.compile(r"[\s《》“”\"'‘’「」『』（）()\[\]【】，,。.、：:；;]+")


def key_of(text: str, kind: str, date: str = "") -> tuple[str, object]:
    """Returns a key that is equal for spans that state the same value.

    The key is the value of a single figure, the ISO date of a single date or the code of the last
    place; otherwise the text without punctuation and case.

    Args:
        text: the words of the span.
        kind: the kind of thing asked for, one of :data:`rag.question.types.ASKED_KINDS`.
        date: the date of the article, ISO 8601; its year completes a date without a year.
    """
    if kind == "number":
        figures = [value for value in find_numbers(text) if value.head is not None]
        if len(figures) == 1:
            return "number", figures[0].head
    if kind == "date":
        year = int(date[:4]) if date[:4].isdigit() else None
        days = [value.iso for value in find_dates(text, year) if value.iso]
        if len(days) == 1:
            return "date", days[0]
    if kind == "places":
        places = [mention.place.code for mention in find_places(text) if not mention.part_of_name]
        if places:
            return "place", places[-1]
    return "text", _MARKS.sub("", text).casefold()
