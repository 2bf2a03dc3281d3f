"""Every word of the page, in Chinese and English, from the files in ``words``; both languages hold
the same keys.

``lang`` is "zh", anything else for English, or :data:`rag.question.script.HANT`: an answer to a
question in traditional characters is shown in them.
"""

from __future__ import annotations

import logging
import re
import secrets
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from rag.answer.when import shown_day
from rag.question.script import HANT, in_script

log = logging.getLogger("rag.ui")

LANGS = ("zh", "en")
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


def _words(lang: str) -> dict[str, str]:
    """The texts of a language, from its file, whose tables are parts of the page."""
    file = files(__package__) / "words" / f"{lang}.toml"
    parts = tomllib.loads(file.read_text("utf-8")).values()
    return {key: words for part in parts for key, words in part.items()}


TEXTS: dict[str, dict[str, str]] = {lang: _words(lang) for lang in LANGS}


def text(lang: str, key: str, **values: object) -> str:
    """The page's text for ``key``, with values put in; whole numbers get separators ("1,300")."""
    shown = {name: f"{one:,}" if isinstance(one, int) else one for name, one in values.items()}
    return in_script(TEXTS["zh" if _chinese(lang) else "en"][key], lang).format(**shown)


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


def counted(n: int, what: str, lang: str) -> str:
    """So many of ``what``, "article" or "passage": "1 article", "13 articles"; "13 篇文章"."""
    return text(lang, f"{what}_one" if n == 1 else f"{what}_many", n=n)


def language_name(code: str) -> str:
    """The name of a language in that language; of one that the page does not know its code."""
    return LANGUAGE_NAMES.get(code, code)


def reader_date(date: str, lang: str) -> str:
    """ "2011-09-21" as a reader writes it: "2011年9月21日" or "21 September 2011"; "2011-09",
    "--09-21" and "--09" too; else unchanged.
    """
    found = re.fullmatch(r"(?:\d{4}|-)-(\d\d)(?:-\d\d)?", date)
    if not found or not 1 <= int(found[1]) <= 12:
        return date
    return shown_day(date, lang if _chinese(lang) else "en")


def reader_dates(first: str, last: str, lang: str) -> str:
    """A range of dates, or one date where both ends are the same, or "" where neither is known."""
    ends = [reader_date(date, lang) for date in dict.fromkeys((first, last)) if date]
    return text(lang, "dates_between", first=ends[0], last=ends[1]) if ends[1:] else "".join(ends)


def reader_time(ms: float, lang: str) -> str:
    """Milliseconds as "12 ms", from one second on "1.4 s" ("12 毫秒", "1.4 秒")."""
    if ms < 1000:
        return text(lang, "milliseconds", n=max(1, round(ms)))
    return text(lang, "seconds", n=f"{ms / 1000:.1f}")


def is_web(url: str) -> bool:
    """Whether an address can be linked to: others could be scripts."""
    return url.startswith(("https://", "http://"))


def pick_language(accept_language: str) -> str:
    """The page's language for a browser that sent this Accept-Language header: its first of the
    two.
    """
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in LANGS:
            return code
    return "en"


def logged(what: str) -> str:
    """Puts the error that is being handled into the server's log; the reference to tell the reader,
    under which the operator finds it.
    """
    reference = secrets.token_hex(4)
    log.exception("reference %s: %s", reference, what)
    return reference
