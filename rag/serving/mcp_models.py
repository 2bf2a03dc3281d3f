"""What the MCP tools return: as much as a language model needs to answer, to quote and to read on,
and no more, since a model costs by the word."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from pydantic import BaseModel, Field

from rag.answer.types import Answer, Citation, Row
from rag.corpus.article import Article
from rag.plain import limits
from rag.search.browse import Listing, Statistics
from rag.search.types import Hit

_SOURCES_LISTED = 50
_Model = TypeVar("_Model", bound=BaseModel)


class About(BaseModel):
    """An article."""

    article_id: str
    title: str
    date: str = Field(description="YYYY-MM-DD, or empty.")
    source: str = Field(description="Its publisher.")
    lang: str
    link: str = Field(
        description="Of this server's resource: the article, or the part of it that is quoted."
    )


class Quote(About):
    """A verbatim quote: the characters ``start`` to ``end`` of the article's text."""

    number: int = Field(description="As [1] in the text; of a nearest quote its rank.")
    quote: str
    start: int
    end: int
    url: str = Field(description="Where the article was published, or empty.")
    page: int = Field(description="Of a PDF, from 1; 0 for what has no pages.")
    header: str = Field(description="Of a table's row the first row of its table, else empty.")
    ocr: int = Field(description="Percent of certainty where the page was read by OCR, else 0.")
    same_as: int = Field(
        description="Number of the quote of another article that says nearly the same; 0 for none."
    )


class Answered(BaseModel):
    """An answer, or a refusal with what comes nearest."""

    text: str = Field(description="The answer, with [1], [2] for its citations.")
    refused: bool = Field(description="The articles do not say it.")
    grade: str = Field(
        description="answered; in a refusal near (about this, but not saying it) or nothing."
    )
    kind: str
    rows: list[Row] = Field(
        description="Line by line: what it is about, its value, and the numbers of its citations."
    )
    citations: list[Quote]
    nearest: list[Quote] = Field(description="In a refusal the closest quotes: not an answer.")
    missing: list[str] = Field(description="Words of the question that found no support.")
    understood: str = Field(description="The question in full, where it leaned on an earlier one.")
    restricted: str = Field(
        description="To which time, place or publisher the question restricted the articles."
    )
    searched: int = Field(description="Articles searched.")
    matched: int = Field(description="Articles with evidence.")


class Passage(About):
    """A passage: the characters ``start`` to ``end`` of the article's text."""

    text: str
    start: int
    end: int
    url: str
    score: float = Field(description="Higher is better; comparable within one search.")
    support: float = Field(
        description="Share of the question's weight that the passage supports, 0 to 1."
    )


class Passages(BaseModel):
    """What fits a question best, best first."""

    passages: list[Passage]


class Text(About):
    """A piece of an article's text."""

    text: str
    start: int = Field(description="The piece is text[start:end] of the article.")
    end: int
    length: int = Field(description="Characters of the whole text.")
    next_start: int | None = Field(description="Where to read on; null at the end.")
    url: str


class Entry(About):
    """An article of a list."""

    opening: str = Field(description="The first characters of its text.")


class Page(BaseModel):
    """A page of the list of articles."""

    articles: list[Entry]
    start: int
    total: int = Field(description="Articles of the whole list.")
    next_start: int | None = Field(description="Where the next page begins; null on the last one.")


class Corpus(BaseModel):
    """What there is."""

    articles: int
    passages: int
    date_from: str
    date_to: str
    undated: int
    langs: dict[str, int] = Field(description="Articles by language.")
    sources: dict[str, int] = Field(
        description=f"Articles by publisher, of the {_SOURCES_LISTED} with the most."
    )
    stories: int = Field(description="Stories that several articles tell in nearly the same words.")
    skipped: int = Field(description="Files that could not be read.")
    index_version: str
    created: str


def link(article_id: str, start: int | None = None, end: int | None = None) -> str:
    """The address of an article, or of a part of it, as a resource."""
    part = "" if start is None else f"?start={start}&end={end}"
    return f"yinju://articles/{quote(article_id, safe='')}{part}"


def answered(answer: Answer) -> Answered:
    """The answer in the short form of the tools."""
    quotes = {"citations": _quotes(answer.citations), "nearest": _quotes(answer.nearest)}
    told = {"understood": answer.completed, "restricted": limits(answer)}
    return _made_of(answer, Answered, **quotes, **told)


def passages(hits: list[Hit]) -> Passages:
    """The hits in the short form of the tools."""
    found = []
    for hit in hits:
        rounded = {"score": round(hit.score, 3), "support": round(hit.support, 3)}
        where = link(hit.article_id, hit.start, hit.end)
        found.append(_made_of(hit, Passage, link=where, **rounded))
    return Passages(passages=found)


def text(article: Article, start: int, length: int) -> Text:
    """``length`` characters of an article from ``start`` on."""
    end = min(start + length, len(article.text))
    return _made_of(
        article,
        Text,
        article_id=article.id,
        link=link(article.id),
        text=article.text[start:end],
        start=start,
        end=end,
        length=len(article.text),
        next_start=end if end < len(article.text) else None,
    )


def page(listing: Listing) -> Page:
    """A page of the list of articles, in the short form of the tools."""
    end = listing.start + len(listing.articles)
    entries = [
        _made_of(one, Entry, article_id=one.id, title=one.heading, link=link(one.id))
        for one in listing.articles
    ]
    following = end if end < listing.total else None
    return _made_of(listing, Page, articles=entries, next_start=following)


def corpus(statistics: Statistics) -> Corpus:
    """The statistics of the index, in the short form of the tools."""
    return _made_of(
        statistics,
        Corpus,
        langs=dict(statistics.langs),
        sources=dict(statistics.sources[:_SOURCES_LISTED]),
        skipped=len(statistics.skipped),
        index_version=statistics.version,
    )


def _quotes(citations: tuple[Citation, ...]) -> list[Quote]:
    """The citations, numbered from 1."""
    return [
        _made_of(one, Quote, number=number, link=link(one.article_id, one.start, one.end))
        for number, one in enumerate(citations, 1)
    ]


def _made_of(record: object, model: type[_Model], **otherwise: object) -> _Model:
    """A ``model`` with the fields in ``otherwise``; ``record`` has the rest as attributes of the
    same names.
    """
    same = {name: getattr(record, name) for name in model.model_fields if name not in otherwise}
    return model(**same, **otherwise)
