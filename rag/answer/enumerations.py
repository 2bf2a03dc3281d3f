"""Enumerations: "A, B and C", of which each name answers what one of them answers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

from rag.answer.named import Named, excepted, is_name, named_in
from rag.embed.static import StaticModel
from rag.question import ParsedQuestion
from rag.reader.findings import SPANS_ALL, Findings, Spot
from rag.reader.reading import read
from rag.reader.value import VALUE_KINDS

# What joins two names of an enumeration that the reader found separately, and a name that stands
# between two such joins.
_JOINS = re.compile(
    r"\s*(?:、|，?以及|和|与|及|,? and |, |(?<=》)(?=《))\s*(?:[\u4e00-\u9fff]{1,6}的(?=[A-Z《“]))?"
)
_JOINED_TO = re.compile(rf"(?:{_JOINS.pattern})\Z")
_ITEM = re.compile(r"[^、，,。；;：:（）()\s]{2,16}")
# A name whose ends are certain, with which an enumeration may go on: a title, or capitalised words.
# Before one they are certain behind a small letter: not "Yesterday Penmarrow".
_NAME = r"《[^》\n]{1,40}》|(?:[A-Z][\w'’.-]*)(?: [A-Z][\w'’.-]*){0,4}"
_CERTAIN = re.compile(_NAME)
_CERTAIN_BEFORE = re.compile(rf"(?:(?=《)|(?<=[a-z,] )|(?<=[\u4e00-\u9fff]))(?:{_NAME})\Z")
# Log-odds by which a second name of an enumeration may be less likely than the best one if both are
# to answer; and the share that the enumeration must have of all that was found, and of what its
# passage may answer. Of the questions of training/reader/asked.jsonl that the reader was not
# trained on and that do not say how many they ask for, these take 17 of 162 for several that ask for
# several (14 of these rightly), and 3 of 210 others; with no such share 34 (25) and 5.
_MAX_LOG_ODDS_BEHIND = 1.0
_MIN_SHARE = 0.5


def enumeration(parsed: ParsedQuestion, model: StaticModel, findings: Findings) -> list[Named]:
    """The names of the enumeration that answers a question for one thing, in the order of the text.

    "Who starred in it?" does not tell whether one or several did; "starring A, B and C" does. [] if
    the best value is not of an enumeration, or not likely enough.

    Args:
        parsed: the question.
        model: the embedded model.
        findings: what was found for it.
    """
    if parsed.form != "one" or parsed.kind in VALUE_KINDS or not findings.values:
        return []
    best = findings.values[0].spots[0]
    window = best.finding.window
    shares = {
        spot: value.share
        for value in findings.values
        for spot in value.spots
        if spot.finding.window is window
    }
    run = _run_of(parsed, best, shares)
    margins = sorted((one.spot.finding.margin for one in run), reverse=True)
    if len(run) < 2 or margins[1] < margins[0] - _MAX_LOG_ODDS_BEHIND:
        return []
    spots = {one.spot for one in run}
    share = sum(shares[spot] for spot in spots)
    if min(share, sum(spot.certainty for spot in spots)) < _MIN_SHARE:
        return []
    (again,) = read(model, parsed.read, [window], SPANS_ALL)
    more = [Spot(one, best.passage, one.margin) for one in again.findings]
    whole = _run_of(parsed, best, more) or run
    return [dataclasses.replace(one, spot=_as_likely(one, best)) for one in whole]


def _run_of(parsed: ParsedQuestion, best: Spot, beside: Iterable[Spot]) -> list[Named]:
    """The enumeration of the names of some spots of one window that the best spot is part of."""
    start, end = best.finding.start, best.finding.end
    for run in _runs(parsed, [one for spot in beside for one in named_in(parsed, spot)]):
        if any(one.start < end and start < one.end for one in run):
            return _unexcepted(parsed, run)
    return []


def enumerated(parsed: ParsedQuestion, names: Sequence[Named]) -> list[Named]:
    """The names and all others of their enumerations, each with its enumeration's best log-odds."""
    out = []
    windows: dict[tuple[int, int], list[Named]] = {}
    for one in names:
        window = one.spot.finding.window
        windows.setdefault((window.row, window.start), []).append(one)
    for found in windows.values():
        for run in _runs(parsed, found):
            best = max((one.spot for one in run), key=lambda spot: spot.worth)
            some = _unexcepted(parsed, run)
            out += [dataclasses.replace(one, spot=_as_likely(one, best)) for one in some]
    return out


def _unexcepted(parsed: ParsedQuestion, run: Sequence[Named]) -> list[Named]:
    """The names of an enumeration without those that the question excludes or gives itself."""
    return [one for one in run if not excepted(parsed, one)]


def _runs(parsed: ParsedQuestion, names: Sequence[Named]) -> list[list[Named]]:
    """The names of one window by enumeration, with the names that stand between them.

    An enumeration goes on, both ways, if two of its names are known, or one and one that the
    question excludes.
    """
    runs: list[list[Named]] = []
    for one in sorted(names, key=lambda one: one.start):
        between = _between(runs[-1][-1], one) if runs else None
        if between is None:
            runs.append([one])
        else:
            runs[-1] += [*between, one]
    for run in runs:
        while (more := _next(run[-1])) and (len(run) > 1 or excepted(parsed, more)):
            run.append(more)
        while (more := _before(run[0])) and (len(run) > 1 or excepted(parsed, more)):
            run.insert(0, more)
    return runs


def _next(one: Named) -> Named | None:
    """The name that follows a name of an enumeration, if it is certain where it ends."""
    text = one.spot.finding.window.article.text
    if not (join := _JOINS.match(text, one.end)):
        return None
    if not (found := _CERTAIN.match(text, join.end())) or not is_name(found[0]):
        return None
    return Named(found[0], None, *found.span(), one.spot)


def _before(one: Named) -> Named | None:
    """The name before a name of an enumeration, if it is certain where it begins."""
    window = one.spot.finding.window
    text = window.article.text
    if not (join := _JOINED_TO.search(text, window.start, one.start)):
        return None
    found = _CERTAIN_BEFORE.search(text, window.start, join.start())
    if not found or not is_name(found[0]):
        return None
    return Named(found[0], None, *found.span(), one.spot)


def _between(one: Named, other: Named) -> list[Named] | None:
    """The names between two names of one enumeration; None if the two are not of one."""
    text, out = one.spot.finding.window.article.text, []
    # One character more, for what joins two titles side by side has no character of its own.
    joins = [m for m in _JOINS.finditer(text, one.end, other.start + 1) if m.end() <= other.start]
    if not joins or joins[0].start() > one.end or joins[-1].end() < other.start:
        return None
    for before, after in zip(joins, joins[1:]):
        start, end = before.end(), after.start()
        if not (_ITEM.fullmatch(text, start, end) or _CERTAIN.fullmatch(text, start, end)):
            return None
        item = Named(text[start:end], None, start, end, one.spot)
        if is_name(item.label):
            out.append(item)
    return out


def _as_likely(one: Named, best: Spot) -> Spot:
    """The best spot of an enumeration, moved to another name in it."""
    finding = dataclasses.replace(best.finding, start=one.start, end=one.end)
    return dataclasses.replace(best, finding=finding)
