"""Lists: every name that the passages give for what is asked, one row each."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

import numpy as np

from rag.answer.enumerations import enumerated
from rag.answer.levels import only_places, row_place
from rag.answer.named import NO_PLACES, Named, is_denied, named_in
from rag.answer.negation import asks_denied
from rag.answer.persons import bare_names
from rag.embed.static import StaticModel
from rag.question import ParsedQuestion
from rag.reader.findings import Findings
from rag.reader.judge import MAX_LOG_ODDS_BEHIND, Judge, best_count, listed_of, row_features
from rag.reader.reading import read_alone

_MAX_REREAD = 48  # names, in order of worth, whose sentence the reader reads again by itself
_DIVISIONS = frozenset("省市县区州镇乡村旗")  # last characters of the names of Chinese divisions
# Share of the least chance of a row from which a name takes part in a comparison. The share is low
# because a name left out cannot be found to have the most, and a wrong name seldom stands beside a
# figure of the same unit.
_COMPARED_CHANCE_SHARE = 0.1
_MAX_WINDOWS_OF_CHOICE = 4  # likeliest values in whose windows a question's choices are sought
_COMPARING_FORMS = ("most", "least", "more", "less")  # forms of questions that compare


def likely(
    parsed: ParsedQuestion,
    rated: Sequence[tuple[list[Named], float]],
    judge: Judge,
    chance: float = 0.0,
) -> list[list[Named]]:
    """The groups of names that are likely enough to be rows, or to be compared.

    Args:
        parsed: the question.
        rated: groups of names with their chances, as :func:`rated_groups` gives them.
        judge: has the least chance that the best row must have.
        chance: 0 to 1, that the articles answer. If it is enough in either language, the names of a
            comparison need not be likely rows: of these only one is to be one.
    """
    if not rated:
        return []
    listed = listed_of(parsed)
    least = judge.row[listed]
    # If a place of the gazetteer is nearly as likely as the best name, names that are not in the
    # gazetteer are rejected, unless they end like its places: 云溪县 beside 金沙县.
    near = rated[0][0][0].spot.worth - MAX_LOG_ODDS_BEHIND
    placed = listed == "places" and any(g[0].place and g[0].spot.worth >= near for g, _ in rated)
    ends = {group[0].label[-1] for group, _ in rated if group[0].place} & _DIVISIONS
    remaining = [
        (group, chance)
        for group, chance in rated
        if group[0].place or not placed or len(group[0].label) > 2 and group[0].label[-1] in ends
    ]
    chances = sorted((chance for _, chance in remaining), reverse=True)
    sure = is_compared(parsed) and chance >= max(judge.least.values())
    if not chances or chances[0] < least and not sure:
        return []
    if is_compared(parsed):
        return [group for group, chance in remaining if chance >= least * _COMPARED_CHANCE_SHARE]
    count = min(parsed.number or best_count(chances), len(chances))
    taken = [group for group, chance in remaining if chance >= chances[count - 1]]
    return taken[: parsed.number or None]


def rated_groups(
    model: StaticModel, parsed: ParsedQuestion, findings: Findings, judge: Judge, searched: int
) -> list[tuple[list[Named], float]]:
    """The groups of :func:`groups_of`, each with its chance, 0 to 1, of being a row."""
    groups = groups_of(parsed, findings)
    if not groups:
        return []
    features = features_of(model, parsed, groups, judge, searched)
    return list(zip(groups, judge.row_chances(features, listed_of(parsed)).tolist()))


def chosen_among(parsed: ParsedQuestion, findings: Findings) -> list[list[Named]]:
    """The names among which a comparison chooses, if the question gives them ("A, B or C").

    They are those of the likeliest window that has two of them, each where it stands nearest to the
    likeliest words; [] if none of the likeliest has.
    """
    if parsed.form not in ("most", "least"):
        return []
    for value in findings.values[:_MAX_WINDOWS_OF_CHOICE]:
        spot, window = value.spots[0], value.spots[0].finding.window
        text = window.article.text
        groups = []
        for words in parsed.choices:
            if parsed.kind in NO_PLACES and only_places(words):  # "泰国、印尼两国的哪家企业"
                continue
            places = re.finditer(re.escape(words), text[window.start : window.end])
            starts = [window.start + place.start() for place in places]
            starts.sort(key=lambda start: abs(start - spot.finding.start))
            groups.append([Named(words, None, at, at + len(words), spot) for at in starts])
        if len(found := [group for group in groups if group]) > 1:
            return found
    return []


def is_compared(parsed: ParsedQuestion) -> bool:
    """Whether names are compared by figures: the most, more than, how many with more than."""
    return parsed.form in _COMPARING_FORMS or parsed.form == "count" and parsed.bound is not None


def groups_of(parsed: ParsedQuestion, findings: Findings) -> list[list[Named]]:
    """All names found, in the groups of :func:`grouped`."""
    spots = [spot for value in findings.values for spot in value.spots]
    found = [one for spot in spots for one in named_in(parsed, spot)]
    if asks_denied(parsed):
        denied = [one for one in found if is_denied(one)]
        # If nothing is denied, only places are dropped: articles say that those did it. Of a person
        # a denial may be in other words ("abstained").
        found = denied or [one for one in found if not one.place]
    return grouped(parsed, enumerated(parsed, found))


def features_of(
    model: StaticModel,
    parsed: ParsedQuestion,
    groups: Sequence[Sequence[Named]],
    judge: Judge,
    searched: int,
) -> np.ndarray:
    """The features that predict which names are rows: :func:`rag.reader.judge.row_features`."""
    alone = read_alone(model, parsed.read, [group[0].finding for group in groups[:_MAX_REREAD]])
    unread = np.zeros(len(parsed.query.ids), np.float32)
    alone += [(-8.0, unread)] * (len(groups) - len(alone))
    spots = [[one.spot for one in group] for group in groups]
    return row_features(parsed, spots, alone, searched, judge.search)


def grouped(parsed: ParsedQuestion, names: Sequence[Named]) -> list[list[Named]]:
    """Names of the same thing as groups, in order of worth, each with its best name first.

    Places are the same if one row stands for them, labels if they hold the name of one person.
    """
    kind, level = parsed.sought
    bare = bare_names(one.label for one in names) if kind == "person" else {}
    groups: dict[str, list[Named]] = {}
    for one in sorted(
        names, key=lambda one: (-one.spot.worth, one.spot.finding.window.row, one.start)
    ):
        if name := bare.get(one.label):
            start = one.start + one.label.index(name)
            one = dataclasses.replace(one, label=name, start=start, end=start + len(name))
        groups.setdefault(row_place(one.place, level) if one.place else one.key, []).append(one)
    return list(groups.values())
