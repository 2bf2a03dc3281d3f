"""Data types of a parsed question, which search, reader and answer build on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.question.words import pattern

if TYPE_CHECKING:
    import numpy as np

    from rag.corpus.gazetteer import Place
    from rag.question.periods import TimeConstraint
    from rag.question.query import Query

CONSTRAINTS = ("date", "place", "source")
ASKED_KINDS = ("places", "number", "date", "person", "organisation", "document", "text")
FORMS = ("one", "all", "count", "most", "least", "more", "less", "whether", "why", "how", "open")
# Kinds of messages that are no questions; if a message has several, the first in this order is
# answered. ``other`` is work that this library does not do (translating, writing, arithmetic,
# opinions), ``chat`` is small talk.
TALK_KINDS = tuple("who can add other chat complaint bye thanks praise stop hello ok".split())
# Kinds of questions about the corpus itself.
CORPUS_KINDS = tuple(
    "count span publishers languages list latest months places new summary compare".split()
)
Span = tuple[int, int]  # offsets of the first character and behind the last one


@dataclass(frozen=True, slots=True)
class Constraint:
    """A restriction of the articles that the question itself states.

    Attributes:
        kind: one of ``CONSTRAINTS``.
        words: the words that state it, ``question[start:end]``.
        start, end: their offsets in ``Answer.question``, or in ``Answer.completed`` if that is not
            "".
        value: their meaning: an ISO 8601 interval ("2023-08-01/2023-08-31", "2023-05-01/.."
            without an end, "--08-01/--08-31" for any year), a place ("四川省"), or the publisher's
            names in the corpus ("A | B").
    """

    kind: str
    words: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound that a quantity is compared with: "more than 300 shops", "超过四川".

    Attributes:
        start, end: span of the value, without the words of comparison.
        words: the value as it is written ("300家", "3万亿元", "Sichuan").
        more: whether values above the bound are sought, else those below.
        inclusive: whether the bound itself is included ("at least 300", "不超过").
    """

    start: int
    end: int
    words: str
    more: bool
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class CorpusQuestion:
    """What a question asks about the corpus itself.

    Attributes:
        asks: one of ``CORPUS_KINDS``.
        subject: the subject of the articles, as the question writes it; "" for all articles.
        other: the second subject of a comparison, else "".
    """

    asks: str
    subject: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the words of a question ask for. All spans are offsets in its text.

    Attributes:
        plain: the question in simplified characters, at the same offsets.
        kind: the kind of thing asked for, one of ``ASKED_KINDS``.
        level: for places "country", "province", "city", "county", "district", "local" (county or
            district) or "any"; else "".
        form: one of ``FORMS``: "one" thing or value; "all" that fit; "count", how many places,
            organisations, officials or documents do something (a figure that articles state is
            "one"); the one with the "most" or the "least"; all with "more" or "less" than
            ``bound``; "whether"; "why"; "how"; or "open" if only a topic is given.
        counted: for "count" the kind and level of the things to count; else ("", "").
        number: the number of things that it asks for ("哪三个园区": 3); 0 if it gives none.
        bound: the bound of a comparison, for "more", "less" and "count".
        several: whether more than one thing is sought ("哪些企业", "which companies").
        where: whether a location is sought ("哪里"), which need not be in the gazetteer.
        negated: whether it asks for what was denied, called off or left undone.
        excepted: spans of the names of exceptions ("四川" in "除了四川", "besides Sichuan").
        names: spans that evidence must contain: titles, quoted words, names in Latin letters,
            numbered things ("3号线", "No. 4"), and years, which may also be in the article's date.
        idle: spans that need no support by evidence, such as question words ("which provinces"),
            exceptions and lifted constraints.
        places, place_spans: places that the answer must be about, and their spans.
        countries: all countries that it names other than China; evidence must mention them.
        years: years that the evidence must be of.
        told: periods that the evidence must be of, set when the constraints are found.
        freed: spans of lifted constraints, which the reader does not see.
    """

    plain: str
    kind: str
    level: str = ""
    form: str = "open"
    counted: tuple[str, str] = ("", "")
    number: int = 0
    bound: Bound | None = None
    several: bool = False
    where: bool = False
    negated: bool = False
    excepted: tuple[Span, ...] = ()
    names: tuple[Span, ...] = ()
    idle: tuple[Span, ...] = ()
    places: tuple[Place, ...] = ()
    place_spans: tuple[Span, ...] = ()
    countries: tuple[Place, ...] = ()
    years: tuple[str, ...] = ()
    told: tuple[TimeConstraint, ...] = ()
    freed: tuple[Span, ...] = ()

    @property
    def noun(self) -> str:
        """The noun counted: the word behind "how many", in Chinese the measure word; else ""."""
        if found := pattern("counted_measure").search(self.plain):
            return found[1]
        _, _, behind = self.plain.casefold().partition("how many ")
        return behind.split(" ")[0].strip("?,.")

    @property
    def choices(self) -> tuple[str, ...]:
        """What stands between the joints of the question: A, B and C in "A, B or C"; at least two
        characters each. Only those that a text has are names.
        """
        parts = (part.strip(' “”"?？') for part in pattern("joints").split(self.plain))
        return tuple(dict.fromkeys(part for part in parts if len(part) > 1))

    @property
    def sought(self) -> tuple[str, str]:
        """Kind and level of the things to list, or of those to count for a "count"."""
        return self.counted if self.form == "count" else (self.kind, self.level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParsedQuestion(Asked):
    """A fully parsed question, ready for search and answer; nothing else parses its words.

    Attributes:
        text: the question as understood: cleaned, completed, and with Chinese names in characters
            (:mod:`rag.question.pinyin`), for which ``plain`` has Latin letters. All spans are
            offsets in it.
        asked: the question as it was typed, cleaned.
        completed: ``text`` if it differs from the question as typed, as for a follow-up; else "".
        lang: language of ``text``: "zh", "en" or another code.
        frame: language of the answer's own words: "zh", "zh-Hant" or "en".
        query: its tokens, weights and vectors.
        constraints: the constraints that it states, in the order of its words.
        allowed: bool (n_articles,), the articles that pass all constraints.
        as_of: the day to which its times refer, "YYYY-MM-DD" or "".
        seen: ids of articles cited before, which are left out since it asks for others.
        only: ids of articles cited before, to which the search is limited for more details.
        talk: the kind of talk that it is, one of ``TALK_KINDS`` (:mod:`rag.question.talk`); or "".
        about: what it asks about the corpus itself; None for a question to the articles.
        second: a second reading in full, if the turns before allow two; else "".
    """

    text: str
    asked: str
    completed: str
    lang: str
    frame: str
    query: Query
    constraints: tuple[Constraint, ...]
    allowed: np.ndarray
    as_of: str
    seen: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    talk: str = ""
    about: CorpusQuestion | None = None
    second: str = ""

    @property
    def read(self) -> str:
        """The question as the reader sees it: lifted constraints are replaced by spaces."""
        text = self.text
        for start, end in self.freed:
            text = text[:start] + " " * (end - start) + text[end:]
        return text


class _Named(Protocol):
    @property
    def label(self) -> str: ...

    @property
    def place(self) -> str: ...


class _Cited(Protocol):
    @property
    def article_id(self) -> str: ...


class Earlier(Protocol):
    """The parts of an earlier answer that parsing uses.

    ``completed`` is its question in full, ``about`` the subject of a question about the corpus.
    """

    @property
    def kind(self) -> str: ...

    @property
    def completed(self) -> str: ...

    @property
    def about(self) -> str: ...

    @property
    def rows(self) -> Sequence[_Named]: ...

    @property
    def citations(self) -> Sequence[_Cited]: ...


Turns = Sequence[tuple[str, Earlier]]  # earlier questions with their answers, oldest first
