"""Puts the rows of an answer into the form in which they are shown.

One main article remains for a question that sentences answer, values are put into the asker's
language, and further values are shown with what tells them from the first.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from rag.answer.begin import FOOTER_PATTERN, begins_at
from rag.answer.cite import Citations
from rag.answer.english import labelled
from rag.answer.rows import SENTENCE_FORMS
from rag.answer.sentence import OVERLENGTH_FACTOR, SENTENCE_MARGIN, Sentence, longest, quote_span
from rag.answer.texts import joined, phrase
from rag.answer.types import Citation, Row
from rag.answer.when import shown_day
from rag.corpus import clauses, sentences
from rag.corpus.captions import is_caption
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.reader.value import VALUE_KINDS

# Most characters of the clause shown to explain a value.
_MAX_CLAUSE_CHARACTERS = {"zh": 30, "en": 80}
_MAX_DETAIL_SENTENCES = 8  # sentences shown for "tell me more"
_MAX_PARAGRAPH_SENTENCES = 3  # most sentences shown of the main article
# A sentence that begins so needs the one before it to be understood.
_LEANS = re.compile(
    r"[这该其他她它此]|上述|同时|对此|为此|因此|(?:This|That|It|He|She|They|These|But|And|So)\b"
)
# Text below a report that is no part of it.
_FURNITURE = re.compile(
    rf"{FOOTER_PATTERN}|\[?(?:编辑|监制|审核)[:：]|版权|转载|本文(?:链接|来自|属于)|扫码"
    r"|更多(?:精彩|原创)|下载.{0,10}(?:客户端|APP)"
)


def arranged(
    snapshot: Snapshot, parsed: ParsedQuestion, rows: Sequence[Row], cited: Citations, listed: bool
) -> list[Row]:
    """The rows as they are shown; ``cited`` is left with just the citations they need, in order.

    Args:
        snapshot: the index.
        parsed: the question.
        rows: of the answer, the best first.
        cited: their citations.
        listed: whether they are the rows of a list.
    """
    if not rows:
        return []
    rows = list(rows)
    if not listed and not any(row.label or row.place for row in rows):
        if parsed.only:
            rows = _details(snapshot, cited.all[rows[0].citations[0] - 1], cited)
        elif parsed.form in SENTENCE_FORMS:
            rows = [_main(snapshot, rows, cited)]
    elif not listed:
        rows = _distinguished(rows, cited, parsed)
    if not listed:
        rows = _once(rows, cited)
    if parsed.frame == "en":
        rows = [_in_english(row, cited.all[row.citations[0] - 1], parsed.kind) for row in rows]
    return _renumbered(rows, cited)


def _once(rows: Sequence[Row], cited: Citations) -> list[Row]:
    """The rows, of those that quote the same words only the first: some pages repeat themselves."""
    firsts: dict[str, Row] = {}
    for row in rows:
        firsts.setdefault(cited.all[row.citations[0] - 1].quote, row)
    return list(firsts.values())


def _details(snapshot: Snapshot, quote: Citation, cited: Citations) -> list[Row]:
    """The sentences of an article around a quote, each a row, from shortly before the quote on."""
    row = snapshot.article_row(quote.article_id)
    article = snapshot.article(row)
    text = article.text
    spans = [span for span in sentences(text) if not _is_furniture(text[slice(*span)])]
    ahead = sum(end <= quote.start for _, end in spans)
    first = max(0, min(ahead - _MAX_DETAIL_SENTENCES // 4, len(spans) - _MAX_DETAIL_SENTENCES))
    rows = []
    for start, end in spans[first : first + _MAX_DETAIL_SENTENCES]:
        one = Sentence(article, row, start, end, start, end)
        shown = quote_span(one, (end - 1, end))
        if text[slice(*shown)].strip():
            rows.append(Row("", citations=(cited.cite(one, shown),)))
    return rows


def _main(snapshot: Snapshot, rows: Sequence[Row], cited: Citations) -> Row:
    """The row that most articles support, the first of equals, with the sentences around it.

    Captions are chosen only if there is nothing else.
    """

    def support(row: Row) -> int:
        return len({cited.all[number - 1].article_id for number in row.citations}) + row.more

    quotes = {id(row): cited.all[row.citations[0] - 1] for row in rows}
    statements = [row for row in rows if not _is_caption(quotes[id(row)].quote)]
    main = max(statements or rows, key=support)
    first = main.citations[0]
    cited.all[first - 1] = _paragraph(snapshot, quotes[id(main)], cited)
    same = [n for n in main.citations[1:] if cited.all[n - 1].same_as == first]
    return dataclasses.replace(main, citations=(first, *same))


def _paragraph(snapshot: Snapshot, quote: Citation, cited: Citations) -> Citation:
    """A quote with neighbouring sentences of its paragraph, as far as there is room.

    Sentences before it are added only if the quote needs them (``_LEANS``).
    """
    row = snapshot.article_row(quote.article_id)
    article = snapshot.article(row)
    text, start, end = article.text, quote.start, quote.end
    spans = sentences(text, max(0, start - SENTENCE_MARGIN), min(len(text), end + SENTENCE_MARGIN))
    before = [span for span in spans if span[1] <= start][::-1]
    after = [span for span in spans if span[0] >= end]
    count = 1
    ways = [before, after] if _LEANS.match(quote.quote) else [after]
    for near in ways:
        for a, b in near:
            gap = text[b:start] if near is before else text[end:a]
            low, high = min(a, start), max(b, end)
            fits = (
                high - low <= OVERLENGTH_FACTOR * longest(article)
                and count < _MAX_PARAGRAPH_SENTENCES
            )
            opens = begins_at(text, a, b, b - 1) > a  # a bureau line or byline opens another report
            if not fits or len(gap) > 1 or "\n" in gap or opens or _is_furniture(text[a:b]):
                break
            start, end, count = low, high, count + 1
            if near is before and not _LEANS.match(text, start):
                break
    if (start, end) == (quote.start, quote.end):
        return quote
    extended = Sentence(
        article, row, start, end, min(start, quote.passage_start), max(end, quote.passage_end)
    )
    return cited.made(extended, (start, end), quote.marks)


def _is_furniture(text: str) -> bool:
    """Whether a sentence belongs to the page and not to the report."""
    n_letters = sum(map(str.isalnum, text))  # too few for a statement, as in "（完）"
    return n_letters < 2 or bool(_FURNITURE.search(text)) or _is_caption(text)


def _is_caption(text: str) -> bool:
    return is_caption(text, 0, len(text))


def _distinguished(rows: Sequence[Row], cited: Citations, parsed: ParsedQuestion) -> list[Row]:
    """The first value and those others that something tells from it, shown as their detail.

    Others that give the same value lend it their citations.
    """
    first, *others = rows
    of = cited.all[first.citations[0] - 1]
    out = [first]
    for row in others:
        named = parsed.kind not in VALUE_KINDS and first.label and first.label in row.label
        if (row.label, row.detail) == (first.label, first.detail) or named and not row.place:
            numbers = tuple(dict.fromkeys((*out[0].citations, *row.citations)))
            out[0] = dataclasses.replace(out[0], citations=numbers)
            continue
        one = cited.all[row.citations[0] - 1]
        if not (row.label or row.place):  # the row is shown as its sentence
            out.append(row)
        elif distinctions := [
            part for part in (_clause(one, parsed), _dated(one, of, parsed.frame)) if part
        ]:
            between = "semicolon" if parsed.frame == "en" else "comma"
            detail = joined([*filter(None, (row.detail,)), *distinctions], between, parsed.frame)
            out.append(dataclasses.replace(row, detail=detail))
    return out


def _clause(one: Citation, parsed: ParsedQuestion) -> str:
    """The clause in which a value stands; "" if it is long or not in the asker's language."""
    lang = "zh" if one.lang == "zh" else "en"
    if not one.marks or lang != ("en" if parsed.frame == "en" else "zh"):
        return ""
    at = one.marks[0][0] - one.start
    for start, end in clauses(one.quote):
        if start <= at < end:
            words = re.sub(r"\W+$", "", " ".join(one.quote[start:end].split()))
            return words if len(words) <= _MAX_CLAUSE_CHARACTERS[lang] else ""
    return ""


def _dated(one: Citation, first: Citation, lang: str) -> str:
    """How the date of an article, or else its publisher, differs from that of the first value."""
    if one.date == first.date:
        return one.source if one.source != first.source else ""
    if not one.date:
        return phrase("undated", lang)
    day = shown_day(one.date, lang)
    if not first.date:
        return day
    order = phrase("earlier" if one.date < first.date else "later", lang)
    return joined([day, order], "comma", lang)


def _in_english(row: Row, quote: Citation, kind: str) -> Row:
    """The row with its label and value in English, if they are from a Chinese article."""
    label = row.label if row.place else labelled(row.label, kind, quote.date)
    return dataclasses.replace(row, label=label, value=labelled(row.value, kind, quote.date))


def _renumbered(rows: Sequence[Row], cited: Citations) -> list[Row]:
    """The rows with citations numbered by first use; ``cited`` keeps only these."""
    used = list(dict.fromkeys(number for row in rows for number in row.citations))
    new = {number: place for place, number in enumerate(used, 1)}
    cited.all[:] = [
        dataclasses.replace(one, same_as=new.get(one.same_as, 0))
        for one in (cited.all[number - 1] for number in used)
    ]
    return [
        dataclasses.replace(
            row,
            citations=tuple(new[number] for number in row.citations),
            differing=tuple(
                dataclasses.replace(one, citations=tuple(new[n] for n in one.citations))
                for one in row.differing
            ),
        )
        for row in rows
    ]
