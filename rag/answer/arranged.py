"""How the rows of an answer read.

One main article, values in the asker's language, and what tells a second value from the first.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from rag.answer.begin import BELOW, begins_at
from rag.answer.cite import Citations
from rag.answer.english import labelled
from rag.answer.rows import SENTENCES
from rag.answer.sentence import AROUND, ROOM, Sentence, longest, quote_span
from rag.answer.texts import joined, phrase
from rag.answer.types import Citation, Row
from rag.answer.when import shown_day
from rag.corpus import clauses, sentences
from rag.corpus.captions import is_caption
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.reader.value import VALUE_KINDS

SAID = {"zh": 30, "en": 80}  # characters of the clause that tells what a value is
DETAILS = 8  # sentences that "tell me more" shows
PARAGRAPH = 3  # sentences of the main article that are shown
# A sentence that begins so says little without the one before it.
_LEANS = re.compile(
    r"[这该其他她它此]|上述|同时|对此|为此|因此|(?:This|That|It|He|She|They|These|But|And|So)\b"
)
# What stands below a report and is none of it.
_FURNITURE = re.compile(
    rf"{BELOW}|\[?(?:编辑|监制|审核)[:：]|版权|转载|本文(?:链接|来自|属于)|扫码"
    r"|更多(?:精彩|原创)|下载.{0,10}(?:客户端|APP)"
)


def arranged(
    snapshot: Snapshot, parsed: ParsedQuestion, rows: Sequence[Row], cited: Citations, listed: bool
) -> list[Row]:
    """The rows as they are shown; ``cited`` then holds the citations that they need, in order.

    Args:
        snapshot: the index.
        parsed: the question.
        rows: of the answer, the best first.
        cited: their citations.
        listed: whether they are those of a list.
    """
    if not rows:
        return []
    rows = list(rows)
    if not listed and not any(row.label or row.place for row in rows):
        if parsed.only:
            rows = _details(snapshot, cited.all[rows[0].citations[0] - 1], cited)
        elif parsed.form in SENTENCES:
            rows = [_main(snapshot, rows, cited)]
    elif not listed:
        rows = _told_apart(rows, cited, parsed)
    if not listed:
        rows = _once(rows, cited)
    if parsed.frame == "en":
        rows = [_in_english(row, cited.all[row.citations[0] - 1], parsed.kind) for row in rows]
    return _renumbered(rows, cited)


def _once(rows: Sequence[Row], cited: Citations) -> list[Row]:
    """The first of rows that quote the same words: some pages say the same several times."""
    firsts: dict[str, Row] = {}
    for row in rows:
        firsts.setdefault(cited.all[row.citations[0] - 1].quote, row)
    return list(firsts.values())


def _details(snapshot: Snapshot, quote: Citation, cited: Citations) -> list[Row]:
    """The sentences of an article from a little before a quote on, each a row."""
    row = snapshot.article_row(quote.article_id)
    article = snapshot.article(row)
    text = article.text
    spans = [span for span in sentences(text) if not _is_furniture(text[slice(*span)])]
    ahead = sum(end <= quote.start for _, end in spans)
    first = max(0, min(ahead - DETAILS // 4, len(spans) - DETAILS))
    rows = []
    for start, end in spans[first : first + DETAILS]:
        one = Sentence(article, row, start, end, start, end)
        shown = quote_span(one, (end - 1, end))
        if text[slice(*shown)].strip():
            rows.append(Row("", citations=(cited.cite(one, shown),)))
    return rows


def _main(snapshot: Snapshot, rows: Sequence[Row], cited: Citations) -> Row:
    """The row that most articles tell, the first of several, with the sentences around it."""

    def told(row: Row) -> int:
        return len({cited.all[number - 1].article_id for number in row.citations}) + row.more

    quotes = {id(row): cited.all[row.citations[0] - 1] for row in rows}
    said = [row for row in rows if not _is_caption(quotes[id(row)].quote)]
    main = max(said or rows, key=told)
    first = main.citations[0]
    cited.all[first - 1] = _paragraph(snapshot, quotes[id(main)], cited)
    same = [n for n in main.citations[1:] if cited.all[n - 1].same_as == first]
    return dataclasses.replace(main, citations=(first, *same))


def _paragraph(snapshot: Snapshot, quote: Citation, cited: Citations) -> Citation:
    """A quote with its neighbouring sentences, of its paragraph and as far as there is room."""
    row = snapshot.article_row(quote.article_id)
    article = snapshot.article(row)
    text, start, end = article.text, quote.start, quote.end
    spans = sentences(text, max(0, start - AROUND), min(len(text), end + AROUND))
    before = [span for span in spans if span[1] <= start][::-1]
    after = [span for span in spans if span[0] >= end]
    count = 1
    ways = [before, after] if _LEANS.match(quote.quote) else [after]
    for near in ways:
        for a, b in near:
            gap = text[b:start] if near is before else text[end:a]
            low, high = min(a, start), max(b, end)
            fits = high - low <= ROOM * longest(article) and count < PARAGRAPH
            opens = begins_at(text, a, b, b - 1) > a  # another report: its bureau line, its byline
            if not fits or len(gap) > 1 or "\n" in gap or opens or _is_furniture(text[a:b]):
                break
            start, end, count = low, high, count + 1
            if near is before and not _LEANS.match(text, start):
                break
    if (start, end) == (quote.start, quote.end):
        return quote
    around = Sentence(
        article, row, start, end, min(start, quote.passage_start), max(end, quote.passage_end)
    )
    return cited.made(around, (start, end), quote.marks)


def _is_furniture(text: str) -> bool:
    said = sum(map(str.isalnum, text))  # "（完）"
    return said < 2 or bool(_FURNITURE.search(text)) or _is_caption(text)


def _is_caption(text: str) -> bool:
    return is_caption(text, 0, len(text))


def _told_apart(rows: Sequence[Row], cited: Citations, parsed: ParsedQuestion) -> list[Row]:
    """The first value, and those of the others that something distinguishes from it, with that."""
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
        if not (row.label or row.place):  # shown as its sentence
            out.append(row)
        elif told := [part for part in (_said(one, parsed), _dated(one, of, parsed.frame)) if part]:
            between = "semicolon" if parsed.frame == "en" else "comma"
            detail = joined([*filter(None, (row.detail,)), *told], between, parsed.frame)
            out.append(dataclasses.replace(row, detail=detail))
    return out


def _said(one: Citation, parsed: ParsedQuestion) -> str:
    """What a value is: the clause that it stands in, if short and in the asker's language."""
    lang = "zh" if one.lang == "zh" else "en"
    if not one.marks or lang != ("en" if parsed.frame == "en" else "zh"):
        return ""
    at = one.marks[0][0] - one.start
    for start, end in clauses(one.quote):
        if start <= at < end:
            words = re.sub(r"\W+$", "", " ".join(one.quote[start:end].split()))
            return words if len(words) <= SAID[lang] else ""
    return ""


def _dated(one: Citation, first: Citation, lang: str) -> str:
    """How the date of an article, or its publisher, differs from that of the first value."""
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
    """The row with its label and its value in English, where they are a Chinese article's."""
    label = row.label if row.place else labelled(row.label, kind, quote.date)
    return dataclasses.replace(row, label=label, value=labelled(row.value, kind, quote.date))


def _renumbered(rows: Sequence[Row], cited: Citations) -> list[Row]:
    """The rows with citations numbered as they come; ``cited`` keeps those alone."""
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
