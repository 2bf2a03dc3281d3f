"""What a question names and a passage lacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.question import ParsedQuestion
from rag.question.script import has_chinese, is_traditional, simplified

if TYPE_CHECKING:
    from rag.reader.findings import ReadPassage

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")  # thousands separators: 2,780 is 2780


def unnamed(parsed: ParsedQuestion, passage: ReadPassage) -> tuple[str, ...]:
    """The names, titles and numbered things of the question that a passage lacks.

    Neither its text, nor the title or date of its article, has them as the question writes them.
    Times by which the articles were filtered are skipped: for "last August" a passage need not give
    the year.

    For a passage in another language only the digits and the Chinese characters are compared.
    """
    window = passage.reading.window
    article = window.article
    passage_text = (
        f"{article.title}\n{article.date}\n{article.text[window.start : window.end]}".casefold()
    )
    passage_text = _THOUSANDS.sub("", passage_text)
    out = []
    for start, end in parsed.names:
        if any(one.start <= start and end <= one.end for one in parsed.told):
            continue
        words = _THOUSANDS.sub("", parsed.text[start:end].casefold().strip("《》“”\"'「」 "))
        if passage.abroad:
            words = "".join(c for c in words if c.isdigit() or has_chinese(c))
        if words and words not in passage_text and not _in_other_script(words, passage_text):
            out.append(words)
    return tuple(out)


def _in_other_script(words: str, text: str) -> bool:
    """Whether a text has some words in the other script, simplified or traditional."""
    return is_traditional(words + text) and simplified(words) in simplified(text)
