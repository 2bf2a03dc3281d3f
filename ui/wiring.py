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
        return {
            part: gr.update(
                **{
                    name: value(lang) if callable(value) else text(lang, value)
                    for name, value in properties.items()
                },
                **besides.get(part, {}),
            )
            for part, properties in self._texts.items()
        }
