"""The conversation of one browser tab, the loop that answers a question in it, and how it is
stopped.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from markupsafe import Markup

from rag.answer.events import Event, Evidence, Found, Rewording, Searching, Writing
from rag.answer.types import Answer
from rag.errors import ServerBusy, UsageError
from rag.question.query import MAX_CHARACTERS, clean
from rag.search.browse import Statistics
from rag.search.types import Filters
from rag.serving import QueryService
from rag.serving.query_service import How
from rag.ui import chips, render
from rag.ui.filters import Unusable, checked
from rag.ui.texts import Phrase, logged, text
from rag.ui.turn import QuestionRequest, Turn, again, wished

TURNS_KEPT = 50
"""Turns (questions with answers) of a conversation that the page keeps; older ones are dropped."""
HISTORY_KEPT = 12
"""Earlier answers that are passed to the assistant."""
PIECE_SECONDS = 0.08
"""Minimum time between two states of a streamed answer; with more, the page would flicker."""
END_SECONDS = 5.0
"""Maximum time to wait for an answer to end when its conversation is cleared."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The questions and answers of a conversation, oldest first.

    Attributes:
        turns: the questions with their answers.
        shown: the question and the answer of each turn as HTML.
        lang: the page's language, in which ``shown`` is written.
        coming: (key, HTML) of the turn whose answer is under way, which is shown as its answer;
            ("", "") if none is.
    """

    turns: tuple[Turn, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()
    lang: str = "en"
    coming: tuple[str, str] = ("", "")

    def put(self, turn: Turn) -> Conversation:
        """Returns the conversation with a turn added, or replaced if it has one of the same key."""
        turns, shown = list(self.turns), list(self.shown)
        keys = [old.key for old in turns]
        at = keys.index(turn.key) if turn.key in keys else len(keys)
        turns[at : at + 1], shown[at : at + 1] = [turn], [_as_html(turn, self.lang)]
        return replace(self, turns=tuple(turns[-TURNS_KEPT:]), shown=tuple(shown[-TURNS_KEPT:]))

    def spoken(self, lang: str) -> Conversation:
        """Returns the conversation with the page's own words in a language."""
        if lang == self.lang:
            return self
        return replace(self, shown=tuple(_as_html(turn, lang) for turn in self.turns), lang=lang)

    def turn(self, key: str) -> Turn | None:
        """Returns the turn with a key, or None."""
        return next((turn for turn in self.turns if turn.key == key), None)

    def history(self, after: str) -> tuple[tuple[str, Answer], ...]:
        """Returns (question, answer) up to the turn with key ``after``, for the assistant.

        It is empty if that turn is no longer kept.
        """
        upto = next((n for n, turn in enumerate(self.turns, 1) if turn.key == after), 0)
        answers = [turn.answer for turn in self.turns[:upto] if turn.answer]
        return tuple((answer.question, answer) for answer in answers[-HISTORY_KEPT:])

    def asked(
        self, question: str, filters: Filters = Filters(), instead: str = ""
    ) -> QuestionRequest:
        """Returns a request for a new question, or for one that replaces the turn ``instead``."""
        if turn := self.turn(instead):
            return QuestionRequest(question, filters, (), turn.asked.after)
        return QuestionRequest(question, filters, (), self.turns[-1].key if self.turns else "")

    def asked_again(self, wish: str) -> tuple[QuestionRequest | None, str]:
        """Returns the request of a control in an answer, which asks its question again.

        Args:
            wish: the control's address, see :func:`rag.ui.turn.wished`.

        Returns:
            The request, or None if the control is unknown; and the key of the turn that the new
            answer replaces, or "".
        """
        do, key, which = wished(wish)
        turn = self.turn(key)
        asked = again(turn.asked, turn.answer, do, which) if turn else None
        return asked, key if do == "retry" else ""

    def as_chat(self) -> list[dict[str, str]]:
        """Returns the messages in the format of Gradio's Chatbot."""
        messages = []
        for turn, (question, answer) in zip(self.turns, self.shown, strict=True):
            shown = self.coming[1] if turn.key == self.coming[0] else answer
            messages.append({"role": "user", "content": question})
            messages.append({"role": "assistant", "content": shown})
        return messages


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
    """Answers a question; yields the conversation as it changes, and last its final state.

    It raises nothing. An unusable question or an error is answered with a message; for an error
    this names a reference under which the server's log has the traceback. If the reader closes the
    generator or sets ``halted``, the turn has no answer.

    Args:
        service: what answers the question.
        talk: the conversation so far.
        asked: the question with its filters.
        lang: the page's language.
        corpus: statistics with the sources and languages that filters may name; None checks none.
        instead: key of the turn that this question replaces, or "".
        halted: is set when the reader stops the answer.
        write: whether a language model writes, if the server has one.
    """
    key = instead or secrets.token_hex(4)
    history = talk.history(asked.after)
    # The state that remains if the reader leaves before the answer is complete.
    stopped = Turn(key, None, asked, Phrase.of("stopped"))
    talk = replace(talk, coming=("", "")).spoken(lang).put(stopped)
    searching = Searching(service.index.n_articles)
    yield replace(talk, coming=(key, render.waiting(searching, None, lang)))
    whole = evidence = None
    try:
        _check(asked.question)
        if corpus:
            checked(asked.filters, corpus)
        how = How(history=history, filters=asked.filters, without=asked.without, write=write)
        events = service.stream(asked.question, halted=halted, **how)
        for event in _drawn(events, searching, lang):
            if isinstance(event, Answer):
                whole = event
            elif isinstance(event, Evidence):
                evidence = event.answer
            else:
                yield replace(talk, coming=(key, event))
        # If the reader stopped while a model was writing, the evidence is there already: show it.
        problem = Phrase.of("stopped_evidence" if evidence else "stopped")
        turn = Turn(key, whole or evidence, asked, None if whole else problem)
    except Exception as error:
        turn = Turn(key, None, asked, _problem_of(error, asked))
    yield talk.put(turn)


def _drawn(
    events: Iterable[Event], searching: Searching, lang: str
) -> Iterator[Markup | Answer | Evidence]:
    """Converts events to HTML that is shown meanwhile; passes on the answer and the evidence."""
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
            # While the model pauses, show also the pieces that arrived since the last state.
            words = text(lang, "writing", model=event.model)
            yield render.partial(pieces) if pieces else render.busy(words, lang)
        else:
            pieces += event
            if time.monotonic() - last >= PIECE_SECONDS:
                last = time.monotonic()
                yield render.partial(pieces)


def _problem_of(error: Exception, asked: QuestionRequest) -> Phrase:
    """Returns the message that is shown in place of an answer."""
    if isinstance(error, Unusable):
        return error.phrase
    if isinstance(error, UsageError):
        # The rest was checked before, so a link lifts a restriction that does not exist.
        if asked.without:
            return Phrase.of("bad_without", words=", ".join(asked.without))
        return Phrase.of("unusable", reason=str(error))
    if isinstance(error, ServerBusy):
        return Phrase.of("busy")
    # After any other error the conversation goes on, and the operator finds the traceback.
    return Phrase.of("error", ref=logged("a question could not be answered"))


def _check(question: str) -> None:
    """Raises Unusable for a question that is empty or too long for the assistant."""
    try:
        clean(question)
    except UsageError as error:
        if len(question) > MAX_CHARACTERS:
            raise Unusable("too_long", most=f"{MAX_CHARACTERS:,}") from error
        raise Unusable("no_question") from error


def _as_html(turn: Turn, lang: str) -> tuple[str, str]:
    """Returns the question and the answer of a turn as HTML."""
    question = render.question(turn.asked.question) + chips.put_aside(turn.asked, lang)
    return question, (render.message if turn.answer else render.notice)(turn, lang)


class Halts:
    """The answers that are under way in each tab, so that a reader can stop them.

    Gradio could cancel them itself, but it would lose a question that is sent meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Two events per answer: the reader has stopped it, and it has ended.
        self._tabs: dict[str, list[tuple[threading.Event, threading.Event]]] = {}

    @contextmanager
    def answering(self, tab: str) -> Iterator[threading.Event]:
        """Context in which an answer is made; its value is set when the reader stops the answer."""
        one = halted, ended = threading.Event(), threading.Event()
        with self._lock:
            self._tabs.setdefault(tab, []).append(one)
        try:
            yield halted
        finally:
            ended.set()
            with self._lock:
                self._tabs[tab].remove(one)
                if not self._tabs[tab]:
                    del self._tabs[tab]

    def halt(self, tab: str, wait: float = 0) -> None:
        """Stops the answers of a tab, and waits for the end of each at most ``wait`` seconds."""
        with self._lock:
            under_way = tuple(self._tabs.get(tab, ()))
        for halted, _ in under_way:
            halted.set()
        for _, ended in under_way:
            ended.wait(wait)
