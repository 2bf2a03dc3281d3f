"""The head of the page and what stands on it before anything is asked: what the articles are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from rag.ui.age import age, built_at
from rag.ui.markup import escape, lang_tag
from rag.ui.texts import reader_date, reader_dates, text


@dataclass(frozen=True, slots=True)
class CorpusHeader:
    """What the head of the page says about the articles."""

    articles: int
    date_from: str = ""
    date_to: str = ""
    sources: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()


def brand() -> str:
    """The name of the page."""
    return '<h1>Yinju <span lang="zh-CN">引据</span></h1>'


def notices(lang: str) -> str:
    """What the page's script can show where the server cannot be reached, in words: the connection
    is lost, too many ask, a failure.
    """
    told = "".join(
        f'<p class="yj-alert yj-alert-{key}" role="alert">{escape(text(lang, key))}</p>'
        for key in ("lost", "busy", "failed")
    )
    copied, failed = escape(text(lang, "copied")), escape(text(lang, "copy_failed"))
    saying = (
        f'<p class="yj-saying" role="status" data-copied="{copied}" data-failed="{failed}"></p>'
    )
    return f'<div lang="{lang_tag(lang)}">{told}{saying}</div>'


def edit_hint(lang: str) -> str:
    """What stands above the box while an earlier question is edited in it."""
    leave = (
        '<button type="button" class="yj-do"'
        f' data-do="leave">{escape(text(lang, "edit_cancel"))}</button>'
    )
    return (
        f'<p class="yj-hint" lang="{lang_tag(lang)}" role="status">{escape(text(lang, "editing"))}'
        f" {leave}</p>"
    )


def past(lang: str) -> str:
    """Where the page's script lists the conversations before this one."""
    head = f'<h2 class="yj-label">{escape(text(lang, "past"))}</h2>'
    return f'<section class="yj-past" lang="{lang_tag(lang)}" hidden>{head}<ul></ul></section>'


def about(corpus: CorpusHeader, lang: str, version: str = "", now: datetime | None = None) -> str:
    """What the corpus is: articles, dates, sources, and the age of the index, told by the name of
    its version.
    """
    named = text(lang, "separator").join(corpus.sources[:3]) or text(lang, "no_source")
    if len(corpus.sources) > 3:
        named = text(lang, "more_sources", sources=named, n=len(corpus.sources))
    told = {
        "facts_articles": f"{corpus.articles:,}",
        "facts_dates": (
            reader_dates(corpus.date_from, corpus.date_to, lang) or text(lang, "no_date")
        ),
        "facts_sources": named,
    }
    if built := built_at(version):
        told["facts_index"] = text(
            lang,
            "built_on",
            date=reader_date(f"{built:%Y-%m-%d}", lang),
            age=age(built, now or datetime.now(UTC), lang),
        )
    body = "".join(
        f"<div><dt>{escape(text(lang, key))}</dt><dd>{escape(words)}</dd></div>"
        for key, words in told.items()
    )
    return f'<dl class="yj-about" lang="{lang_tag(lang)}">{body}</dl>'


def welcome(corpus: CorpusHeader, lang: str, version: str = "") -> str:
    """What the page does and what the articles are, above the examples."""
    return (
        '<div class="yj-welcome"'
        f' lang="{lang_tag(lang)}"><p>{escape(text(lang, "welcome"))}</p>{about(corpus, lang, version)}<p'
        f' class="yj-label">{escape(text(lang, "examples"))}</p></div>'
    )
