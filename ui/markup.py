"""The one place that turns text of articles, questions and models into HTML.

All text that Yinju did not write itself goes through :func:`escape`, as does everything that a
template shows (:mod:`rag.ui.templating`), or through :func:`mark_up`. The output is inert in HTML,
in Markdown (which the chat renders) and in Gradio's templates: ASCII punctuation except ",;?%"
becomes character references, so that it cannot open a tag, a link, an image, a heading or a
``${...}``.
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
# A lone surrogate cannot be encoded as UTF-8, and marks of text direction would let a text reorder
# what is shown around it. A replacement character shows that something was there.
_ESCAPES |= {code: _REPLACEMENT for code in range(0xD800, 0xE000)}
_ESCAPES |= {ord(char): _REPLACEMENT for char in _BIDI}
_ESCAPES |= {ord("\t"): " ", ord("\r"): "", ord("\n"): "&#10;"}


@dataclass(frozen=True, slots=True)
class MarkedSpan:
    """A part of a text to mark.

    Attributes:
        start, end: character offsets.
        css: CSS class of the mark.
        title: its tooltip, or "".
        word: the word of the question that it matches, or "".
    """

    start: int
    end: int
    css: str
    title: str = ""
    word: str = ""


def escape(raw: str) -> str:
    """Escapes text for HTML, attributes, Markdown and templates; the result is one line."""
    return raw.translate(_ESCAPES)


def mark_up(raw: str, spans: Iterable[MarkedSpan], base: int = 0) -> Markup:
    """Returns ``raw`` escaped, with spans wrapped in ``<mark>``.

    Args:
        raw: the text, ``article.text[base:base + len(raw)]``.
        spans: the spans, with offsets from the article's start, as ``base``. Parts outside ``raw``
            are cut off. Spans may overlap: an earlier span encloses a later one, which is split
            where it crosses an edge.
        base: offset of the first character of ``raw``.

    Returns:
        HTML whose text is ``raw`` (as :func:`escape` shows it), with well nested marks.
    """
    last = base + len(raw)
    clipped = [(max(span.start, base), min(span.end, last), span) for span in spans]
    clipped = [one for one in clipped if one[0] < one[1]]
    edges = sorted({base, last, *(edge for start, end, _ in clipped for edge in (start, end))})
    parts: list[str] = []
    opened: list[MarkedSpan] = []
    for left, right in zip(edges, edges[1:], strict=False):
        active = [span for start, end, span in clipped if start <= left and right <= end]
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
    """Returns a language code for a lang attribute; browsers choose Chinese fonts by its script."""
    if lang == "zh":
        return Markup("zh-CN")
    return Markup(lang if lang == HANT or re.fullmatch("[a-z]{2,3}", lang) else "und")
