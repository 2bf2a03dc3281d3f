"""Connects the parts of the page by events. Imported only when a page is built."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import gradio as gr
from gradio.events import Dependency
from markupsafe import Markup

from rag.errors import YinjuError
from rag.serving import QueryService
from rag.serving.query_service import How
from rag.ui import actions, chips, start
from rag.ui.age import overdue
from rag.ui.conversation import END_SECONDS, Conversation, Halts, converse
from rag.ui.corpus import CorpusFacts
from rag.ui.filters import as_fields, from_fields, from_link, to_link
from rag.ui.layout import EXAMPLES_SHOWN, PageLayout
from rag.ui.render import suggested
from rag.ui.sources import sources
from rag.ui.table import wished_of
from rag.ui.texts import LANGS, pick_language, text
from rag.ui.turn import QuestionRequest, alone, recall, remember
from rag.ui.wiring import when

log = logging.getLogger("rag.ui")

PEOPLE_AT_ONCE = 16  # questions that are answered at the same time
PEOPLE_WAITING = 64  # events that may wait in Gradio's queue
# A question that is sent just as an answer ends must wait for that end. The trigger mode "once"
# would drop it silently.
_ASKING = {
    "concurrency_id": "ask",
    "concurrency_limit": PEOPLE_AT_ONCE,
    "trigger_mode": "always_last",
}


def page(service: QueryService, about: CorpusFacts) -> gr.Blocks:
    """Builds the page for a service."""
    with gr.Blocks(analytics_enabled=False, title=text("en", "title"), fill_width=True) as blocks:
        _Page(service, about).listen(blocks)
    blocks.queue(api_open=False, max_size=PEOPLE_WAITING, default_concurrency_limit=PEOPLE_AT_ONCE)
    return blocks


class _Page:
    """The parts of the page, and the functions that the server calls on their events."""

    def __init__(self, service: QueryService, about: CorpusFacts) -> None:
        self._service, self._about = service, about
        self._halts = Halts()
        self._parts = PageLayout(service, about)

    def _speak(self, lang: str, talk: Conversation, fields: list, fill: bool = False) -> dict:
        """Returns updates that show the page in a language, with the state of the conversation.

        Args:
            lang: the language.
            talk: the conversation; some parts are visible only before or after its first question.
            fields: values of the filters' fields.
            fill: whether to put these values into the fields, as well as into the chips.
        """
        parts, asked = self._parts, bool(talk.turns)
        filled = zip(parts.form.fields, fields, strict=True) if fill else ()
        besides = {
            parts.lang: {"value": lang},
            parts.chat: {"value": talk.spoken(lang).as_chat()},
            parts.opening: {"visible": not asked},
            parts.welcome: {"value": start.welcome(self._about.statistics(), lang)},
            parts.following: {"value": ""},
            parts.stale: {"value": overdue(self._service.overdue(), lang)},
            parts.panel: {"value": sources(talk.turns, lang, self._service.article)},
            parts.reader: {"value": ""},
            parts.form.chips: {"value": chips.filters(from_fields(*fields), lang)},
            **{button: {"visible": asked} for button in parts.keeping.values()},
            **{field: {"value": value} for field, value in filled},
        }
        return parts.words.speak(lang, besides)

    def _suggest(self, lang: str, talk: Conversation) -> list:
        """Returns updates of the buttons with example questions.

        It is a step of its own because it can take long: each example has been answered once to
        make sure that it has an answer.
        """
        made = [] if talk.turns else self._about.examples(lang, EXAMPLES_SHOWN)
        padded = [*made, *[""] * (EXAMPLES_SHOWN - len(made))]
        return [gr.update(value=words, visible=bool(words)) for words in padded]

    def _arrive(self, stored_lang: str, remembered: str, request: gr.Request) -> dict:
        """Sets up the page when it is loaded.

        Args:
            stored_lang: the language that the browser has stored, or "".
            remembered: the turns that the browser has stored, see :func:`rag.ui.turn.remember`.
            request: has the query of the address, and the languages that the browser accepts.
        """
        header = request.headers.get("accept-language", "")
        lang = stored_lang if stored_lang in LANGS else pick_language(header)
        query = str(request.query_params)
        linked, talk = from_link(query), Conversation(lang=lang)
        for turn in recall(remembered):
            talk = talk.put(turn)
        # After a reload, the stored conversation may already answer the address's question.
        answered = bool(talk.turns) and linked == alone(talk.turns[-1])
        return {
            self._parts.wires["wish"]: "" if answered else query,
            self._parts.state: talk,
            **self._speak(lang, talk, as_fields(linked.filters), fill=True),
        }

    def _switch(self, lang: str, talk: Conversation, *fields) -> dict:
        # Does not set the state of the conversation: an answer may be about to change it.
        return {self._parts.chosen: lang, **self._speak(lang, talk, list(fields))}

    def _asked(
        self, talk: Conversation, question: str, wish: str, edited: str, *fields
    ) -> tuple[QuestionRequest | None, str, dict]:
        """Finds the question that was typed, or that a control asks again.

        Args:
            talk: the conversation.
            question: the text in the box.
            wish: the address of the control that was used, or "".
            edited: key of the turn whose question is being edited, or "".
            fields: values of the filters' fields.

        Returns:
            The question or None, the key of the turn that it replaces or "", and updates that empty
            fields.
        """
        wires = self._parts.wires
        if wish:  # a control leaves a half-typed question in the box
            return *talk.asked_again(wish), {wires["wish"]: ""}
        asked = talk.asked(question.strip(), from_fields(*fields), edited)
        done = {self._parts.box: "", wires["editing"]: ""}
        return asked, edited if talk.turn(edited) else "", done

    def _proposed(
        self, talk: Conversation, question: str, *fields
    ) -> tuple[QuestionRequest, str, dict]:
        """As :meth:`_asked`, for a question that the page proposed."""
        return talk.asked(question, from_fields(*fields)), "", {}

    def _linked(self, talk: Conversation, query: str) -> tuple[QuestionRequest, str, dict]:
        """As :meth:`_asked`, for the question in the page's address."""
        return from_link(query), "", {self._parts.wires["wish"]: ""}

    def _reply(self, ask: Callable[..., tuple[QuestionRequest | None, str, dict]]) -> Callable:
        """Returns an event handler that answers the question which ``ask`` finds.

        ``ask`` gets the conversation and the values of some fields, as :meth:`_asked`. The handler
        yields updates of the parts while the answer is under way.
        """
        parts, link = self._parts, self._parts.wires["link"]

        def reply(
            request: gr.Request, lang: str, talk: Conversation, write: bool, *given
        ) -> Iterator[dict]:
            asked, instead, out = ask(talk, *given)
            if not (asked and asked.question):
                yield out
                return
            out |= {parts.opening: gr.update(visible=False), parts.following: ""}
            out |= {button: gr.update(visible=True) for button in parts.keeping.values()}
            out |= {link: to_link(asked)}
            how = (asked, lang, self._about.statistics(), instead)
            with self._halts.answering(request.session_hash) as halted:
                for talk in converse(self._service, talk, *how, halted, write):
                    turn = talk.turn(instead) or talk.turns[-1]
                    out |= {parts.chat: talk.as_chat(), parts.state: talk}
                    if not talk.coming[0]:
                        out |= {
                            link: to_link(alone(turn)),
                            parts.panel: sources(talk.turns, lang, self._service.article),
                            parts.stale: overdue(self._service.overdue(), lang),
                        }
                    if link in out:
                        out |= {parts.wires["memory"]: remember(turn)}
                    yield out
                    out = {}

        return reply

    def _follow_up(self, lang: str, talk: Conversation) -> Markup:
        """Returns controls with follow-up questions for below the last answer.

        The service has answered each of them before, so that it has an answer. Errors are only
        logged, since the answer is complete without suggestions.
        """
        turn = talk.turns[-1] if talk.turns else None
        if turn is None or turn.answer is None or turn.problem:
            return Markup()
        asked, words = turn.asked, ()
        try:
            how = How(history=talk.history(asked.after), filters=asked.filters)
            work = partial(self._service.suggestions, asked.question, turn.answer, **how)
            words = self._service.pool.submit(work).result()
        except YinjuError:
            pass  # the server is busy, and real questions come first
        except Exception:
            log.exception("no suggestions could be made")
        return suggested(words, lang)

    def _halt(self, request: gr.Request) -> None:
        self._halts.halt(request.session_hash)

    def _clear(self, request: gr.Request, lang: str, *fields) -> dict:
        """Begins a new conversation."""
        # Else the rest of an answer under way would be added to the new conversation.
        self._halts.halt(request.session_hash, END_SECONDS)
        talk = Conversation(lang=lang)
        return {
            self._parts.state: talk,
            self._parts.wires["link"]: to_link(QuestionRequest("", from_fields(*fields))),
            **self._speak(lang, talk, list(fields)),
        }

    def _look(self, wish: str, lang: str, talk: Conversation) -> dict:
        """Does what a control asks for that is not a question, such as to open an article."""
        wires = self._parts.wires
        article, news = actions.fulfilled(wish, talk, lang, self._service)
        shown = {self._parts.reader: article} if article else {}
        return {wires["aside"]: "", **shown, **({wires["told"]: news} if news else {})}

    def _widen(self, wish: str, lang: str, talk: Conversation) -> dict:
        """Adds the column that a control asks for to a list."""
        wires = self._parts.wires
        done = {wires["column"]: ""}
        if not (found := wished_of(wish, talk)):
            return done
        turn, asks = found
        work = partial(self._service.with_columns, turn.answer, (asks,))
        answer = self._service.pool.submit(work).result()
        talk = talk.spoken(lang).put(turn := replace(turn, answer=answer))
        changed = {self._parts.chat: talk.as_chat(), self._parts.state: talk}
        return {**done, **changed, wires["memory"]: remember(turn)}

    def listen(self, blocks: gr.Blocks) -> None:
        """Connects all events of the page."""
        parts, wires, fields = self._parts, self._parts.wires, self._parts.form.fields
        lang, state, spoken = parts.lang, parts.state, parts.words.parts
        with_stored = "(kept) => [kept, window.yinju.remembered()]"
        arriving = [parts.chosen, wires["memory"]]
        arrived = when(
            blocks.load, self._arrive, arriving, [wires["wish"], state, *spoken], js=with_stored
        )
        self._listen_to_questions(arrived)
        when(parts.stop.click, self._halt)
        switched = when(lang.input, self._switch, [lang, state, *fields], [parts.chosen, *spoken])
        begun = when(
            parts.again.click, self._clear, [lang, *fields], [state, wires["link"], *spoken]
        )
        left = when(begun.then, None, js="() => window.yinju.forget()")
        for before in (arrived, switched, left):
            when(before.then, self._suggest, [lang, state], parts.tries)
        for part, call in (
            (wires["link"], "address"),
            (wires["memory"], "remember"),
            (wires["told"], "hear"),
            (wires["editing"], "edit"),
            (lang, "speak"),
        ):
            when(part.change, None, [part], js=f"(value) => window.yinju.{call}(value)")
        parts.form.listen(lang)
        parts.corpus.listen(lang)
        parts.search.listen(lang)
        parts.batch.listen(lang, parts.writes, wires["told"])
        self._listen_to_controls()

    def _listen_to_questions(self, arrived: Dependency) -> None:
        parts, wires, fields = self._parts, self._parts.wires, self._parts.form.fields
        box, wish, editing = parts.box, wires["wish"], wires["editing"]
        beside = [parts.lang, parts.state, parts.writes]
        outputs = [box, wish, editing, parts.chat, parts.panel, parts.following, parts.stale]
        outputs += [parts.state, parts.opening, wires["link"], wires["memory"]]
        outputs += parts.keeping.values()
        typed = [box.submit, parts.send.click, wish.submit]
        asking = [
            (arrived.then, self._linked, [wish]),
            (typed, self._asked, [box, wish, editing, *fields]),
            *((one.click, self._proposed, [one, *fields]) for one in parts.tries),
            (wires["next"].submit, self._proposed, [wires["next"], *fields]),
        ]
        for event, ask, given in asking:
            answered = when(event, self._reply(ask), [*beside, *given], outputs, **_ASKING)
            when(answered.then, self._follow_up, [parts.lang, parts.state], [parts.following])

    def _listen_to_controls(self) -> None:
        parts, wires = self._parts, self._parts.wires
        lang, state, aside, column = parts.lang, parts.state, wires["aside"], wires["column"]
        each_time = {"trigger_mode": "multiple"}
        looked_at = [aside, wires["told"], parts.reader]
        widened = [column, parts.chat, state, wires["memory"]]
        when(aside.submit, self._look, [aside, lang, state], looked_at, **each_time)
        when(column.submit, self._widen, [column, lang, state], widened, **each_time)
        for kind, button in parts.keeping.items():
            keep = partial(actions.save_message, kind)
            when(button.click, keep, [state, lang], [wires["told"]])
