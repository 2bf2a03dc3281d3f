"""Adding articles, in words: the field for files, how far an addition is, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from rag.serving.guard import UPLOAD_LIMIT
from rag.serving.ingest_queue import FILES, State
from rag.ui.templating import macro
from rag.ui.texts import text

SHOWN = 50
"""Results listed by name; the others are counted."""
_file_field = macro("adding", "file_field")
_progress = macro("adding", "progress")


def file_field(lang: str) -> str:
    """A field for files."""
    return _file_field(UPLOAD_LIMIT, FILES, lang)


def progress(state: State, lang: str, known: Callable[[str], bool] = lambda _: False) -> str:
    """How far an addition is, or what became of it.

    Args:
        state: of the job.
        lang: the page's language.
        known: whether the index has an article of an id, which can then be opened.
    """
    there = [bool(one.path) and known(one.path) for one in state.results[:SHOWN]]
    rows = list(zip_longest(state.results, there, fillvalue=False))
    return _progress(state, _head(state, lang), rows, SHOWN, lang)


def refusal(message: str, lang: str) -> str:
    """What could not be added at all, and why."""
    return progress(State(stage="failed", error=message), lang)


def _head(state: State, lang: str) -> str:
    if state.stage == "failed":
        return text(
            lang,
            "add_failed_kept" if any(one.path for one in state.results) else "add_failed",
            why=state.error,
        )
    if state.stage == "done":
        articles = sum(one.articles for one in state.results if one.status in ("added", "replaced"))
        return text(lang, "add_done" if articles else "add_none", n=f"{articles:,}")
    if state.stage == "reading":
        return text(
            lang, "add_reading", n=min(state.done + 1, state.total or 1), total=state.total or 1
        )
    return text(lang, f"add_{state.stage}")
