"""Places as a table: one row for each place, or for places of the same evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.answer.types import Row
from rag.ui.markup import escape
from rag.ui.texts import text
from rag.ui.turn import Turn, quote, valid, voice


def places(turn: Turn) -> str:
    """The names of the places, then the table."""
    answer, lang = turn.answer, voice(turn.answer)
    labels = list(dict.fromkeys(row.label for row in answer.rows if row.label))
    # The names stand in both languages in a row's label; the head line needs only what they are.
    lead = text(lang, "separator").join(escape(label) for label in labels)
    if len(labels) > 1:
        lead = f"{escape(text(lang, 'places', n=len(labels)))}<br><strong>{lead}</strong>"
    else:
        lead = f"<strong>{lead}</strong>"
    # Places with the same evidence stand together: the same quotes again in every row would hide them.
    merged: dict[tuple[int, ...], list[Row]] = {}
    for row in answer.rows:
        merged.setdefault(row.citations, []).append(row)
    body = "".join(_place_row(turn, rows, numbers) for numbers, rows in merged.items())
    heads = "".join(f'<th scope="col">{escape(text(lang, key))}</th>' for key in ("place", "quote"))
    return (
        f'<p class="yj-lead">{lead}</p><table class="yj-places"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _place_row(turn: Turn, rows: Sequence[Row], numbers: Iterable[int]) -> str:
    places = ""
    for row in rows:
        detail = f' <span class="yj-detail">{escape(row.detail)}</span>' if row.detail not in row.label else ""
        places += f'<span class="yj-place">{escape(row.label)}{detail}</span> '
    quotes = "".join(
        f'<div class="yj-row-quote">{quote(turn, number)}</div>' for number in valid(turn, numbers)
    )
    return f'<tr><th scope="row">{places}</th><td>{quotes}</td></tr>'
