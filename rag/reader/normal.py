"""Normal forms: when two spans say the same."""

from __future__ import annotations

import re

from rag.corpus.places import find_places
from rag.reader.values import find_dates, find_numbers

_MARKS = re.compile(r"[\s《》“”\"'‘’「」『』（）()\[\]【】，,。.、：:；;]+")


def key_of(text: str, kind: str, date: str = "") -> tuple[str, object]:
    """What spans that say the same have in common.

    Args:
        text: the span.
        kind: of the question, one of :data:`rag.question.KINDS`.
        date: of the article, which tells the year of a date that has none.
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
