"""The corpus tab: what the articles are."""

from __future__ import annotations

import gradio as gr

from rag.serving import Desk
from rag.ui import start
from rag.ui.corpus import About


class CorpusTab:
    """The parts of the tab, made where it is to stand; :func:`rag.ui.page.page` mounts it.

    Attributes:
        parts: what :meth:`speak` gives updates for.
    """

    def __init__(self, desk: Desk, about: About) -> None:
        self._about = about
        self.facts = gr.HTML(elem_id="corpus-facts")
        self.parts = [self.facts]

    def speak(self, lang: str) -> list:
        """The parts in a language."""
        return [start.about(self._about.corpus(), lang)]

    def listen(self, lang: gr.Radio, **how) -> None:
        """Wire what happens in the tab; ``lang`` is the page's switch of languages, ``how`` goes to every event."""
