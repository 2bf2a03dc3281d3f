"""Does what an answer's controls ask for besides questions: save a file, show an article, rate."""

from __future__ import annotations

import json
import secrets

from markupsafe import Markup

from rag.errors import StorageError
from rag.evaluation.feedback import FEEDBACK_FILE, VERDICTS, append
from rag.serving import QueryService
from rag.ui.conversation import Conversation
from rag.ui.export import as_csv, as_json, as_markdown
from rag.ui.sources import article
from rag.ui.texts import logged, text
from rag.ui.turn import Turn, valid, wished


def fulfilled(
    wish: str, talk: Conversation, lang: str, service: QueryService
) -> tuple[Markup | None, str]:
    """Does what a control's address asks for. Returns the article that "#read-0a1b-1" opens, or
    None; and the message to the page's script for others, as "#csv-0a1b-0", or "".
    """
    do, key, number = wished(wish)
    turn = talk.turn(key)
    if turn is None or turn.answer is None or not number.isdecimal():
        return None, ""
    if do == "read" and valid(turn, (int(number),)):
        return article(turn, int(number), lang, service.article), ""
    if do == "csv":
        return None, saving("yinju.csv", "text/csv", as_csv(turn, lang))
    return None, _rated(turn, do, int(number), lang, service) if do in VERDICTS else ""


def save_message(kind: str, talk: Conversation, lang: str) -> str:
    """Returns the message that saves the conversation, as "md" or "json"."""
    if kind == "md":
        return saving("yinju.md", "text/markdown", as_markdown(talk.turns, lang))
    return saving("yinju.json", "application/json", as_json(talk.turns))


def saving(name: str, kind: str, words: str) -> str:
    """Returns the message that makes the page's script save a file."""
    return _news(do="save", name=name, type=kind, words=words)


def _rated(turn: Turn, verdict: str, number: int, lang: str, service: QueryService) -> str:
    """Stores a verdict on an answer or its quote ``number``; returns the message that says so."""
    question = turn.answer.completed or turn.answer.question
    message, ok = text(lang, "rated"), True
    try:
        append(service.index.path / FEEDBACK_FILE, question, verdict, turn.answer, number)
    except StorageError:
        message, ok = text(lang, "rate_failed", ref=logged("a verdict could not be kept")), False
    return _news(do="rated", wish=f"#{verdict}-{turn.key}-{number}", ok=ok, words=message)


def _news(**fields: object) -> str:
    """Returns a message to the page's script as JSON."""
    # The random "n" makes each message unique: Gradio reports only values that change.
    return json.dumps({**fields, "n": secrets.token_hex(4)})
