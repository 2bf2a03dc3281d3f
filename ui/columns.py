"""Further columns of a list: their cells, and the controls that ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answer.columns import is_extensible
from rag.answer.types import COLUMNS, Row
from rag.ui.asked import wished
from rag.ui.texts import text
from rag.ui.turn import Turn, voice

if TYPE_CHECKING:
    from rag.ui.conversation import Conversation


def wished_of(wish: str, talk: Conversation) -> tuple[Turn, str] | None:
    """The turn and the column that a control's address "#column-0a1b-when" names; None for what is
    none.
    """
    do, key, asks = wished(wish)
    turn = talk.turn(key)
    there = do == "column" and turn and turn.answer and asks in COLUMNS
    return (turn, asks) if turn and there else None


def addable(turn: Turn) -> list[str]:
    """The columns that an answer can still get."""
    there = {one.asks for one in turn.answer.columns}
    return [one for one in COLUMNS if one not in there] if is_extensible(turn.answer) else []


def heads(turn: Turn) -> list[str]:
    """The names of the further columns."""
    return [text(voice(turn.answer), f"column_{one.asks}") for one in turn.answer.columns]


def cells(turn: Turn, rows: list[Row], number: int) -> list[list[str]]:
    """What each further column says of some rows in one of their quotes, line by line."""
    made = []
    for column in turn.answer.columns:
        told: dict[str, list[str]] = {}
        for row, cell in zip(turn.answer.rows, column.cells, strict=True):
            if row in rows and cell.text and number in cell.citations:
                told.setdefault(cell.text, []).append(row.label)
        # What is not of all rows of the line says of which it is.
        named = {
            words: "" if len(of) == len(rows) else f"{', '.join(of)}: "
            for words, of in told.items()
        }
        made.append([of + words for words, of in named.items()])
    return made
