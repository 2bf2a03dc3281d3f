"""The parts of the page, each made where it is to stand; element ids are what tests and styles hold
on to. Imported only where a page is built.
"""

from __future__ import annotations

import gradio as gr

from rag.serving import QueryService
from rag.ui import start
from rag.ui.batch_tab import BatchTab
from rag.ui.conversation import Conversation
from rag.ui.corpus import CorpusFacts
from rag.ui.corpus_tab import CorpusTab
from rag.ui.form import Form
from rag.ui.search_tab import SearchTab
from rag.ui.texts import LANGS, LANGUAGE_NAMES
from rag.ui.wiring import Words, box, hidden

EXAMPLES = 4
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
        "system-ui, -apple-system, Segoe UI, Noto Sans, PingFang SC, Hiragino Sans GB,"
        " Microsoft YaHei, Noto Sans CJK SC, Source Han Sans SC, sans-serif"
    )
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="stone",
        font=sans.split(", "),
        font_mono=("ui-monospace", "monospace"),
    )


class Layout:
    """The parts of the page.

    Attributes:
        words: what the page says on its parts.
        state: the conversation.
        chosen: the language, kept by the browser.
        wires: the hidden fields by name, see :data:`WIRES`.
        form: the filters.
        keeping: the buttons that save the conversation, by kind of file.
    """

    def __init__(self, service: QueryService, about: CorpusFacts) -> None:
        self.words = words = Words()
        self.state = gr.State(Conversation())
        # The fixed secret lets it be read again after a restart, and it is no secret.
        self.chosen = gr.BrowserState("", storage_key="yinju-language", secret="yinju")
        self._head()
        words.on(gr.HTML(elem_id="notices"), value=start.notices)
        self.wires = {name: hidden(name) for name in WIRES}
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with self._tab("chat"), gr.Row(elem_id="desk"):
                with gr.Column(elem_id="talk", scale=3):
                    self._opening()
                    self._conversation()
                    self._question()
                    self._under(service, about)
                with gr.Column(elem_id="side", scale=2):
                    self.panel = words.on(gr.HTML(elem_id="sources"))
                    self.reader = words.on(gr.HTML(elem_id="reader"))
            with self._tab("search"):
                self.search = SearchTab(service, words)
            with self._tab("batch"):
                self.batch = BatchTab(service, words)
            with self._tab("corpus") as tab:
                self.corpus = CorpusTab(service, about, tab, words)

    def _tab(self, name: str) -> gr.Tab:
        return self.words.on(gr.Tab("", id=name, elem_id=f"tab-{name}"), label=f"tab_{name}")

    def _head(self) -> None:
        with gr.Row(elem_id="head"):
            gr.HTML(start.brand(), elem_id="brand")
            self.words.on(gr.HTML(elem_id="trays"), value=start.tray)
            # The style sheet shows it where something was asked.
            again = gr.Button("", elem_id="new-chat", scale=0)
            self.again = self.words.on(again, value="new_chat")
            choices = [(LANGUAGE_NAMES[lang], lang) for lang in LANGS]
            lang = gr.Radio(choices, value="en", elem_id="language", container=False)
            self.lang = self.words.on(lang, label="language")

    def _opening(self) -> None:
        """What stands there before anything was asked."""
        with gr.Column(elem_id="start", scale=0) as opening:
            self.welcome = self.words.on(gr.HTML(elem_id="welcome"))
            self.tries = [
                gr.Button("", elem_id=f"example-{n}", elem_classes="yj-example", visible=False)
                for n in range(1, EXAMPLES + 1)
            ]
            self.words.on(gr.HTML(elem_id="past"), value=start.past)
        self.opening = self.words.on(opening)

    def _conversation(self) -> None:
        # What it shows went through rag.ui.markup; a sanitizer would take the names and states of
        # controls away.
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
        self.chat = self.words.on(chat, label="chat")
        self.following = self.words.on(gr.HTML(elem_id="suggested"))
        self.stale = self.words.on(gr.HTML(elem_id="stale"))
        self.words.on(gr.HTML(elem_id="edit-hint"), value=start.edit_hint)

    def _question(self) -> None:
        with gr.Row(elem_id="ask"):
            typed = box("question", "send", lines=1, max_lines=6, autofocus=True)
            self.box = self.words.on(typed, label="question", placeholder="question_hint")
            send = gr.Button("", elem_id="send", variant="primary", scale=0)
            self.send = self.words.on(send, value="send")
            self.stop = self.words.on(gr.Button("", elem_id="stop", scale=0), value="stop")

    def _under(self, service: QueryService, about: CorpusFacts) -> None:
        """What stands below the question."""
        with gr.Row(elem_id="under"):
            # Hidden it is on: a server that does not let readers choose has its model write.
            offered = bool(service.settings.llm and service.settings.llm_switch)
            switch = gr.Checkbox(
                value=True, elem_id="writes", visible=True if offered else "hidden"
            )
            self.writes = self.words.on(switch, label="model_switch")
            self.form = Form(about, self.words)
            self.keeping = {}
            for kind in ("md", "json"):
                save = gr.Button("", elem_id=f"keep-{kind}", elem_classes="yj-keep", scale=0)
                self.keeping[kind] = self.words.on(save, value=f"save_{kind}")
