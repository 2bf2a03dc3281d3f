"""The form of the filters: a disclosure with a field for each, and a chip for each that is set."""

from __future__ import annotations

import gradio as gr

from rag.search.types import Filters
from rag.ui import chips
from rag.ui.corpus import CorpusFacts
from rag.ui.filters import FIELDS, as_fields, from_fields
from rag.ui.texts import language_name
from rag.ui.wiring import Words, hidden, when

CHOICES = 200
"""Sources offered for choice, the most frequent; others can be typed."""


class Form:
    """The parts of the form, made where it is to stand; element ids are ``filters``,
    ``filter-from`` and so on.

    Attributes:
        fields: one for each of :data:`rag.ui.filters.FIELDS`; their values are :func:`from_fields`'
            arguments.
        drop: where the page's script writes the address of a chip's control.
        chips: a chip for each filter that is set.
    """

    def __init__(self, about: CorpusFacts, words: Words) -> None:
        # Wrong values are the assistant's to refuse, in the chat; the parts themselves would stop
        # the question.
        free = {"multiselect": True, "allow_custom_value": True, "choices": [], "value": []}
        choices = {
            "source": lambda _: [(name, name) for name, _ in about.statistics().sources[:CHOICES]],
            "lang": lambda _: [(language_name(name), name) for name, _ in about.statistics().langs],
        }
        hints = {"from": "date_hint", "to": "date_hint", "place": "place_hint"}
        self.chips = words.on(gr.HTML(elem_id="filters-set"))
        self.fields: list[gr.Dropdown | gr.Textbox] = []
        fold = gr.Accordion("", open=False, elem_id="filters")
        with words.on(fold, label="filters"), gr.Row(elem_id="filter-fields"):
            for name in FIELDS:
                of, label = f"filter-{name}", f"field_{name}"
                if name in choices:
                    part = gr.Dropdown(elem_id=of, **free)
                    self.fields.append(words.on(part, label=label, choices=choices[name]))
                else:
                    part = gr.Textbox(elem_id=of, max_lines=1)
                    self.fields.append(words.on(part, label=label, placeholder=hints[name]))
        self.drop = hidden("drop")

    def listen(self, lang: gr.Radio) -> None:
        """Keep the chips with the fields."""
        shown = {"given": [lang, *self.fields], "changed": [self.chips]}
        last = {"trigger_mode": "always_last"}
        texts = [one for one in self.fields if isinstance(one, gr.Textbox)]
        typed = [event for one in texts for event in (one.blur, one.submit)]
        when(typed, _chips, **shown, **last)
        # A choice tells of itself only by "change", which comes for each part alone where a link
        # fills them: by the time of the second step all of them have their values.
        chosen = [one.change for one in self.fields if isinstance(one, gr.Dropdown)]
        when(when(chosen, lambda: None, **last).then, _chips, **shown)
        dropped = when(
            self.drop.submit,
            _without,
            [self.drop],
            [self.drop, *self.fields],
            trigger_mode="multiple",
        )
        # One may be dropped while the chips of the one before are on their way.
        when(dropped.then, _chips, **shown, **last)


def _chips(lang: str, *values) -> str:
    return chips.filters(from_fields(*values), lang)


def _without(dropped: str) -> list:
    # The other fields are left alone: they may have changed meanwhile.
    none = zip(FIELDS, as_fields(Filters()), strict=True)
    return ["", *(value if dropped == f"#drop-{field}" else gr.skip() for field, value in none)]
