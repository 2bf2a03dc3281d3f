"""Captions of pictures: lines of an article that begin with a mark, as Chinese editors set them.

A caption says what a picture shows, not what happened. It can be found and read, but it is not used
as evidence.
"""

from __future__ import annotations

import re

CAPTION_MARK = "▲ "
_NEAR_END = 60  # characters before the end of a sentence in which a credit is looked for
_CAPTION = re.compile(
    r"\s*[(（【\[]?(?:[▲△]|[上下左右题]?图(?:为|\d{0,2}\s?[:：])|(?:图片说明|图说)\s*[:：]"
    r"|(?:photo|picture|caption)\s*:)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:(?<![拍航])摄|[（(][^（()）\n]{0,30}[摄图][)）]|(?:资料|[配供题组])图)[。]?[)）】]?\s*$"
)


def as_caption(text: str) -> str:
    """The text on one line with the mark, unless it is recognisable as a caption; "" for
    whitespace.
    """
    text = " ".join(text.split())
    return text if not text or _CAPTION.match(text) else CAPTION_MARK + text


def is_caption(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether the sentence ``text[start:end]`` belongs to a caption.

    It does if it or its line begins like a caption, or if it ends with a photo credit. Without
    ``end`` the credit is not looked for.
    """
    if _CAPTION.match(text, start) or _CAPTION.match(text, text.rfind("\n", 0, start) + 1):
        return True
    return end is not None and bool(_CREDIT.search(text, max(start, end - _NEAR_END), end))
