"""Restricts findings in lines without punctuation, which run several events together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.corpus.sentences import run_on
from rag.reader.findings import ReadPassage
from rag.reader.reading import Finding


def apart(asked: str, passages: Sequence[ReadPassage]) -> list[ReadPassage]:
    """The passages, without findings that stand in another event than the question asks for.

    The reader takes a line without punctuation as one sentence: it may find the first place for the
    last event, or a span over several events. Only those sentences of the line may answer that
    share the most pairs of adjacent characters with the question; findings are cut to them.
    """
    pairs = {"".join(two) for two in pairwise(asked)}
    return [_apart(pairs, passage) for passage in passages]


def _apart(pairs: set[str], passage: ReadPassage) -> ReadPassage:
    """The passage with its findings cut; unchanged if its best finding is in no such line."""
    reading = passage.reading
    if not any(run_on(one.window.article.text, one.start) for one in reading.findings[:1]):
        return passage
    findings = tuple(cut for one in reading.findings for cut in _cut(pairs, one))
    return dataclasses.replace(passage, reading=dataclasses.replace(reading, findings=findings))


def _cut(pairs: set[str], finding: Finding) -> Iterator[Finding]:
    """Yields the part of a finding that lies in a best matching sentence of its line, if any.

    The finding is left whole if no sentence shares anything with the question.
    """
    text = finding.window.article.text
    spans = run_on(text, finding.start)
    shared = [sum(two in text[start:end] for two in pairs) for start, end in spans]
    if not any(shared):
        yield finding
        return
    for (start, end), count in zip(spans, shared):
        low, high = max(start, finding.start), min(end, finding.end)
        if count == max(shared) and low < high:
            yield dataclasses.replace(finding, start=low, end=high)
            return
