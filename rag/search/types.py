"""Data contracts of search: filters in, hits out."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Filters:
    """Restricts a search; applied before candidates are cut, never after.

    Attributes:
        date_from, date_to: inclusive bounds "YYYY-MM-DD"; "" leaves a side open. An article without
            a date passes only when both are open.
        sources: publishers to keep; empty keeps all.
        langs: languages to keep ("zh", "en"); empty keeps all.
        places: keep the articles that name one of these places, or a place inside it, anywhere in
            title or text; provinces, cities and counties of China and countries, in Chinese or
            English (:func:`rag.corpus.place_names.place_named`); empty keeps all.
    """

    date_from: str = ""
    date_to: str = ""
    sources: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.date_from or self.date_to or self.sources or self.langs or self.places)


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the parts of a passage's score are weighed: ``0.75 dense + 2 late + 1 article + 3 lexical
    + 1 phrase`` unless told.

    Chosen on the development sets, one setting for all of them; docs/evaluation.md has the table of
    what each part adds.

    Attributes:
        dense, late, article, lexical, phrase: weights of the parts, 0 or more; 0 leaves a part out.
        balanced: put the scores of passages in another language on the scale of those in the
            question's own.
        expansion: in a large corpus, propose passages that hold the words of the question or their
            translations.
    """

    dense: float = 0.75
    late: float = 2.0
    article: float = 1.0
    lexical: float = 3.0
    phrase: float = 1.0
    balanced: bool = True
    expansion: bool = True


@dataclass(frozen=True, slots=True)
class Highlight:
    """A word of an article that matches a word of the question, possibly of the other language.

    Attributes:
        start, end: offsets into ``article.text``.
        word: the word of the question it matches.
        score: cosine of the two, 0 to 1 (1 where they are the same word).
    """

    start: int
    end: int
    word: str
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found.

    Attributes:
        article_id, title, date, source, url, lang: of the article.
        start, end: the passage is ``article.text[start:end]``.
        text: that slice.
        score: fused score, or the reranker's where one is used; higher is better, comparable within
            one search only.
        support: share (0 to 1) of the question's weight that the passage supports.
        parts: the scores that were fused, by name ("dense", "lexical", "late", "phrase"); with a
            reranker also "fused", what came of them, and "rerank", its own.
        highlights: matched words, in order of appearance.
        page: page on which the passage begins, from 1; 0 where the article has no pages.
        ocr: how sure text recognition (OCR) is of that page, in percent, 1 to 100; 0 where the text
            is the file's own.
        story: id of the first article that tells the same in nearly the same words, this one itself
            perhaps; "" where no other does.
    """

    article_id: str
    title: str
    date: str
    source: str
    url: str
    lang: str
    start: int
    end: int
    text: str
    score: float
    support: float
    parts: dict[str, float] = field(default_factory=dict)
    highlights: tuple[Highlight, ...] = ()
    page: int = 0
    ocr: int = 0
    story: str = ""
