"""One question with its answer, and what every view of it shows: its citations, their marks and
copies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.answer.gloss import glosses
from rag.answer.types import Answer, Citation, Row
from rag.question.script import HANT
from rag.ui.asked import QuestionRequest
from rag.ui.markup import MarkedSpan
from rag.ui.texts import Phrase, counted, text


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what came of it.

    Attributes:
        key: hex digits that links name it by, unique in its conversation.
        answer: None where there is none: see ``problem``.
        asked: how it was asked.
        problem: why there is no answer.
    """

    key: str
    answer: Answer | None
    asked: QuestionRequest = QuestionRequest("")
    problem: Phrase | None = None


def alone(turn: Turn) -> QuestionRequest:
    """The question as a link asks it, which stands alone: a follow-up as it was completed."""
    whole = turn.answer.completed if turn.answer else ""
    return replace(turn.asked, question=whole or turn.asked.question, after="")


def voice(answer: Answer) -> str:
    """The language that an answer is shown in, with its script."""
    return HANT if answer.traditional else answer.lang


def cited(turn: Turn) -> tuple[Citation, ...]:
    """What the [n] of an answer are: its citations, or the nearest quotes of a refusal."""
    if turn.answer is None:
        return ()
    return turn.answer.nearest if turn.answer.refused else turn.answer.citations


def spans(citation: Citation, lang: str, whole: bool = False) -> list[MarkedSpan]:
    """The marks of a citation, outermost first: quote (where more than it is shown), value,
    words.
    """
    first, last = citation.start, citation.end
    made = [MarkedSpan(first, last, "yj-quote")] if whole else []
    made += [
        MarkedSpan(max(start, first), min(end, last), "yj-value") for start, end in citation.marks
    ]
    for found in citation.highlights:
        # In the chat the words are told together, see `glossed`.
        title = text(lang, "matches", word=found.word) if found.word and whole else ""
        start, end = max(found.start, first), min(found.end, last)
        made.append(MarkedSpan(start, end, "yj-word", title, found.word))
    return made


def glossed(citation: Citation, lang: str) -> str:
    """Which words of a quote mean which of the question, as they are told together; or ""."""
    pairs = (text(lang, "pair", word=word, of=of) for word, of in glosses(citation))
    return text(lang, "separator").join(pairs)


def with_its_copies(turn: Turn, number: int) -> list[int]:
    """The number of a citation, and those of the citations that say the same."""
    return [number, *(n for n, one in enumerate(cited(turn), 1) if one.same_as == number)]


def valid(turn: Turn, numbers: Iterable[int]) -> list[int]:
    """Those numbers that are of a citation."""
    return [number for number in numbers if 1 <= number <= len(cited(turn))]


def told_once(turn: Turn, numbers: Iterable[int]) -> list[int]:
    """As :func:`valid`, without those that say the same as another one, whose chips stand beside
    the quote.
    """
    there = valid(turn, numbers)
    return [number for number in there if cited(turn)[number - 1].same_as not in there]


def told_besides(turn: Turn, row: Row) -> str:
    """How many articles more say what a row says, and in which figures they differ; or ""."""
    lang = voice(turn.answer)
    told = (
        [text(lang, "same_story", articles=counted(row.more, "article", lang))] if row.more else []
    )
    for one in row.differing:
        figures = (f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations, strict=False))
        told.append(text(lang, "differing", figures=text(lang, "separator").join(figures)))
    return " · ".join(told)
