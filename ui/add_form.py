"""The form that adds articles from files, a text or an address, and shows progress and result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import gradio as gr
from gradio.events import Dependency
from markupsafe import Markup

from rag.errors import YinjuError
from rag.serving import QueryService
from rag.serving.guard import UPLOAD_LIMIT
from rag.serving.ingest_queue import (
    FINAL_STAGES,
    MAX_FILES_OF_JOB,
    PASTED_TEXT_LIMIT,
    Item,
    Job,
    State,
)
from rag.ui.templating import macro
from rag.ui.texts import logged, text
from rag.ui.wiring import Words, hidden, when

CALM_SECONDS = 0.25
"""Minimum time between two states of progress that are shown."""
_file_field = macro("adding", "file_field")


def file_field(lang: str) -> Markup:
    """Renders the field for files."""
    return _file_field(UPLOAD_LIMIT, MAX_FILES_OF_JOB, lang)


progress = macro("adding", "progress")
"""Renders the state of a job (progress, or its result at the end) in a language. The third
argument, if given, says whether the index has an article with an id, which can then be opened.
"""


def refusal(message: str, lang: str) -> Markup:
    """Renders the message for an addition that failed as a whole."""
    return progress(State(stage="failed", error=message), lang)


class AddForm:
    """The components of the form, for a server that accepts articles."""

    def __init__(self, service: QueryService, words: Words) -> None:
        self._service, self._ingest_queue = service, service.ingest_queue
        say = words.on
        with say(gr.Accordion("", open=False, elem_id="add"), label="add_articles"):
            say(gr.HTML(elem_id="add-file"), value=file_field)
            with gr.Column(elem_id="add-fields"):
                pasted = gr.Textbox(
                    elem_id="add-text", lines=4, max_lines=12, max_length=PASTED_TEXT_LIMIT
                )
                title = gr.Textbox(elem_id="add-title", max_lines=1, max_length=500)
                date = gr.Textbox(elem_id="add-date", max_lines=1, max_length=40)
                source = gr.Textbox(elem_id="add-source", max_lines=1, max_length=200)
                self._fields = [
                    say(pasted, label="add_text"),
                    say(title, label="add_title"),
                    say(date, label="add_date", placeholder="date_hint"),
                    say(source, label="add_source"),
                ]
                self._add = say(gr.Button("", elem_id="add-send"), value="add_send")
            with gr.Row(elem_id="add-web", visible=self._ingest_queue.allow_url):
                url = gr.Textbox(
                    elem_id="add-url", max_lines=1, max_length=2000, placeholder="https://"
                )
                self._url = say(url, label="add_url")
                self._fetch = words.button("add-fetch", "add_fetch")
        self._state = gr.HTML(elem_id="add-state")
        # The id of a job that the page's script has begun by uploading files.
        self._job = hidden("add-job")

    def listen(self, lang: gr.Radio) -> list[Dependency]:
        """Connects the events of the form; returns those that end when a job has ended."""
        how = {"concurrency_id": "add", "trigger_mode": "once"}
        fields, fetching = self._fields, [self._fetch.click, self._url.submit]
        state, sent = self._state, {**how, "trigger_mode": "multiple"}
        return [
            when(self._add.click, self._paste, [*fields, lang], [state, *fields], **how),
            when(fetching, self._get, [self._url, lang], [state, self._url], **how),
            when(self._job.submit, self._follow, [self._job, lang], [state, self._job], **sent),
        ]

    def _paste(self, words: str, title: str, date: str, source: str, lang: str) -> Iterator[list]:
        if not (words or "").strip():
            yield [refusal(text(lang, "add_no_text"), lang), *[gr.skip()] * 4]
            return
        metadata = {"title": title or "", "date": date or "", "source": source or ""}
        item = Item("text", metadata["title"], words)
        begin = lambda: self._ingest_queue.add([item], **metadata)
        yield from self._begin(begin, lang, [""] * 4)

    def _get(self, url: str, lang: str) -> Iterator[list]:
        item = Item("url", (url or "").strip())
        yield from self._begin(lambda: self._ingest_queue.add([item]), lang, [""])

    def _follow(self, job_id: str, lang: str) -> Iterator[list]:
        if job := self._ingest_queue.job(job_id):
            yield from self._begin(lambda: job, lang, [gr.skip()])
        else:
            yield [gr.skip(), gr.skip()]

    def _begin(self, begin: Callable[[], Job], lang: str, empty: list) -> Iterator[list]:
        """Begins a job and yields its states as updates.

        Args:
            begin: begins the job.
            lang: the page's language.
            empty: updates that empty the fields, at the end if nothing was refused; until then
                they stay as they are.
        """
        unchanged = [gr.skip()] * len(empty)
        try:
            job = begin()
        except YinjuError as error:
            yield [refusal(str(error), lang), *unchanged]
            return
        except Exception:
            reference = logged("articles could not be added")
            yield [refusal(text(lang, "add_error", ref=reference), lang), *unchanged]
            return
        shown = 0.0
        for state in job.watch():
            final = state.stage in FINAL_STAGES
            if final or time.monotonic() - shown >= CALM_SECONDS:
                shown = time.monotonic()
                refused = state.error or any(one.status == "refused" for one in state.results)
                rendered = progress(state, lang, self._is_there) if final else progress(state, lang)
                yield [rendered, *(empty if final and not refused else unchanged)]

    def _is_there(self, article_id: str) -> bool:
        return self._service.article(article_id) is not None
