"""Reading: which words of some passages answer a question, how likely, or that none do."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.corpus import sentences
from rag.embed.static import StaticModel
from rag.reader.encode import encode, joined
from rag.reader.network import LONGEST_ANSWER, Network, Scores, load_network
from rag.reader.windows import Window

FILE = Path(__file__).with_name("model") / "reader.safetensors"
_BATCH = 16  # windows that the network takes at once: more do not stay in the cache of one core
_OPENING, _CLOSING = "“‘「『《〈（([【", "”’」』》〉）)]】"
_INSIDE = "'’-.,"
_BEFORE, _AFTER = "$€£¥￥", "%％‰℃°"


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Words that may answer: ``window.article.text[start:end]``.

    Attributes:
        window: where they stand.
        start, end: offsets in the text of the article.
        margin: log-odds of these words against "none of this window answers".
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
    """What was read in one window.

    Attributes:
        window: the window.
        margin: log-odds that anything in it answers.
        findings: the likeliest spans, none of which overlap, best first.
        matches: float32 (q,), for each token of the question the largest cosine to one of the
            window, title included.
    """

    window: Window
    margin: float
    findings: tuple[Finding, ...]
    matches: np.ndarray


def read(
    model: StaticModel, question: str, windows: Sequence[Window], most: int = 5, file: Path = FILE
) -> list[Reading]:
    """Reads some windows beside a question.

    Args:
        model: the embedded model.
        question: Chinese or English.
        windows: what is read.
        most: spans of each window that are kept.
        file: the weights.

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
    return [_reading(window, scores[number], most) for number, window in enumerate(windows)]


def read_alone(
    model: StaticModel, question: str, findings: Sequence[Finding], most: int = 12
) -> list[tuple[float, np.ndarray]]:
    """Log-odds of some findings where each one's sentence is read alone, and its ``matches``.

    In a window that answers in several places they share what is likely; by itself a sentence is
    compared with "none" alone.

    Args:
        model: the embedded model.
        question: Chinese or English.
        findings: what was found in windows.
        most: spans of each sentence that are looked at.
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
    """A window of the title and of what stands between two offsets."""
    tokens, body = window.tokens, window.body
    starts = tokens.spans[body:, 0]
    first, last = body + np.searchsorted(starts, (start, end))
    narrowed = joined(tokens.part(0, body), tokens.part(first, last))
    return dataclasses.replace(window, start=start, end=end, tokens=narrowed)


def _margin_at(reading: Reading, finding: Finding) -> float:
    """The largest log-odds of what was read over the words of a finding."""
    over = [
        one.margin
        for one in reading.findings
        if one.start < finding.end and finding.start < one.end
    ]
    return max(over, default=min((one.margin for one in reading.findings), default=-8.0))


def _reading(window: Window, scores: Scores, most: int) -> Reading:
    best = float(scores.spans.max())
    total = best + float(np.log(np.exp(scores.spans - best).sum()))
    chosen = _apart(scores.spans, most)
    findings = tuple(
        _finding(window, first, last, float(score) - scores.none) for first, last, score in chosen
    )
    return Reading(window, total - scores.none, findings, scores.matches)


def _apart(spans: np.ndarray, most: int) -> list[tuple[int, int, float]]:
    """The best spans that do not overlap, as first and last token and score."""
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
    """Whether an offset lies within a Latin word or a figure.

    That is between letters, or beside the mark in "O'Neill" and "1,800".
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
    """A span with what belongs to it.

    That is whole Latin words and figures, both marks of a title or quotation, currency, per cent.
    The tokenizer drops marks, and cuts rare words.
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
