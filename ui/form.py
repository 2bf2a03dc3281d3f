"""The form of the filters: a disclosure with a field for each, and a chip for each that is set."""

from __future__ import annotations

import gradio as gr

from rag.search.types import Filters
from rag.ui import chips
from rag.ui.filters import FIELDS, as_fields, from_fields
from rag.ui.start import CorpusHeader
from rag.ui.texts import language_name, text

CHOICES = 200
"""Sources offered for choice, the most frequent; others can be typed."""


class Form:
    """The parts of the form, made where it is to stand; element ids are ``filters``,
    ``filter-from`` and so on.

    Attributes:
        fields: one for each of :data:`rag.ui.filters.FIELDS`; their values are :func:`from_fields`'
            arguments.
        drop: where the page's script writes the address of a chip's control.
        parts: what :meth:`speak` and :meth:`fill` give updates for.
    """

    def __init__(self) -> None:
        # Wrong values are the assistant's to refuse, in the chat; the parts themselves would stop
        # the question.
        free = {"multiselect": True, "allow_custom_value": True, "choices": [], "value": []}
        self.chips = gr.HTML(elem_id="filters-set")
        with (
            gr.Accordion("", open=False, elem_id="filters") as self.fold,
            gr.Row(elem_id="filter-fields"),
        ):
            self.fields = [
                gr.Dropdown(elem_id=f"filter-{field}", **free)
                if field in ("source", "lang")
                else gr.Textbox(elem_id=f"filter-{field}", max_lines=1)
                for field in FIELDS
            ]
        self.drop = gr.Textbox(elem_id="drop", visible="hidden", container=False)
        self.parts = [self.fold, *self.fields, self.chips]

    def speak(self, lang: str, corpus: CorpusHeader, filters: Filters) -> list:
        """The parts in a language, with the corpus's sources and languages to choose from."""
        hints = {"from": "date_hint", "to": "date_hint", "place": "place_hint"}
        offered = {
            "source": [(one, one) for one in corpus.sources[:CHOICES]],
            "lang": [(language_name(one), one) for one in corpus.langs],
        }
        labelled = [
            gr.update(label=text(lang, f"field_{field}"))
            | (
                {"choices": offered[field]}
                if field in offered
                else {"placeholder": text(lang, hints[field])}
            )
            for field in FIELDS
        ]
        return [gr.update(label=text(lang, "filters")), *labelled, chips.filters(filters, lang)]

    def fill(self, lang: str, corpus: CorpusHeader, filters: Filters) -> list:
        """As :meth:`speak`, with the filters in their fields."""
        fold, *fields, shown = self.speak(lang, corpus, filters)
        return [
            fold,
            *(
                one | {"value": value}
                for one, value in zip(fields, as_fields(filters), strict=True)
            ),
            shown,
        ]

    def listen(self, lang: gr.Radio, **how) -> None:
        """Keep the chips with the fields."""
        texts = [
            event
            for one in self.fields
            if isinstance(one, gr.Textbox)
            for event in (one.blur, one.submit)
        ]
        gr.on(texts, _chips, [lang, *self.fields], [self.chips], trigger_mode="always_last", **how)
        # A choice tells of itself only by "change", which comes for each part alone where a link
        # fills them: by the time of the second step all of them have their values.
        chosen = gr.on(
            [one.change for one in self.fields if isinstance(one, gr.Dropdown)],
            _pause,
            trigger_mode="always_last",
            **how,
        )
        chosen.then(_chips, [lang, *self.fields], [self.chips], **how)
        dropped = self.drop.submit(
            _without, [self.drop], [self.drop, *self.fields], trigger_mode="multiple", **how
        )
        # One may be dropped while the chips of the one before are on their way.
        dropped.then(_chips, [lang, *self.fields], [self.chips], trigger_mode="always_last", **how)


def _chips(lang: str, *values) -> str:
    return chips.filters(from_fields(*values), lang)


def _pause() -> None:
    """Only the way to the server and back."""


def _without(dropped: str) -> list:
    # The other fields are left alone: they may have changed meanwhile.
    return [
        "",
        *(
            none if dropped == f"#drop-{field}" else gr.skip()
            for field, none in zip(FIELDS, as_fields(Filters()), strict=True)
        ),
    ]
