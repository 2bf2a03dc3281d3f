"""The parts of the page and what happens between them. Imported only where a page is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from rag.serving import Desk
from rag.ui import start
from rag.ui.asked import Asked
from rag.ui.corpus import About
from rag.ui.corpus_tab import CorpusTab
from rag.ui.filters import from_fields, from_link, to_link
from rag.ui.form import Form
from rag.ui.keep import as_json, as_markdown
from rag.ui.sources import sources
from rag.ui.talk import Talk, converse
from rag.ui.texts import LANGS, LANGUAGE_NAMES, pick_language, text

EXAMPLES = 4
PEOPLE_AT_ONCE = 16
PEOPLE_WAITING = 64


def theme() -> gr.themes.Base:
    """Plain, with the fonts that the reader's system brings along: nothing is loaded."""
    # Names of fonts that systems bring along, as strings: Gradio's own classes would load files.
    sans = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "PingFang SC", "Hiragino Sans GB",
            "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")  # fmt: skip
    return gr.themes.Base(primary_hue="blue", neutral_hue="stone", font=sans, font_mono=("ui-monospace", "monospace"))


def page(desk: Desk, about: About) -> gr.Blocks:
    """The page's parts and what happens between them; element ids are what tests and styles hold on to."""
    with gr.Blocks(analytics_enabled=False, title=text("en", "title"), fill_width=True) as blocks:
        state = gr.State(Talk())
        # Kept by the browser; the fixed secret lets it be read again after a restart, and it is no secret.
        chosen = gr.BrowserState("", storage_key="yinju-language", secret="yinju")
        with gr.Row(elem_id="head"):
            gr.HTML(start.brand(), elem_id="brand")
            head = gr.HTML(elem_id="about")
            again = gr.Button("", elem_id="new-chat", scale=0, visible=False)
            choices = [(LANGUAGE_NAMES[lang], lang) for lang in LANGS]
            lang = gr.Radio(choices, value="en", elem_id="language", container=False)
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("", id="chat", elem_id="tab-chat") as chat_tab:
                with gr.Row(elem_id="desk"):
                    with gr.Column(elem_id="talk", scale=3):
                        with gr.Column(elem_id="start", scale=0) as opening:
                            welcome = gr.HTML(elem_id="welcome")
                            tries = [
                                gr.Button("", elem_id=f"example-{n}", elem_classes="yj-example", visible=False)
                                for n in range(1, EXAMPLES + 1)
                            ]
                        chat = gr.Chatbot(
                            elem_id="chat", allow_tags=False, sanitize_html=True, latex_delimiters=[],
                            buttons=[], feedback_options=None, layout="bubble", height="auto", show_label=False,
                            group_consecutive_messages=False, allow_file_downloads=False, autoscroll=False,
                        )  # fmt: skip
                        with gr.Row(elem_id="ask"):
                            box = gr.Textbox(
                                elem_id="question", lines=1, max_lines=6, autofocus=True, scale=1,
                                html_attributes=gr.InputHTMLAttributes(
                                    enterkeyhint="send", autocomplete="off", spellcheck=False
                                ),
                            )  # fmt: skip
                            send = gr.Button("", elem_id="send", variant="primary", scale=0)
                        # What a control inside an answer asks for; the page's script writes it.
                        wish = gr.Textbox(elem_id="wish", visible="hidden", container=False)
                        # The question with its filters as a link; the page's script puts it into the address.
                        link = gr.Textbox(elem_id="link", visible="hidden", container=False)
                        # What is to be taken away, for the page's script.
                        kept = gr.Textbox(elem_id="kept", visible="hidden", container=False)
                        form = Form()
                        with gr.Row(elem_id="keep", visible=False) as keep:
                            keeping = {
                                kind: gr.Button("", elem_id=f"keep-{kind}", elem_classes="yj-keep", scale=0) for kind in ("copy", "md", "json")
                            }
                    with gr.Column(elem_id="side", scale=2):
                        panel = gr.HTML(elem_id="sources")
            with gr.Tab("", id="corpus", elem_id="tab-corpus") as corpus_tab:
                articles = CorpusTab(desk, about, corpus_tab)

        labelled = [head, chat_tab, corpus_tab, lang, chat, welcome, *tries, box, send, again, panel, keep, *keeping.values(), *articles.parts]

        def speak(lang: str, talk: Talk) -> list:
            asked = bool(talk.messages)
            made = [] if asked else about.examples(lang, EXAMPLES)
            made = [*made, *[""] * (EXAMPLES - len(made))]
            return [
                start.about(about.corpus(), lang),
                gr.update(label=text(lang, "tab_chat")),
                gr.update(label=text(lang, "tab_corpus")),
                gr.update(value=lang, label=text(lang, "language")),
                gr.update(label=text(lang, "chat")),
                start.welcome(lang),
                *(gr.update(value=one, visible=bool(one)) for one in made),
                gr.update(label=text(lang, "question"), placeholder=text(lang, "question_hint")),
                gr.update(value=text(lang, "send")),
                gr.update(value=text(lang, "new_chat"), visible=asked),
                sources(talk.turns, lang),
                gr.update(visible=bool(talk.turns)),
                *(gr.update(value=text(lang, key)) for key in ("copy", "save_md", "save_json")),
                *articles.speak(lang),
            ]

        def arrive(kept: str, talk: Talk, request: gr.Request) -> list:
            lang = kept if kept in LANGS else pick_language(request.headers.get("accept-language", ""))
            query = str(request.query_params)
            return [query, *speak(lang, talk), *form.fill(lang, about.corpus(), from_link(query).filters)]

        def switch(lang: str, talk: Talk, *fields) -> list:
            return [lang, *speak(lang, talk), *form.speak(lang, about.corpus(), from_fields(*fields))]

        def reply(question: str, wish_now: str, lang: str, talk: Talk, *fields) -> Iterator[dict]:
            if wish_now:  # what is half typed stays where a control asked
                yield from answer(talk.asked_again(wish_now), {wish: ""}, lang, talk)
            else:
                yield from answer(talk.asked(question.strip(), from_fields(*fields)), {box: ""}, lang, talk)

        def reply_to(question: str, lang: str, talk: Talk, *fields) -> Iterator[dict]:
            yield from answer(talk.asked(question, from_fields(*fields)), {}, lang, talk)

        def reply_to_link(query: str, lang: str, talk: Talk) -> Iterator[dict]:
            yield from answer(from_link(query), {wish: ""}, lang, talk)

        def answer(asked: Asked | None, out: dict, lang: str, talk: Talk) -> Iterator[dict]:
            if not (asked and asked.question):
                yield out
                return
            out |= {opening: gr.update(visible=False), again: gr.update(visible=True), link: to_link(asked)}
            known = talk.turns
            for talk in converse(desk, talk, asked, lang, about.corpus()):
                out |= {chat: talk.as_chat(), state: talk}
                if talk.turns is not known:
                    # A link stands alone: of a follow-up it asks the question as it was completed.
                    whole = talk.turns[-1].answer.completed or asked.question
                    out |= {link: to_link(replace(asked, question=whole)), panel: sources(talk.turns, lang), keep: gr.update(visible=True)}
                yield out
                out = {}

        def clear(lang: str, *fields) -> list:
            return [Talk(), [], gr.update(visible=True), to_link(Asked("", from_fields(*fields))), *speak(lang, Talk())]

        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        told = [box, wish, chat, panel, state, opening, again, link, keep]
        # A question sent in the moment in which an answer ends waits for it; "once" would drop it in silence.
        asking = {**quiet, "concurrency_id": "ask", "concurrency_limit": PEOPLE_AT_ONCE, "trigger_mode": "always_last"}
        arrived = blocks.load(arrive, [chosen, state], [wish, *labelled, *form.parts], **quiet)
        arrived.then(reply_to_link, [wish, lang, state], told, **asking)
        lang.input(switch, [lang, state, *form.fields], [chosen, *labelled, *form.parts], **quiet)
        lang.change(None, [lang], None, js="(lang) => window.yinju.speak(lang)", **quiet)
        link.change(None, [link], None, js="(link) => window.yinju.address(link)", **quiet)
        form.listen(lang, **quiet)
        articles.listen(lang, **quiet)
        gr.on([box.submit, send.click, wish.submit], reply, [box, wish, lang, state, *form.fields], told, **asking)
        for one in tries:
            one.click(reply_to, [one, lang, state, *form.fields], told, **asking)
        made = {"copy": lambda talk, lang: as_markdown(talk.turns[-1:], lang),
                "md": lambda talk, lang: as_markdown(talk.turns, lang), "json": lambda talk, lang: as_json(talk.turns)}  # fmt: skip
        for kind, button in keeping.items():
            taken = button.click(made[kind], [state, lang], [kept], **quiet)
            taken.then(None, [kept], None, js=f"(words) => window.yinju.keep('{kind}', words)", **quiet)
        again.click(clear, [lang, *form.fields], [state, chat, opening, link, *labelled], **quiet)

    blocks.queue(api_open=False, max_size=PEOPLE_WAITING, default_concurrency_limit=PEOPLE_AT_ONCE)
    return blocks
