"""What the controls of an answer can ask for that is no question: a file, an article to read, a
note of what it was worth.
"""

from __future__ import annotations

import json
import secrets

from markupsafe import Markup

from rag.errors import StorageError
from rag.evaluation.feedback import FILE, Feedback, append
from rag.serving import QueryService
from rag.ui.asked import wished
from rag.ui.conversation import Conversation
from rag.ui.export import as_csv, as_json, as_markdown
from rag.ui.sources import article
from rag.ui.texts import logged, text
from rag.ui.turn import Turn, valid

VERDICTS = ("right", "wrong", "quote")


def to_read(wish: str, talk: Conversation, lang: str, service: QueryService) -> Markup | None:
    """The article that a control's address "#read-0a1b-1" asks for; None for what asks for none."""
    do, key, number = wished(wish)
    turn = talk.turn(key)
    if turn is None or do != "read" or not number.isdecimal() or not valid(turn, (int(number),)):
        return None
    return article(turn, int(number), lang, service.article)


def fulfilled(wish: str, talk: Conversation, lang: str, service: QueryService) -> str:
    """What a control's address "#csv-0a1b-0" has the page's script do, as JSON; "" for nothing."""
    do, key, number = wished(wish)
    turn = talk.turn(key)
    if turn is None or turn.answer is None or not number.isdecimal():
        return ""
    if do == "csv":
        return saving("yinju.csv", "text/csv", as_csv(turn, lang))
    return _rated(turn, do, int(number), lang, service) if do in VERDICTS else ""


def kept(kind: str, talk: Conversation, lang: str) -> str:
    """What has the script save the conversation, as "md" or "json"."""
    if kind == "md":
        return saving("yinju.md", "text/markdown", as_markdown(talk.turns, lang))
    return saving("yinju.json", "application/json", as_json(talk.turns))


def saving(name: str, kind: str, words: str) -> str:
    """What has the page's script save a file, as JSON."""
    return _news(do="save", name=name, type=kind, words=words)


def _rated(turn: Turn, verdict: str, number: int, lang: str, service: QueryService) -> str:
    question = turn.answer.completed or turn.answer.question
    said, ok = text(lang, "rated"), True
    try:
        append(service.index.path / FILE, Feedback(question, verdict, turn.answer, number))
    except StorageError:
        said, ok = text(lang, "rate_failed", ref=logged("a verdict could not be kept")), False
    return _news(do="rated", wish=f"#{verdict}-{turn.key}-{number}", ok=ok, words=said)


def _news(**told: object) -> str:
    # The number makes every message another one: the page is told only of what changes.
    return json.dumps({**told, "n": secrets.token_hex(4)})
