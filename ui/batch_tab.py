"""The batch tab: a table of questions in, one table of answers out."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from rag.answer.types import Answer
from rag.errors import ServerBusy, UsageError
from rag.question_table import NoQuestions, read_sheet
from rag.serving import QueryService
from rag.ui import batch
from rag.ui.actions import file
from rag.ui.batch import Run
from rag.ui.cancellation import Halts
from rag.ui.templating import macro
from rag.ui.texts import text

log = logging.getLogger("rag.ui")
_intro = macro("batch", "intro")
_file_field = macro("batch", "file_field")

SHOWN_SECONDS = 0.7
"""Time between two states of the table; each is sent whole."""
SHOWN_FIRST = 3  # questions that are each drawn: a slow one shall not hide that others are done
TEXT_LIMIT = 200_000
"""Characters of a table that is pasted."""


class BatchTab:
    """The parts of the tab, made where it is to stand; :class:`rag.ui.layout.Layout` mounts it.

    Attributes:
        parts: what :meth:`speak` gives updates for.
    """

    def __init__(self, service: QueryService) -> None:
        self._service, self._halts = service, Halts()
        self._run = gr.State(Run())
        self._intro = gr.HTML(elem_id="batch-intro")
        self._box = gr.Textbox(elem_id="batch-box", lines=4, max_lines=10, max_length=TEXT_LIMIT)
        with gr.Row(elem_id="batch-tools"):
            self._file = gr.HTML(elem_id="batch-file")
            self._start = gr.Button("", elem_id="batch-start", variant="primary", scale=0)
            self._stop = gr.Button("", elem_id="batch-stop", scale=0)
            self._save = gr.Button("", elem_id="batch-save", scale=0, visible=False)
        self._state = gr.HTML(elem_id="batch-state")
        self._table = gr.HTML(elem_id="batch-table")
        self.parts = [self._intro, self._box, self._file, self._start, self._stop, self._save]

    def speak(self, lang: str) -> list:
        """The parts in a language."""
        return [
            _intro(lang),
            gr.update(label=text(lang, "batch_box"), placeholder=text(lang, "batch_hint")),
            _file_field(lang),
            *(gr.update(value=text(lang, f"batch_{name}")) for name in ("start", "stop", "save")),
        ]

    def listen(self, lang: gr.Radio, write: gr.Checkbox, told: gr.Textbox, **how) -> None:
        """Wire what happens in the tab; ``write`` says whether a language model writes, ``told``
        takes what is saved.
        """
        shown = [self._run, self._state, self._table, self._save]
        self._start.click(self._ask, [self._box, lang, write], shown, trigger_mode="once", **how)
        self._stop.click(self._halt, None, None, **how)
        self._save.click(
            lambda run, lang: file("yinju.csv", "text/csv", batch.as_csv(run, lang)),
            [self._run, lang],
            [told],
            **how,
        )
        lang.change(self._show, [self._run, lang], shown, **how)

    def _halt(self, request: gr.Request) -> None:
        self._halts.halt(request.session_hash)

    def _show(self, run: Run, lang: str) -> list:
        if not run.done:  # it is drawn anew in a moment anyway
            return [gr.skip()] * 4
        return [
            run,
            batch.progress(run, lang),
            batch.table(run, lang),
            gr.update(visible=bool(run.cells)),
        ]

    def _ask(self, request: gr.Request, words: str, lang: str, write: bool) -> Iterator[list]:
        try:
            sheet = read_sheet(words)
            reason = batch.check(sheet, lang)
        except NoQuestions:
            reason = text(lang, "batch_none")
        except UsageError as error:
            reason = text(lang, "batch_bad", reason=str(error))
        if reason:
            yield [Run(), batch.notice(reason, lang), "", gr.update(visible=False)]
            return
        run, at = Run(sheet), 0.0
        with self._halts.answering(request.session_hash) as halted:
            for question in sheet.questions:
                if len(run.cells) < SHOWN_FIRST or time.monotonic() - at >= SHOWN_SECONDS:
                    at = time.monotonic()
                    yield self._drawn(run, lang)
                cells = self._answered(question, lang, write, halted)
                if halted.is_set():
                    run = replace(run, stopped=True)
                    break
                run = replace(run, cells=(*run.cells, cells))
        yield self._show(run, lang)

    def _drawn(self, run: Run, lang: str) -> list:
        return [
            gr.skip(),
            batch.progress(run, lang),
            batch.table(run, lang),
            gr.update(visible=False),
        ]

    def _answered(
        self, question: str, lang: str, write: bool, halted: threading.Event
    ) -> dict[str, str]:
        """The cells of one question; no failure of one costs the others."""
        try:
            events = self._service.stream(question, halted=halted, write=write)
            answer = next((one for one in events if isinstance(one, Answer)), None)
            return batch.cells(answer)
        except UsageError as error:
            return batch.cells(None, str(error))
        except ServerBusy:
            return batch.cells(None, text(lang, "busy"))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("reference %s: a question of a batch could not be answered", reference)
            return batch.cells(None, text(lang, "error", ref=reference))
