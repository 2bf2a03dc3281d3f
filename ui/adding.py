"""Adding articles, in words: the field for files, how far an addition is, and what became of it."""

from __future__ import annotations

from collections.abc import Callable

from rag.corpus.folder import Added
from rag.serving.guard import UPLOAD_LIMIT
from rag.serving.ingest_queue import FILES, State
from rag.ui.markup import escape, lang_tag
from rag.ui.texts import text

SHOWN = 50
"""Results listed by name; the others are counted."""
_SIGNS = {"added": "+", "replaced": "+", "known": "=", "refused": "×"}


def file_field(lang: str) -> str:
    """A field for files. The page's script sends them, and takes limits and words from here."""
    names = ("sending", "sent", "lost", "too_large", "too_many", "refused_by_server")
    limits = {"limit": UPLOAD_LIMIT // 1_000_000, "files": FILES}
    words = " ".join(
        f'data-{name.replace("_", "-")}="{escape(text(lang, f"upload_{name}", **limits))}"'
        for name in names
    )
    return (
        f'<div class="yj-files" lang="{lang_tag(lang)}" data-limit="{UPLOAD_LIMIT - 100_000}"'
        f' data-most="{FILES}" {words}><label class="yj-file"><input type="file" multiple'
        f' id="add-files"><span>{escape(text(lang, "choose_files"))}</span></label><p'
        f' class="yj-hint">{escape(text(lang, "files_hint", limit=UPLOAD_LIMIT // 1_000_000))}</p><progress'
        f' class="yj-sending" max="1" value="0" aria-label="{escape(text(lang, "sending_files"))}"'
        ' hidden></progress><p class="yj-sent" role="status"></p></div>'
    )


def progress(state: State, lang: str, known: Callable[[str], bool] = lambda _: False) -> str:
    """How far an addition is, or what became of it.

    Args:
        state: of the job.
        lang: the page's language.
        known: whether the index has an article of an id, which can then be opened.
    """
    head, bar = _head(state, lang), ""
    if state.stage in ("waiting", "reading", "indexing"):
        # A phase's own share says more than a bar that runs back and forth; without a number the
        # bar only moves.
        value = (
            f' value="{state.done}" max="{state.total}"'
            if state.total and state.stage != "waiting"
            else ""
        )
        bar = f'<progress aria-label="{escape(head)}"{value}></progress>'
    rows = "".join(_row(one, lang, known) for one in state.results[:SHOWN])
    more = len(state.results) - SHOWN
    rest = (
        f'<p class="yj-hint">{escape(text(lang, "results_more", n=f"{more:,}"))}</p>'
        if more > 0
        else ""
    )
    listed = f'<ul class="yj-added">{rows}</ul>{rest}' if rows else ""
    css = " yj-bad" if state.error else ""
    return (
        f'<div class="yj-adding{css}" lang="{lang_tag(lang)}"><p'
        f' class="yj-stage">{escape(head)}</p>{bar}{listed}</div>'
    )


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


def _row(one: Added, lang: str, known: Callable[[str], bool]) -> str:
    shown = escape(one.title or one.name or one.path)
    if one.path and known(one.path):
        shown = (
            '<button type="button" class="yj-go yj-link"'
            f' data-go="{escape(f"article:{one.path}")}">{shown}</button>'
        )
    elif one.articles > 1:
        shown += f" ({escape(text(lang, 'several', n=f'{one.articles:,}'))})"
    # The sign is said in words besides.
    status = escape(text(lang, f"status_{one.status}"))
    reason = f'<p class="yj-hint">{escape(one.reason)}</p>' if one.reason else ""
    sign = f'<span class="yj-sign" aria-hidden="true">{_SIGNS[one.status]}</span>'
    return (
        f'<li class="yj-{one.status}">{sign}<div><bdi>{shown}</bdi> · {status}{reason}</div></li>'
    )
