"""What happens between the parts of the page. Imported only where a page is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from rag.serving import QueryService
from rag.ui import columns, start
from rag.ui.actions import WISHES, fulfil
from rag.ui.age import overdue
from rag.ui.asked import QuestionRequest
from rag.ui.cancellation import END_SECONDS, Halts
from rag.ui.conversation import Conversation, converse
from rag.ui.corpus import CorpusFacts
from rag.ui.filters import from_fields, from_link, to_link
from rag.ui.layout import EXAMPLES, Layout
from rag.ui.memory import recall, remember
from rag.ui.sources import sources
from rag.ui.suggested import suggested
from rag.ui.texts import LANGS, pick_language, text
from rag.ui.tray import tray
from rag.ui.turn import alone

PEOPLE_AT_ONCE = 16
PEOPLE_WAITING = 64
_QUIET = {"show_progress": "hidden", "api_visibility": "private"}
# A question sent in the moment in which an answer ends waits for it; "once" would drop it in
# silence.
_ASKING = {
    **_QUIET,
    "concurrency_id": "ask",
    "concurrency_limit": PEOPLE_AT_ONCE,
    "trigger_mode": "always_last",
}


def page(service: QueryService, about: CorpusFacts) -> gr.Blocks:
    """The page for a service."""
    with gr.Blocks(analytics_enabled=False, title=text("en", "title"), fill_width=True) as blocks:
        _Page(service, about).listen(blocks)
    blocks.queue(api_open=False, max_size=PEOPLE_WAITING, default_concurrency_limit=PEOPLE_AT_ONCE)
    return blocks


class _Page:
    """The parts, and what the server does when something happens to them."""

    def __init__(self, service: QueryService, about: CorpusFacts) -> None:
        self._service, self._about = service, about
        self._halts = Halts()
        self._parts = Layout(service, about)

    def _speak(self, lang: str, talk: Conversation) -> dict:
        """The page in a language, and what depends on whether anything was asked."""
        parts, asked = self._parts, bool(talk.turns)
        return {
            parts.chat_tab: gr.update(label=text(lang, "tab_chat")),
            parts.search_tab: gr.update(label=text(lang, "tab_search")),
            parts.batch_tab: gr.update(label=text(lang, "tab_batch")),
            parts.corpus_tab: gr.update(label=text(lang, "tab_corpus")),
            parts.trays: tray(lang),
            parts.stale: overdue(self._service.overdue(), lang),
            parts.following: "",
            parts.lang: gr.update(value=lang, label=text(lang, "language")),
            parts.notices: start.notices(lang),
            parts.edit_hint: start.edit_hint(lang),
            parts.chat: gr.update(value=talk.spoken(lang).as_chat(), label=text(lang, "chat")),
            parts.opening: gr.update(visible=not asked),
            parts.welcome: start.welcome(self._about.corpus(), lang, self._service.index.version),
            parts.past: start.past(lang),
            parts.box: gr.update(
                label=text(lang, "question"), placeholder=text(lang, "question_hint")
            ),
            parts.send: gr.update(value=text(lang, "send")),
            parts.stop: gr.update(value=text(lang, "stop")),
            parts.writes: gr.update(label=text(lang, "model_switch")),
            parts.again: gr.update(value=text(lang, "new_chat")),
            parts.panel: sources(talk.turns, lang, self._service.article),
            parts.reader: "",
            **{
                button: gr.update(value=text(lang, f"save_{kind}"), visible=asked)
                for kind, button in parts.keeping.items()
            },
            **{
                part: said
                for tab in parts.tabs
                for part, said in zip(tab.parts, tab.speak(lang), strict=True)
            },
        }

    def _suggest(self, lang: str, talk: Conversation) -> list:
        """Questions to try. They were asked to see that they have answers, which takes its time, so
        the page does not wait.
        """
        made = [] if talk.turns else self._about.examples(lang, EXAMPLES)
        return [
            gr.update(value=words, visible=bool(words))
            for words in (*made, *[""] * (EXAMPLES - len(made)))
        ]

    def _arrive(self, kept: str, remembered: str, request: gr.Request) -> dict:
        header = request.headers.get("accept-language", "")
        lang = kept if kept in LANGS else pick_language(header)
        query = str(request.query_params)
        linked, talk = from_link(query), Conversation(lang=lang)
        for turn in recall(remembered):
            talk = talk.put(turn)
        form = self._parts.form
        filled = form.fill(lang, self._about.corpus(), linked.filters)
        return {
            # A page that is loaded again has what its address asks.
            self._parts.wires["wish"]: ""
            if talk.turns and linked == alone(talk.turns[-1])
            else query,
            self._parts.state: talk,
            **self._speak(lang, talk),
            **dict(zip(form.parts, filled, strict=True)),
        }

    def _switch(self, lang: str, talk: Conversation, *fields) -> dict:
        form = self._parts.form
        spoken = form.speak(lang, self._about.corpus(), from_fields(*fields))
        # The conversation itself is left alone: an answer may be on its way into it.
        return {
            self._parts.chosen: lang,
            **self._speak(lang, talk),
            **dict(zip(form.parts, spoken, strict=True)),
        }

    def _reply(
        self,
        request: gr.Request,
        question: str,
        wish: str,
        edited: str,
        lang: str,
        talk: Conversation,
        write: bool,
        *fields,
    ) -> Iterator[dict]:
        """Answers what a control asks for, or what was typed."""
        wires = self._parts.wires
        if wish:  # what is half typed stays where a control asked
            asked, instead = talk.asked_again(wish)
            done = {wires["wish"]: ""}
        else:
            asked = talk.asked(question.strip(), from_fields(*fields), edited)
            instead = edited if talk.turn(edited) else ""
            done = {self._parts.box: "", wires["editing"]: ""}
        yield from self._answer(request, asked, done, lang, talk, write, instead)

    def _reply_to(
        self,
        request: gr.Request,
        question: str,
        lang: str,
        talk: Conversation,
        write: bool,
        *fields,
    ) -> Iterator[dict]:
        """Answers a question that the page proposed."""
        asked = talk.asked(question, from_fields(*fields))
        yield from self._answer(request, asked, {}, lang, talk, write)

    def _reply_to_link(
        self, request: gr.Request, query: str, lang: str, talk: Conversation, write: bool
    ) -> Iterator[dict]:
        """Answers what the address asks."""
        done = {self._parts.wires["wish"]: ""}
        yield from self._answer(request, from_link(query), done, lang, talk, write)

    def _answer(
        self,
        request: gr.Request,
        asked: QuestionRequest | None,
        out: dict,
        lang: str,
        talk: Conversation,
        write: bool,
        instead: str = "",
    ) -> Iterator[dict]:
        """The answer as it comes about, as updates of the parts.

        Args:
            asked: the question; None for nothing.
            out: what else is updated first.
            instead: the turn that is asked anew; "" for none.
        """
        if not (asked and asked.question):
            yield out
            return
        parts, link = self._parts, self._parts.wires["link"]
        shown = {button: gr.update(visible=True) for button in parts.keeping.values()}
        out |= {parts.opening: gr.update(visible=False), link: to_link(asked)}
        out |= {parts.following: "", **shown}
        with self._halts.answering(request.session_hash) as halted:
            for talk in converse(
                self._service, talk, asked, lang, self._about.corpus(), instead, halted, write
            ):
                turn = talk.turn(instead) or talk.turns[-1]
                out |= {parts.chat: talk.as_chat(), parts.state: talk}
                if not talk.coming[0]:
                    out |= {
                        link: to_link(alone(turn)),
                        parts.panel: sources(talk.turns, lang, self._service.article),
                        parts.stale: overdue(self._service.overdue(), lang),
                    }
                if out.keys() & {link}:
                    out |= {parts.wires["memory"]: remember(turn)}
                yield out
                out = {}

    def _halt(self, request: gr.Request) -> None:
        self._halts.halt(request.session_hash)

    def _clear(self, request: gr.Request, lang: str, *fields) -> dict:
        """A new conversation."""
        # The end of an answer under way would come into it.
        self._halts.halt(request.session_hash, END_SECONDS)
        talk = Conversation(lang=lang)
        return {
            self._parts.state: talk,
            self._parts.wires["link"]: to_link(QuestionRequest("", from_fields(*fields))),
            **self._speak(lang, talk),
        }

    def _look(self, wanted: str, lang: str, talk: Conversation) -> dict:
        """What a control asks for that is no question."""
        wires = self._parts.wires
        shown = {"told": wires["told"], "reader": self._parts.reader}
        return {wires["aside"]: "", **fulfil(wanted, talk, lang, self._service, shown)}

    def _widen(self, wanted: str, lang: str, talk: Conversation) -> dict:
        """A list with one more column."""
        wires = self._parts.wires
        if not (found := columns.wished(wanted, talk)):
            return {wires["column"]: ""}
        turn, asks = found
        answer = self._service.pool.submit(
            lambda: self._service.with_columns(turn.answer, (asks,))
        ).result()
        talk = talk.spoken(lang).put(turn := replace(turn, answer=answer))
        return {
            wires["column"]: "",
            self._parts.chat: talk.as_chat(),
            self._parts.state: talk,
            wires["memory"]: remember(turn),
        }

    def listen(self, blocks: gr.Blocks) -> None:
        """Wires what happens on the page."""
        parts, wires = self._parts, self._parts.wires
        lang, state, form = parts.lang, parts.state, parts.form
        remembered = "(kept) => [kept, window.yinju.remembered()]"
        arrived = blocks.load(
            self._arrive,
            [parts.chosen, wires["memory"]],
            [wires["wish"], state, *parts.spoken, *form.parts],
            js=remembered,
            **_QUIET,
        )
        self._listen_to_questions(arrived)
        arrived.then(self._suggest, [lang, state], parts.tries, **_QUIET)
        parts.stop.click(self._halt, None, None, **_QUIET)
        switched = lang.input(
            self._switch,
            [lang, state, *form.fields],
            [parts.chosen, *parts.spoken, *form.parts],
            **_QUIET,
        )
        switched.then(self._suggest, [lang, state], parts.tries, **_QUIET)
        for wire, call in (
            ("link", "address(value)"),
            ("memory", "remember(value)"),
            ("told", "hear(value)"),
            ("editing", "edit(value)"),
        ):
            script = f"(value) => window.yinju.{call}"
            wires[wire].change(None, [wires[wire]], None, js=script, **_QUIET)
        lang.change(None, [lang], None, js="(lang) => window.yinju.speak(lang)", **_QUIET)
        form.listen(lang, **_QUIET)
        articles, hunt, batch = parts.tabs
        articles.listen(lang, **_QUIET)
        hunt.listen(lang, **_QUIET)
        batch.listen(lang, parts.writes, wires["told"], **_QUIET)
        self._listen_to_controls()

    def _listen_to_questions(self, arrived: gr.events.Dependency) -> None:
        parts, wires = self._parts, self._parts.wires
        box, form, said = parts.box, parts.form, parts.answered
        beside = [parts.lang, parts.state, parts.writes]
        answered = [
            arrived.then(self._reply_to_link, [wires["wish"], *beside], said, **_ASKING),
            gr.on(
                [box.submit, parts.send.click, wires["wish"].submit],
                self._reply,
                [box, wires["wish"], wires["editing"], *beside, *form.fields],
                said,
                **_ASKING,
            ),
        ]
        proposed = [(one, one.click) for one in parts.tries]
        for one, event in (*proposed, (wires["next"], wires["next"].submit)):
            given = [one, *beside, *form.fields]
            answered.append(event(self._reply_to, given, said, **_ASKING))
        for one in answered:
            one.then(
                lambda lang, talk: suggested(self._service, talk, lang),
                [parts.lang, parts.state],
                [parts.following],
                **_QUIET,
            )

    def _listen_to_controls(self) -> None:
        parts, wires = self._parts, self._parts.wires
        lang, state, aside, column = parts.lang, parts.state, wires["aside"], wires["column"]
        at_once = {**_QUIET, "trigger_mode": "multiple"}
        aside.submit(
            self._look, [aside, lang, state], [aside, wires["told"], parts.reader], **at_once
        )
        column.submit(
            self._widen,
            [column, lang, state],
            [column, parts.chat, state, wires["memory"]],
            **at_once,
        )
        for kind, button in parts.keeping.items():
            button.click(
                lambda lang, talk, kind=kind: WISHES[kind](talk, None, 0, lang, self._service),
                [lang, state],
                [wires["told"]],
                **_QUIET,
            )
        begun = parts.again.click(
            self._clear, [lang, *parts.form.fields], [state, wires["link"], *parts.spoken], **_QUIET
        )
        begun.then(None, None, None, js="() => window.yinju.forget()", **_QUIET).then(
            self._suggest, [lang, state], parts.tries, **_QUIET
        )
