"""All texts of the page in Chinese and English, from the files in ``words``, with the same keys.

``lang`` is "zh", :data:`rag.question.script.HANT` for traditional Chinese characters (used for
answers to questions written in them), or anything else for English.
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
    """Reads the texts of a language by key; the tables of its file stand for parts of the page."""
    file = files(__package__) / "words" / f"{lang}.toml"
    parts = tomllib.loads(file.read_text("utf-8")).values()
    return {key: words for part in parts for key, words in part.items()}


PAGE_TEXTS: dict[str, dict[str, str]] = {lang: _words(lang) for lang in LANGS}


def text(lang: str, key: str, **values: object) -> str:
    """Returns the text of ``key`` with values filled in; integers get separators ("1,300")."""
    shown = {name: f"{one:,}" if isinstance(one, int) else one for name, one in values.items()}
    return in_script(PAGE_TEXTS["zh" if _chinese(lang) else "en"][key], lang).format(**shown)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of the page by its key, with the values to fill in, that is put into words later.

    So it can be shown again when the page's language changes.
    """

    key: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, key: str, **values: object) -> Phrase:
        """Returns the phrase of a key with its values."""
        return cls(key, tuple((name, str(value)) for name, value in values.items()))

    def speak(self, lang: str) -> str:
        """Returns the text in a language."""
        return text(lang, self.key, **dict(self.values))


def _chinese(lang: str) -> bool:
    return lang in ("zh", HANT)


def counted(n: int, what: str, lang: str) -> str:
    """Returns a count of "article" or "passage" in words: "1 article", "13 篇文章"."""
    return text(lang, f"{what}_one" if n == 1 else f"{what}_many", n=n)


def language_name(code: str) -> str:
    """Returns the name of a language in itself; the code of one that the page does not know."""
    return LANGUAGE_NAMES.get(code, code)


def reader_date(date: str, lang: str) -> str:
    """Formats "2011-09-21" for readers: "2011年9月21日" or "21 September 2011".

    "2011-09", "--09-21" (each year) and "--09" are formatted too, anything else stays unchanged.
    """
    found = re.fullmatch(r"(?:\d{4}|-)-(\d\d)(?:-\d\d)?", date)
    if not found or not 1 <= int(found[1]) <= 12:
        return date
    return shown_day(date, lang if _chinese(lang) else "en")


def reader_dates(first: str, last: str, lang: str) -> str:
    """Formats a range of dates; one date if both ends are equal or one is "", "" if both are."""
    ends = [reader_date(date, lang) for date in dict.fromkeys((first, last)) if date]
    return text(lang, "dates_between", first=ends[0], last=ends[1]) if ends[1:] else "".join(ends)


def reader_time(ms: float, lang: str) -> str:
    """Formats milliseconds as "12 ms", from one second on as "1.4 s" ("12 毫秒", "1.4 秒")."""
    if ms < 1000:
        return text(lang, "milliseconds", n=max(1, round(ms)))
    return text(lang, "seconds", n=f"{ms / 1000:.1f}")


def is_web(url: str) -> bool:
    """Whether an address is safe to link to; one of another scheme could be a script."""
    return url.startswith(("https://", "http://"))


def pick_language(accept_language: str) -> str:
    """Returns the first of the page's languages in an Accept-Language header, else "en"."""
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in LANGS:
            return code
    return "en"


def logged(what: str) -> str:
    """Logs the exception that is being handled, and returns a reference for the reader.

    The operator finds the entry in the server's log by this reference.
    """
    reference = secrets.token_hex(4)
    log.exception("reference %s: %s", reference, what)
    return reference
