"""The head of the page and what stands on it before anything is asked: what the articles are."""

from __future__ import annotations

from dataclasses import dataclass

from rag.ui.markup import escape, lang_tag
from rag.ui.texts import article_count, reader_dates, text


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the head of the page says about the articles."""

    articles: int
    date_from: str = ""
    date_to: str = ""
    sources: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()


def brand() -> str:
    """The name of the page."""
    return '<h1>Yinju <span lang="zh-CN">引据</span></h1>'


def about(corpus: Corpus, lang: str) -> str:
    """What the corpus holds, in one line."""
    named = text(lang, "separator").join(corpus.sources[:3]) or text(lang, "no_source")
    if len(corpus.sources) > 3:
        named = text(lang, "more_sources", sources=named, n=len(corpus.sources))
    words = text(
        lang,
        "corpus",
        articles=article_count(corpus.articles, lang),
        dates=reader_dates(corpus.date_from, corpus.date_to, lang) or text(lang, "no_date"),
        sources=named,
    )
    tagline = f'<span class="yj-tagline">{escape(text(lang, "tagline"))} · </span>'
    return f'<p class="yj-about" lang="{lang_tag(lang)}">{tagline}{escape(words)}</p>'


def welcome(lang: str) -> str:
    """What the page does, above the examples."""
    return (
        f'<div class="yj-welcome" lang="{lang_tag(lang)}"><p>{escape(text(lang, "welcome"))}</p>'
        f'<p class="yj-label">{escape(text(lang, "examples"))}</p></div>'
    )
