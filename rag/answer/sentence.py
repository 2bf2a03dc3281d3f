"""A sentence of an article, and how much of it is quoted."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from rag.answer.begin import begins_at, headline_end
from rag.corpus import Article, clauses, sentences
from rag.corpus.gazetteer import Place, contains
from rag.corpus.places import find_places
from rag.reader.reading import Finding
from rag.reader.windows import Window

LONGEST = {"zh": 170, "en": 340}  # a sentence up to this is quoted whole; characters, by language
# Of a longer one so many times that is quoted where it then ends at the sentence's end.
ROOM = 1.5
AROUND = 400  # characters around a window in which the ends of its sentences are looked for


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
    window, start, end = finding.window, finding.start, finding.end
    touched = [span for span in _sentences(window) if span[0] < end and start < span[1]]
    if touched:
        start, end = min(start, touched[0][0]), max(end, touched[-1][1])
    return Sentence(
        window.article, window.row, start, end, min(start, window.start), max(end, window.end)
    )


@functools.lru_cache(maxsize=256)
def _sentences(window: Window) -> list[tuple[int, int]]:
    """The sentences of a window, whole where it begins or ends within a long one.

    A list asks for those of one window once for each of its names.
    """
    text = window.article.text
    return sentences(text, max(0, window.start - AROUND), min(len(text), window.end + AROUND))


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


def longest(article: Article) -> int:
    """How many characters of an article are quoted at once, by its language."""
    return LONGEST["zh" if article.lang in ("zh", "ja") else "en"]


def quote_span(sentence: Sentence, keep: tuple[int, int]) -> tuple[int, int]:
    """The part of a sentence to quote: all of it but what only leads in.

    Where it is long, it is the clauses around some words, to the end of the sentence if there is
    room for that.

    Args:
        sentence: the sentence.
        keep: offsets of what must be in the quote.
    """
    text, end = sentence.article.text, sentence.end
    start = begins_at(text, sentence.start, end, max(keep[0], keep[1] - 1))
    if keep[1] <= (ends := headline_end(text, start, end, labelled=start > sentence.start)):
        end = start + len(text[start:ends].rstrip())  # a headline is quoted without its report
    limit = longest(sentence.article)
    if text[end - 1] in "；;":  # the sentence goes on; to its end where there is room
        goes_on = sentences(text, end, min(len(text), end + limit))[:1]
        if goes_on and "\n" not in text[end : goes_on[0][0]] and goes_on[0][1] - start <= limit:
            end = goes_on[0][1]
    if end - start <= ROOM * limit:
        return start, end
    parts = clauses(text, start, end)
    inside = [i for i, (a, b) in enumerate(parts) if a < keep[1] and b > keep[0]] or [0]
    first, last = inside[0], inside[-1]
    if end - parts[first][0] <= limit:
        last = len(parts) - 1
    while True:  # what comes before names the subject: it is the better company
        if first > 0 and parts[last][1] - parts[first - 1][0] <= limit:
            first -= 1
        elif last < len(parts) - 1 and parts[last + 1][1] - parts[first][0] <= limit:
            last += 1
        else:
            return parts[first][0], parts[last][1]
