"""Helpers that all tabs share: hidden fields, events, and the texts on components.

A part is a Gradio component or another block of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from rag.ui.texts import text

Part = TypeVar("Part", bound=Block)
Said = str | Callable[[str], object]
"""The key of a text, or a function from the page's language to a property's value."""


def hidden(elem_id: str) -> gr.Textbox:
    """Makes an invisible field, through which the server and the page's script exchange values."""
    return gr.Textbox(elem_id=elem_id, visible="hidden", container=False)


def box(elem_id: str, enter: str, **how: Any) -> gr.Textbox:
    """Makes a text field; ``enter`` names the Enter key of a phone's keyboard (enterkeyhint)."""
    attributes = gr.InputHTMLAttributes(enterkeyhint=enter, autocomplete="off", spellcheck=False)
    return gr.Textbox(elem_id=elem_id, scale=1, html_attributes=attributes, **how)


def when(
    events: Callable | Sequence[Callable],
    work: Callable | None,
    given: Sequence[Block] = (),
    changed: Sequence[Block] = (),
    **how: Any,
) -> Dependency:
    """Has the server call ``work`` after an event, without a progress indicator.

    Args:
        events: one or several, such as ``button.click``.
        work: the function to call; None if the script (``js``) does everything.
        given: the parts whose values are its arguments.
        changed: the parts whose new values it returns.
        how: further arguments of Gradio's event listeners.
    """
    on = events if callable(events) else partial(gr.on, list(events))
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    return on(work, list(given), list(changed), **quiet, **how)


class Words:
    """The texts on the parts of the page, which change with the page's language."""

    def __init__(self) -> None:
        self._texts: dict[Block, dict[str, Said]] = {}

    def button(self, elem_id: str, key: str, **how: Any) -> gr.Button:
        """Makes a button that is no wider than its text, which is that of ``key``."""
        return self.on(gr.Button("", elem_id=elem_id, scale=0, **how), value=key)

    def on(self, part: Part, **texts: Said) -> Part:
        """Registers texts for properties of a part ("label", "value", ...); returns the part."""
        self._texts[part] = texts
        return part

    @property
    def parts(self) -> list[Block]:
        """The registered parts, which :meth:`speak` updates."""
        return list(self._texts)

    def speak(self, lang: str, besides: Mapping[Block, dict] = {}) -> dict[Block, dict]:
        """Returns updates of all parts for a language.

        Args:
            lang: the language.
            besides: further properties to update, by part.
        """
        say = lambda said: said(lang) if callable(said) else text(lang, said)
        updates = {}
        for part, texts in self._texts.items():
            spoken = {name: say(said) for name, said in texts.items()}
            updates[part] = gr.update(**spoken, **besides.get(part, {}))
        return updates
