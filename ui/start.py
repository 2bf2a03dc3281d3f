"""The head of the page and what stands on it before anything is asked: what the articles are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from rag.ui.age import age, built_at
from rag.ui.templating import macro
from rag.ui.texts import reader_date, reader_dates, text


@dataclass(frozen=True, slots=True)
class CorpusHeader:
    """What the head of the page says about the articles."""

    articles: int
    date_from: str = ""
    date_to: str = ""
    sources: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()


brand = macro("start", "brand")
"""The name of the page."""
notices = macro("start", "notices")
"""What the page's script can show where the server cannot be reached, in words of a language: the
connection is lost, too many ask, a failure.
"""
edit_hint = macro("start", "edit_hint")
"""What stands above the box while an earlier question is edited in it, in a language."""
past = macro("start", "past")
"""Where the page's script lists the conversations before this one, in a language."""
_about = macro("start", "about")
_welcome = macro("start", "welcome")


def about(corpus: CorpusHeader, lang: str, version: str = "", now: datetime | None = None) -> str:
    """What the corpus is: articles, dates, sources, and the age of the index, told by the name of
    its version.
    """
    return _about(_facts(corpus, lang, version, now), lang)


def welcome(corpus: CorpusHeader, lang: str, version: str = "") -> str:
    """What the page does and what the articles are, above the examples."""
    return _welcome(_facts(corpus, lang, version), lang)


def _facts(
    corpus: CorpusHeader, lang: str, version: str, now: datetime | None = None
) -> list[tuple[str, str]]:
    named = text(lang, "separator").join(corpus.sources[:3]) or text(lang, "no_source")
    if len(corpus.sources) > 3:
        named = text(lang, "more_sources", sources=named, n=len(corpus.sources))
    dates = reader_dates(corpus.date_from, corpus.date_to, lang) or text(lang, "no_date")
    told = [
        ("facts_articles", f"{corpus.articles:,}"),
        ("facts_dates", dates),
        ("facts_sources", named),
    ]
    if built := built_at(version):
        date, old = (
            reader_date(f"{built:%Y-%m-%d}", lang),
            age(built, now or datetime.now(UTC), lang),
        )
        told.append(("facts_index", text(lang, "built_on", date=date, age=old)))
    return told
