"""The rows of an answer with their citations: sentences, values, names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from rag.answer.cite import Citations
from rag.answer.compare import Measured
from rag.answer.duplicates import Duplicates, differences, stories_first
from rag.answer.levels import is_own, only_places
from rag.answer.named import Named, excepted, is_name, named_in
from rag.answer.sentence import Sentence, quote_span, sentence_of
from rag.answer.types import Row
from rag.corpus.gazetteer import Place, province_label
from rag.question import ParsedQuestion, in_script
from rag.reader.findings import Findings, FoundValue, Spot
from rag.reader.typed import measures
from rag.reader.values import find_dates, find_numbers

MAX_QUOTES_OF_ROW = 3  # most values shown, and most quotes of one value, name or refusal
# Values are shown until their shares of all that was found add up to this. Of 400 development
# questions .72 have the answer in a quote; with .75 it is .71, and a tenth fewer characters.
_MIN_SHARE_SHOWN = 0.88
# A value labels its row only if it has this share of all that was found, and this part of what its
# passage may answer; else its sentence is shown. Of 600 development questions .31 then begin with a
# value and .72 of these values are right (with .5: .39 and .67; with .7: .26 and .75).
_MIN_SHARE_OF_LABEL = 0.6
# A figure or date may instead have this part of what was found in its passage. Shorter and longer
# spans of the same words take shares from each other, but the label is the whole figure anyway.
_MIN_LEAD_OF_FIGURE = 0.9
_MAX_LOG_ODDS_BEHIND = 2.0  # log-odds below the best spot down to which a further quote is shown
# Most characters of a value; a longer one is shown as its sentence.
_MAX_LABEL_CHARACTERS = {"zh": 24, "en": 60}
SENTENCE_FORMS = ("why", "how", "open", "whether")  # forms of questions that a sentence answers


def value_rows(
    parsed: ParsedQuestion, findings: Findings, cited: Citations, duplicates: Duplicates
) -> list[Row]:
    """Rows for the likeliest values, each with what says the same, up to ``_MIN_SHARE_SHOWN``.

    If the best value is not certain enough for a label, all rows show their sentences.
    """
    rows: list[Row] = []
    shown: list[Sentence] = []
    share = 0.0
    for value in findings.values:
        share += value.share
        first = sentence_of(value.spots[0].finding)
        if not any(_within(first, one) or duplicates.same(one, first) for one in shown):
            row, quoted = _value_row(parsed, value, first, cited, duplicates)
            rows.append(row)
            shown += quoted
        if share >= _MIN_SHARE_SHOWN or len(rows) == MAX_QUOTES_OF_ROW:
            break
    if rows and not (rows[0].label or rows[0].place):  # keep the best first: all as sentences
        rows = [dataclasses.replace(row, label="", place="", detail="") for row in rows]
    return rows


def _value_row(
    parsed: ParsedQuestion,
    value: FoundValue,
    first: Sentence,
    cited: Citations,
    duplicates: Duplicates,
) -> tuple[Row, list[Sentence]]:
    """A row for a value with a quote of each story that gives it, and the sentences quoted."""
    best = value.spots[0]
    leads = parsed.kind in ("number", "date") and best.lead >= _MIN_LEAD_OF_FIGURE
    certain = value.share >= _MIN_SHARE_OF_LABEL and (
        leads or best.certainty >= _MIN_SHARE_OF_LABEL
    )
    label = _label_of(parsed, best)[0] if certain else ""
    spots = ((spot, _label_of(parsed, spot)[1]) for spot in value.spots)
    numbers, quoted = _cited(spots, MAX_QUOTES_OF_ROW if label else 1, cited, duplicates)
    row = Row(label, citations=numbers)
    if parsed.kind == "places" and certain and (place := _place_named(parsed, best, label)):
        row = _name_row(parsed, [place], numbers)
    return folded(row, quoted[0], cited, duplicates, value.spots), quoted


def _place_named(parsed: ParsedQuestion, spot: Spot, label: str) -> Named | None:
    """The place that a value names; None if there is none or "where" is answered by more words."""
    placed = (one for one in named_in(parsed, spot) if one.place and not excepted(parsed, one))
    named = next(placed, None)
    if named and parsed.level == "any" and not only_places(label):
        return None
    return named


def _label_of(parsed: ParsedQuestion, spot: Spot) -> tuple[str, tuple[int, int]]:
    """The label for a spot, "" if its sentence is shown instead, and the span of the value.

    The span of a figure or a date is widened to the whole of it, with its unit.
    """
    finding = spot.finding
    text, start, end = finding.window.article.text, finding.start, finding.end
    if parsed.kind in ("number", "date"):
        low, high = max(finding.window.start, start - 12), min(finding.window.end, end + 24)
        find = find_dates if parsed.kind == "date" else find_numbers
        spans = [(low + value.start, low + value.end) for value in find(text[low:high])]
        if len(inside := [(a, b) for a, b in spans if a < end and start < b]) == 1:
            start, end = inside[0]
    longest = _MAX_LABEL_CHARACTERS["en" if text[start:end].isascii() else "zh"]
    words = " ".join(text[start:end].split())
    if parsed.form in SENTENCE_FORMS or len(words) > longest or not _presentable(parsed, words):
        return "", (start, end)
    return words, (start, end)


def _presentable(parsed: ParsedQuestion, words: str) -> bool:
    """Whether words are a value that can stand alone, and not a fragment of a sentence."""
    if any(c in words for c in "。！？；"):
        return False
    if parsed.kind == "date" and not find_dates(words):
        return not words[0].isupper() and not find_numbers(words)
    if parsed.kind == "number" and (figures := find_numbers(words)):
        return any(measures(figure, parsed.plain) for figure in figures)
    typed = parsed.kind in ("number", "date", "places", "text")
    return typed or any(c.isdigit() for c in words) or is_name(words)


def _within(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences overlap in the same article."""
    return one.row == other.row and one.start < other.end and other.start < one.end


def folded(
    row: Row, first: Sentence, cited: Citations, duplicates: Duplicates, spots: Sequence[Spot] = ()
) -> Row:
    """The row with citations of what says the same as its first sentence, as far as there is room.

    ``spots`` are where its value stands, to be marked in those sentences.
    """
    twins, more = duplicates.sources(first, MAX_QUOTES_OF_ROW - len(row.citations))
    also = []
    for twin in twins:
        marks = [
            (s.finding.start, s.finding.end) for s in spots if s.finding.window.row == twin.row
        ]
        also.append(cited.cite(twin, (twin.start, twin.end), marks, row.citations[0]))
    numbers = tuple(dict.fromkeys((*row.citations, *also)))
    return dataclasses.replace(
        row, citations=numbers, more=more, differing=differences(cited.all, numbers)
    )


def name_rows(
    parsed: ParsedQuestion,
    groups: Sequence[Sequence[Named]],
    cited: Citations,
    duplicates: Duplicates,
) -> list[Row]:
    """A row for each name of a list, with the best quotes about it, different stories first.

    Places come first, in order of their code.
    """
    if any(group[0].place for group in groups):
        groups = sorted(groups, key=lambda group: group[0].place.code if group[0].place else "z")
    rows = []
    for group in groups:
        ordered = stories_first(group, lambda one: one.spot.passage.story)
        spots = ((one.spot, (one.start, one.end)) for one in ordered)
        rows.append(
            _name_row(parsed, group, _cited(spots, MAX_QUOTES_OF_ROW, cited, duplicates)[0])
        )
    return rows


def _cited(
    spots: Iterable[tuple[Spot, tuple[int, int]]],
    most: int,
    cited: Citations,
    duplicates: Duplicates,
) -> tuple[tuple[int, ...], list[Sentence]]:
    """Numbers of the quotes of some spots, each with its span to mark, and the sentences quoted.

    These are the first spot, and others that are nearly as likely and say something else.
    """
    numbers: dict[int, None] = {}
    quoted: list[Sentence] = []
    least = -np.inf
    for spot, span in spots:
        one = sentence_of(spot.finding)
        if spot.worth < least or any(duplicates.same(other, one) for other in quoted):
            continue
        least = max(least, spot.worth - _MAX_LOG_ODDS_BEHIND)
        numbers[cited.cite(one, quote_span(one, span), (span,))] = None
        quoted.append(one)
        if len(quoted) == most:
            break
    return tuple(numbers), quoted


def _name_row(parsed: ParsedQuestion, group: Sequence[Named], numbers: tuple[int, ...]) -> Row:
    """One row for a group of names of the same thing."""
    if group[0].place is None:
        return Row(group[0].label, citations=numbers)
    return place_row(parsed, [one.place for one in group if one.place], numbers)


def place_row(parsed: ParsedQuestion, places: Sequence[Place], numbers: tuple[int, ...]) -> Row:
    """One row for some places.

    The label is the first place, or its province if provinces are listed: then the cities and
    counties are the detail.
    """
    place, lang = places[0], parsed.frame
    province = place.province or place.short
    if not is_own(parsed.sought[1]):
        below = dict.fromkeys(one.name for one in places if one.level in ("city", "county"))
        label, detail = province_label(province, "en" if lang == "en" else "zh"), "、".join(below)
    elif lang != "en":
        label, detail = place.name, place.name
        label += f"（{place.province}）" if place.level != "province" else ""
    else:  # a province such as Beijing lies in no other
        suffix = f" ({province_label(province, lang)})" if place.level != "province" else ""
        label, detail = f"{place.en} {place.name}{suffix}".strip(), place.name
    return Row(in_script(label, lang), province, in_script(detail, lang), numbers)


def measured_rows(
    parsed: ParsedQuestion, found: Sequence[tuple[Sequence[Named], Measured]], cited: Citations
) -> list[Row]:
    """A row for each name with the figure that stands beside it, both marked in the quote."""
    rows = []
    for group, one in found:
        sentence = sentence_of(one.name.finding)
        name, value = (one.name.start, one.name.end), (one.value.start, one.value.end)
        span = (min(name[0], value[0]), max(name[1], value[1]))
        number = cited.cite(sentence, quote_span(sentence, span), (name, value))
        row = _name_row(parsed, group, (number,))
        rows.append(dataclasses.replace(row, value=one.value.text))
    return rows
