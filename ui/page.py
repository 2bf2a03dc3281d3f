"""The parts of the page and what happens between them. Imported only where a page is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from rag.serving import QueryService
from rag.ui import columns, start
from rag.ui.age import overdue
from rag.ui.asked import QuestionRequest
from rag.ui.batch_tab import BatchTab
from rag.ui.corpus import CorpusFacts
from rag.ui.corpus_tab import CorpusTab
from rag.ui.filters import from_fields, from_link, to_link
from rag.ui.form import Form
from rag.ui.cancellation import END_SECONDS, Halts
from rag.ui.memory import recall, remember
from rag.ui.search_tab import SearchTab
from rag.ui.sources import sources
from rag.ui.suggested import suggested
from rag.ui.conversation import Conversation, converse
from rag.ui.tray import tray
from rag.ui.texts import LANGS, LANGUAGE_NAMES, pick_language, text
from rag.ui.turn import alone
from rag.ui.actions import WISHES, fulfil

EXAMPLES = 4
PEOPLE_AT_ONCE = 16
PEOPLE_WAITING = 64
WIRES = ("wish", "link", "told", "memory", "aside", "editing", "column", "next")
"""Hidden fields between the server and the page's script: what a control in an answer asks for; the
question with its filters as a link for the address; what a control asks for that is no question
(``aside``) and what came of it (``told``); a turn to be kept by the browser; which turn's question
is being edited; which column a list shall have; which suggestion is asked.
"""


def theme() -> gr.themes.Base:
    """Plain, with the fonts that the reader's system brings along: nothing is loaded."""
    # Names of fonts that systems bring along, as strings: Gradio's own classes would load files.
    sans = (
        "system-ui",
        "-apple-system",
        "Segoe UI",
        "Noto Sans",
        "PingFang SC",
        "Hiragino Sans GB",
        "Microsoft YaHei",
        "Noto Sans CJK SC",
        "Source Han Sans SC",
        "sans-serif",
    )
    return gr.themes.Base(
        primary_hue="blue", neutral_hue="stone", font=sans, font_mono=("ui-monospace", "monospace")
    )


def page(service: QueryService, about: CorpusFacts) -> gr.Blocks:
    """The page's parts and what happens between them; element ids are what tests and styles hold on
    to.
    """
    halts = Halts()
    with gr.Blocks(analytics_enabled=False, title=text("en", "title"), fill_width=True) as blocks:
        state = gr.State(Conversation())
        # Kept by the browser; the fixed secret lets it be read again after a restart, and it is no
        # secret.
        chosen = gr.BrowserState("", storage_key="yinju-language", secret="yinju")
        with gr.Row(elem_id="head"):
            gr.HTML(start.brand(), elem_id="brand")
            trays = gr.HTML(elem_id="trays")
            again = gr.Button("", elem_id="new-chat", scale=0, visible=False)
            choices = [(LANGUAGE_NAMES[lang], lang) for lang in LANGS]
            lang = gr.Radio(choices, value="en", elem_id="language", container=False)
        notices = gr.HTML(elem_id="notices")
        wires = {
            name: gr.Textbox(elem_id=name, visible="hidden", container=False) for name in WIRES
        }
        wish, link, told, memory, aside, editing, column, next_one = wires.values()
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("", id="chat", elem_id="tab-chat") as chat_tab, gr.Row(elem_id="desk"):
                with gr.Column(elem_id="talk", scale=3):
                    with gr.Column(elem_id="start", scale=0) as opening:
                        welcome = gr.HTML(elem_id="welcome")
                        tries = [
                            gr.Button(
                                "", elem_id=f"example-{n}", elem_classes="yj-example", visible=False
                            )
                            for n in range(1, EXAMPLES + 1)
                        ]
                        past = gr.HTML(elem_id="past")
                    # What it shows went through rag.ui.markup; a sanitizer would take the names and
                    # states of controls away.
                    chat = gr.Chatbot(
                        elem_id="chat",
                        allow_tags=True,
                        sanitize_html=False,
                        latex_delimiters=[],
                        buttons=[],
                        feedback_options=None,
                        layout="bubble",
                        height="auto",
                        show_label=False,
                        group_consecutive_messages=False,
                        allow_file_downloads=False,
                        autoscroll=False,
                    )
                    following = gr.HTML(elem_id="suggested")
                    stale = gr.HTML(elem_id="stale")
                    edit_hint = gr.HTML(elem_id="edit-hint")
                    with gr.Row(elem_id="ask"):
                        box = gr.Textbox(
                            elem_id="question",
                            lines=1,
                            max_lines=6,
                            autofocus=True,
                            scale=1,
                            html_attributes=gr.InputHTMLAttributes(
                                enterkeyhint="send", autocomplete="off", spellcheck=False
                            ),
                        )
                        send = gr.Button("", elem_id="send", variant="primary", scale=0)
                        stop = gr.Button("", elem_id="stop", scale=0)
                    with gr.Row(elem_id="under"):
                        # Hidden it is on: a server that does not let readers choose has its model
                        # write.
                        offered = bool(service.settings.llm and service.settings.llm_switch)
                        writes = gr.Checkbox(
                            value=True, elem_id="writes", visible=True if offered else "hidden"
                        )
                        form = Form()
                        keeping = {
                            kind: gr.Button(
                                "", elem_id=f"keep-{kind}", elem_classes="yj-keep", scale=0
                            )
                            for kind in ("md", "json")
                        }
                with gr.Column(elem_id="side", scale=2):
                    panel = gr.HTML(elem_id="sources")
                    reader = gr.HTML(elem_id="reader")
            with gr.Tab("", id="search", elem_id="tab-search") as search_tab:
                hunt = SearchTab(service)
            with gr.Tab("", id="batch", elem_id="tab-batch") as batch_tab:
                batch = BatchTab(service)
            with gr.Tab("", id="corpus", elem_id="tab-corpus") as corpus_tab:
                articles = CorpusTab(service, about, corpus_tab)

        tabs = (articles, hunt, batch)

        def speak(lang: str, talk: Conversation) -> dict:
            """The page in a language, and what depends on whether anything was asked."""
            asked = bool(talk.turns)
            return {
                chat_tab: gr.update(label=text(lang, "tab_chat")),
                search_tab: gr.update(label=text(lang, "tab_search")),
                batch_tab: gr.update(label=text(lang, "tab_batch")),
                corpus_tab: gr.update(label=text(lang, "tab_corpus")),
                trays: tray(lang),
                stale: overdue(service.overdue(), lang),
                following: "",
                lang_radio: gr.update(value=lang, label=text(lang, "language")),
                notices: start.notices(lang),
                edit_hint: start.edit_hint(lang),
                chat: gr.update(value=talk.spoken(lang).as_chat(), label=text(lang, "chat")),
                opening: gr.update(visible=not asked),
                welcome: start.welcome(about.corpus(), lang, service.index.version),
                past: start.past(lang),
                box: gr.update(
                    label=text(lang, "question"), placeholder=text(lang, "question_hint")
                ),
                send: gr.update(value=text(lang, "send")),
                stop: gr.update(value=text(lang, "stop")),
                writes: gr.update(label=text(lang, "model_switch")),
                again: gr.update(value=text(lang, "new_chat"), visible=asked),
                panel: sources(talk.turns, lang, service.article),
                reader: "",
                **{
                    button: gr.update(value=text(lang, f"save_{kind}"), visible=asked)
                    for kind, button in keeping.items()
                },
                **{
                    part: said
                    for tab in tabs
                    for part, said in zip(tab.parts, tab.speak(lang), strict=True)
                },
            }

        def suggest(lang: str, talk: Conversation) -> list:
            """Questions to try. They were asked to see that they have answers, which takes its
            time, so the page does not wait.
            """
            made = [] if talk.turns else about.examples(lang, EXAMPLES)
            return [
                gr.update(value=words, visible=bool(words))
                for words in (*made, *[""] * (EXAMPLES - len(made)))
            ]

        def arrive(kept: str, remembered: str, request: gr.Request) -> dict:
            lang = (
                kept if kept in LANGS else pick_language(request.headers.get("accept-language", ""))
            )
            linked, talk = from_link(str(request.query_params)), Conversation(lang=lang)
            for turn in recall(remembered):
                talk = talk.put(turn)
            # A page that is loaded again has what its address asks.
            asks = (
                "" if talk.turns and linked == alone(talk.turns[-1]) else str(request.query_params)
            )
            return {
                wish: asks,
                state: talk,
                **speak(lang, talk),
                **dict(
                    zip(form.parts, form.fill(lang, about.corpus(), linked.filters), strict=True)
                ),
            }

        def switch(lang: str, talk: Conversation, *fields) -> dict:
            form_now = dict(
                zip(form.parts, form.speak(lang, about.corpus(), from_fields(*fields)), strict=True)
            )
            # The conversation itself is left alone: an answer may be on its way into it.
            return {chosen: lang, **speak(lang, talk), **form_now}

        def reply(
            request: gr.Request,
            question: str,
            wish_now: str,
            edited: str,
            lang: str,
            talk: Conversation,
            write: bool,
            *fields,
        ) -> Iterator[dict]:
            if wish_now:  # what is half typed stays where a control asked
                asked, instead = talk.asked_again(wish_now)
                yield from answer(request, asked, {wish: ""}, lang, talk, write, instead)
            else:
                asked = talk.asked(question.strip(), from_fields(*fields), edited)
                yield from answer(
                    request,
                    asked,
                    {box: "", editing: ""},
                    lang,
                    talk,
                    write,
                    edited if talk.turn(edited) else "",
                )

        def reply_to(
            request: gr.Request, question: str, lang: str, talk: Conversation, write: bool, *fields
        ) -> Iterator[dict]:
            yield from answer(
                request, talk.asked(question, from_fields(*fields)), {}, lang, talk, write
            )

        def reply_to_link(
            request: gr.Request, query: str, lang: str, talk: Conversation, write: bool
        ) -> Iterator[dict]:
            yield from answer(request, from_link(query), {wish: ""}, lang, talk, write)

        def answer(
            request: gr.Request,
            asked: QuestionRequest | None,
            out: dict,
            lang: str,
            talk: Conversation,
            write: bool,
            instead: str = "",
        ) -> Iterator[dict]:
            if not (asked and asked.question):
                yield out
                return
            shown = {button: gr.update(visible=True) for button in (again, *keeping.values())}
            out |= {opening: gr.update(visible=False), link: to_link(asked), following: "", **shown}
            with halts.answering(request.session_hash) as halted:
                for talk in converse(
                    service, talk, asked, lang, about.corpus(), instead, halted, write
                ):
                    turn = talk.turn(instead) or talk.turns[-1]
                    out |= {chat: talk.as_chat(), state: talk}
                    if not talk.coming[0]:
                        out |= {
                            link: to_link(alone(turn)),
                            panel: sources(talk.turns, lang, service.article),
                            stale: overdue(service.overdue(), lang),
                        }
                    if out.keys() & {link}:
                        out |= {memory: remember(turn)}
                    yield out
                    out = {}

        def halt(request: gr.Request) -> None:
            halts.halt(request.session_hash)

        def clear(request: gr.Request, lang: str, *fields) -> dict:
            # The end of an answer under way would come into the new conversation.
            halts.halt(request.session_hash, END_SECONDS)
            talk = Conversation(lang=lang)
            return {
                state: talk,
                link: to_link(QuestionRequest("", from_fields(*fields))),
                **speak(lang, talk),
            }

        def look(wanted: str, lang: str, talk: Conversation) -> dict:
            return {
                aside: "",
                **fulfil(wanted, talk, lang, service, {"told": told, "reader": reader}),
            }

        def widen(wanted: str, lang: str, talk: Conversation) -> dict:
            if not (found := columns.wished(wanted, talk)):
                return {column: ""}
            turn, asks = found
            answer = service.pool.submit(
                lambda: service.with_columns(turn.answer, (asks,))
            ).result()
            talk = talk.spoken(lang).put(turn := replace(turn, answer=answer))
            return {column: "", chat: talk.as_chat(), state: talk, memory: remember(turn)}

        lang_radio = lang
        labelled = [
            chat_tab,
            search_tab,
            batch_tab,
            corpus_tab,
            trays,
            following,
            stale,
            lang,
            notices,
            edit_hint,
            chat,
            opening,
            welcome,
            past,
            box,
            send,
            stop,
            writes,
            again,
            panel,
            reader,
            *keeping.values(),
            *(part for tab in tabs for part in tab.parts),
        ]
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        said = [
            box,
            wish,
            editing,
            chat,
            panel,
            following,
            stale,
            state,
            opening,
            again,
            link,
            memory,
            *keeping.values(),
        ]
        # A question sent in the moment in which an answer ends waits for it; "once" would drop it
        # in silence.
        asking = {
            **quiet,
            "concurrency_id": "ask",
            "concurrency_limit": PEOPLE_AT_ONCE,
            "trigger_mode": "always_last",
        }
        remembered = "(kept) => [kept, window.yinju.remembered()]"
        arrived = blocks.load(
            arrive, [chosen, memory], [wish, state, *labelled, *form.parts], js=remembered, **quiet
        )
        answered = [arrived.then(reply_to_link, [wish, lang, state, writes], said, **asking)]
        answered.append(
            gr.on(
                [box.submit, send.click, wish.submit],
                reply,
                [box, wish, editing, lang, state, writes, *form.fields],
                said,
                **asking,
            )
        )
        for one, event in (*((one, one.click) for one in tries), (next_one, next_one.submit)):
            answered.append(
                event(reply_to, [one, lang, state, writes, *form.fields], said, **asking)
            )
        for one in answered:
            one.then(
                lambda lang, talk: suggested(service, talk, lang),
                [lang, state],
                [following],
                **quiet,
            )
        arrived.then(suggest, [lang, state], tries, **quiet)
        stop.click(halt, None, None, **quiet)
        switched = lang.input(
            switch, [lang, state, *form.fields], [chosen, *labelled, *form.parts], **quiet
        )
        switched.then(suggest, [lang, state], tries, **quiet)
        for wire, call in (
            (link, "address(value)"),
            (memory, "remember(value)"),
            (told, "hear(value)"),
            (editing, "edit(value)"),
        ):
            wire.change(None, [wire], None, js=f"(value) => window.yinju.{call}", **quiet)
        lang.change(None, [lang], None, js="(lang) => window.yinju.speak(lang)", **quiet)
        form.listen(lang, **quiet)
        articles.listen(lang, **quiet)
        hunt.listen(lang, **quiet)
        batch.listen(lang, writes, told, **quiet)
        aside.submit(
            look, [aside, lang, state], [aside, told, reader], trigger_mode="multiple", **quiet
        )
        column.submit(
            widen,
            [column, lang, state],
            [column, chat, state, memory],
            trigger_mode="multiple",
            **quiet,
        )
        for kind, button in keeping.items():
            button.click(
                lambda lang, talk, kind=kind: WISHES[kind](talk, None, 0, lang, service),
                [lang, state],
                [told],
                **quiet,
            )
        begun = again.click(clear, [lang, *form.fields], [state, link, *labelled], **quiet)
        begun.then(None, None, None, js="() => window.yinju.forget()", **quiet).then(
            suggest, [lang, state], tries, **quiet
        )

    blocks.queue(api_open=False, max_size=PEOPLE_WAITING, default_concurrency_limit=PEOPLE_AT_ONCE)
    return blocks
