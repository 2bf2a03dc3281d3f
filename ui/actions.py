"""What the controls of an answer can ask for that is no question: a file, an article to read, a
note of what it was worth.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping

from rag.errors import StorageError
from rag.evaluation.feedback import FILE, Feedback, append
from rag.serving import QueryService
from rag.ui.conversation import Conversation
from rag.ui.export import as_csv, as_json, as_markdown
from rag.ui.sources import article
from rag.ui.texts import text
from rag.ui.turn import Turn, cited

log = logging.getLogger("rag.ui")

_WISH = re.compile(r"#(\w+)-([0-9a-f]+)-(\d{1,4})")


def fulfil(
    wish: str, talk: Conversation, lang: str, service: QueryService, to: Mapping[str, object]
) -> dict:
    """What a control's address "#csv-0a1b-0" asks for, as new values of the parts ``to["told"]``
    and ``to["reader"]``; {} for nothing.
    """
    found = _WISH.fullmatch(wish)
    do, key, number = found.groups() if found else ("", "", "0")
    turn = talk.turn(key)
    if turn is None or turn.answer is None:
        return {}
    if do == "read":
        there = 0 < int(number) <= len(cited(turn))
        return {to["reader"]: article(turn, int(number), lang, service.article)} if there else {}
    return {to["told"]: WISHES[do](talk, turn, int(number), lang, service)} if do in WISHES else {}


def file(name: str, kind: str, words: str) -> str:
    """What has the page's script save a file, as JSON."""
    # The number makes every message another one: the page is told only of what changes.
    return json.dumps(
        {"do": "save", "name": name, "type": kind, "words": words, "n": secrets.token_hex(4)}
    )


def _rate(verdict: str) -> Callable[[Conversation, Turn, int, str, QueryService], str]:
    def rate(talk: Conversation, turn: Turn, number: int, lang: str, service: QueryService) -> str:
        said, ok = text(lang, "rated"), True
        try:
            append(
                service.index.path / FILE,
                Feedback(
                    turn.answer.completed or turn.answer.question, verdict, turn.answer, number
                ),
            )
        except StorageError:
            reference = secrets.token_hex(4)
            log.exception("reference %s: a verdict could not be kept", reference)
            said, ok = text(lang, "rate_failed", ref=reference), False
        return json.dumps(
            {
                "do": "rated",
                "wish": f"#{verdict}-{turn.key}-{number}",
                "ok": ok,
                "words": said,
                "n": secrets.token_hex(4),
            }
        )

    return rate


WISHES: dict[str, Callable[[Conversation, Turn | None, int, str, QueryService], str]] = {
    "md": lambda talk, turn, number, lang, service: file(
        "yinju.md", "text/markdown", as_markdown(talk.turns, lang)
    ),
    "json": lambda talk, turn, number, lang, service: file(
        "yinju.json", "application/json", as_json(talk.turns)
    ),
    "csv": lambda talk, turn, number, lang, service: file(
        "yinju.csv", "text/csv", as_csv(turn, lang)
    ),
    **{verdict: _rate(verdict) for verdict in ("right", "wrong", "quote")},
}
"""By the name of what is asked for: from the conversation, the turn, a number, the language and the
service to JSON for the page's script.
"""
