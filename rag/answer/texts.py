"""The fixed wording of answers, from ``texts.toml``, in the language of the question.

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
    """The text of a key with ``values`` filled in; in English the singular if ``n`` is 1."""
    words = _texts()[key]
    if lang != "en":
        return in_script(words["zh"], lang).format(**values)
    return words["one" if values.get("n") == 1 and "one" in words else "en"].format(**values)


def articles(n: int, lang: str) -> str:
    """A number of articles in words, such as "3 篇文章" or "1 article"."""
    return phrase("articles", lang, n=n)


def joined(parts: Iterable[str], by: str, lang: str) -> str:
    """The parts, joined by a mark of the language; ``by`` is the key of the mark."""
    return phrase(by, lang).join(parts)


def aside(words: str, lang: str) -> str:
    """Words in brackets of the language; "" for no words."""
    return phrase("aside", lang, words=words) if words else ""
