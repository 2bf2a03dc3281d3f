"""Routes that add articles over HTTP, on a server that allows it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from typing import Annotated

from fastapi import FastAPI, File, Form, Query, UploadFile
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from rag.corpus.folder import Added
from rag.serving.ingest_queue import FINAL_STAGES, MAX_FILES_OF_JOB, IngestQueue, Item, Job
from rag.serving.models import REFUSAL_RESPONSES

_LOOK_SECONDS = 0.1  # between two looks at whether a job is done
WAIT_SECONDS = 600.0
"""Most seconds that a reply waits for its job; after that the job goes on by itself."""


class Adding(BaseModel):
    """How far articles that are being added are."""

    job: str = Field(description="To ask for later: GET /api/jobs/{job}.")
    stage: str = Field(description="waiting, reading, indexing, done or failed.")
    done: int
    total: int | None
    results: list[Added] = Field(description="What became of each thing.")
    version: str = Field(description="The index version that holds them, once it is live.")
    error: str = Field(description="Why the index could not be brought up to date.")


def add_ingest(app: FastAPI, ingest_queue: IngestQueue) -> None:
    """Adds ``POST /api/articles`` and ``GET /api/jobs/{job_id}``."""

    @app.post("/api/articles", responses=REFUSAL_RESPONSES, tags=["articles"])
    async def add(
        files: Annotated[
            list[UploadFile] | None,
            File(
                max_length=MAX_FILES_OF_JOB,
                description="Files of articles; their names only tell the format.",
            ),
        ] = None,
        text: Annotated[str, Form(description="Or the text of one.")] = "",
        address: Annotated[
            str, Form(description="Or where one is, a feed or a sitemap, where the server fetches.")
        ] = "",
        title: Annotated[str, Form()] = "",
        date: Annotated[str, Form(description="YYYY-MM-DD.")] = "",
        source: Annotated[str, Form()] = "",
        url: Annotated[str, Form(description="Where a text or a file is from.")] = "",
        lang: Annotated[str, Form()] = "",
        wait: Annotated[bool, Query(description="Reply when it is done.")] = True,
    ) -> Adding:
        """Add articles: files, a text, or what is at an address. The index is brought up to date,
        once for all who add at that time.
        """
        items = [Item("file", one.filename or "file", await one.read()) for one in files or ()]
        items += [Item("text", title, text)] if text else []
        items += [Item("url", address)] if address else []
        job = ingest_queue.add(items, title=title, date=date, source=source, url=url, lang=lang)
        until = time.monotonic() + WAIT_SECONDS
        while wait and job.state.stage not in FINAL_STAGES and time.monotonic() < until:
            await asyncio.sleep(_LOOK_SECONDS)
        return _adding(job)

    @app.get("/api/jobs/{job_id}", responses=REFUSAL_RESPONSES, tags=["articles"])
    async def job(job_id: str) -> Adding:
        """How far articles are that were added."""
        found = ingest_queue.job(job_id)
        if found is None:
            raise HTTPException(404, "there is no such job, or it is long over")
        return _adding(found)


def _adding(job: Job) -> Adding:
    return Adding(job=job.id, **asdict(job.state))
