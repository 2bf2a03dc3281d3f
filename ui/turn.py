"""One question with its answer, and the pieces that every view of it shares: chips and marked
quotes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.answer.gloss import glosses
from rag.answer.types import Answer, Citation, Row
from rag.question.script import HANT
from rag.ui.asked import QuestionRequest
from rag.ui.markup import MarkedSpan, escape, lang_tag, mark_up
from rag.ui.texts import Phrase, article_count, text


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


def chip(turn: Turn, number: int) -> str:
    """The link [n] to a source card; "" where there is no such citation."""
    shown = cited(turn)
    if not 1 <= number <= len(shown):
        return ""
    lang = voice(turn.answer)
    title = shown[number - 1].title or text(lang, "untitled")
    name = escape(text(lang, "chip", n=number, title=title))
    return f'<a class="yj-chip" href="#src-{turn.key}-{number}" aria-label="{name}">[{number}]</a>'


def pin(turn: Turn, number: int, lang: str) -> str:
    """The control that puts a quote among the clippings."""
    name = escape(text(lang, "clip_pin"))
    return (
        f'<button type="button" class="yj-do yj-pin" data-do="pin" data-pin="{turn.key}-{number}"'
        f' aria-pressed="false" aria-label="{name}" title="{name}"></button>'
    )


def spans(citation: Citation, lang: str, whole: bool = False) -> list[MarkedSpan]:
    """The marks of a citation, outermost first: quote (where more than it is shown), value,
    words.
    """
    made = [MarkedSpan(citation.start, citation.end, "yj-quote")] if whole else []
    made += [
        MarkedSpan(max(start, citation.start), min(end, citation.end), "yj-value")
        for start, end in citation.marks
    ]
    made += [
        MarkedSpan(
            max(found.start, citation.start),
            min(found.end, citation.end),
            "yj-word",
            # In the chat the words are told together, see `quote`.
            text(lang, "matches", word=found.word) if found.word and whole else "",
            found.word,
        )
        for found in citation.highlights
    ]
    return made


def quote(turn: Turn, number: int) -> str:
    """A quote with its marks, its chip, and which of its words mean which of the question, shown
    when pointed at.
    """
    citation, lang = cited(turn)[number - 1], voice(turn.answer)
    marked = mark_up(citation.quote, spans(citation, lang), citation.start)
    same = [n for n, one in enumerate(cited(turn), 1) if one.same_as == number]
    chips = "".join(chip(turn, n) for n in (number, *same))
    header = f"<bdi>{escape(citation.header)}</bdi> ⋮ " if citation.header else ""
    said = (
        f'<q class="yj-said" lang="{lang_tag(citation.lang)}">{header}<bdi>{marked}</bdi></q>'
        f'<span class="yj-with">&nbsp;{chips}{pin(turn, number, lang)}</span>'
    )
    pairs = [text(lang, "pair", word=word, of=of) for word, of in glosses(citation)]
    if not pairs:
        return f'<span class="yj-quoted">{said}</span>'
    told = escape(text(lang, "separator").join(pairs))
    return (
        f'<span class="yj-quoted">{said}<span class="yj-gloss" role="tooltip">{told}</span></span>'
    )


def valid(turn: Turn, numbers: Iterable[int]) -> list[int]:
    """Those numbers that are of a citation."""
    return [number for number in numbers if 1 <= number <= len(cited(turn))]


def told_once(turn: Turn, numbers: Iterable[int]) -> list[int]:
    """As :func:`valid`, without those that say the same as another of them: :func:`quote` has their
    chips beside it.
    """
    there = valid(turn, numbers)
    return [number for number in there if cited(turn)[number - 1].same_as not in there]


def others(turn: Turn, row: Row) -> str:
    """How many articles more say what a row says, and in which figures they differ; or ""."""
    lang = voice(turn.answer)
    told = [text(lang, "same_story", articles=article_count(row.more, lang))] if row.more else []
    for one in row.differing:
        figures = (f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations, strict=False))
        told.append(text(lang, "differing", figures=text(lang, "separator").join(figures)))
    return f'<p class="yj-hint">{escape(" · ".join(told))}</p>' if told else ""
