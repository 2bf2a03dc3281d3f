"""A sentence of an article, and how much of it is quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.corpus import Article, clauses, sentences
from rag.corpus.places import Place, contains, find_places
from rag.reader.reading import Finding

LONGEST = {"zh": 170, "en": 340}  # a sentence up to this is quoted whole; characters, by language
# What stands before a report and is none of it: "原标题：", "新华社北京3月5日电", "（记者张三）".
_BEFORE = re.compile(
    r"\s*(?:(?:原标题|来源|本文来源)\s*[:：]\s*|[（(]?(?:本报|新华社|中新[社网]|人民网|央视网|中国新闻网)[^，。：:（(]{0,24}?"
    r"(?:电|讯|消息)[)）]?[:：]?"
    r"|[（(](?:记者|通讯员|作者|编辑)[^()（）]{0,30}[)）]|\s)+"
)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """``article.text[start:end]``, in a passage.

    Attributes:
        article: the article; ``row`` its row.
        start, end: the sentence.
        passage_start, passage_end: the passage around it.
    """

    article: Article
    row: int
    start: int
    end: int
    passage_start: int
    passage_end: int

    @property
    def text(self) -> str:
        """The sentence."""
        return self.article.text[self.start : self.end]


def sentence_of(finding: Finding) -> Sentence:
    """The sentence that a finding stands in, or those that it reaches over."""
    window = finding.window
    text, start, end = window.article.text, finding.start, finding.end
    touched = [
        span
        for span in sentences(text, window.start, window.end)
        if span[0] < end and start < span[1]
    ]
    if touched:
        start, end = min(start, touched[0][0]), max(end, touched[-1][1])
    return Sentence(
        window.article, window.row, start, end, min(start, window.start), max(end, window.end)
    )


def of_place(one: Sentence, place: Place) -> bool:
    """Whether a sentence can be about a place.

    It names it, or what lies in it, or no place beside it.

    Of a sentence that names none, its title and what stands before it in its passage decide.
    """
    article = one.article
    before = article.text[one.passage_start : one.start]
    for text in (one.text, before, article.title):
        named = [m.place for m in find_places(text) if not m.part_of_name]
        told = [other for other in named if other.level != "country"]
        if told:
            last = told if text == one.text else told[-1:]
            return any(contains(place, other) or contains(other, place) for other in last)
    return True


def beside(one: Sentence, step: int) -> Sentence | None:
    """The sentence behind (1) or before (-1) another in its paragraph; None for none."""
    text = one.article.text
    low, high = max(0, one.passage_start - 200), min(len(text), one.passage_end + 200)
    spans = sentences(text, low, high)
    found = (
        [span for span in spans if span[0] >= one.end]
        if step > 0
        else [span for span in spans if span[1] <= one.start][::-1]
    )
    if not found:
        return None
    start, end = found[0]
    between = text[one.end : start] if step > 0 else text[end : one.start]
    if "\n" in between:
        return None
    return Sentence(
        one.article, one.row, start, end, min(one.passage_start, start), max(one.passage_end, end)
    )


def longest(article: Article) -> int:
    """How many characters of an article are quoted at once, by its language."""
    return LONGEST["zh" if article.lang in ("zh", "ja") else "en"]


def quote_span(sentence: Sentence, keep: tuple[int, int]) -> tuple[int, int]:
    """The part of a sentence to quote: all of it but what only leads in.

    Where it is long, it is the clauses around some words.

    Args:
        sentence: the sentence.
        keep: offsets of what must be in the quote.
    """
    text, start = sentence.article.text, sentence.start
    if (lead := _BEFORE.match(text, start, sentence.end)) and lead.end() <= keep[0]:
        start = lead.end()
    limit = longest(sentence.article)
    if sentence.end - start <= limit:
        return start, sentence.end
    parts = clauses(text, start, sentence.end)
    inside = [i for i, (a, b) in enumerate(parts) if a < keep[1] and b > keep[0]] or [0]
    first, last = inside[0], inside[-1]
    while True:  # what comes before names the subject: it is the better company
        if first > 0 and parts[last][1] - parts[first - 1][0] <= limit:
            first -= 1
        elif last < len(parts) - 1 and parts[last + 1][1] - parts[first][0] <= limit:
            last += 1
        else:
            return parts[first][0], parts[last][1]
