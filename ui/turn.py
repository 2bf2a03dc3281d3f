"""One answered question, and the pieces that every view of it shares: chips and marked quotes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rag.answer.script import HANT
from rag.answer.types import Answer, Citation
from rag.corpus.article import Article
from rag.ui.asked import Asked
from rag.ui.markup import Span, escape, lang_tag, mark_up
from rag.ui.texts import text


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question: its key in links, the answer, the articles it cites by id, and how it was asked."""

    key: str
    answer: Answer
    articles: dict[str, Article] = field(default_factory=dict)
    asked: Asked = Asked("")


def voice(answer: Answer) -> str:
    """The language that an answer is shown in, with its script."""
    return HANT if answer.traditional else answer.lang


def cited(answer: Answer) -> tuple[Citation, ...]:
    """What the [n] of an answer are: its citations, or the nearest quotes of a refusal."""
    return answer.nearest if answer.refused else answer.citations


def chip(turn: Turn, number: int) -> str:
    """The link [n] to a source card; "" where there is no such citation."""
    shown = cited(turn.answer)
    if not 1 <= number <= len(shown):
        return ""
    lang = voice(turn.answer)
    title = shown[number - 1].title or text(lang, "untitled")
    tip = escape(text(lang, "chip", n=number, title=title))
    return f'<a class="yj-chip" href="#src-{turn.key}-{number}" title="{tip}">[{number}]</a>'


def spans(citation: Citation, lang: str, whole: bool = False) -> list[Span]:
    """The marks of a citation, outermost first: quote (where more than it is shown), value, words."""
    made = [Span(citation.start, citation.end, "yj-quote")] if whole else []
    made += [Span(max(start, citation.start), min(end, citation.end), "yj-value") for start, end in citation.marks]
    made += [
        Span(
            max(found.start, citation.start),
            min(found.end, citation.end),
            "yj-word",
            text(lang, "matches", word=found.word) if found.word else "",
        )
        for found in citation.highlights
    ]
    return made


def quote(turn: Turn, number: int) -> str:
    """A quote with its marks, and its chip."""
    citation = cited(turn.answer)[number - 1]
    marked = mark_up(citation.quote, spans(citation, voice(turn.answer)), citation.start)
    return f'<q class="yj-said" lang="{lang_tag(citation.lang)}"><bdi>{marked}</bdi></q>&nbsp;{chip(turn, number)}'


def valid(turn: Turn, numbers: Iterable[int]) -> list[int]:
    """Those numbers that are of a citation."""
    return [number for number in numbers if 1 <= number <= len(cited(turn.answer))]
