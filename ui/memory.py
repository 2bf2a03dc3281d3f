"""Turns as the browser keeps them: a reloaded page, or a server that was started again, goes on
with the conversation.
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
    """A turn as JSON."""
    return _adapter().dump_json(turn).decode()


def recall(kept: str) -> tuple[Turn, ...]:
    """The turns of a JSON list of them, in order; what is none, of an older version or damaged, is
    left out.
    """
    try:
        rows = json.loads(kept or "[]")
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
    """Whether a turn can be shown: it has an answer, or says in words of ours why not."""
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
