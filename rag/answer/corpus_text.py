"""Wording of the answers about the corpus itself, in the question's language."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.texts import articles, aside, joined, phrase
from rag.answer.types import Citation, Row
from rag.question import ParsedQuestion
from rag.question.types import CorpusQuestion


def counted(
    named: int, near: int, stories: int, parsed: ParsedQuestion, about: CorpusQuestion
) -> str:
    """How many articles there are, on which subject and of which times.

    ``named`` articles mention the subject, ``near`` ones are about it in other words; together they
    tell ``stories`` stories.
    """
    lang = parsed.frame
    text = articles(named, lang)
    if about.subject:
        text += phrase("mention", lang, n=named, subject=about.subject)
    times = [parsed.text[one.start : one.end] for one in parsed.told]
    text += aside(joined(times, "list", lang), lang)
    if near:
        text += phrase("other_words", lang, n=near)
    if stories < named + near:
        text += phrase("in_stories", lang, n=stories)
    return text + phrase("stop", lang)


def listed(rows: Sequence[Row], citations: Sequence[Citation], lang: str) -> list[str]:
    """A line for each article: its date, title and publisher, and how many tell the same story."""
    lines = []
    for row in rows:
        source = citations[row.citations[0] - 1].source
        also = phrase("same_story", lang, n=row.more) if row.more else ""
        about = aside(joined(filter(None, (source, also)), "comma", lang), lang)
        before = f"{row.value} " if row.value else ""
        lines.append(f"{before}{row.label}{about} [{row.citations[0]}]")
    return lines


def more(left: int, lang: str) -> list[str]:
    """A line that says how many articles are left out of a list; [] for none."""
    return [phrase("more", lang, n=left)] if left else []


def drawn(subject: str, drawn_on: int, stories: int, shown: int, lang: str) -> str:
    """What a summary draws on: so many articles, which tell so many stories."""
    return phrase(
        "drawn" if subject else "drawn_all",
        lang,
        subject=subject,
        articles=articles(drawn_on, lang),
        stories=phrase("stories", lang, n=stories),
        sentences=phrase("sentences", lang, n=shown),
    )


def summed(rows: Sequence[Row], citations: Sequence[Citation], lang: str) -> list[str]:
    """A line for each sentence of a summary: its date and the quote.

    Where two subjects are compared, the subject stands first.
    """
    lines = []
    for row in rows:
        before = f"{row.label} · " if row.label else ""
        quote = " ".join(citations[row.citations[0] - 1].quote.split())
        lines.append(f"{before}{row.value or phrase('no_date', lang)} {quote} [{row.citations[0]}]")
    return lines


def span(days: Sequence[str], dated: int, total: int, lang: str) -> str:
    """The dates of the oldest and the newest article, in words."""
    if not days:
        return phrase("none_dated", lang)
    first, last = days
    return phrase("span", lang, first=first, last=last, n=dated, articles=articles(total, lang))


def ranking(
    about: CorpusQuestion, n: int, total: int, top: Sequence[tuple[str, int, str]], lang: str
) -> str:
    """How many publishers or languages there are, or which month or place has the most articles.

    ``top`` holds the first (name, number of articles, place), if there is any.
    """
    if not top:
        return phrase("none_ranked", lang, articles=articles(total, lang))
    if about.asks in ("publishers", "languages"):
        statement = phrase(about.asks, lang, n=n)
    else:
        statement = phrase("most", lang, top=top[0][0], most=articles(top[0][1], lang))
    subject = phrase("about", lang, subject=about.subject) if about.subject else ""
    return phrase("ranked", lang, said=statement, about=subject, articles=articles(total, lang))


def language(code: str, lang: str) -> str:
    """The name of a language in words; its code if there is no name for it."""
    return phrase(f"language_{code}", lang) if code in ("zh", "en", "und") else code
