"""Findings in lines without marks, where what happened in one place stands beside another event."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.corpus.sentences import run_on
from rag.reader.findings import ReadPassage
from rag.reader.reading import Finding


def apart(asked: str, passages: Sequence[ReadPassage]) -> list[ReadPassage]:
    """The passages, without findings that stand in another event than the question asks for.

    A line without marks is read as one sentence: the first place in it is found for its last event,
    and a finding reaches over several. Of its sentences those that have most of the question's
    pairs of letters may answer; what is found is cut to them.
    """
    pairs = {"".join(two) for two in pairwise(asked)}
    return [_apart(pairs, passage) for passage in passages]


def _apart(pairs: set[str], passage: ReadPassage) -> ReadPassage:
    reading = passage.reading
    if not any(run_on(one.window.article.text, one.start) for one in reading.findings[:1]):
        return passage
    kept = tuple(cut for one in reading.findings for cut in _cut(pairs, one))
    return dataclasses.replace(passage, reading=dataclasses.replace(reading, findings=kept))


def _cut(pairs: set[str], finding: Finding) -> Iterator[Finding]:
    text = finding.window.article.text
    spans = run_on(text, finding.start)
    held = [sum(two in text[start:end] for two in pairs) for start, end in spans]
    if not any(held):
        yield finding
        return
    for (start, end), count in zip(spans, held):
        low, high = max(start, finding.start), min(end, finding.end)
        if count == max(held) and low < high:
            yield dataclasses.replace(finding, start=low, end=high)
            return
