"""What every tab of the page is wired with: hidden fields, events, and the words on its parts."""

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
"""The key of a text, or what makes a value of the page's language."""


def hidden(elem_id: str) -> gr.Textbox:
    """A field that no reader sees, between the server and the page's script."""
    return gr.Textbox(elem_id=elem_id, visible="hidden", container=False)


def box(elem_id: str, enter: str, **how: Any) -> gr.Textbox:
    """A field to type into; ``enter`` is what the key of that name does on a phone."""
    attributes = gr.InputHTMLAttributes(enterkeyhint=enter, autocomplete="off", spellcheck=False)
    return gr.Textbox(elem_id=elem_id, scale=1, html_attributes=attributes, **how)


def when(
    events: Callable | Sequence[Callable],
    work: Callable | None,
    given: Sequence[Block] = (),
    changed: Sequence[Block] = (),
    **how: Any,
) -> Dependency:
    """Have the server work when one of some events comes, without a sign of progress.

    Args:
        events: as ``button.click``; one or several.
        work: None where the script (``js``) does all.
        given: whose values ``work`` is called with.
        changed: of which it gives new values.
        how: as Gradio's events take it.
    """
    on = events if callable(events) else partial(gr.on, list(events))
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    return on(work, list(given), list(changed), **quiet, **how)


class Words:
    """What the page says on its parts, in the language that it speaks."""

    def __init__(self) -> None:
        self._said: dict[Block, dict[str, Said]] = {}

    def on(self, part: Part, **said: Said) -> Part:
        """The part, whose properties ("label", "value", ...) say something from now on."""
        self._said[part] = said
        return part

    @property
    def parts(self) -> list[Block]:
        """The parts that :meth:`speak` updates."""
        return list(self._said)

    def speak(self, lang: str, besides: Mapping[Block, dict] = {}) -> dict[Block, dict]:
        """Updates of all parts for a language, with further properties of some."""
        return {
            part: gr.update(
                **{
                    name: said(lang) if callable(said) else text(lang, said)
                    for name, said in properties.items()
                },
                **besides.get(part, {}),
            )
            for part, properties in self._said.items()
        }
