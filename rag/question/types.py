"""What a question is after it was parsed: contracts that search, reader and answer build on."""

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
KINDS = ("places", "number", "date", "person", "organisation", "document", "text")
FORMS = ("one", "all", "count", "most", "least", "more", "less", "whether", "why", "how", "open")
# What a message may be that is no question; of several at once the kind that stands first is
# answered. ``other`` is work that is not done here (translating, writing, sums, opinions), ``chat``
# is small talk.
TALK = tuple("who can add other chat complaint bye thanks praise stop hello ok".split())
CORPUS = tuple(
    "count span publishers languages list latest months places new summary compare".split()
)
Span = tuple[int, int]  # from the first character to behind the last one


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that the question restricts the articles to.

    Attributes:
        kind: one of ``CONSTRAINTS``.
        words: those of the question that say so, ``question[start:end]``.
        start, end: where they stand in ``Answer.question``, or in ``Answer.completed`` where
            that is not "".
        value: what they mean: an interval of ISO 8601 ("2023-08-01/2023-08-31", "2023-05-01/.."
            without an end, "--08-01/--08-31" of any year), a place ("四川省"), or the publisher's
            names in the corpus ("A | B").
    """

    kind: str
    words: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What a quantity is compared with: "more than 300 shops", "超过四川".

    Attributes:
        start, end: where the value stands, without the words that compare.
        words: the value as it is written ("300家", "3万亿元", "Sichuan").
        more: whether what is sought lies above it, else below.
        inclusive: whether the value itself will do ("at least 300", "不超过").
    """

    start: int
    end: int
    words: str
    more: bool
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a question asks about the corpus itself.

    Attributes:
        asks: one of ``CORPUS``.
        subject: what the articles are to be about, as the question writes it; "" for all articles.
        other: what it is compared with; "" where nothing is.
    """

    asks: str
    subject: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the words of a question say on their own. Spans are of its text.

    Attributes:
        plain: the question in simplified characters, each at its place.
        kind: of what is sought, one of ``KINDS``.
        level: for places: "country", "province", "city", "county", "district", "local" (one of
            these two) or "any"; else "".
        form: one of ``FORMS``: one thing or value; all that fit; "count", how many places,
            bodies, officials or documents do something (a figure that articles state is "one");
            the one with the most or the least; all with "more" or "less" than ``bound``;
            whether; why; how; or "open" where no more than a topic is given.
        counted: of a "count", kind and level of the things; else ("", "").
        number: how many it says that the things are ("哪三个园区": 3); 0 where it does not.
        bound: what a quantity is compared with, for "more", "less" and "count".
        measure: span of the quantity that is compared ("新房均价", "rain", or "largest"); (0, 0)
            for none.
        several: whether more than one is sought ("哪些企业", "which companies"), not the one.
        where: whether the place is sought where something is ("哪里"), in a gazetteer or not.
        negated: whether what is denied, called off or left undone is asked for.
        excepted: spans of what is not sought ("除了四川", "besides Sichuan"): of the names alone.
        names: spans of what evidence must name: titles, quoted words, names in Latin letters,
            things with a number ("3号线", "No. 4"), and years, which its date may say as well.
        idle: spans that only ask ("which provinces"), or except; they need no support.
        focus: span right behind the words that ask, where what is counted stands; may be empty.
        places, place_spans: places that the answer must be about, and where they stand.
        countries: those that it names besides, but for China; evidence tells of them.
        years: years that the evidence must be of.
        told: periods that the evidence must be of, once the constraints are found.
        freed: spans of the constraints that are lifted: they are not read.
    """

    plain: str
    kind: str
    level: str = ""
    form: str = "open"
    counted: tuple[str, str] = ("", "")
    number: int = 0
    bound: Bound | None = None
    measure: Span = (0, 0)
    several: bool = False
    where: bool = False
    negated: bool = False
    excepted: tuple[Span, ...] = ()
    names: tuple[Span, ...] = ()
    idle: tuple[Span, ...] = ()
    focus: Span = (0, 0)
    places: tuple[Place, ...] = ()
    place_spans: tuple[Span, ...] = ()
    countries: tuple[Place, ...] = ()
    years: tuple[str, ...] = ()
    told: tuple[TimeConstraint, ...] = ()
    freed: tuple[Span, ...] = ()

    @property
    def noun(self) -> str:
        """In English the word behind "how many", in Chinese the measure that counts; else ""."""
        if found := pattern("counted_measure").search(self.plain):
            return found[1]
        _, _, behind = self.plain.casefold().partition("how many ")
        return behind.split(" ")[0].strip("?,.")

    @property
    def sought(self) -> tuple[str, str]:
        """Kind and level of what is listed, or counted where the number of things is asked for."""
        return self.counted if self.form == "count" else (self.kind, self.level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParsedQuestion(Asked):
    """A question, ready to be searched for and answered; all that is ever read off its words.

    Attributes:
        text: as it was understood, cleaned and in full, with Chinese names in characters
            (:mod:`rag.question.pinyin`), for which ``plain`` has Latin letters; all spans are of
            it.
        asked: as it was typed, cleaned.
        completed: ``text`` where the question leaned on an earlier one, else "".
        lang: language of ``text``: "zh", "en" or another code.
        frame: language that the answer speaks: "zh", "zh-Hant" or "en".
        query: its tokens, weights and vectors.
        constraints: what it restricts the articles to, in the order of its words.
        allowed: bool (n_articles,), the articles that pass all of them.
        as_of: the day that its times are told from, "YYYY-MM-DD" or "".
        seen: ids of the articles that earlier answers cited, where it asks for others than these.
        only: ids of the articles that earlier answers cited, where it asks for more of these.
        talk: what it is where it is no question (one of ``TALK``: :mod:`rag.question.talk`).
        about: what it asks about the corpus itself; None for a question to the articles.
        second: the question in full as it can be read besides, where two readings are possible
            after the turn before; else "".
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
    about: About | None = None
    second: str = ""

    @property
    def read(self) -> str:
        """The question as the reader reads it: spaces in place of what is lifted."""
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
    """What is read of an earlier answer: its rows' labels and places, what it cited, what was
    asked, and of the corpus about what.
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
