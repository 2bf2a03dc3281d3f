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


class Layout:
    """The parts of the page.

    Attributes:
        state: the conversation.
        chosen: the language, kept by the browser.
        wires: the hidden fields by name, see :data:`WIRES`.
        tabs: what stands in the other tabs.
        form: the filters.
        keeping: the buttons that save the conversation, by kind of file.
    """

    def __init__(self, service: QueryService, about: CorpusFacts) -> None:
        self.state = gr.State(Conversation())
        # The fixed secret lets it be read again after a restart, and it is no secret.
        self.chosen = gr.BrowserState("", storage_key="yinju-language", secret="yinju")
        self._head()
        self.notices = gr.HTML(elem_id="notices")
        self.wires = {
            name: gr.Textbox(elem_id=name, visible="hidden", container=False) for name in WIRES
        }
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("", id="chat", elem_id="tab-chat") as self.chat_tab, gr.Row(elem_id="desk"):
                with gr.Column(elem_id="talk", scale=3):
                    self._opening()
                    self._conversation()
                    self._question()
                    self._under(service)
                with gr.Column(elem_id="side", scale=2):
                    self.panel = gr.HTML(elem_id="sources")
                    self.reader = gr.HTML(elem_id="reader")
            with gr.Tab("", id="search", elem_id="tab-search") as self.search_tab:
                hunt = SearchTab(service)
            with gr.Tab("", id="batch", elem_id="tab-batch") as self.batch_tab:
                self.batch = BatchTab(service)
            with gr.Tab("", id="corpus", elem_id="tab-corpus") as self.corpus_tab:
                articles = CorpusTab(service, about, self.corpus_tab)
        self.tabs = (articles, hunt, self.batch)

    def _head(self) -> None:
        with gr.Row(elem_id="head"):
            gr.HTML(start.brand(), elem_id="brand")
            self.trays = gr.HTML(elem_id="trays")
            # The style sheet shows it where something was asked.
            self.again = gr.Button("", elem_id="new-chat", scale=0)
            choices = [(LANGUAGE_NAMES[lang], lang) for lang in LANGS]
            self.lang = gr.Radio(choices, value="en", elem_id="language", container=False)

    def _opening(self) -> None:
        """What stands there before anything was asked."""
        with gr.Column(elem_id="start", scale=0) as self.opening:
            self.welcome = gr.HTML(elem_id="welcome")
            self.tries = [
                gr.Button("", elem_id=f"example-{n}", elem_classes="yj-example", visible=False)
                for n in range(1, EXAMPLES + 1)
            ]
            self.past = gr.HTML(elem_id="past")

    def _conversation(self) -> None:
        # What it shows went through rag.ui.markup; a sanitizer would take the names and states of
        # controls away.
        self.chat = gr.Chatbot(
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
        self.following = gr.HTML(elem_id="suggested")
        self.stale = gr.HTML(elem_id="stale")
        self.edit_hint = gr.HTML(elem_id="edit-hint")

    def _question(self) -> None:
        with gr.Row(elem_id="ask"):
            self.box = gr.Textbox(
                elem_id="question",
                lines=1,
                max_lines=6,
                autofocus=True,
                scale=1,
                html_attributes=gr.InputHTMLAttributes(
                    enterkeyhint="send", autocomplete="off", spellcheck=False
                ),
            )
            self.send = gr.Button("", elem_id="send", variant="primary", scale=0)
            self.stop = gr.Button("", elem_id="stop", scale=0)

    def _under(self, service: QueryService) -> None:
        """What stands below the question."""
        with gr.Row(elem_id="under"):
            # Hidden it is on: a server that does not let readers choose has its model write.
            offered = bool(service.settings.llm and service.settings.llm_switch)
            self.writes = gr.Checkbox(
                value=True, elem_id="writes", visible=True if offered else "hidden"
            )
            self.form = Form()
            self.keeping = {
                kind: gr.Button("", elem_id=f"keep-{kind}", elem_classes="yj-keep", scale=0)
                for kind in ("md", "json")
            }

    @property
    def spoken(self) -> list:
        """The parts that depend on the language, or on whether anything was asked."""
        return [
            self.chat_tab,
            self.search_tab,
            self.batch_tab,
            self.corpus_tab,
            self.trays,
            self.following,
            self.stale,
            self.lang,
            self.notices,
            self.edit_hint,
            self.chat,
            self.opening,
            self.welcome,
            self.past,
            self.box,
            self.send,
            self.stop,
            self.writes,
            self.again,
            self.panel,
            self.reader,
            *self.keeping.values(),
            *(part for tab in self.tabs for part in tab.parts),
        ]

    @property
    def answered(self) -> list:
        """The parts that an answer changes."""
        return [
            self.box,
            self.wires["wish"],
            self.wires["editing"],
            self.chat,
            self.panel,
            self.following,
            self.stale,
            self.state,
            self.opening,
            self.wires["link"],
            self.wires["memory"],
            *self.keeping.values(),
        ]
