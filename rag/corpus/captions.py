"""Captions of pictures: lines of an article that begin with a mark, as Chinese editors set it.

A caption says what a picture shows, not what happened: it can be found and read, but it is no
evidence.
"""

from __future__ import annotations

import re

MARK = "▲ "
_CAPTION = re.compile(
    r"\s*[(（【\[]?(?:[▲△]|图为|(?:图片说明|图说)\s*[:：]|(?:photo|picture|caption)\s*:)",
    re.IGNORECASE,
)


def as_caption(text: str) -> str:
    """The text in one line with the mark, unless it says itself what it is; "" for whitespace."""
    text = " ".join(text.split())
    return text if not text or _CAPTION.match(text) else MARK + text


def is_caption(text: str, at: int = 0) -> bool:
    """Whether the sentence that begins at ``text[at]`` is one of a caption, or stands in a line
    that is one.
    """
    return bool(_CAPTION.match(text, at) or _CAPTION.match(text, text.rfind("\n", 0, at) + 1))
