"""Quotes: what is shown of an article, and the check that it is verbatim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from rag.answer.begin import begins_at, ends_at, unopened
from rag.answer.sentence import Sentence
from rag.answer.types import Citation
from rag.answer.when import times_of
from rag.corpus import Article, header_above
from rag.embed.static import StaticModel
from rag.errors import IndexCorrupt
from rag.question.query import Query
from rag.search.highlight import highlights


class Citations:
    """Collects and numbers the citations of an answer, each quote once.

    Args:
        query: the question, whose words are highlighted.
        model: the static embedding model.
    """

    def __init__(self, query: Query, model: StaticModel) -> None:
        self.all: list[Citation] = []
        self._query, self._model = query, model

    def cite(
        self,
        sentence: Sentence,
        span: tuple[int, int],
        marks: Iterable[tuple[int, int]] = (),
        same_as: int = 0,
    ) -> int:
        """Adds a citation and returns its number, from 1.

        A quote that is there already keeps its number and gains the new marks.

        Args:
            sentence: the sentence that holds the quote.
            span: offsets of the quote in the article's text.
            marks: offsets of the values in it.
            same_as: number of the citation that says the same in another article; 0 for none.
        """
        return self.number(self.made(sentence, span, marks, same_as))

    def made(
        self,
        sentence: Sentence,
        span: tuple[int, int],
        marks: Iterable[tuple[int, int]] = (),
        same_as: int = 0,
    ) -> Citation:
        """The citation that :meth:`cite` would add, without a number.

        The span is cut to the report: bylines before it and credits behind it are left out.
        """
        article, (start, end) = sentence.article, span
        inside = tuple(sorted({mark for mark in marks if start <= mark[0] and mark[1] <= end}))
        start = begins_at(article.text, start, end, inside[0][0] if inside else end - 1)
        end = ends_at(article.text, start, end, inside[-1][1] if inside else start + 1)
        if unopened(article.text[start:end]):
            end -= 1
        quote = article.text[start:end]
        return Citation(
            identity(article.id, start, quote),
            article.id,
            start,
            end,
            quote,
            article.title,
            article.date,
            article.source,
            article.url,
            article.lang,
            min(start, sentence.passage_start),
            max(end, sentence.passage_end),
            inside,
            highlights(self._query, self._model, quote, start),
            article.page(start),
            same_as,
            header_above(article.text, start),
            article.recognised(start),
            times_of(article.text, start, end, article.date),
        )

    def number(self, citation: Citation) -> int:
        """Adds a citation that :meth:`made` gave, as :meth:`cite` does, and returns its number."""
        for place, other in enumerate(self.all):
            if other.id == citation.id:
                self.all[place] = replace(
                    other, marks=tuple(sorted({*other.marks, *citation.marks}))
                )
                return place + 1
        self.all.append(citation)
        return len(self.all)


def identity(article_id: str, start: int, quote: str) -> str:
    """Ten hex digits that identify a quote: a hash of its article's id, offset and words."""
    return hashlib.sha256(f"{article_id}\0{start}\0{quote}".encode()).hexdigest()[:10]


def verify(citation: Citation, article: Article) -> None:
    """Raises IndexCorrupt unless the article has exactly the quote's characters at its offsets."""
    if article.text[citation.start : citation.end] != citation.quote or not citation.quote:
        raise IndexCorrupt(
            f"expected {article.id} to hold the quote at {citation.start}, "
            "but it holds another text: "
            "run `yinju verify`, then `yinju rollback` or `yinju build`"
        )
