"""A conversation: what one browser tab has asked and been answered, and how a question is
answered.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from rag.answer.events import Event, Evidence, Found, Rewording, Searching, Writing
from rag.answer.types import Answer
from rag.errors import ServerBusy, UsageError
from rag.question.query import MAX_CHARACTERS, clean
from rag.search.browse import Statistics
from rag.search.types import Filters
from rag.serving import QueryService
from rag.ui import chips, render
from rag.ui.asked import QuestionRequest, again, wished
from rag.ui.filters import Unusable, checked
from rag.ui.texts import Phrase, logged, text
from rag.ui.turn import Turn

TURNS_KEPT = 50
"""Questions of one conversation that the page keeps; older ones go."""
HISTORY_KEPT = 12
"""Earlier answers that the assistant is told."""
PIECE_SECONDS = 0.08
"""Time between two states of a streamed answer; a page cannot draw many more and stay calm."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered, oldest first.

    Attributes:
        turns: the questions with their answers.
        shown: question and answer of each as HTML.
        lang: the page's language, that of ``shown``.
        coming: HTML shown as the answer to the question named by its key, while that answer comes.
    """

    turns: tuple[Turn, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()
    lang: str = "en"
    coming: tuple[str, str] = ("", "")

    def put(self, turn: Turn) -> Conversation:
        """The conversation with a turn in the place of that of its key, or else at its end."""
        turns, shown = list(self.turns), list(self.shown)
        keys = [old.key for old in turns]
        at = keys.index(turn.key) if turn.key in keys else len(keys)
        turns[at : at + 1], shown[at : at + 1] = [turn], [_as_html(turn, self.lang)]
        return replace(self, turns=tuple(turns[-TURNS_KEPT:]), shown=tuple(shown[-TURNS_KEPT:]))

    def spoken(self, lang: str) -> Conversation:
        """The conversation with the page's own words in another language."""
        if lang == self.lang:
            return self
        return replace(self, shown=tuple(_as_html(turn, lang) for turn in self.turns), lang=lang)

    def turn(self, key: str) -> Turn | None:
        """The turn of a key."""
        return next((turn for turn in self.turns if turn.key == key), None)

    def history(self, after: str) -> tuple[tuple[str, Answer], ...]:
        """What was asked and answered up to the turn of a key, as the assistant takes it; nothing
        for a turn that is gone.
        """
        upto = next((n for n, turn in enumerate(self.turns, 1) if turn.key == after), 0)
        return tuple(
            (turn.answer.question, turn.answer) for turn in self.turns[:upto] if turn.answer
        )[-HISTORY_KEPT:]

    def asked(
        self, question: str, filters: Filters = Filters(), instead: str = ""
    ) -> QuestionRequest:
        """A question that comes next, or in the place of a turn's."""
        if turn := self.turn(instead):
            return QuestionRequest(question, filters, (), turn.asked.after)
        return QuestionRequest(question, filters, (), self.turns[-1].key if self.turns else "")

    def asked_again(self, wish: str) -> tuple[QuestionRequest | None, str]:
        """An earlier question as a control in its answer has it, and the key of the turn that its
        answer replaces, "" for none.
        """
        do, key, which = wished(wish)
        turn = self.turn(key)
        asked = again(turn.asked, turn.answer, do, which) if turn else None
        return asked, key if do == "retry" else ""

    def as_chat(self) -> list[dict[str, str]]:
        """The messages as Gradio's chat takes them."""
        told = []
        for turn, (question, answer) in zip(self.turns, self.shown, strict=True):
            shown = self.coming[1] if turn.key == self.coming[0] else answer
            told.append({"role": "user", "content": question})
            told.append({"role": "assistant", "content": shown})
        return told


def converse(
    service: QueryService,
    talk: Conversation,
    asked: QuestionRequest,
    lang: str,
    corpus: Statistics | None = None,
    instead: str = "",
    halted: threading.Event | None = None,
    write: bool = True,
) -> Iterator[Conversation]:
    """The conversation after a question, again and again while the answer comes; the last one
    stays.

    ``lang`` is the page's language; ``corpus`` is what filters can name; ``instead`` is the key of
    the turn whose place the question takes; ``write`` is whether a language model writes, where the
    server has one. Nothing is raised: an unusable question and an error are answered with a
    message, the latter with a reference number under which the server's log has the trace. Whoever
    closes this, or sets ``halted``, has a turn without an answer.
    """
    key = instead or secrets.token_hex(4)
    history = talk.history(asked.after)
    # As it stays if nobody waits for the answer.
    stopped = Turn(key, None, asked, Phrase.of("stopped"))
    talk = replace(talk, coming=("", "")).spoken(lang).put(stopped)
    searching = Searching(service.index.n_articles)
    yield replace(talk, coming=(key, render.waiting(searching, None, lang)))
    whole = evidence = None
    try:
        _check(asked.question)
        if corpus:
            checked(asked.filters, corpus)
        events = service.stream(
            asked.question,
            history=history,
            filters=asked.filters,
            without=asked.without,
            halted=halted,
            write=write,
        )
        for event in _drawn(events, searching, lang):
            if isinstance(event, Answer):
                whole = event
            elif isinstance(event, Evidence):
                evidence = event.answer
            else:
                yield replace(talk, coming=(key, event))
        # What a model was writing from is there, though the reader wanted no more.
        problem = Phrase.of("stopped_evidence" if evidence else "stopped")
        turn = Turn(key, whole or evidence, asked, None if whole else problem)
    except Exception as error:
        turn = Turn(key, None, asked, _said_of(error, asked))
    yield talk.put(turn)


def _drawn(
    events: Iterable[Event], searching: Searching, lang: str
) -> Iterator[Markup | Answer | Evidence]:
    """What is shown while an answer comes, and the answer and its evidence as they are."""
    pieces, last = "", time.monotonic()
    for event in events:
        if isinstance(event, Answer | Evidence):
            yield event
        elif isinstance(event, Rewording):
            yield render.busy(text(lang, "rewording", model=event.model), lang)
        elif isinstance(event, Searching):
            searching = event
        elif isinstance(event, Found):
            yield render.waiting(searching, event, lang)
        elif isinstance(event, Writing):
            # While the model pauses, what has come last is shown, too.
            words = text(lang, "writing", model=event.model)
            yield render.partial(pieces) if pieces else render.busy(words, lang)
        else:
            pieces += event
            if time.monotonic() - last >= PIECE_SECONDS:
                last = time.monotonic()
                yield render.partial(pieces)


def _said_of(error: Exception, asked: QuestionRequest) -> Phrase:
    """What is told in place of an answer."""
    if isinstance(error, Unusable):
        return error.said
    if isinstance(error, UsageError):
        # All else was checked, so it is a link that lifts what nothing restricts.
        if asked.without:
            return Phrase.of("bad_without", words=", ".join(asked.without))
        return Phrase.of("unusable", reason=str(error))
    if isinstance(error, ServerBusy):
        return Phrase.of("busy")
    # Whatever it is, the conversation stays, and the operator can find the trace.
    return Phrase.of("error", ref=logged("a question could not be answered"))


def _check(question: str) -> None:
    """Raises Unusable for a question that the assistant would refuse."""
    try:
        clean(question)
    except UsageError as error:
        if len(question) > MAX_CHARACTERS:
            raise Unusable("too_long", most=f"{MAX_CHARACTERS:,}") from error
        raise Unusable("no_question") from error


def _as_html(turn: Turn, lang: str) -> tuple[str, str]:
    question = render.question(turn.asked.question) + chips.put_aside(turn.asked, lang)
    return question, (render.message if turn.answer else render.notice)(turn, lang)
