"""The columns that a reader can add to a list: their headings, cells and controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answer.columns import is_extensible
from rag.answer.types import COLUMNS, Row
from rag.plain import voice
from rag.ui.texts import text
from rag.ui.turn import Turn, wished

if TYPE_CHECKING:
    from rag.ui.conversation import Conversation


def wished_of(wish: str, talk: Conversation) -> tuple[Turn, str] | None:
    """Returns turn and column named by a control's address "#column-0a1b-when", or None."""
    do, key, asks = wished(wish)
    turn = talk.turn(key)
    there = do == "column" and turn and turn.answer and asks in COLUMNS
    return (turn, asks) if turn and there else None


def addable(turn: Turn) -> list[str]:
    """Returns the columns that can still be added to an answer."""
    there = {one.asks for one in turn.answer.columns}
    return [one for one in COLUMNS if one not in there] if is_extensible(turn.answer) else []


def heads(turn: Turn) -> list[str]:
    """Returns the headings of the added columns."""
    return [text(voice(turn.answer), f"column_{one.asks}") for one in turn.answer.columns]


def cells(turn: Turn, rows: list[Row], number: int) -> list[list[str]]:
    """Returns the lines of text in each added column for one quote.

    Args:
        turn: the turn.
        rows: the rows of the answer that the quote supports.
        number: the quote's citation number.
    """
    made = []
    for column in turn.answer.columns:
        labels: dict[str, list[str]] = {}
        for row, cell in zip(turn.answer.rows, column.cells, strict=True):
            if row in rows and cell.text and number in cell.citations:
                labels.setdefault(cell.text, []).append(row.label)
        # A text that does not hold for all the rows begins with the labels for which it holds.
        named = {
            words: "" if len(of) == len(rows) else f"{', '.join(of)}: "
            for words, of in labels.items()
        }
        made.append([of + words for words, of in named.items()])
    return made
