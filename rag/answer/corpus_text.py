"""Wording of the answers about the corpus, in the question's language."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.texts import articles, aside, joined, phrase
from rag.answer.types import Citation, Row
from rag.question import ParsedQuestion
from rag.question.types import About


def counted(named: int, near: int, stories: int, parsed: ParsedQuestion, about: About) -> str:
    """How many articles there are, about what, and of when."""
    lang = parsed.frame
    said = articles(named, lang)
    if about.subject:
        said += phrase("mention", lang, n=named, subject=about.subject)
    times = [parsed.text[one.start : one.end] for one in parsed.told]
    said += aside(joined(times, "list", lang), lang)
    if near:
        said += phrase("other_words", lang, n=near)
    if stories < named + near:
        said += phrase("in_stories", lang, n=stories)
    return said + phrase("stop", lang)


def listed(rows: Sequence[Row], citations: Sequence[Citation], lang: str) -> list[str]:
    """A line for each article: its date, its title, its publisher, and how many tell the same."""
    lines = []
    for row in rows:
        source = citations[row.citations[0] - 1].source
        also = phrase("same_story", lang, n=row.more) if row.more else ""
        about = aside(joined(filter(None, (source, also)), "comma", lang), lang)
        before = f"{row.value} " if row.value else ""
        lines.append(f"{before}{row.label}{about} [{row.citations[0]}]")
    return lines


def more(left: int, lang: str) -> list[str]:
    """That a list goes on; nothing where it does not."""
    return [phrase("more", lang, n=left)] if left else []


def drawn(subject: str, drawn_on: int, stories: int, shown: int, lang: str) -> str:
    """What a summary draws on: articles, which tell so many stories."""
    return phrase(
        "drawn" if subject else "drawn_all",
        lang,
        subject=subject,
        articles=articles(drawn_on, lang),
        stories=phrase("stories", lang, n=stories),
        sentences=phrase("sentences", lang, n=shown),
    )


def summed(rows: Sequence[Row], citations: Sequence[Citation], lang: str) -> list[str]:
    """A line for each sentence of a summary: its subject where two are compared, its date,
    itself.
    """
    lines = []
    for row in rows:
        before = f"{row.label} · " if row.label else ""
        quote = " ".join(citations[row.citations[0] - 1].quote.split())
        lines.append(f"{before}{row.value or phrase('no_date', lang)} {quote} [{row.citations[0]}]")
    return lines


def span(days: Sequence[str], dated: int, total: int, lang: str) -> str:
    """From the oldest to the newest article."""
    if not days:
        return phrase("none_dated", lang)
    first, last = days
    return phrase("span", lang, first=first, last=last, n=dated, articles=articles(total, lang))


def ranking(
    about: About, n: int, total: int, top: Sequence[tuple[str, int, str]], lang: str
) -> str:
    """How many there are, or which has the most; of how many articles."""
    if not top:
        return phrase("none_ranked", lang, articles=articles(total, lang))
    if about.asks in ("publishers", "languages"):
        said = phrase(about.asks, lang, n=n)
    else:
        said = phrase("most", lang, top=top[0][0], most=articles(top[0][1], lang))
    subject = phrase("about", lang, subject=about.subject) if about.subject else ""
    return phrase("ranked", lang, said=said, about=subject, articles=articles(total, lang))


def language(code: str, lang: str) -> str:
    """The name of a language; its code where it is another one than articles are told to be in."""
    return phrase(f"language_{code}", lang) if code in ("zh", "en", "und") else code
