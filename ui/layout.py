"""Creates the components of the page in their places. Tests and styles refer to their element ids.

Imported only when a page is built.
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

EXAMPLES_SHOWN = 4  # questions to try on the empty page
WIRES = ("wish", "link", "told", "memory", "aside", "editing", "column", "next")
"""Hidden fields between the server and the page's script.

``wish`` is what a control in an answer asks for, if it asks a question, and ``aside`` if it does
not; ``told`` is the result of the latter. ``link`` is the query of the last question with its
filters, for the page's address. ``memory`` is a turn for the browser to keep, ``editing`` the turn
whose question is being edited, ``column`` the column to add to a list, and ``next`` the suggested
question to ask.
"""


def theme() -> gr.themes.Base:
    """Returns a plain theme with fonts of the reader's system, so that no fonts are loaded."""
    # Font names are given as strings, because Gradio's own font classes would load files.
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


class PageLayout:
    """The components of the page.

    Attributes:
        words: the texts on the components.
        state: the conversation.
        chosen: the reader's language, stored by the browser.
        wires: the hidden fields by name, see :data:`WIRES`.
        form: the filters.
        keeping: the buttons that save the conversation, by kind of file.
    """

    def __init__(self, service: QueryService, about: CorpusFacts) -> None:
        self.words = words = Words()
        self.state = gr.State(Conversation())
        # With a fixed secret it is readable after a restart; a language needs no secrecy.
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
            # The style sheet shows it once a question was asked.
            self.again = self.words.button("new-chat", "new_chat")
            choices = [(LANGUAGE_NAMES[lang], lang) for lang in LANGS]
            lang = gr.Radio(choices, value="en", elem_id="language", container=False)
            self.lang = self.words.on(lang, label="language")

    def _opening(self) -> None:
        """Creates what the page shows before the first question."""
        with gr.Column(elem_id="start", scale=0) as opening:
            self.welcome = self.words.on(gr.HTML(elem_id="welcome"))
            self.tries = [
                gr.Button("", elem_id=f"example-{n}", elem_classes="yj-example", visible=False)
                for n in range(1, EXAMPLES_SHOWN + 1)
            ]
            self.words.on(gr.HTML(elem_id="past"), value=start.past)
        self.opening = self.words.on(opening)

    def _conversation(self) -> None:
        # Everything it shows was escaped by rag.ui.markup. Gradio's sanitizer would remove the
        # names and states of controls.
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
            self.send = self.words.button("send", "send", variant="primary")
            self.stop = self.words.button("stop", "stop")

    def _under(self, service: QueryService, about: CorpusFacts) -> None:
        """Creates what stands below the question box."""
        with gr.Row(elem_id="under"):
            # Hidden, it stays on: if readers may not choose, the model of the server always writes.
            offered = bool(service.settings.llm and service.settings.llm_switch)
            switch = gr.Checkbox(
                value=True, elem_id="writes", visible=True if offered else "hidden"
            )
            self.writes = self.words.on(switch, label="model_switch")
            self.form = Form(about, self.words)
            self.keeping = {
                kind: self.words.button(f"keep-{kind}", f"save_{kind}", elem_classes="yj-keep")
                for kind in ("md", "json")
            }
