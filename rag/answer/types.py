"""Data contracts of answers: what the command line, the page, the API and the library all show."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from rag.question.types import ASKED_KINDS, CONSTRAINTS, Constraint
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

KINDS = (*ASKED_KINDS, "talk", "corpus")
GRADES = ("answered", "near", "nothing")
COLUMNS = ("when", "how_many", "who")


@dataclass(frozen=True, slots=True)
class Time:
    """A time in a quote that only its article's date explains: "today", "周三", "19日".

    Attributes:
        start, end: offsets of its words in the text of the article.
        day: the day, month or year that is meant: "2023-08-02", "2023-08" or "2023"; "--08-02"
            where the article has no date but that of its bureau line.
    """

    start: int
    end: int
    day: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: ``article.text[start:end] == quote``, checked before it is shown.

    Attributes:
        id: hash of article id, offset and quote (10 hex digits); the same in every session.
        article_id, title, date, source, url, lang: of the article quoted.
        start, end: offsets of the quote in ``article.text``.
        quote: the text between these offsets.
        passage_start, passage_end: offsets of the passage around the quote, for reading on.
        marks: spans (offsets in ``article.text``) of the value asked for: the figure, date, name or
            place.
        highlights: words of the quote that match words of the question.
        page: page on which the quote begins, from 1; 0 where the article has no pages.
        same_as: number of the citation, in the same answer, that says the same in nearly the same
            words in another article; 0 for none.
        header: where the quote is a row of a table, the first row of that table as it stands in the
            article; "" if it is no row, or is the first one.
        ocr: how sure text recognition (OCR) is of the quoted page, in percent, 1 to 100; 0 where
            the text was not recognised but is the file's own.
        times: the times in the quote that only ``date`` explains, with their meaning, in order.
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
    """A figure that differs between articles that otherwise say the same.

    Attributes:
        figures: the figures as they are written, with what they count ("35名"); the first is that
            of the row's first citation.
        citations: for each figure the number of a citation that has it.
    """

    figures: tuple[str, ...]
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer: a place, value or statement, and the citations that support it.

    Attributes:
        label: what is shown first, in the question's language: "Sichuan 四川", "26个"; "" for a row
            that only quotes.
        place: short name of a province in simplified Chinese ("四川"), or "".
        detail: the place or places below the province ("南昌市"), or "".
        citations: numbers, from 1, into ``Answer.citations``.
        more: how many articles beyond those cited say the same in nearly the same words.
        differing: figures in which these articles differ.
        value: in a comparison, the value that stands beside the label, as the quote writes it; else
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
        text: as a quote of the row writes it; "" where the quotes do not say it.
        citations: number, from 1, into ``Answer.citations`` of the quote that says it; () for "".
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
    """A sentence that a language model wrote, and whether the quotes that it cites support it.

    Attributes:
        text: the sentence, without the [n] of its citations.
        citations: numbers, from 1, into ``Answer.citations``: the quotes that the model cited,
            those that exist.
        supported: whether nothing was found in the sentence that these quotes lack. That does not
            make it true.
        unsupported: its words that the quotes lack.
        why: why the sentence is marked, in the question's language ("not in the quotes: 2019"); ""
            where it is not marked.
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
        sentences: all that it wrote, in order. They are in ``Answer.text`` if at least one of them
            is supported; those that are not are marked there.
        model: its name, "ollama:qwen3:4b".
        tokens: what the request took, prompt and answer together.
        counted: whether the model's server counted the tokens; else they are an upper estimate.
        problem: "" or what went wrong, one of ``rag.writing.problems.PROBLEMS``: "time", "rate",
            "key", "unreachable", "failed", "broken", "empty", "endless", "language", "declined",
            "form", or "unsupported" (no sentence is supported).
        note: the line that says so, in the question's language; ``Answer.text`` ends with it.
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
        lang: language of the answer's own words, "zh" or "en": that of the question.
        kind: one of ``KINDS``: what is sought; or "talk" for the assistant's own words in reply to
            what is no question ("hello"), or "corpus" for a statement about the articles themselves
            (how many there are, which are about a thing).
        text: the answer as shown, plain text, with [1], [2] for citations. Where a language model
            wrote (``written``) it is what the model wrote, with ⚠ and the reason at each sentence
            that the quotes do not support; the lines of a list follow. Where the model failed, it
            is all of the evidence with a note.
        refused: True where the corpus does not hold an answer.
        grade: one of ``GRADES``: "answered"; or in a refusal "near", where articles are about the
            subject but do not say this, or "nothing".
        places: short names of provinces for place questions, else ().
        rows: the answer line by line (empty in a refusal).
        citations: numbered from 1 in this order.
        nearest: in a refusal, the closest quotes, which do not answer the question.
        missing: words of the question that found no support.
        searched: number of articles searched.
        matched: number of articles with evidence.
        ms: wall time in milliseconds.
        index_version: name of the index version that answered.
        constraints: what the question restricts the articles to, in the order of its words; each
            can be lifted.
        as_of: the day to which "last month" is relative, "YYYY-MM-DD" or "".
        answered_without: in a refusal, the kinds of constraints of which lifting one alone gives an
            answer.
        completed: where ``question`` is a follow-up ("and in Zhejiang?"), the complete question
            that was answered; else "". Words and offsets of the other attributes are then those of
            this question.
        left_out: where the question asks for more than earlier answers cited ("还有呢？"), how many
            articles were left out because those answers cited them; articles that tell the same
            stories are left out, too.
        traditional: whether the answer's own words are in traditional characters, as the question
            is; quotes stay as they are.
        written: what a language model wrote; None where none was asked.
        about: for kind "corpus", what the articles are to mention, as the question writes it, ""
            for all; ``Index.browse("about:" + about)`` lists them all.
        also: other wordings of the question, proposed by a language model, that were searched, too.
            They only help to choose the passages that are read for the question itself.
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
