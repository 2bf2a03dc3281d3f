"""What a refusal tells: the nearest sentences, the words without support, and its grade."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answer.cite import Citations
from rag.answer.rows import QUOTES
from rag.answer.sentence import quote_span, sentence_of
from rag.answer.types import Citation
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.reader.findings import Passage
from rag.reader.judge import Judge, coverage
from rag.search.match import graded

# A word of the question that the nearest passages match by less is told to be without support.
UNMATCHED = 0.55


def nearest_of(
    snapshot: Snapshot, judge: Judge, parsed: ParsedQuestion, passages: Sequence[Passage]
) -> tuple[tuple[Citation, ...], tuple[str, ...], str]:
    """The nearest sentences, of three stories; the words that they do not support; the grade."""
    stories: dict[int, Passage] = {}
    ranked = sorted(passages, key=lambda p: -(judge.search * p.behind + p.reading.margin))
    for passage in ranked:
        if passage.reading.findings:
            stories.setdefault(passage.story, passage)
        if len(stories) == QUOTES:
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
        missing = tuple(dict.fromkeys((*(one.words for one in parsed.constraints), *missing)))
    return tuple(cited.all), missing, "near" if covered >= judge.near else "nothing"


def _missing(parsed: ParsedQuestion, match: np.ndarray) -> tuple[str, ...]:
    """Words of the question that nothing near supports; neighbours as one."""
    query, out = parsed.query, []
    for at in range(min(len(match), len(query.ids))):
        start, end = query.spans[at]
        idle = any(a < end and start < b for a, b in parsed.idle)
        if query.content[at] and not idle and match[at] < UNMATCHED:
            if out and not query.text[out[-1][1] : start].strip():
                out[-1] = (out[-1][0], end)
            else:
                out.append((start, end))
    return tuple(query.text[a:b] for a, b in out)
