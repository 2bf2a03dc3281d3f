"""Converts turns to and from the JSON that the browser stores.

So a conversation goes on after the page is reloaded or the server restarts.
"""

from __future__ import annotations

import functools
import json
import logging
import re

from rag.ui.texts import text
from rag.ui.turn import Turn

log = logging.getLogger("rag.ui")

_KEY = re.compile("[0-9a-f]{1,16}")


def remember(turn: Turn) -> str:
    """Returns a turn as JSON."""
    return _adapter().dump_json(turn).decode()


def recall(stored: str) -> tuple[Turn, ...]:
    """Returns the turns in a JSON list, in order.

    Entries that are damaged, or that an older version wrote and this one cannot read, are skipped.
    """
    try:
        rows = json.loads(stored or "[]")
    except ValueError:
        return ()
    turns: dict[str, Turn] = {}
    for row in rows if isinstance(rows, list) else ():
        try:
            turn = _adapter().validate_python(row, strict=False)
        except ValueError as error:
            log.info("a turn that a browser kept cannot be read: %s", error)
            continue
        if _KEY.fullmatch(turn.key) and _is_whole(turn):
            turns.setdefault(turn.key, turn)
    return tuple(turns.values())


def _is_whole(turn: Turn) -> bool:
    """Whether a turn can be shown: it has an answer, or a known message why it has none."""
    if turn.answer:
        return True
    try:
        return bool(turn.problem and text("en", turn.problem.key, **dict(turn.problem.values)))
    except (KeyError, ValueError, IndexError):
        return False


@functools.cache
def _adapter():
    from pydantic import TypeAdapter

    return TypeAdapter(Turn)
