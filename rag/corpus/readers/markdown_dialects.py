"""Removes from Markdown the marks that other programs add to it: site generators, notebooks,
converters.
"""

from __future__ import annotations

import re

from rag.corpus.readers.markdown_tables import with_grids_as_pipes

_FENCED = re.compile(r"^(?:```.*?^```|~~~.*?^~~~)", re.MULTILINE | re.DOTALL)
_SHORTCODE = re.compile(r"\{\{[<%]([^{}\n]{0,1000})[>%]\}\}|\{%[^{}\n]{0,1000}%\}")
_SAID = re.compile(r"\b(?:caption|title)=\"([^\"\n]+)\"")
_ATTRIBUTE = r"(?:[#.][\w-]+|[\w-]+=(?:\"[^\"\n]*\"|[^\s{}\"]+))"
_ATTRIBUTES = re.compile(
    rf"[ \t]*(?<![{{_^])\{{:?[ \t]*{_ATTRIBUTE}(?:\s{{1,3}}{_ATTRIBUTE}){{0,20}}[ \t]*\}}(?!\}})"
)
_EMBEDDED = re.compile(r"!\[\[[^\[\]\n]{0,300}\]\]")
_WIKI_LINK = re.compile(r"\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n|]{1,300}))?\]\](?!\()")
_MARKED = re.compile(r"(?<![=\w])==(?=\S)([^=\n]{1,500})(?<=\S)==(?![=\w])")
_HIDDEN = re.compile(r"%%[^%\n]{1,2000}%%")
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]{3,40}$", re.MULTILINE)
_POWER = re.compile(r"(?<=[\w)）])\^([+\-−]?\d{1,3})\^")
_FENCE = re.compile(
    r"^:{3,}[ \t]*(?:\{[^{}\n]*\}|[\w-]*)[ \t]*(?:\[([^\]\n]*)\]|(.*))$", re.MULTILINE
)
_CALL_OUT = re.compile(r"^([> \t]*>[ \t]*)\[![\w-]+\][+-]?[ \t]*", re.MULTILINE)
_VERSE = re.compile(r"^\|[ \t]+(\S[^|\n]*)$", re.MULTILINE)  # a line that Pandoc keeps as one


def without_dialects(text: str) -> str:
    """Markdown without the marks of Hugo, Jekyll, Docusaurus, Obsidian and Pandoc. Fenced code is
    not changed.

    The text that such marks show is kept: the label of a link, the title of a box, the caption of a
    figure, the cells of a table.
    """
    out: list[str] = []
    at = 0
    for code in _FENCED.finditer(text):
        out += _plain(text[at : code.start()]), code[0]
        at = code.end()
    return "".join(out) + _plain(text[at:])


def _plain(text: str) -> str:
    if "{" in text:
        text = _ATTRIBUTES.sub("", _SHORTCODE.sub(_shown, text))
    if "[[" in text:
        text = _WIKI_LINK.sub(lambda link: link[2] or link[1], _EMBEDDED.sub("", text))
    if "==" in text or "%%" in text:
        text = _MARKED.sub(r"\1", _HIDDEN.sub("", text))
    if "^" in text:
        text = _BLOCK_ID.sub("", _POWER.sub(r"<sup>\1</sup>", text))
    if ":::" in text:
        text = _FENCE.sub(lambda fence: f"\n{fence[1] or fence[2] or ''}\n", text)
    if "[!" in text:
        text = _CALL_OUT.sub(r"\1", text)
    text = with_grids_as_pipes(text)
    return _VERSE.sub(r"\1  ", text) if "|" in text else text


def _shown(code: re.Match[str]) -> str:
    """What a shortcode ("{{< figure ... >}}") shows: the caption of a figure, else nothing."""
    caption = _SAID.search(code[1] or "")
    return f"![{caption[1]}](figure)" if caption and code[1].strip().startswith("figure") else ""
