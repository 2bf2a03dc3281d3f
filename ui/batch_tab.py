"""The batch tab: answers a table of questions with one table of answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from rag.answer.types import Answer
from rag.errors import ServerBusy, UsageError
from rag.question_table import NoQuestions, failed, read_sheet
from rag.serving import QueryService
from rag.ui import batch
from rag.ui.actions import saving
from rag.ui.batch import Run
from rag.ui.conversation import Halts
from rag.ui.templating import macro
from rag.ui.texts import logged, text
from rag.ui.wiring import Words, when

_intro = macro("batch", "intro")
_file_field = macro("batch", "file_field")

SHOWN_SECONDS = 0.7
"""Minimum time between two updates of the table; each sends the whole table."""
SHOWN_FIRST = 3  # always updates before so many questions, lest a slow one hide that some are done
_TABLE_TEXT_LIMIT = 200_000
"""Maximum characters of a pasted table."""


class BatchTab:
    """The components of the tab; :class:`rag.ui.layout.PageLayout` creates them in their place."""

    def __init__(self, service: QueryService, words: Words) -> None:
        self._service, self._halts = service, Halts()
        self._run = gr.State(Run())
        words.on(gr.HTML(elem_id="batch-intro"), value=_intro)
        box = gr.Textbox(elem_id="batch-box", lines=4, max_lines=10, max_length=_TABLE_TEXT_LIMIT)
        self._box = words.on(box, label="batch_box", placeholder="batch_hint")
        with gr.Row(elem_id="batch-tools"):
            words.on(gr.HTML(elem_id="batch-file"), value=_file_field)
            self._start = words.button("batch-start", "batch_start", variant="primary")
            self._stop = words.button("batch-stop", "batch_stop")
            self._save = words.button("batch-save", "batch_save", visible=False)
        self._state = gr.HTML(elem_id="batch-state")
        self._table = gr.HTML(elem_id="batch-table")

    def listen(self, lang: gr.Radio, write: gr.Checkbox, message_field: gr.Textbox) -> None:
        """Connects the events of the tab.

        Args:
            lang: the page's language switch.
            write: whether a language model writes.
            message_field: hidden field through which the page's script saves a file.
        """
        shown = [self._run, self._state, self._table, self._save]
        given = [self._box, lang, write]
        when(self._start.click, self._ask, given, shown, trigger_mode="once")
        when(self._stop.click, self._halt)
        when(self._save.click, _saved, [self._run, lang], [message_field])
        when(lang.change, self._show, [self._run, lang], shown)

    def _halt(self, request: gr.Request) -> None:
        self._halts.halt(request.session_hash)

    def _show(self, run: Run, lang: str) -> list:
        """Returns new values of the state, progress, table and save button."""
        if not run.done:  # the loop in _ask redraws it in a moment
            return [gr.skip()] * 4
        return [run, *_drawn(run, lang), gr.update(visible=bool(run.cells))]

    def _ask(self, request: gr.Request, words: str, lang: str, write: bool) -> Iterator[list]:
        """Answers the questions of the table ``words`` one by one; yields values as _show."""
        try:
            sheet = read_sheet(words)
            n, most = len(sheet.rows), batch.MAX_BATCH_QUESTIONS
            reason = text(lang, "batch_many", most=most, n=n) if n > most else ""
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
                    yield [gr.skip(), *_drawn(run, lang), gr.update(visible=False)]
                cells = self._answered(question, lang, write, halted)
                if halted.is_set():
                    run = replace(run, stopped=True)
                    break
                run = replace(run, cells=(*run.cells, cells))
        yield self._show(run, lang)

    def _answered(
        self, question: str, lang: str, write: bool, halted: threading.Event
    ) -> dict[str, str]:
        """Returns the cells of one question; after a failure they say so, and the rest goes on."""
        try:
            events = self._service.stream(question, halted=halted, write=write)
            answer = next((one for one in events if isinstance(one, Answer)), None)
            return batch.cells(answer) if answer else failed("")
        except UsageError as error:
            return failed(str(error))
        except ServerBusy:
            return failed(text(lang, "busy"))
        except Exception:
            reference = logged("a question of a batch could not be answered")
            return failed(text(lang, "error", ref=reference))


def _drawn(run: Run, lang: str) -> list:
    return [batch.progress(run, lang), batch.table(run, lang)]


def _saved(run: Run, lang: str) -> str:
    return saving("yinju.csv", "text/csv", batch.as_csv(run, lang))
