"""What a refusal shows: the nearest sentences, the words without support, and its grade."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rag.answer.cite import Citations
from rag.answer.rows import MAX_QUOTES_OF_ROW
from rag.answer.sentence import quote_span, sentence_of
from rag.answer.types import Citation
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.types import Span
from rag.reader.findings import ReadPassage
from rag.reader.judge import Judge, coverage
from rag.search.match import graded

# A word of the question counts as unsupported if the nearest passages match it by less (0 to 1).
_MIN_WORD_MATCH = 0.55
# Two adjacent characters of one word in a script that puts spaces between words ("R&D").
_LETTERS = re.compile(r"[A-Za-z0-9\u00c0-\u024f\u0370-\u052f'’&-]{2}")


def nearest_of(
    snapshot: Snapshot, judge: Judge, parsed: ParsedQuestion, passages: Sequence[ReadPassage]
) -> tuple[tuple[Citation, ...], tuple[str, ...], str]:
    """The nearest sentences, from three stories; the words that they do not support; the grade."""
    stories: dict[int, ReadPassage] = {}
    ranked = sorted(passages, key=lambda p: -(judge.search * p.behind + p.reading.margin))
    for passage in ranked:
        if passage.reading.findings:
            stories.setdefault(passage.story, passage)
        if len(stories) == MAX_QUOTES_OF_ROW:
            break
    cited = Citations(parsed.query, snapshot.model)
    best = None
    for passage in stories.values():
        finding = passage.reading.findings[0]
        sentence = sentence_of(finding)
        cited.cite(sentence, quote_span(sentence, (finding.start, finding.end)))
        match = graded(passage.reading.matches, passage.abroad)
        best = match if best is None else np.maximum(best, match)
    covered = max(
        (coverage(parsed, p.reading.matches, p.abroad) for p in stories.values()),
        default=0.0,
    )
    missing = () if best is None else _missing(parsed, best)
    if not parsed.allowed.any():
        limits = [one.words for one in parsed.constraints]
        missing = (*limits, *(one for one in missing if not any(one in whole for whole in limits)))
    return tuple(cited.all), missing, "near" if covered >= judge.near else "nothing"


def _missing(parsed: ParsedQuestion, match: np.ndarray) -> tuple[str, ...]:
    """The words of the question that no near passage supports, each whole, adjacent ones joined."""
    query = parsed.query
    out: list[Span] = []
    for at in range(min(len(match), len(query.ids))):
        start, end = _whole(query.text, *query.spans[at])
        idle = any(a < end and start < b for a, b in parsed.idle)
        if start < end and query.content[at] and not idle and match[at] < _MIN_WORD_MATCH:
            if out and not query.text[out[-1][1] : start].strip():
                out[-1] = (out[-1][0], max(end, out[-1][1]))
            else:
                out.append((start, end))
    words = (query.text[a:b].strip("的了") for a, b in out)
    return tuple(
        one for one in words if len(one) > 1 or one.isdigit()
    )  # "码" tells nobody anything


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to the whole of a word in letters, without punctuation at its ends.

    Spans in scripts without spaces keep their size.
    """
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    while 0 < start < end and _LETTERS.fullmatch(text, start - 1, start + 1):
        start -= 1
    while start < end < len(text) and _LETTERS.fullmatch(text, end - 1, end + 1):
        end += 1
    return start, end
