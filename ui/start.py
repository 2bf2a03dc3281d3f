"""The head of the page and what stands on it before anything is asked: what the articles are."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from rag.search.browse import Statistics
from rag.ui.age import age, built_at
from rag.ui.templating import macro
from rag.ui.texts import reader_date, reader_dates, text

brand = macro("start", "brand")
"""The name of the page."""
tray = macro("tray", "tray")
"""The controls in the head of the page and the dialogs that the page's script opens, the clippings
and the keys, in a language; both stand there empty or whole.
"""
notices = macro("start", "notices")
"""What the page's script can show where the server cannot be reached, in words of a language: the
connection is lost, too many ask, a failure.
"""
edit_hint = macro("start", "edit_hint")
"""What stands above the box while an earlier question is edited in it, in a language."""
past = macro("start", "past")
"""Where the page's script lists the conversations before this one, in a language."""
_welcome = macro("start", "welcome")


def welcome(corpus: Statistics, lang: str, now: datetime | None = None) -> Markup:
    """What the page does and what the articles are, above the examples: their number, dates and
    sources, and the age of the index.
    """
    named = text(lang, "separator").join(name for name, _ in corpus.sources[:3])
    if len(corpus.sources) > 3:
        named = text(lang, "more_sources", sources=named, n=len(corpus.sources))
    dates = reader_dates(corpus.date_from, corpus.date_to, lang)
    told = [
        ("facts_articles", f"{corpus.articles:,}"),
        ("facts_dates", dates or text(lang, "no_date")),
        ("facts_sources", named or text(lang, "no_source")),
    ]
    if built := built_at(corpus.version):
        date, old = reader_date(f"{built:%Y-%m-%d}", lang), age(built, lang, now)
        told.append(("facts_index", text(lang, "built_on", date=date, age=old)))
    return _welcome(told, lang)
