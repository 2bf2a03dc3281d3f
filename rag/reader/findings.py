"""From a question to what was found.

Passages are sought and read, spans that say the same are one value, and each has a probability.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus.gazetteer import Place, places_by_name
from rag.corpus.places import find_places
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.names import COUNTRY_LETTERS
from rag.question.rivals import tells_of_another
from rag.question.script import has_chinese, in_simplified
from rag.reader.encode import encode
from rag.reader.judge import Judge, features, unnamed
from rag.reader.normal import key_of
from rag.reader.reading import Finding, Reading, read
from rag.reader.typed import UNLIKE, typed
from rag.reader.windows import windows_of
from rag.search.candidates import Candidates

READ, READ_ALL = 24, 72  # passages that are read for one fact, and for a list
SPANS, SPANS_ALL = 4, 12  # spans of each window that are kept

_COUNTRIES = "".join(COUNTRY_LETTERS)
# Letters that stand for countries: "美军", "中日韩"; not in "参加会议".
_LETTERS = re.compile(
    f"[{_COUNTRIES}](?=[军方媒企股元{_COUNTRIES}]|总统|外长|政府|国会)"
    f"|(?<=[{_COUNTRIES}])[{_COUNTRIES}]"
)


@dataclass(frozen=True, slots=True, eq=False)
class ReadPassage:
    """A passage that was sought and read.

    Attributes:
        reading: what was read in it.
        behind: its fused score less that of the best passage, 0 or less.
        score: its fused score.
        abroad: whether it is in another language than the question.
        story: row of the first article that tells what this one tells.
    """

    reading: Reading
    behind: float
    score: float
    abroad: bool
    story: int


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A finding where it was found.

    Attributes:
        finding: the words.
        passage: the passage that they stand in.
        worth: log-odds by which spots are ranked: the reader's, and how well the passage was found.
    """

    finding: Finding
    passage: ReadPassage
    worth: float

    @property
    def certainty(self) -> float:
        """The part, 0 to 1, that the reader gives it of all that its passage may answer."""
        return float(np.exp(self.finding.margin - self.passage.reading.margin))

    @property
    def lead(self) -> float:
        """Its part, 0 to 1, of what was found in its passage.

        Longer and shorter spans of the same words are none of the others.
        """
        others = [one.margin for one in self.passage.reading.findings]
        return float(np.exp(self.finding.margin - np.logaddexp.reduce(others)))


@dataclass(frozen=True, slots=True, eq=False)
class FoundValue:
    """What several spots say alike.

    Attributes:
        spots: best first.
        worth: log-odds, those of its stories put together.
        share: 0 to 1, its part of all that was found.
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
        passages: those that were read, best first as search has them.
        values: best first.
        chance: 0 to 1, that the articles answer.
        features: what that was told from (:func:`rag.reader.judge.features`).
    """

    passages: tuple[ReadPassage, ...]
    values: tuple[FoundValue, ...]
    chance: float
    features: np.ndarray


def order_of(found: Candidates, allowed: np.ndarray, most: int) -> np.ndarray:
    """Positions in ``found`` of the best passages.

    They are of articles that are ``allowed``, bool (n_articles,).
    """
    order = np.argsort(-found.score, kind="stable")
    return order[allowed[found.articles[order]]][:most]


def passages_of(
    snapshot: Snapshot, parsed: ParsedQuestion, found: Candidates, order: np.ndarray, most: int
) -> list[ReadPassage]:
    """The candidates at some positions of ``found``, read; ``most`` spans of each window are
    kept.
    """
    windows = windows_of(snapshot, found.rows[order].tolist())
    kind = parsed.kind if parsed.form == "one" else ""
    most = SPANS_ALL if kind in UNLIKE else most
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
    """The reading with a match for each token of the question: 0 for those that are lifted."""
    (tokens,) = encode(snapshot.model, [parsed.read])
    place = {start: at for at, (start, _) in enumerate(parsed.query.spans)}
    matches = np.zeros(len(parsed.query.ids), np.float32)
    for (start, _), match in zip(tokens.spans.tolist(), reading.matches):
        if start in place:
            matches[place[start]] = match
    return dataclasses.replace(reading, matches=matches)


def findings_of(
    parsed: ParsedQuestion,
    passages: Sequence[ReadPassage],
    searched: int,
    judge: Judge,
    accept: Callable[[Finding], bool] = lambda _: True,
) -> Findings:
    """What was found in some passages.

    Args:
        parsed: the question.
        passages: what was read for it.
        searched: number of articles that were searched.
        judge: tells how likely it is that the articles answer.
        accept: whether a finding may be shown: it is of the time and place that the question names.
    """
    said = f"{parsed.text}\n{in_simplified(parsed.text)}".casefold()
    spots = [
        Spot(finding, passage, finding.margin + judge.search * passage.behind)
        for passage in passages
        if not parsed.query.missing and _of_that_one(parsed, passage)
        for finding in passage.reading.findings
        if finding.text.casefold() not in said and accept(finding)
    ]
    values = values_of(parsed, spots)
    told = features(parsed, passages, values, searched)
    return Findings(tuple(passages), values, judge.chance(told) if values else 0.0, told)


def _of_that_one(parsed: ParsedQuestion, passage: ReadPassage) -> bool:
    """Whether a passage may tell of the things that the question means, not of others like them.

    Of line 9 nothing is said by what tells of line 2, nor of the deputy by what tells of the mayor.
    """
    window = passage.reading.window
    article = window.article
    for words in unnamed(parsed, passage):
        spelled = parsed.lang != "zh" and has_chinese(words)  # a person: "he" in what follows
        if any(map(str.isdigit, words)) or spelled and words not in article.text:
            return False
    said = f"{article.title}\n{article.text[window.start : window.end]}"
    if not passage.abroad and tells_of_another(parsed.plain, said):
        return False
    return _tells_of(parsed.countries, said) or _tells_of(parsed.countries, article.text)


def _tells_of(countries: Sequence[Place], text: str) -> bool:
    """Whether a text tells of some countries: 美军 tells of 美国."""
    if not countries:
        return True
    said = {mention.place.code for mention in find_places(text)}
    said |= {places_by_name()[COUNTRY_LETTERS[c]][0].code for c in _LETTERS.findall(text)}
    return all(country.code in said for country in countries)


def values_of(parsed: ParsedQuestion, spots: Sequence[Spot]) -> tuple[FoundValue, ...]:
    """Spots that say the same as one value, best first; a story counts once."""
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
