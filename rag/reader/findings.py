"""From a question and its search candidates to the values that the articles give.

The best candidates are read, spans that state the same value are grouped, and each value gets a
share of the probability.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.corpus.context import heading_above
from rag.corpus.gazetteer import Place, places_by_name
from rag.corpus.places import find_places
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.names import COUNTRY_LETTERS
from rag.question.rivals import tells_of_another
from rag.question.script import has_chinese, in_simplified
from rag.reader.encode import encode
from rag.reader.judge import Judge, features
from rag.reader.missing import unnamed
from rag.reader.normal import key_of
from rag.reader.reading import Finding, Reading, read
from rag.reader.typed import KIND_PENALTIES, typed
from rag.reader.windows import windows_of
from rag.search.candidates import Candidates

READ, READ_ALL = 24, 72  # number of passages read for a single fact, and for a list
SPANS, SPANS_ALL = 4, 12  # number of spans kept per window, for a single fact and for a list

_COUNTRIES = "".join(COUNTRY_LETTERS)
# Single characters that abbreviate countries: "美军", "中日韩"; not the 加 of "参加会议".
_LETTERS = re.compile(
    f"[{_COUNTRIES}](?=[军方媒企股元{_COUNTRIES}]|总统|外长|政府|国会)"
    f"|(?<=[{_COUNTRIES}])[{_COUNTRIES}]"
)


@dataclass(frozen=True, slots=True, eq=False)
class ReadPassage:
    """A window of a passage that search found, as the reader read it.

    Attributes:
        reading: what the reader found in the window.
        behind: the passage's fused search score minus that of the best candidate, 0 or less.
        score: the passage's fused search score.
        abroad: whether its article is in another language than the question.
        story: row of the first article of the same story.
    """

    reading: Reading
    behind: float
    score: float
    abroad: bool
    story: int


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A finding together with the passage that it stands in.

    Attributes:
        finding: the words.
        passage: the passage that they stand in.
        worth: log-odds by which spots are ranked: the reader's log-odds of the finding plus the
            weighted search score of its passage (``behind``).
    """

    finding: Finding
    passage: ReadPassage
    worth: float

    @property
    def certainty(self) -> float:
        """Its share, 0 to 1, of the odds that the reader gives to all spans of its window."""
        return float(np.exp(self.finding.margin - self.passage.reading.margin))

    @property
    def lead(self) -> float:
        """Its share, 0 to 1, of the odds of the findings kept from its window.

        Findings do not overlap, so longer and shorter spans of the same words take no share.
        """
        others = [one.margin for one in self.passage.reading.findings]
        return float(np.exp(self.finding.margin - np.logaddexp.reduce(others)))


@dataclass(frozen=True, slots=True, eq=False)
class FoundValue:
    """A value that one or more spots state.

    Attributes:
        spots: the spots that state it, best first.
        worth: its log-odds: the odds of its stories added up, each story with its best spot.
        share: its share, 0 to 1, of the odds of all values found.
    """

    spots: tuple[Spot, ...]
    worth: float
    share: float

    @property
    def text(self) -> str:
        """The words of the best spot."""
        return self.spots[0].finding.text


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """All that was found for a question.

    Attributes:
        passages: the passages that were read, in the order of search, best first.
        values: the values, best first.
        chance: the probability, 0 to 1, that the articles answer the question.
        features: the features of that probability (:func:`rag.reader.judge.features`).
    """

    passages: tuple[ReadPassage, ...]
    values: tuple[FoundValue, ...]
    chance: float
    features: np.ndarray


def order_of(found: Candidates, allowed: np.ndarray, most: int) -> np.ndarray:
    """Positions in ``found`` of the ``most`` best passages, best first.

    Only passages of articles that are ``allowed``, bool (n_articles,), count.
    """
    order = np.argsort(-found.score, kind="stable")
    return order[allowed[found.articles[order]]][:most]


def passages_of(
    snapshot: Snapshot, parsed: ParsedQuestion, found: Candidates, order: np.ndarray, most: int
) -> list[ReadPassage]:
    """Reads some candidates beside the question.

    Args:
        snapshot: the index.
        parsed: the question.
        found: the candidates of the search.
        order: positions in ``found`` of the passages to read.
        most: number of spans kept per window; ``SPANS_ALL`` where findings must fit the kind asked
            for.

    Returns:
        The windows of these passages in the given order; a long passage has several.
    """
    windows = windows_of(snapshot, found.rows[order].tolist())
    kind = parsed.kind if parsed.form == "one" else ""
    most = SPANS_ALL if kind in KIND_PENALTIES else most
    untyped = read(snapshot.model, parsed.read, windows, most)
    if parsed.freed:
        untyped = [_aligned(snapshot, parsed, reading) for reading in untyped]
    readings = [typed(one, kind, parsed.noun, parsed.plain) for one in untyped]
    names, of_article = snapshot.lang_codes
    best = float(found.score.max(initial=0.0))
    out = []
    for reading in readings:
        place = order[reading.window.candidate]
        row = reading.window.row
        score = float(found.score[place])
        abroad = names[of_article[row]] != parsed.lang
        out.append(
            ReadPassage(reading, score - best, score, abroad, int(snapshot.columns.story[row]))
        )
    return out


def _aligned(snapshot: Snapshot, parsed: ParsedQuestion, reading: Reading) -> Reading:
    """Returns the reading with its ``matches`` aligned to the tokens of ``parsed.query``.

    The reader saw the question without the words of lifted constraints; their tokens get 0.
    """
    (tokens,) = encode(snapshot.model, [parsed.read])
    place = {start: at for at, (start, _) in enumerate(parsed.query.spans)}
    matches = np.zeros(len(parsed.query.ids), np.float32)
    for (start, _), match in zip(tokens.spans.tolist(), reading.matches):
        if start in place:
            matches[place[start]] = match
    return replace(reading, matches=matches)


def findings_of(
    parsed: ParsedQuestion,
    passages: Sequence[ReadPassage],
    searched: int,
    judge: Judge,
    accept: Callable[[Finding], bool] = lambda _: True,
) -> Findings:
    """Collects the values found in some passages, and how likely they answer the question.

    Left out are findings that only repeat words of the question, and passages about something else
    than what the question names.

    Args:
        parsed: the question.
        passages: the passages read for it.
        searched: number of articles that were searched.
        judge: the fitted model of how likely the articles answer.
        accept: whether a finding may be shown, that is, fits the time and place of the question.
    """
    question_text = f"{parsed.text}\n{in_simplified(parsed.text)}".casefold()
    spots = []
    for passage in passages:
        if parsed.query.missing or not _of_that_one(parsed, passage):
            continue
        kept = tuple(
            finding
            for finding in passage.reading.findings
            if finding.text.casefold() not in question_text and accept(finding)
        )
        passage = replace(passage, reading=replace(passage.reading, findings=kept))
        spots += [Spot(one, passage, one.margin + judge.search * passage.behind) for one in kept]
    values = values_of(parsed, _of_that_section(question_text, spots))
    answer_features = features(parsed, passages, values, searched)
    return Findings(
        tuple(passages), values, judge.chance(answer_features) if values else 0.0, answer_features
    )


def _of_that_one(parsed: ParsedQuestion, passage: ReadPassage) -> bool:
    """Whether a passage may be about what the question names, not about something similar.

    A passage about line 2 does not answer for line 9, nor one about the mayor for the deputy mayor.
    """
    window = passage.reading.window
    article = window.article
    for words in unnamed(parsed, passage):
        # A Chinese name in an English question: the article must have it, but not each passage,
        # which may go on with "he".
        spelled = parsed.lang != "zh" and has_chinese(words)
        if any(map(str.isdigit, words)) or spelled and words not in article.text:
            return False
    passage_text = f"{article.title}\n{article.text[window.start : window.end]}"
    if not passage.abroad and tells_of_another(parsed.plain, passage_text):
        return False
    return _tells_of(parsed.countries, passage_text) or _tells_of(parsed.countries, article.text)


def _of_that_section(question: str, spots: Sequence[Spot]) -> list[Spot]:
    """Drops spots under a heading of which the question names a sibling in the same article.

    What stands under 石门镇 does not answer for 桃溪镇. A spot whose own line contains the heading
    that the question names stays, and so does one without a heading.

    Args:
        question: the question, lowercased.
        spots: the spots to filter.
    """
    named: dict[int, set[str]] = {}
    places = []
    for spot in spots:
        row, text = spot.finding.window.row, spot.finding.window.article.text
        begin = text.rfind("\n", 0, spot.finding.start) + 1
        heading = heading_above(text, begin).casefold()
        if heading and heading in question:
            named.setdefault(row, set()).add(heading)
        places.append((row, text[begin:].partition("\n")[0].casefold(), heading))
    return [
        spot
        for spot, (row, line, heading) in zip(spots, places)
        if not heading
        or heading in question
        or row not in named
        or any(one in line for one in named[row])
    ]


def _tells_of(countries: Sequence[Place], text: str) -> bool:
    """Whether a text names all of some countries, if only abbreviated: 美军 names 美国."""
    if not countries:
        return True
    codes = {mention.place.code for mention in find_places(text)}
    codes |= {places_by_name()[COUNTRY_LETTERS[c]][0].code for c in _LETTERS.findall(text)}
    return all(country.code in codes for country in countries)


def values_of(parsed: ParsedQuestion, spots: Sequence[Spot]) -> tuple[FoundValue, ...]:
    """Groups spots that state the same value; returns the values, best first.

    Each story counts once, with its best spot, so that copies of one report add nothing.
    """
    groups: dict[object, list[Spot]] = {}
    for spot in sorted(
        spots, key=lambda one: (-one.worth, one.finding.window.row, one.finding.start)
    ):
        groups.setdefault(
            key_of(spot.finding.text, parsed.kind, spot.finding.window.article.date), []
        ).append(spot)
    worths = []
    for group in groups.values():
        stories: dict[int, float] = {}
        for spot in group:
            stories[spot.passage.story] = max(spot.worth, stories.get(spot.passage.story, -np.inf))
        worths.append(float(np.logaddexp.reduce(list(stories.values()))))
    total = float(np.logaddexp.reduce(worths)) if worths else 0.0
    values = [
        FoundValue(tuple(group), worth, float(np.exp(worth - total)))
        for group, worth in zip(groups.values(), worths)
    ]
    return tuple(sorted(values, key=lambda value: -value.worth))
