"""The form of the filters: an accordion with their fields, and a chip per filter that is set."""

from __future__ import annotations

import gradio as gr

from rag.search.types import Filters
from rag.ui import chips
from rag.ui.corpus import SOURCES_OFFERED, CorpusFacts
from rag.ui.filters import FILTER_FIELDS, as_fields, from_fields
from rag.ui.texts import language_name
from rag.ui.wiring import Words, hidden, when


class Form:
    """The components of the form; :class:`rag.ui.layout.PageLayout` creates them in their place.

    Their element ids are ``filters``, ``filter-from`` and so on.

    Attributes:
        fields: one for each of :data:`rag.ui.filters.FILTER_FIELDS`, in that order; their values
            are the arguments of :func:`rag.ui.filters.from_fields`.
        drop: hidden field; the script writes the address of a chip's remove control into it.
        chips: a chip for each filter that is set.
    """

    def __init__(self, about: CorpusFacts, words: Words) -> None:
        # The fields accept any value, because a field that refuses one would block the question.
        # The chat refuses wrong values with a message.
        free = {"multiselect": True, "allow_custom_value": True, "choices": [], "value": []}
        known = about.statistics
        choices = {
            "source": lambda _: [(name, name) for name, _ in known().sources[:SOURCES_OFFERED]],
            "lang": lambda _: [(language_name(name), name) for name, _ in known().langs],
        }
        hints = {"from": "date_hint", "to": "date_hint", "place": "place_hint"}
        self.chips = words.on(gr.HTML(elem_id="filters-set"))
        self.fields: list[gr.Dropdown | gr.Textbox] = []
        fold = gr.Accordion("", open=False, elem_id="filters")
        with words.on(fold, label="filters"), gr.Row(elem_id="filter-fields"):
            for name in FILTER_FIELDS:
                of, label = f"filter-{name}", f"field_{name}"
                if name in choices:
                    part = gr.Dropdown(elem_id=of, **free)
                    self.fields.append(words.on(part, label=label, choices=choices[name]))
                else:
                    part = gr.Textbox(elem_id=of, max_lines=1)
                    self.fields.append(words.on(part, label=label, placeholder=hints[name]))
        self.drop = hidden("drop")

    def listen(self, lang: gr.Radio) -> None:
        """Keeps the chips up to date with the fields."""
        shown = {"given": [lang, *self.fields], "changed": [self.chips]}
        last = {"trigger_mode": "always_last"}
        texts = [one for one in self.fields if isinstance(one, gr.Textbox)]
        typed = [event for one in texts for event in (one.blur, one.submit)]
        when(typed, _chips, **shown, **last)
        # A drop-down list reports a choice only by "change". When a link fills the fields, each of
        # them sends its own, too early; in the second step all of them have their values.
        chosen = [one.change for one in self.fields if isinstance(one, gr.Dropdown)]
        when(when(chosen, lambda: None, **last).then, _chips, **shown)
        emptied = [self.drop, *self.fields]
        dropped = when(self.drop.submit, _without, [self.drop], emptied, trigger_mode="multiple")
        # The reader may remove another filter before the chips are redrawn: the last one counts.
        when(dropped.then, _chips, **shown, **last)


def _chips(lang: str, *values) -> str:
    return chips.filters(from_fields(*values), lang)


def _without(dropped: str) -> list:
    """Returns updates that empty the field of a removed chip, whose address is ``dropped``."""
    # Skips the other fields, as the reader may have changed them meanwhile.
    none = zip(FILTER_FIELDS, as_fields(Filters()), strict=True)
    return ["", *(value if dropped == f"#drop-{field}" else gr.skip() for field, value in none)]
