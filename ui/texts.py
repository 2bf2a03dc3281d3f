"""Every word of the page, in Chinese and English, from the files in ``words``; both languages hold
the same keys.

``lang`` is "zh", anything else for English, or :data:`rag.question.script.HANT`: an answer to a
question in traditional characters is shown in them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from rag.answer.when import shown_day
from rag.question.script import HANT, in_script

LANGS = ("zh", "en")
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


def _words(lang: str) -> dict[str, str]:
    """The texts of a language, from its file, whose tables are parts of the page."""
    file = files(__package__) / "words" / f"{lang}.toml"
    parts = tomllib.loads(file.read_text("utf-8")).values()
    return {key: words for part in parts for key, words in part.items()}


TEXTS: dict[str, dict[str, str]] = {lang: _words(lang) for lang in LANGS}


def text(lang: str, key: str, **values: object) -> str:
    """The page's text for ``key``, with values put in."""
    return in_script(TEXTS["zh" if _chinese(lang) else "en"][key], lang).format(**values)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that the page says: a text's key, and what is put in. It can be said in any
    language, at any time.
    """

    key: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, key: str, **values: object) -> Phrase:
        return cls(key, tuple((name, str(value)) for name, value in values.items()))

    def speak(self, lang: str) -> str:
        return text(lang, self.key, **dict(self.values))


def _chinese(lang: str) -> bool:
    return lang in ("zh", HANT)


def article_count(n: int, lang: str) -> str:
    """ "13 articles", "1 article"; "13 篇文章"."""
    return f"{n:,} 篇文章" if _chinese(lang) else f"{n:,} article{'' if n == 1 else 's'}"


def passage_count(n: int, lang: str) -> str:
    """ "14 passages", "1 passage"; "14 段"."""
    return f"{n:,} 段" if _chinese(lang) else f"{n:,} passage{'' if n == 1 else 's'}"


def language_name(code: str) -> str:
    """The name of a language in that language; of one that the page does not know its code."""
    return LANGUAGE_NAMES.get(code, code)


def reader_date(date: str, lang: str) -> str:
    """ "2011-09-21" as a reader writes it: "2011年9月21日" or "21 September 2011"; "2011-09" and
    "09-21" too; else unchanged.
    """
    found = re.fullmatch(r"(\d{4}-)?(\d\d)(?:-\d\d)?", date)
    if not found or not 1 <= int(found[2]) <= 12:
        return date
    return shown_day(date if found[1] else f"--{date}", lang if _chinese(lang) else "en")


def shortened(words: str, limit: int) -> str:
    """Words, cut behind so many characters."""
    return words if len(words) <= limit else words[:limit] + "…"


def is_web(url: str) -> bool:
    """Whether an address can be linked to: others could be scripts."""
    return url.startswith(("https://", "http://"))


def reader_dates(first: str, last: str, lang: str) -> str:
    """A range of dates, or one date where both ends are the same, or "" where neither is known."""
    ends = [reader_date(date, lang) for date in dict.fromkeys((first, last)) if date]
    return (" 至 " if _chinese(lang) else " to ").join(ends)


def reader_time(ms: float, lang: str) -> str:
    """Milliseconds as "12 ms", from one second on "1.4 s" ("12 毫秒", "1.4 秒")."""
    if ms < 1000:
        return f"{max(1, round(ms))} {'毫秒' if _chinese(lang) else 'ms'}"
    return f"{ms / 1000:.1f} {'秒' if _chinese(lang) else 's'}"


def pick_language(accept_language: str) -> str:
    """The page's language for a browser that sent this Accept-Language header: its first of the
    two.
    """
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in LANGS:
            return code
    return "en"
