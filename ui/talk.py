"""A conversation: what one browser tab has asked and been answered, and how a question is answered."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.answer.types import Answer
from rag.errors import UsageError
from rag.search.types import Filters
from rag.serving import Desk
from rag.ui import chips, render
from rag.ui.asked import Asked, again, wished
from rag.ui.filters import checked
from rag.ui.start import Corpus
from rag.ui.texts import text
from rag.ui.turn import Turn

log = logging.getLogger("rag.ui")

TURNS_KEPT = 12
"""Answers whose sources stay in the panel."""
MESSAGES_KEPT = 100
PIECE_SECONDS = 0.08
"""Time between two states of a streamed answer; a page cannot draw many more and stay calm."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The messages shown (role and HTML) and the answers whose sources are shown, oldest first."""

    messages: tuple[tuple[str, str], ...] = ()
    turns: tuple[Turn, ...] = ()

    def say(self, role: str, html: str) -> Talk:
        return replace(self, messages=(*self.messages, (role, html))[-MESSAGES_KEPT:])

    def history(self) -> tuple[tuple[str, Answer], ...]:
        """What was asked and answered before, as the assistant takes it."""
        return tuple((turn.answer.question, turn.answer) for turn in self.turns)

    def asked(self, question: str, filters: Filters = Filters()) -> Asked:
        """A question that comes next."""
        return Asked(question, filters, (), self.history())

    def asked_again(self, wish: str) -> Asked | None:
        """An earlier question, otherwise restricted, as a control in its answer has it; None for one that is gone."""
        do, key, which = wished(wish) or ("", "", "")
        found = [again(turn.asked, turn.answer, do, which) for turn in self.turns if turn.key == key]
        return found[0] if found else None

    def as_chat(self) -> list[dict[str, str]]:
        """The messages as Gradio's chat takes them."""
        return [{"role": role, "content": html} for role, html in self.messages]


def converse(desk: Desk, talk: Talk, asked: Asked, lang: str, corpus: Corpus | None = None) -> Iterator[Talk]:
    """The conversation after a question, again and again while the answer comes; the last one stays.

    ``lang`` is the page's language, for what is said before the answer's own language is known; ``corpus`` is what
    filters can name. Nothing is
    raised: an unusable question and an error are answered with a message, the latter with a reference number
    under which the server's log has the trace.
    """
    told = talk.say("user", render.question(asked.question) + chips.put_aside(asked, lang))
    yield told.say("assistant", render.waiting(desk.index.n_articles, lang))
    try:
        if corpus:
            checked(asked.filters, corpus)
        answer, pieces, shown = None, "", time.monotonic()
        for piece in desk.stream(asked.question, asked.history, asked.filters, without=asked.without):
            if isinstance(piece, Answer):
                answer = piece
            if not isinstance(piece, str):
                continue
            pieces += piece
            if time.monotonic() - shown >= PIECE_SECONDS:
                shown = time.monotonic()
                yield told.say("assistant", render.partial(pieces))
        turn = Turn(secrets.token_hex(4), answer, _cited_articles(desk, answer), asked)
        answered = told.say("assistant", render.message(turn, chips.restrictions(turn)))
        answered = replace(answered, turns=(*answered.turns, turn)[-TURNS_KEPT:])
    except UsageError as error:
        answered = told.say("assistant", render.notice(str(error)))
    except Exception:
        # Whatever it is, the conversation stays, and the operator can find the trace.
        reference = secrets.token_hex(4)
        log.exception("reference %s: a question could not be answered", reference)
        answered = told.say("assistant", render.notice(text(lang, "error", ref=reference)))
    yield answered


def _cited_articles(desk: Desk, answer: Answer) -> dict:
    cited = {citation.article_id for citation in (*answer.citations, *answer.nearest)}
    found = {article_id: desk.article(article_id) for article_id in cited}
    return {article_id: article for article_id, article in found.items() if article is not None}
