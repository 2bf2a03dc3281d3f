"""Places as a table: one line for each quote, with its place, source and date; and how many
articles each place has.
"""

from __future__ import annotations

from collections import Counter

from rag.answer.types import Row
from rag.ui import columns
from rag.ui.markup import escape
from rag.ui.texts import reader_date, text
from rag.ui.tilemap import tilemap
from rag.ui.turn import Turn, cited, others, quote, told_once, valid, voice

LINES = 3
"""Quotes shown of one place; the others are folded."""
PLACES_DRAWN = 4
"""With fewer places the map is folded."""
COLUMNS = ("place", "what", "from_source", "date_column")


def places(turn: Turn, lang: str) -> str:
    """The names of the places, the map, the table, and what can be done with it; ``lang`` is the
    page's language.
    """
    answer, spoken = turn.answer, voice(turn.answer)
    labels = list(dict.fromkeys(row.label for row in answer.rows if row.label))
    # The names stand in both languages in a row's label; the head line needs only what they are.
    names = text(spoken, "separator").join(escape(label) for label in labels)
    head = f"{escape(text(spoken, 'places', n=len(labels)))}<br>" if len(labels) > 1 else ""
    return f'<p class="yj-lead">{head}<strong>{names}</strong></p>{_map(turn)}{_table(turn)}{_tools(turn, lang)}'


def counts(turn: Turn) -> Counter[str]:
    """How many articles an answer has for each place: those that it cites, and those that tell the
    same story.
    """
    held = Counter()
    for place, articles in _articles(turn).items():
        held[place] = len(articles)
    for row in turn.answer.rows:
        if row.place:
            held[row.place] += row.more
    return held


def _articles(turn: Turn) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for row in turn.answer.rows:
        if row.place:
            held.setdefault(row.place, set()).update(
                cited(turn)[n - 1].article_id for n in valid(turn, row.citations)
            )
    return held


def _map(turn: Turn) -> str:
    lang, held = voice(turn.answer), counts(turn)
    drawn = tilemap(held, lang)
    if not drawn:
        return ""
    # A few places need no map to be found, and it would push what is quoted out of sight.
    opened = " open" if len(held) >= PLACES_DRAWN else ""
    told = f"{text(lang, 'map_help')} {text(lang, 'map_others')}"
    return (
        f'<details class="yj-map"{opened}><summary>{escape(text(lang, "map"))}</summary>{drawn}<p'
        f' class="yj-hint">{escape(told)}</p></details>'
    )


def _table(turn: Turn) -> str:
    lang = voice(turn.answer)
    # Places with the same evidence stand together: the same quotes again in every row would hide
    # them.
    merged: dict[tuple[int, ...], list[Row]] = {}
    for row in turn.answer.rows:
        merged.setdefault(row.citations, []).append(row)
    lines, folded = "", 0
    for numbers, rows in merged.items():
        shown = told_once(turn, numbers)
        for at, number in enumerate(shown):
            lines += _line(turn, rows, number, at, number == shown[-1])
            folded += at >= LINES
    names = [(key, text(lang, key)) for key in COLUMNS]
    names[2:2] = columns.heads(turn)
    heads = "".join(
        '<th scope="col" aria-sort="none"><button type="button" class="yj-sort"'
        f' title="{escape(text(lang, "sort"))}">{escape(name)}</button></th>'
        for _, name in names
    )
    css = "yj-places yj-wide" if turn.answer.columns else "yj-places"
    more = (
        '<button type="button" class="yj-do"'
        f' data-do="more">{escape(text(lang, "more_lines", n=folded))}</button>'
        if folded
        else ""
    )
    return (
        f'<p class="yj-only" hidden><span role="status"></span> <button type="button" class="yj-do"'
        f' data-do="all">'
        f"{escape(text(lang, 'all_rows'))}</button></p>"
        f'<table class="{css}"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>{more}'
    )


def _line(turn: Turn, rows: list[Row], number: int, at: int, last: bool) -> str:
    lang, one = voice(turn.answer), cited(turn)[number - 1]
    named = ""
    for row in rows:
        told = " ".join(
            part for part in (row.detail if row.detail not in row.label else "", row.value) if part
        )
        detail = f' <span class="yj-detail">{escape(told)}</span>' if told else ""
        named += f'<span class="yj-place">{escape(row.label)}{detail}</span> '
    css = " ".join(("yj-again" if at else "", "yj-more" if at >= LINES else "")).strip()
    key = escape(" ".join(row.place for row in rows))
    none = (
        f'<span class="yj-none" aria-label="{escape(text(lang, "column_empty"))}"'
        ' role="img">–</span>'
    )
    beside = "".join(dict.fromkeys(others(turn, row) for row in rows)) if last else ""
    source = one.source or one.title or "–"
    more = "".join(
        f'<td class="yj-cell" data-label="{escape(name)}">{cell or none}</td>'
        for (_, name), cell in zip(
            columns.heads(turn), columns.cells(turn, rows, number), strict=True
        )
    )
    return (
        f'<tr class="{css}" data-places="{key}"><th'
        f' scope="row">{named}</th><td>{quote(turn, number)}{beside}</td>{more}<td><bdi'
        f' title="{escape(one.title)}">{escape(source)}</bdi></td><td'
        f' data-sort="{escape(one.date)}">{escape(reader_date(one.date, lang))}</td></tr>'
    )


def _tools(turn: Turn, lang: str) -> str:
    copy = (
        '<button type="button" class="yj-do" data-do="table"'
        f' data-done="{escape(text(lang, "copied"))}">{escape(text(lang, "copy_table"))}</button>'
    )
    csv = (
        '<button type="button" class="yj-do" data-do="csv"'
        f' data-wish="#csv-{turn.key}-0">{escape(text(lang, "save_csv"))}</button>'
    )
    return f'<div class="yj-actions">{copy}{csv}</div>'
