"""Renders the head of the page, and what it shows before the first question."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from rag.search.browse import Statistics
from rag.ui.age import age, built_at
from rag.ui.templating import macro
from rag.ui.texts import reader_date, reader_dates, text

brand = macro("start", "brand")
"""Renders the name of the page."""
tray = macro("tray", "tray")
"""Renders the controls in the head of the page and the dialogs that the page's script opens: the
clippings, which are empty at first, and the keys. Takes the language.
"""
notices = macro("start", "notices")
"""Renders the messages that the page's script can show by itself: the connection is lost, the
server is too busy, or it failed. Takes the language.
"""
edit_hint = macro("start", "edit_hint")
"""Renders the hint above the box while an earlier question is edited in it, in a language."""
past = macro("start", "past")
"""Renders the place where the page's script lists earlier conversations, in a language."""
_welcome = macro("start", "welcome")


def welcome(corpus: Statistics, lang: str, now: datetime | None = None) -> Markup:
    """Renders what stands above the examples: what the page does, and facts about the corpus.

    These are the number, dates and sources of its articles, and the age of the index.
    """
    named = text(lang, "separator").join(name for name, _ in corpus.sources[:3])
    if len(corpus.sources) > 3:
        named = text(lang, "more_sources", sources=named, n=len(corpus.sources))
    dates = reader_dates(corpus.date_from, corpus.date_to, lang)
    facts = [
        ("facts_articles", f"{corpus.articles:,}"),
        ("facts_dates", dates or text(lang, "no_date")),
        ("facts_sources", named or text(lang, "no_source")),
    ]
    if built := built_at(corpus.version):
        date, old = reader_date(f"{built:%Y-%m-%d}", lang), age(built, lang, now)
        facts.append(("facts_index", text(lang, "built_on", date=date, age=old)))
    return _welcome(facts, lang)
