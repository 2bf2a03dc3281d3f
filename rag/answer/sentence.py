"""Sentences of articles, and how much of one is quoted."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from rag.answer.begin import begins_at, headline_end
from rag.corpus import Article, clauses, sentences
from rag.corpus.gazetteer import Place, contains
from rag.corpus.places import find_places
from rag.reader.reading import Finding
from rag.reader.windows import Window

# Characters, by language, up to which a sentence is quoted whole.
_MAX_QUOTE_CHARACTERS = {"zh": 170, "en": 340}
# A longer sentence is still quoted to its end if the quote has at most this many times
# _MAX_QUOTE_CHARACTERS.
OVERLENGTH_FACTOR = 1.5
SENTENCE_MARGIN = 400  # characters around a window in which its sentences may begin and end


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """``article.text[start:end]``, with the passage that it stands in.

    Attributes:
        article: the article; ``row`` is its row in the index.
        start, end: offsets of the sentence.
        passage_start, passage_end: offsets of the passage around it.
    """

    article: Article
    row: int
    start: int
    end: int
    passage_start: int
    passage_end: int

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return self.article.text[self.start : self.end]


def sentence_of(finding: Finding) -> Sentence:
    """The sentence that a finding stands in; if it touches several, all of them as one."""
    window, start, end = finding.window, finding.start, finding.end
    touched = [span for span in _sentences(window) if span[0] < end and start < span[1]]
    if touched:
        start, end = min(start, touched[0][0]), max(end, touched[-1][1])
    return Sentence(
        window.article, window.row, start, end, min(start, window.start), max(end, window.end)
    )


@functools.lru_cache(maxsize=256)
def _sentences(window: Window) -> list[tuple[int, int]]:
    """The sentences that overlap a window or lie near it; those at its ends are whole.

    They are cached, since a list needs those of one window for each of its names.
    """
    text = window.article.text
    return sentences(
        text, max(0, window.start - SENTENCE_MARGIN), min(len(text), window.end + SENTENCE_MARGIN)
    )


def of_place(one: Sentence, place: Place) -> bool:
    """Whether a sentence can be about a place.

    It can if it names the place, a part of it or what contains it, or names no place but countries.
    In the latter case the last place named before it in its passage decides, else that of the
    title.
    """
    article = one.article
    before = article.text[one.passage_start : one.start]
    for text in (one.text, before, article.title):
        named = [m.place for m in find_places(text) if not m.part_of_name]
        below_country = [other for other in named if other.level != "country"]
        if below_country:
            last = below_country if text == one.text else below_country[-1:]
            return any(contains(place, other) or contains(other, place) for other in last)
    return True


def longest(article: Article) -> int:
    """The most characters of an article that are quoted at once, by its language."""
    return _MAX_QUOTE_CHARACTERS["zh" if article.lang in ("zh", "ja") else "en"]


def quote_span(sentence: Sentence, keep: tuple[int, int]) -> tuple[int, int]:
    """The span of a sentence to quote: all of it, without what only leads in.

    If the sentence is too long, the quote has the clauses around ``keep``, and goes on to the end
    of the sentence if there is room.

    Args:
        sentence: the sentence.
        keep: offsets of what the quote must contain.
    """
    text, end = sentence.article.text, sentence.end
    start = begins_at(text, sentence.start, end, max(keep[0], keep[1] - 1))
    if keep[1] <= (ends := headline_end(text, start, end, labelled=start > sentence.start)):
        end = start + len(text[start:ends].rstrip())  # quote a headline without its report
    limit = longest(sentence.article)
    if text[end - 1] in "；;":  # the sentence goes on: add its rest if there is room
        goes_on = sentences(text, end, min(len(text), end + limit))[:1]
        if goes_on and "\n" not in text[end : goes_on[0][0]] and goes_on[0][1] - start <= limit:
            end = goes_on[0][1]
    if end - start <= OVERLENGTH_FACTOR * limit:
        return start, end
    parts = clauses(text, start, end)
    inside = [i for i, (a, b) in enumerate(parts) if a < keep[1] and b > keep[0]] or [0]
    first, last = inside[0], inside[-1]
    if end - parts[first][0] <= limit:
        last = len(parts) - 1
    while True:  # clauses before come first: they name the subject
        if first > 0 and parts[last][1] - parts[first - 1][0] <= limit:
            first -= 1
        elif last < len(parts) - 1 and parts[last + 1][1] - parts[first][0] <= limit:
            last += 1
        else:
            return parts[first][0], parts[last][1]
