"""Further columns of a list: their cells, and the controls that ask for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.answer.columns import is_extensible
from rag.answer.types import COLUMNS, Row
from rag.ui.markup import escape
from rag.ui.texts import text
from rag.ui.turn import Turn, chip, voice

if TYPE_CHECKING:
    from rag.ui.conversation import Conversation


def wished(wish: str, talk: Conversation) -> tuple[Turn, str] | None:
    """The turn and the column that a control's address "#column-0a1b-0" names; None for what is
    none.
    """
    found = re.fullmatch(r"#column-([0-9a-f]+)-([0-9])", wish)
    turn = talk.turn(found[1]) if found else None
    return (
        (turn, COLUMNS[int(found[2])])
        if turn and turn.answer and int(found[2]) < len(COLUMNS)
        else None
    )


def offers(turn: Turn, lang: str) -> str:
    """The controls of a list that add a column to it; "" where there is nothing to add. ``lang`` is
    the page's language.
    """
    if not is_extensible(turn.answer):
        return ""
    there = {one.asks for one in turn.answer.columns}
    made = "".join(
        '<button type="button" class="yj-do" data-do="column"'
        f' data-wish="#column-{turn.key}-{number}">'
        f"{escape(text(lang, f'column_{asks}'))}</button>"
        for number, asks in enumerate(COLUMNS)
        if asks not in there
    )
    label = f'<span class="yj-chips-label">{escape(text(lang, "column_add"))}</span>'
    return f'<div class="yj-actions yj-columns">{label}{made}</div>' if made else ""


def heads(turn: Turn) -> list[tuple[str, str]]:
    """For each further column what it asks for and its name."""
    return [
        (one.asks, text(voice(turn.answer), f"column_{one.asks}")) for one in turn.answer.columns
    ]


def cells(turn: Turn, rows: list[Row], number: int) -> list[str]:
    """What the further columns say of some rows in one of their quotes, as HTML."""
    made = []
    for column in turn.answer.columns:
        told = {}
        for at, row in enumerate(turn.answer.rows):
            if row in rows and number in column.cells[at].citations:
                told.setdefault(column.cells[at].text, []).append(row.label)
        # What is not of all rows of the line says of which it is.
        parts = [
            escape(words if len(of) == len(rows) else f"{', '.join(of)}: {words}")
            for words, of in told.items()
        ]
        made.append("<br>".join(parts))
    return made


def line(turn: Turn, at: int) -> str:
    """What the further columns say of a row that is no line of a table: "When: 12 June [3]"; "" for
    nothing.
    """
    told = []
    for column, (_, name) in zip(turn.answer.columns, heads(turn), strict=True):
        cell = column.cells[at]
        if cell.text:
            chips = "".join(chip(turn, number) for number in cell.citations)
            told.append(
                f'<span><span class="yj-chips-label">{escape(name)}</span> {escape(cell.text)}'
                f" {chips}</span>"
            )
    return f'<p class="yj-cells">{"".join(told)}</p>' if told else ""
