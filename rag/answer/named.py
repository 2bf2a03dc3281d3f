"""The names in the spans that the reader found: places, or the parts of an enumeration."""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass

from rag.answer.levels import of_level, only_places
from rag.answer.negation import asks_denied, in_denial
from rag.answer.roles import ROLE_ASIDE, role
from rag.answer.sentence import sentence_of
from rag.corpus.gazetteer import Place, contains, places_by_name
from rag.corpus.places import PlaceMention, find_places
from rag.question import ParsedQuestion
from rag.question.names import COUNTRY_LETTERS
from rag.question.words import pattern
from rag.reader.findings import Spot
from rag.reader.numbers import MEASURE_WORDS
from rag.reader.reading import Finding
from rag.reader.values import find_dates, find_numbers

# What separates the names of one span.
_JOINT = re.compile(
    r"\s*(?:[、，；;]|,(?!\d{3})|以及|(?<=[\w》）)])(?:和|与|及|跟)(?=[\w《（(])|\b(?:and|or|as"
    r" well as)\b|(?<=》)(?=《))\s*",
    re.I,
)
_EDGE = re.compile(
    r"^(?:(?:the|a|an)\b|其中|包括|分别是?|以及|和|与|及|在|由|对|被|[^，。、]{0,12}[有为是](?=[A-Z《]))\s*"
    r"|\s*(?:等(?:地|省|市|国|人|家|单位|企业|公司)?|(?:这|共)?[\d一二两三四五六七八九十]+[家个位名所省市]\w*)$",
    re.I,
)
# Words that refer to something without naming it.
_NO_NAME = re.compile(
    r"(?:设|坐落)[在于]|位于|来自|[上前]述|其他|其它|其余|该|此|这些?|那些?|它们?|他们?|她们?|我们|双方|各[地省市国]|多[地家个国]|某|有关|相关|一[名位家个些]"
    r"|\d*[一二两三四五六七八九十\d]+[多余几]?[家个名位所份艘架]"
    r"|[一二两三四五六七八九十](?:省[区市]|县市|市县|[地国省县])$"
    r"|(?:it|they|he|she|we|others?|some|all|both|these|those|this|that|several|many|one|two"
    r"|three)\b",
    re.I,
)
_PLACE_MARGIN = 30  # characters around a span in which the rest of a cut place name is sought
_MAX_NAME_CHARACTERS = 40
NO_PLACES = ("person", "organisation", "document")  # kinds of answer that a place can never be
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
    def finding(self) -> Finding:
        """The finding of the spot, cut to the name."""
        return dataclasses.replace(self.spot.finding, start=self.start, end=self.end)

    @property
    def key(self) -> str:
        """The letters of a name without quotation marks, case-folded: they identify names of no
        place.
        """
        return re.sub(r"[\s《》“”\"'「」]", "", self.label).casefold()


def named_in(parsed: ParsedQuestion, spot: Spot) -> list[Named]:
    """The names in a spot: places of the level that is asked for, or parts of an enumeration.

    Names denied or only mentioned aside are left out. Those that the question excludes or gives
    itself are not (:func:`excepted`), since an enumeration may go on behind them.
    """
    kind, level = parsed.sought
    found = _places(level, spot) if kind == "places" else []
    if not found and (kind != "places" or level in ("any", "city", "county")):
        found = _names(spot)
        if kind in NO_PLACES:
            found = [one for one in found if not only_places(one.label) and not _is_title(one)]
    return [one for one in found if _is_stated(parsed, one)]


def _is_stated(parsed: ParsedQuestion, one: Named) -> bool:
    """Whether a name's clause makes a statement about it: it neither denies nor mentions it aside.

    If the question asks for what is denied, every name counts.
    """
    if asks_denied(parsed):
        return True
    text = one.spot.finding.window.article.text
    here = PlaceMention(one.start, one.end, one.place) if one.place else None
    return not is_denied(one) and not (here and role(text, [here]) == ROLE_ASIDE)


def is_denied(one: Named) -> bool:
    """Whether the sentence of a name denies what it says of it."""
    return in_denial(sentence_of(one.finding), one.start)


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
    cuts = [
        m
        for m in _JOINT.finditer(text)
        if not any(a < m.start() < b for a, b in titled)
        and not pattern("title_end").search(text[: m.start()])
    ]
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


def _is_title(one: Named) -> bool:
    """Whether a name is only what a person is: 县委常委 in "县委常委、宣传部长林远"."""
    return bool(pattern("title_end").search(one.label))


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
    """Whether words are a date, or a figure with its unit or magnitude ("5.9 million")."""
    figures = [one for one in find_numbers(words) if one.unit or " " in one.text.strip()]
    values = find_dates(words) + figures
    return any(value.start == 0 and value.end == len(words) for value in values)


def excepted(parsed: ParsedQuestion, one: Named) -> bool:
    """Whether the question excludes a name or itself contains it."""
    label = one.label.casefold()
    left_out = [parsed.text[start:end].casefold() for start, end in parsed.excepted]
    if any(words in label or label in words for words in left_out):
        return True
    if one.place is None:
        return label in parsed.text.casefold()
    in_question = any(one.place.code == m.place.code for m in _mentions(parsed.text))
    return in_question or _excepted_place(parsed, one.place)


def _excepted_place(parsed: ParsedQuestion, place: Place) -> bool:
    """Whether the question excludes a place: "除了四川", "besides Sichuan"."""
    return any(
        contains(m.place, place) for a, b in parsed.excepted for m in _mentions(parsed.text[a:b])
    )


@functools.lru_cache(maxsize=64)
def _mentions(words: str) -> tuple[PlaceMention, ...]:
    """The places in words of a question; cached, since every name found is compared with them."""
    return tuple(find_places(words))
