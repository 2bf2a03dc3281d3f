"""Lists: every name that the passages give for what is asked, one row each."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.levels import of_level, only_places, row_place
from rag.answer.negation import asks_denied, in_denial
from rag.answer.persons import bare_names
from rag.answer.roles import ROLE_ASIDE, role
from rag.answer.sentence import sentence_of
from rag.corpus.gazetteer import Place, contains, places_by_name
from rag.corpus.places import PlaceMention, find_places
from rag.embed.static import StaticModel
from rag.question import ParsedQuestion
from rag.question.names import COUNTRY_LETTERS
from rag.reader.findings import Findings, Spot
from rag.reader.judge import MAX_LOG_ODDS_BEHIND, Judge, best_count, listed_of, row_features
from rag.reader.numbers import MEASURE_WORDS
from rag.reader.reading import Finding, read_alone
from rag.reader.values import find_dates, find_numbers

# What separates the names of one span.
_JOINT = re.compile(
    r"\s*(?:[、，；;]|,(?!\d{3})|以及|(?<=[\w》）)])(?:和|与|及|跟)(?=[\w《（(])|\b(?:and|or|as"
    r" well as)\b"
    r"|&(?= ))\s*",
    re.I,
)
_EDGE = re.compile(
    r"^(?:(?:the|a|an)\b|其中|包括|分别是?|以及|和|与|及|在|由)\s*"
    r"|\s*(?:等(?:地|省|市|国|人|家|单位|企业|公司)?|(?:这|共)?[\d一二两三四五六七八九十]+[家个位名所省市]\w*)$",
    re.I,
)
# Words that refer to something without naming it.
_NO_NAME = re.compile(
    r"(?:设|坐落)[在于]|位于|来自|[上前]述|其他|其它|其余|该|此|这些?|那些?|它们?|他们?|她们?|我们|双方|各[地省市国]|多[地家个国]|某|有关|相关|一[名位家个些]"
    r"|\d*[一二两三四五六七八九十\d]+[多余几]?[家个名位所]"
    r"|(?:it|they|he|she|we|others?|some|all|both|these|those|this|that|several|many|one|two"
    r"|three)\b",
    re.I,
)
_MAX_REREAD = 48  # names, in order of worth, whose sentence the reader reads again by itself
_PLACE_MARGIN = 30  # characters around a span in which the rest of a cut place name is sought
_MAX_NAME_CHARACTERS = 40
# The reader rejects a place whose chance of being a row is lower: with .05 the rows of
# benchmarks/enumeration.py have a precision of .95 and a recall of .70, with .02 .96 and .72.
MIN_PLACE_CHANCE = 0.02
# If even the likeliest place has a lower chance, the reader's own list is taken.
MIN_BEST_PLACE_CHANCE = 0.1
NO_PLACES = ("person", "organisation", "document")  # kinds of answer that a place can never be
# What joins two names of an enumeration that the reader found separately, and a name that stands
# between two such joins.
_JOINS = re.compile(r"\s*(?:、|，?以及|和|与|及|,? and |, )\s*")
_ITEM = re.compile(r"[^、，,。；;：:（）()\s]{2,16}")
_DIVISIONS = frozenset("省市县区州镇乡村旗")  # last characters of the names of Chinese divisions
# Share of the least chance of a row from which a name takes part in a comparison. The share is low
# because a name left out cannot be found to have the most, and a wrong name seldom stands beside a
# figure of the same unit.
_COMPARED_CHANCE_SHARE = 0.1
_COMPARING_FORMS = ("most", "least", "more", "less")  # forms of questions that compare
# "英美", "中日韩": letters that stand for countries, several in a row.
_RUN = re.compile(
    rf"(?:^|(?<=[和与及同、，]))[{''.join(COUNTRY_LETTERS)}]{{2,}}(?=$|[和与及同、，"
    r"等两三四五六七八九十各国])"
)


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A name in a spot, which is a span that the reader found, with its log-odds.

    Attributes:
        label: the name as the article writes it.
        place: the place that it names, or None.
        start, end: offsets of the name in the article's text.
        spot: the span in which it stands.
    """

    label: str
    place: Place | None
    start: int
    end: int
    spot: Spot

    @property
    def key(self) -> str:
        """The letters of a name without quotation marks, case-folded: they identify names of no
        place.
        """
        return re.sub(r"[\s《》“”\"'「」]", "", self.label).casefold()


def named_in(parsed: ParsedQuestion, spot: Spot) -> list[Named]:
    """The names in a spot: places of the level that is asked for, or parts of an enumeration.

    Names that the question excludes or gives itself, and names denied or only mentioned aside, are
    left out.
    """
    kind, level = parsed.sought
    found = _places(level, spot) if kind == "places" else []
    if not found and (kind != "places" or level in ("any", "city", "county")):
        found = [one for one in _names(spot) if kind not in NO_PLACES or not only_places(one.label)]
    return [one for one in found if not _excepted(parsed, one) and _is_stated(parsed, one)]


def _is_stated(parsed: ParsedQuestion, one: Named) -> bool:
    """Whether a name's clause makes a statement about it: it neither denies nor mentions it aside.

    If the question asks for what is denied, every name counts.
    """
    if asks_denied(parsed):
        return True
    text = one.spot.finding.window.article.text
    here = PlaceMention(one.start, one.end, one.place) if one.place else None
    return not _is_denied(one) and not (here and role(text, [here]) == ROLE_ASIDE)


def _is_denied(one: Named) -> bool:
    return in_denial(sentence_of(_itself(one)), one.start)


def _places(level: str, spot: Spot) -> list[Named]:
    """The places of a level in a spot, of nested ones the innermost."""
    finding = _whole(spot.finding)
    text, start = finding.text, finding.start
    runs = _RUN.finditer(text) if level in ("", "any", "country") else ()
    letters = {
        at: PlaceMention(at, at + 1, places_by_name()[COUNTRY_LETTERS[text[at]]][0])
        for run in runs
        for at in range(*run.span())
    }
    fit = [
        m
        for m in find_places(text)
        if not m.part_of_name and of_level(m.place, level) and m.start not in letters
    ]
    # "江苏南京" means Nanjing.
    inmost = [
        m
        for m in fit
        if not any(other.start == m.end and contains(m.place, other.place) for other in fit)
    ]
    return [
        Named(
            m.place.name if m.start in letters else text[m.start : m.end],
            m.place,
            start + m.start,
            start + m.end,
            spot,
        )
        for m in [*letters.values(), *inmost]
    ]


def _whole(finding: Finding) -> Finding:
    """The finding, widened to whole place names: its tokens may begin or end within one."""
    text, window = finding.window.article.text, finding.window
    low = max(finding.start - _PLACE_MARGIN, window.start)
    for mention in find_places(text[low : min(finding.end + _PLACE_MARGIN, window.end)]):
        start, end = low + mention.start, low + mention.end
        if start < finding.end and finding.start < end and not mention.part_of_name:
            start, end = min(start, finding.start), max(end, finding.end)
            finding = dataclasses.replace(finding, start=start, end=end)
    return finding


def _names(spot: Spot) -> list[Named]:
    """The parts of an enumeration in a spot that are names, without the words around them."""
    finding = spot.finding
    text, out = finding.text, []
    titled = [m.span() for m in re.finditer("《[^》]*》|“[^”]*”", text)]
    cuts = [m for m in _JOINT.finditer(text) if not any(a < m.start() < b for a, b in titled)]
    for start, end in zip([0, *(m.end() for m in cuts)], [*(m.start() for m in cuts), len(text)]):
        words, at = text[start:end], start
        while edge := _EDGE.search(words):
            if edge.end() == len(words) and edge.start() == 0:
                break
            words, at = (
                (words[edge.end() :], at + edge.end())
                if edge.start() == 0
                else (words[: edge.start()], at)
            )
        if is_name(words):
            out.append(
                Named(words, None, finding.start + at, finding.start + at + len(words), spot)
            )
    return out


def is_name(words: str) -> bool:
    """Whether words can label a row: they name something, and are no pronoun, figure or date."""
    bare = words.strip("《》“”\"'「」 ")
    return (
        len(bare) > 1
        and len(words) <= _MAX_NAME_CHARACTERS
        and not _NO_NAME.match(bare)
        and bare not in MEASURE_WORDS
        and not _is_value(bare)
        and any(c.isalpha() for c in bare)
    )


def _is_value(words: str) -> bool:
    """Whether words are a date, or a figure with its unit."""
    values = find_dates(words) + [value for value in find_numbers(words) if value.unit]
    return any(value.start == 0 and value.end == len(words) for value in values)


def _excepted(parsed: ParsedQuestion, one: Named) -> bool:
    """Whether the question excludes a name or itself contains it."""
    label = one.label.casefold()
    excepted = [parsed.text[start:end].casefold() for start, end in parsed.excepted]
    if any(words in label or label in words for words in excepted):
        return True
    if one.place is None:
        return label in parsed.text.casefold()
    in_question = any(one.place.code == m.place.code for m in _mentions(parsed.text))
    return in_question or excepted_place(parsed, one.place)


def excepted_place(parsed: ParsedQuestion, place: Place) -> bool:
    """Whether the question excludes a place: "除了四川", "besides Sichuan"."""
    return any(
        contains(m.place, place) for a, b in parsed.excepted for m in _mentions(parsed.text[a:b])
    )


@functools.lru_cache(maxsize=64)
def _mentions(words: str) -> tuple[PlaceMention, ...]:
    """The places in words of a question; cached, since every name found is compared with them."""
    return tuple(find_places(words))


def likely(
    parsed: ParsedQuestion, rated: Sequence[tuple[list[Named], float]], judge: Judge
) -> list[list[Named]]:
    """The groups of names that are likely enough to be rows, or to be compared.

    Args:
        parsed: the question.
        rated: groups of names with their chances, as :func:`rated_groups` gives them.
        judge: has the least chance that the best row must have.
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
    if not chances or chances[0] < least:
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


def chance_of(
    parsed: ParsedQuestion, rated: Sequence[tuple[list[Named], float]], place: Place
) -> float:
    """The chance, 0 to 1, that the reader gives a place of being a row; 0 if it did not find it."""
    level = parsed.sought[1]
    key = row_place(place, level)
    return max(
        (
            chance
            for group, chance in rated
            if group[0].place and row_place(group[0].place, level) == key
        ),
        default=0.0,
    )


def is_compared(parsed: ParsedQuestion) -> bool:
    """Whether names are compared by figures: the most, more than, how many with more than."""
    return parsed.form in _COMPARING_FORMS or parsed.form == "count" and parsed.bound is not None


def groups_of(parsed: ParsedQuestion, findings: Findings) -> list[list[Named]]:
    """All names found, in the groups of :func:`grouped`."""
    spots = [spot for value in findings.values for spot in value.spots]
    found = [one for spot in spots for one in named_in(parsed, spot)]
    if asks_denied(parsed):
        denied = [one for one in found if _is_denied(one)]
        # If nothing is denied, only places are dropped: articles say that those did it. Of a person
        # a denial may be in other words ("abstained").
        found = denied or [one for one in found if not one.place]
    return grouped(parsed, enumerated(parsed, found))


def enumerated(parsed: ParsedQuestion, names: Sequence[Named]) -> list[Named]:
    """The names and all others of their enumerations, each with its enumeration's best log-odds.

    What is said of A in "A, B and C" is said of B and C, too.
    """
    out = []
    windows: dict[tuple[int, int], list[Named]] = {}
    for one in names:
        window = one.spot.finding.window
        windows.setdefault((window.row, window.start), []).append(one)
    for found in windows.values():
        runs: list[list[Named]] = []
        for one in sorted(found, key=lambda one: one.start):
            between = _between(parsed, runs[-1][-1], one) if runs else None
            if between is None:
                runs.append([one])
            else:
                runs[-1] += [*between, one]
        for run in runs:
            best = max((one.spot for one in run), key=lambda spot: spot.worth)
            out += [dataclasses.replace(one, spot=_as_likely(one, best)) for one in run]
    return out


def _between(parsed: ParsedQuestion, one: Named, other: Named) -> list[Named] | None:
    """The names between two names of one enumeration; None if the two are not of one."""
    text, out = one.spot.finding.window.article.text, []
    joins = list(_JOINS.finditer(text, one.end, other.start))
    if not joins or joins[0].start() > one.end or joins[-1].end() < other.start:
        return None
    for before, after in zip(joins, joins[1:]):
        start, end = before.end(), after.start()
        if not _ITEM.fullmatch(text, start, end):
            return None
        item = Named(text[start:end], None, start, end, one.spot)
        if is_name(item.label) and not _excepted(parsed, item):
            out.append(item)
    return out


def _as_likely(one: Named, best: Spot) -> Spot:
    """The best spot of an enumeration, moved to another name in it."""
    finding = dataclasses.replace(best.finding, start=one.start, end=one.end)
    return dataclasses.replace(best, finding=finding)


def features_of(
    model: StaticModel,
    parsed: ParsedQuestion,
    groups: Sequence[Sequence[Named]],
    judge: Judge,
    searched: int,
) -> np.ndarray:
    """The features that predict which names are rows: :func:`rag.reader.judge.row_features`."""
    alone = read_alone(model, parsed.read, [_itself(group[0]) for group in groups[:_MAX_REREAD]])
    unread = np.zeros(len(parsed.query.ids), np.float32)
    alone += [(-8.0, unread)] * (len(groups) - len(alone))
    spots = [[one.spot for one in group] for group in groups]
    return row_features(parsed, spots, alone, searched, judge.search)


def _itself(one: Named) -> Finding:
    """The finding cut to the name."""
    return dataclasses.replace(one.spot.finding, start=one.start, end=one.end)


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
