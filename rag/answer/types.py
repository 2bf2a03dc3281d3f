"""Data contracts of answers: what the command line, the page, the API and the library all show."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from rag.question.types import CONSTRAINTS, Constraint
from rag.question.types import KINDS as ASKED
from rag.search.types import Highlight

__all__ = [
    "CONSTRAINTS",
    "KINDS",
    "COLUMNS",
    "Answer",
    "Cell",
    "Citation",
    "Column",
    "Constraint",
    "Difference",
    "Row",
    "Time",
    "Written",
    "WrittenSentence",
]

KINDS = (*ASKED, "talk", "corpus")
GRADES = ("answered", "near", "nothing")
COLUMNS = ("when", "how_many", "who")


@dataclass(frozen=True, slots=True)
class Time:
    """A time in a quote that only the date of its article explains: "today", "周三", "19日".

    Attributes:
        start, end: offsets of its words in the text of the article.
        day: what is meant, "2023-08-02", "2023-08" or "2023"; "--08-02" where the article has no
            date but that of its bureau line.
    """

    start: int
    end: int
    day: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: ``article.text[start:end] == quote``, checked before it is shown.

    Attributes:
        id: content hash of article id, span and quote (10 hex digits); the same in every session.
        article_id, title, date, source, url, lang: of the article quoted.
        start, end: offsets of the quote in ``article.text``.
        quote: that slice.
        passage_start, passage_end: the passage around it, for reading on.
        marks: spans (offsets in ``article.text``) of the value asked for: the figure, date, name,
            place.
        highlights: words of the quote that match words of the question.
        page: page on which the quote begins, from 1; 0 where the article has no pages.
        same_as: number of the citation of the answer that says the same in nearly the same words,
            from another article; 0 for none.
        header: where the quote is a row of a table, the table's first row, as it stands in the
            article; "" for what is no row, or is that one.
        ocr: how sure text recognition (OCR) is of the page that is quoted, in percent, 1 to 100; 0
            where the text is the file's own.
        times: what the times of the quote mean that only ``date`` explains, in order.
    """

    id: str
    article_id: str
    start: int
    end: int
    quote: str
    title: str = ""
    date: str = ""
    source: str = ""
    url: str = ""
    lang: str = ""
    passage_start: int = 0
    passage_end: int = 0
    marks: tuple[tuple[int, int], ...] = ()
    highlights: tuple[Highlight, ...] = ()
    page: int = 0
    same_as: int = 0
    header: str = ""
    ocr: int = 0
    times: tuple[Time, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that articles which say the same give differently.

    Attributes:
        figures: as they are written, with what is counted ("35名"); the first is that of the row's
            first citation.
        citations: for each the number of a citation that has it.
    """

    figures: tuple[str, ...]
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer: a place, value or statement, and the citations that support it.

    Attributes:
        label: what is shown first, in the question's language: "Sichuan 四川", "26个", or "" for a
            plain evidence row.
        place: province-level short name in simplified Chinese ("四川"), or "".
        detail: place below the province ("南昌市"), or "".
        citations: numbers, from 1, into ``Answer.citations``.
        more: how many articles say the same in nearly the same words beyond those cited.
        differing: figures in which these articles differ.
        value: in a comparison, the value that stands with the label, as the quote writes it; else
            "".
    """

    label: str
    place: str = ""
    detail: str = ""
    citations: tuple[int, ...] = ()
    more: int = 0
    differing: tuple[Difference, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a further column says of a row.

    Attributes:
        text: as a quote of the row writes it; "" where the quotes do not say.
        citations: number, from 1, into ``Answer.citations`` of the quote that says it; none for "".
    """

    text: str = ""
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A further column of a list.

    Attributes:
        asks: one of ``COLUMNS``.
        cells: one for each of ``Answer.rows``.
    """

    asks: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence that a language model wrote, and whether the quotes that it names bear it out.

    Attributes:
        text: the sentence, without the [n] of its citations.
        citations: numbers, from 1, into ``Answer.citations``: the quotes that the model named, as
            far as there are such.
        supported: whether nothing was found in it that these quotes lack. That does not make it
            true.
        unsupported: its words that the quotes lack.
        why: why it is marked, in the question's language ("not in the quotes: 2019"); "" where it
            is not.
    """

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = False
    unsupported: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a language model made of an answer's evidence.

    Attributes:
        sentences: all that it wrote, in order. They are in ``Answer.text`` where one of them at
            least is supported, those that are not with their marks.
        model: its name, "ollama:qwen3:4b".
        tokens: what the request took, prompt and answer together.
        counted: whether the model's server told so; else it is an estimate from above.
        problem: "" or what went wrong, one of ``rag.writing.problems.PROBLEMS``: "time", "rate",
            "key", "unreachable", "failed", "broken", "empty", "endless", "language", "declined",
            "form", or "unsupported" (no sentence is).
        note: the line that says so, in the question's language; it ends ``Answer.text``.
        ms: wall time of the writing in milliseconds.
    """

    sentences: tuple[WrittenSentence, ...] = ()
    model: str = ""
    tokens: int = 0
    counted: bool = False
    problem: str = ""
    note: str = ""
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; serialisable with :meth:`to_dict`.

    Attributes:
        question: as asked (trimmed).
        lang: language of the frame, "zh" or "en": that of the question.
        kind: one of ``KINDS``: what is sought; or "talk" for the assistant's own words to what is
            no question ("hello"), "corpus" for what is told of the articles themselves (how many,
            which about a thing).
        text: the answer as shown, plain text, with [1], [2] for citations. Where a language model
            wrote (``written``) it is what the model wrote, the sentences that the quotes do not
            bear out marked in place with ⚠ and the reason; the lines of a list follow, and where
            the model failed all of the evidence with a note.
        refused: True where the corpus does not hold an answer.
        grade: one of ``GRADES``: "answered"; or in a refusal "near", where the articles are about
            the subject but do not say this, or "nothing".
        places: province-level short names for place questions, else ().
        rows: the answer line by line (empty in a refusal).
        citations: numbered from 1 in this order.
        nearest: in a refusal, the closest quotes: not an answer, but near.
        missing: words of the question that found no support.
        searched: number of articles searched.
        matched: number of articles with evidence.
        ms: wall time in milliseconds.
        index_version: name of the index version that answered.
        constraints: what the question restricts the articles to, in the order of its words; each
            can be lifted.
        as_of: the day that "last month" is told from, "YYYY-MM-DD" or "".
        answered_without: in a refusal, the kinds of constraints of which lifting one alone gives an
            answer.
        completed: the question in full as it was answered, where ``question`` leaned on an earlier
            one ("and in Zhejiang?"); else "". Words and offsets of the other attributes are then
            those of this question.
        left_out: how many articles were left out because earlier answers cited them, where the
            question asks for more than these ("还有呢？"); with them those that tell the same
            stories.
        traditional: whether the frame is in traditional characters, as the question is; quotes stay
            as they are.
        written: what a language model wrote; None where none was asked.
        about: of kind "corpus" what the articles are to mention, as the question writes it, "" for
            all; ``Index.browse("about:" + about)`` lists them all.
        also: other wordings of the question that were searched beside it, as a language model
            proposed them. They only choose passages that are read for the question itself.
        columns: further columns of a list, where they were asked for: when, how many, who.
        parts: where parts of an index could not be reached, how many were searched, and of how
            many; else ().
    """

    question: str
    lang: str
    kind: str
    text: str
    refused: bool
    places: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    missing: tuple[str, ...] = ()
    searched: int = 0
    matched: int = 0
    ms: float = 0.0
    index_version: str = ""
    constraints: tuple[Constraint, ...] = ()
    as_of: str = ""
    answered_without: tuple[str, ...] = ()
    completed: str = ""
    traditional: bool = False
    left_out: int = 0
    grade: str = "answered"
    written: Written | None = None
    also: tuple[str, ...] = ()
    about: str = ""
    columns: tuple[Column, ...] = ()
    parts: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain dicts, lists, strings and numbers, ready for ``json.dumps``."""
        return json.loads(json.dumps(dataclasses.asdict(self), ensure_ascii=False))
