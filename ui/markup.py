"""The one place that turns text of articles, questions and models into HTML.

Everything that a reader sees and that Yinju did not write itself goes through :func:`escape`, as
all does that a template shows (:mod:`rag.ui.templating`), or through :func:`mark_up`. Their output
is inert in HTML, in Markdown (the chat shows Markdown) and in the templates of Gradio: every ASCII
punctuation character leaves as a character reference, so nothing of it can open a tag, a link, an
image, a heading or a ``${...}``.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from rag.question.script import HANT

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ESCAPES = {ord(char): f"&#{ord(char)};" for char in string.punctuation if char not in ",;?%"}
_ESCAPES |= {code: _REPLACEMENT for code in (*range(32), *range(127, 160))}
# A lone surrogate cannot be sent as UTF-8; marks of direction would let a text reorder what is
# shown around it, so a reader sees that something stood there instead.
_ESCAPES |= {code: _REPLACEMENT for code in range(0xD800, 0xE000)}
_ESCAPES |= {ord(char): _REPLACEMENT for char in _BIDI}
_ESCAPES |= {ord("\t"): " ", ord("\r"): "", ord("\n"): "&#10;"}


@dataclass(frozen=True, slots=True)
class MarkedSpan:
    """A part of a text to be marked: offsets, CSS class, and a tooltip and the word of the question
    it matches, or "".
    """

    start: int
    end: int
    css: str
    title: str = ""
    word: str = ""


def escape(raw: str) -> str:
    """``raw`` as text: inert in HTML, in attributes, in Markdown and in templates; one line."""
    return raw.translate(_ESCAPES)


def mark_up(raw: str, spans: Iterable[MarkedSpan], base: int = 0) -> Markup:
    """``raw`` escaped, with spans wrapped in ``<mark>``.

    Args:
        raw: the text, ``article.text[base:base + len(raw)]``.
        spans: offsets count from the article's start like ``base``; what lies outside is cut off.
            They may overlap: an earlier span encloses a later one, which is split where it crosses
            an edge.
        base: offset of the first character of ``raw``.

    Returns:
        HTML whose text is ``raw`` (as :func:`escape` shows it), with well nested marks.
    """
    last = base + len(raw)
    kept = [
        (max(span.start, base), min(span.end, last), span)
        for span in spans
        if max(span.start, base) < min(span.end, last)
    ]
    edges = sorted({base, last, *(edge for start, end, _ in kept for edge in (start, end))})
    parts: list[str] = []
    opened: list[MarkedSpan] = []
    for left, right in zip(edges, edges[1:], strict=False):
        active = [span for start, end, span in kept if start <= left and right <= end]
        same = 0
        while same < min(len(opened), len(active)) and opened[same] is active[same]:
            same += 1
        parts += ["</mark>"] * (len(opened) - same)
        parts += [_open_mark(span) for span in active[same:]]
        parts.append(escape(raw[left - base : right - base]))
        opened = active
    parts += ["</mark>"] * len(opened)
    return Markup("".join(parts))


def _open_mark(span: MarkedSpan) -> str:
    title = f' title="{escape(span.title)}"' if span.title else ""
    word = f' data-word="{escape(span.word)}"' if span.word else ""
    return f'<mark class="{span.css}"{title}{word}>'


def lang_tag(lang: str) -> Markup:
    """A language code for a lang attribute; the script of Chinese picks its fonts."""
    if lang == "zh":
        return Markup("zh-CN")
    return Markup(lang if lang == HANT or re.fullmatch("[a-z]{2,3}", lang) else "und")
