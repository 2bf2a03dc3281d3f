"""The form that adds articles: files, a text, or an address where the server fetches."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator

import gradio as gr

from rag.errors import YinjuError
from rag.serving import QueryService
from rag.serving.ingest_queue import FINAL, TEXT_LIMIT, Item, Job
from rag.ui import adding
from rag.ui.texts import text

log = logging.getLogger("rag.ui")

CALM_SECONDS = 0.25
"""Time between two states that are shown."""


class AddForm:
    """The parts of the form, made where it is to stand, on a server that takes articles.

    Attributes:
        parts: what :meth:`speak` gives updates for.
    """

    def __init__(self, service: QueryService) -> None:
        self._service, self._ingest_queue = service, service.ingest_queue
        with gr.Accordion("", open=False, elem_id="add") as self._fold:
            self._files = gr.HTML(elem_id="add-file")
            with gr.Column(elem_id="add-fields"):
                self._text = gr.Textbox(
                    elem_id="add-text", lines=4, max_lines=12, max_length=TEXT_LIMIT
                )
                self._title = gr.Textbox(elem_id="add-title", max_lines=1, max_length=500)
                self._date = gr.Textbox(elem_id="add-date", max_lines=1, max_length=40)
                self._source = gr.Textbox(elem_id="add-source", max_lines=1, max_length=200)
                self._add = gr.Button("", elem_id="add-send")
            with gr.Row(elem_id="add-web", visible=self._ingest_queue.allow_url):
                self._url = gr.Textbox(elem_id="add-url", max_lines=1, max_length=2000)
                self._fetch = gr.Button("", elem_id="add-fetch", scale=0)
        self._state = gr.HTML(elem_id="add-state")
        # The job that the page's script has begun.
        self._job = gr.Textbox(elem_id="add-job", visible="hidden", container=False)
        self._fields = [self._text, self._title, self._date, self._source]
        self.parts = [self._fold, self._files, *self._fields, self._add, self._url, self._fetch]

    def speak(self, lang: str) -> list:
        """The parts in a language."""
        labels = [gr.update(label=text(lang, key)) for key in ("add_text", "add_title")]
        labels += [
            gr.update(label=text(lang, "add_date"), placeholder=text(lang, "date_hint")),
            gr.update(label=text(lang, "add_source")),
        ]
        return [
            gr.update(label=text(lang, "add_articles")),
            adding.file_field(lang),
            *labels,
            gr.update(value=text(lang, "add_send")),
            gr.update(label=text(lang, "add_url"), placeholder="https://"),
            gr.update(value=text(lang, "add_fetch")),
        ]

    def listen(self, lang: gr.Radio, **how) -> list:
        """Wire the form; returns the events that end when something was added."""
        how = {**how, "concurrency_id": "add", "trigger_mode": "once"}
        pasted = gr.on(
            [self._add.click],
            self._paste,
            [*self._fields, lang],
            [self._state, *self._fields],
            **how,
        )
        fetched = gr.on(
            [self._fetch.click, self._url.submit],
            self._get,
            [self._url, lang],
            [self._state, self._url],
            **how,
        )
        sent = self._job.submit(
            self._follow,
            [self._job, lang],
            [self._state, self._job],
            **{**how, "trigger_mode": "multiple"},
        )
        return [pasted, fetched, sent]

    def _paste(self, words: str, title: str, date: str, source: str, lang: str) -> Iterator[list]:
        said = {"title": title or "", "date": date or "", "source": source or ""}
        kept, empty = [gr.skip()] * 4, [""] * 4
        if not (words or "").strip():
            yield [adding.refusal(text(lang, "add_no_text"), lang), *kept]
            return
        yield from self._begin(
            lambda: self._ingest_queue.add([Item("text", title or "", words or "")], **said),
            lang,
            kept,
            empty,
        )

    def _get(self, url: str, lang: str) -> Iterator[list]:
        yield from self._begin(
            lambda: self._ingest_queue.add([Item("url", (url or "").strip())]),
            lang,
            [gr.skip()],
            [""],
        )

    def _follow(self, job_id: str, lang: str) -> Iterator[list]:
        job = self._ingest_queue.job(job_id)
        if job:
            yield from self._begin(lambda: job, lang, [gr.skip()], [gr.skip()])
        else:
            yield [gr.skip(), gr.skip()]

    def _begin(self, begin, lang: str, kept: list, empty: list) -> Iterator[list]:
        """The states of a job as updates; the fields are emptied when all was taken, and what was
        typed stays where not.
        """
        try:
            job: Job = begin()
        except YinjuError as error:
            yield [adding.refusal(str(error), lang), *kept]
            return
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("reference %s: articles could not be added", reference)
            yield [adding.refusal(text(lang, "add_error", ref=reference), lang), *kept]
            return
        shown = 0.0
        for state in job.watch():
            final = state.stage in FINAL
            if final or time.monotonic() - shown >= CALM_SECONDS:
                shown = time.monotonic()
                taken = (
                    final
                    and not state.error
                    and all(one.status != "refused" for one in state.results)
                )
                yield [
                    adding.progress(state, lang, self._is_there if final else lambda _: False),
                    *(empty if taken else kept),
                ]

    def _is_there(self, article_id: str) -> bool:
        return self._service.article(article_id) is not None
