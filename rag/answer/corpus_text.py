"""Wording of the answers about the corpus, in the question's language."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.types import Citation, Row
from rag.index.changes import Changes
from rag.question import ParsedQuestion, in_script
from rag.question.types import About

_LANGUAGES = {"zh": ("中文", "Chinese"), "en": ("英文", "English"), "und": ("未知", "unknown")}
_RANKED = {
    "publishers": ("{n} 家媒体", "{n} publishers"),
    "languages": ("{n} 种语言", "{n} languages"),
    "months": ("{top} 最多：{most}", "{top} has the most: {most}"),
    "places": ("{top} 最多：{most}", "{top} has the most: {most}"),
}
# One of something, for the English sentences.
_ONE = {"1 publishers": "1 publisher", "1 languages": "1 language"}


def articles(count: int, lang: str) -> str:
    """ "3 篇文章", "1 article"."""
    if lang != "en":
        return f"{count:,} 篇文章"
    return f"{count:,} article{'' if count == 1 else 's'}"


def counted(named: int, near: int, stories: int, parsed: ParsedQuestion, about: About) -> str:
    """How many articles there are, about what, and of when."""
    subject, lang = about.subject, parsed.frame
    times = [parsed.text[one.start : one.end] for one in parsed.told]
    if lang != "en":
        said = f"{articles(named, lang)}{f'提到“{subject}”' if subject else ''}"
        said = f"{said}（{'、'.join(times)}）" if times else said
        said += f"，另有 {near:,} 篇用别的说法或另一种语言讲到" if near else ""
        said += f"，共讲 {stories:,} 件事" if stories < named + near else ""
        return in_script(f"{said}。", lang)
    verb = "mentions" if named == 1 else "mention"
    said = f"{articles(named, lang)}{f' {verb} “{subject}”' if subject else ''}"
    said = f"{said} ({', '.join(times)})" if times else said
    said += (
        f"; {near:,} more {'is' if near == 1 else 'are'} about it in other words" if near else ""
    )
    if stories < named + near:
        said += f", telling {stories:,} {'story' if stories == 1 else 'stories'}"
    return f"{said}."


def listed(rows: Sequence[Row], citations: Sequence[Citation], lang: str) -> list[str]:
    """A line for each article: its date, its title, its publisher, and how many tell the same."""
    lines = []
    for row in rows:
        source = citations[row.citations[0] - 1].source
        also = f"另有 {row.more} 篇讲同一件事" if lang != "en" else f"{row.more} more tell the same"
        aside = [source] * bool(source) + [in_script(also, lang)] * bool(row.more)
        about = "，".join(aside) if lang != "en" else ", ".join(aside)
        about = about and (f"（{about}）" if lang != "en" else f" ({about})")
        lines.append(
            f"{f'{row.value} ' if row.value else ''}{row.label}{about} [{row.citations[0]}]"
        )
    return lines


def more(left: int, lang: str) -> list[str]:
    """That a list goes on; nothing where it does not."""
    if not left:
        return []
    if lang != "en":
        return [in_script(f"还有 {left:,} 篇；问“还有呢？”可以接着看。", lang)]
    return [f"{left:,} more; ask “anything else?” to go on."]


def drawn(subject: str, articles_: int, stories: int, shown: int, lang: str) -> str:
    """What a summary draws on."""
    if lang != "en":
        said = f"从最相关的 {articles(articles_, lang)}（讲 {stories:,} 件事）中选 {shown} 句："
        return f"{subject}：{in_script(said, lang)}" if subject else in_script(said, lang)
    told = f"{stories:,} {'story' if stories == 1 else 'stories'}"
    chosen = f"{shown} {'sentence' if shown == 1 else 'sentences'}"
    said = f"{chosen} from the {articles(articles_, lang)} ({told}) that are most about it"
    return f"{subject}: {said}" if subject else f"{said[0].upper()}{said[1:]}:"


def summed(rows: Sequence[Row], citations: Sequence[Citation], lang: str) -> list[str]:
    """A line for each sentence of a summary: its subject where two are compared, its date,
    itself.
    """
    undated = "no date" if lang == "en" else in_script("无日期", lang)
    lines = []
    for row in rows:
        before = f"{row.label} · " if row.label else ""
        quote = " ".join(citations[row.citations[0] - 1].quote.split())
        lines.append(f"{before}{row.value or undated} {quote} [{row.citations[0]}]")
    return lines


def span(days: Sequence[str], dated: int, total: int, lang: str) -> str:
    """From the oldest to the newest article."""
    if not days:
        return (
            in_script("文章都没有日期。", lang)
            if lang != "en"
            else "None of the articles has a date."
        )
    if lang != "en":
        return in_script(f"{days[0]} 至 {days[1]}：{total:,} 篇文章中 {dated:,} 篇有日期。", lang)
    has = "has" if dated == 1 else "have"
    return f"{days[0]} to {days[1]}: {dated:,} of {articles(total, lang)} {has} a date."


def ranking(
    about: About, n: int, total: int, top: Sequence[tuple[str, int, str]], lang: str
) -> str:
    """How many there are, or which has the most; of how many articles."""
    subject = about.subject
    if not top:
        none = "没有一篇文章说明这一点" if lang != "en" else "None of the articles tells"
        return (
            f"{in_script(none, lang)}（{articles(total, lang)}）。" if lang != "en" else f"{none}."
        )
    said = _RANKED[about.asks][lang == "en"].format(
        n=n, top=top[0][0], most=articles(top[0][1], lang)
    )
    if lang != "en":
        of = f"提到“{subject}”的 " if subject else ""
        return in_script(f"{said}（{of}{articles(total, lang)}）。", lang)
    of = f" about “{subject}”" if subject else ""
    return f"{_ONE.get(said, said)} ({articles(total, lang)}{of})."


def tallied(rows: Sequence[Row], lang: str) -> list[str]:
    """A line for each row with its count."""
    return [f"{row.label}{'：' if lang != 'en' else ': '}{row.value}" for row in rows]


def language(code: str, lang: str) -> str:
    """The name of a language."""
    names = _LANGUAGES.get(code, (code, code))
    return names[1] if lang == "en" else in_script(names[0], lang)


def updated(changes: Changes, version: str, lang: str) -> str:
    """What the last update brought."""
    if lang != "en":
        said = (
            f"上次更新新增 {changes.added:,} 篇文章，改动 {changes.changed:,} 篇，删去"
            f" {changes.removed:,} 篇。"
        )
        return in_script(said, lang)
    said = f"{articles(changes.added, lang)} added in the last update"
    return f"{said}, {changes.changed:,} changed, {changes.removed:,} removed."


def never_updated(lang: str) -> str:
    """That there is no version to compare with."""
    if lang != "en":
        return in_script("0 篇：索引还没有更新过，没有更早的版本可比。", lang)
    return "0 articles: the index was not updated yet, so there is no version to compare it with."
