"""What answers say in words of their own, from ``texts.toml``, in the language of the question.

``lang`` is "en", "zh", or :data:`rag.question.script.HANT` for traditional characters.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from importlib.resources import files

from rag.question.script import in_script


@functools.cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("rag.answer").joinpath("texts.toml").read_text("utf-8"))


def phrase(key: str, lang: str, **values: object) -> str:
    """The text of a key with values put in; in English that of the singular where ``n`` is 1."""
    words = _texts()[key]
    if lang != "en":
        return in_script(words["zh"], lang).format(**values)
    return words["one" if values.get("n") == 1 and "one" in words else "en"].format(**values)


def articles(n: int, lang: str) -> str:
    """ "3 篇文章", "1 article"."""
    return phrase("articles", lang, n=n)


def joined(parts: Iterable[str], by: str, lang: str) -> str:
    """Parts with a mark of the language between them; ``by`` is the key of the mark."""
    return phrase(by, lang).join(parts)


def aside(words: str, lang: str) -> str:
    """Words in the brackets of a language; "" for none."""
    return phrase("aside", lang, words=words) if words else ""
