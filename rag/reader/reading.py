"""Reads windows beside a question: which spans answer, with their log-odds against "none"."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.corpus import sentences
from rag.embed.static import StaticModel
from rag.reader.cells import in_one_cell
from rag.reader.encode import encode, joined
from rag.reader.network import LONGEST_ANSWER, Network, Scores, load_network
from rag.reader.windows import Window

READER_FILE = Path(__file__).with_name("model") / "reader.safetensors"
_BATCH = 16  # windows per batch of the network: more do not fit into the cache of one core
_OPENING, _CLOSING = "“‘「『《〈（([【", "”’」』》〉）)]】"
_INSIDE = "'’-.,"
_BEFORE, _AFTER = "$€£¥￥", "%％‰℃°"


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A span that may answer: ``window.article.text[start:end]``.

    Attributes:
        window: the window that it stands in.
        start, end: offsets in the text of the article.
        margin: log-odds of this span against "nothing in this window answers".
    """

    window: Window
    start: int
    end: int
    margin: float

    @property
    def text(self) -> str:
        """The words."""
        return self.window.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the reader found in one window.

    Attributes:
        window: the window.
        margin: log-odds that any span in it answers, against "none".
        findings: the likeliest spans that do not overlap, best first.
        matches: float32 (q,), for each token of the question its largest cosine to a token of the
            window, title included.
    """

    window: Window
    margin: float
    findings: tuple[Finding, ...]
    matches: np.ndarray


def read(
    model: StaticModel,
    question: str,
    windows: Sequence[Window],
    most: int = 5,
    file: Path = READER_FILE,
) -> list[Reading]:
    """Reads some windows beside a question; returns a reading per window, in the same order.

    Args:
        model: the embedded model.
        question: the question, Chinese or English.
        windows: the windows to read.
        most: number of spans kept per window.
        file: the weights of the reader.

    Raises:
        ModelError: the weights cannot be read.
    """
    network: Network = load_network(model, file)
    (asked,) = encode(model, [question])
    order = sorted(range(len(windows)), key=lambda number: len(windows[number].tokens))
    scores: dict[int, Scores] = {}
    for at in range(0, len(order), _BATCH):
        some = order[at : at + _BATCH]
        scores.update(
            zip(some, network.scores(asked, [(windows[n].tokens, windows[n].body) for n in some]))
        )
    return [
        _reading(model, question, window, scores[number], most)
        for number, window in enumerate(windows)
    ]


def read_alone(
    model: StaticModel, question: str, findings: Sequence[Finding], most: int = 12
) -> list[tuple[float, np.ndarray]]:
    """Reads the sentence of each finding on its own, and returns its log-odds there.

    In a window with several right answers, these share the probability of the window's softmax. A
    sentence on its own competes with "none" only.

    Args:
        model: the embedded model.
        question: the question, Chinese or English.
        findings: findings from any windows.
        most: number of spans kept per sentence, among which the finding is looked up.

    Returns:
        For each finding its log-odds, and the ``matches`` of the reading of its sentence.
    """
    windows: dict[tuple[int, int, int], Window] = {}
    keys = []
    for finding in findings:
        window = finding.window
        spans = sentences(window.article.text, window.start, window.end)
        start, end = next(
            (span for span in spans if span[0] <= finding.start < span[1]),
            (finding.start, finding.end),
        )
        keys.append((window.row, start, end))
        windows.setdefault(keys[-1], _narrowed(window, start, end))
    readings = dict(zip(windows, read(model, question, list(windows.values()), most)))
    return [
        (_margin_at(readings[key], one), readings[key].matches) for key, one in zip(keys, findings)
    ]


def _narrowed(window: Window, start: int, end: int) -> Window:
    """The window reduced to its title and the text between two offsets of the article."""
    tokens, body = window.tokens, window.body
    starts = tokens.spans[body:, 0]
    first, last = body + np.searchsorted(starts, (start, end))
    narrowed = joined(tokens.part(0, body), tokens.part(first, last))
    return dataclasses.replace(window, start=start, end=end, tokens=narrowed)


def _margin_at(reading: Reading, finding: Finding) -> float:
    """The largest log-odds among the spans of a reading that overlap a finding.

    Where none does, the lowest log-odds of the reading; -8 for a reading without findings.
    """
    over = [
        one.margin
        for one in reading.findings
        if one.start < finding.end and finding.start < one.end
    ]
    return max(over, default=min((one.margin for one in reading.findings), default=-8.0))


def _reading(
    model: StaticModel, question: str, window: Window, scores: Scores, most: int
) -> Reading:
    best = float(scores.spans.max())
    total = best + float(np.log(np.exp(scores.spans - best).sum()))
    chosen = _apart(scores.spans, most)
    within = [
        (*in_one_cell(model, question, window, scores.spans, first, last), score)
        for first, last, score in chosen
    ]
    findings = tuple(
        _finding(window, first, last, score - scores.none) for first, last, score in within
    )
    return Reading(window, total - scores.none, findings, scores.matches)


def _apart(spans: np.ndarray, most: int) -> list[tuple[int, int, float]]:
    """Picks the best spans that do not overlap, best first.

    Args:
        spans: float32 (t, LONGEST_ANSWER), as in :class:`rag.reader.network.Scores`.
        most: number of spans to pick.

    Returns:
        First token, last token and score of each.
    """
    flat = spans.ravel()
    count = min(len(flat), 24 * most)
    top = np.argpartition(-flat, count - 1)[:count]
    out: list[tuple[int, int, float]] = []
    for at in top[np.argsort(-flat[top], kind="stable")].tolist():
        first, more = divmod(at, LONGEST_ANSWER)
        if flat[at] <= -1e3:
            break
        if all(first > b or first + more < a for a, b, _ in out):
            out.append((first, first + more, float(flat[at])))
            if len(out) == most:
                break
    return out


def _finding(window: Window, first: int, last: int, margin: float) -> Finding:
    start, end = int(window.tokens.spans[first, 0]), int(window.tokens.spans[last, 1])
    return Finding(window, *_whole(window.article.text, start, end), margin)


def _in_word(text: str, at: int) -> bool:
    """Whether an offset lies inside a Latin word or a figure, so that a span must not end there.

    That is between two letters or digits, or beside the mark in "O'Neill" and "1,800", but not
    beside the apostrophe of a possessive "'s".
    """
    before, after = text[at - 1], text[at]
    if not (before.isascii() and after.isascii() or before == "’" or after == "’"):
        return False
    if before.isalnum() and after.isalnum():
        return True
    mark = at if after in _INSIDE else at - 1 if before in _INSIDE else -1
    if not 0 < mark < len(text) - 1 or not (text[mark - 1].isalnum() and text[mark + 1].isalnum()):
        return False
    if text[mark] in ",.":
        return text[mark - 1].isdigit() and text[mark + 1].isdigit()
    return text[mark + 1 : mark + 3].rstrip() != "s" or text[mark + 2 : mark + 3].isalnum()


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Extends a span to what belongs to it, since the tokenizer drops marks and splits rare words.

    That is the rest of a Latin word or figure, a currency sign before it or a percent sign or the
    like behind it, and the missing or enclosing marks of a title, quotation or bracket.
    """
    while start and _in_word(text, start):
        start -= 1
    while end < len(text) and _in_word(text, end):
        end += 1
    if start and text[start - 1] in _BEFORE:
        start -= 1
    if text[end : end + 1] and text[end] in _AFTER:
        end += 1
    words = text[start:end]
    for opening, closing in zip(_OPENING, _CLOSING):
        more = words.count(opening) - words.count(closing)
        before, behind = text[max(0, start - 1) : start] == opening, text[end : end + 1] == closing
        if more > 0 and behind:
            end += 1
        elif more < 0 and before:
            start -= 1
        elif more == 0 and before and behind and opening not in "（(":
            start, end = start - 1, end + 1
    return start, end
