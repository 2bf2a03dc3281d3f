"""Removes the marks of notes from HTML: links to a note and back, which as text would be figures
behind a word.
"""

from __future__ import annotations

import re

from rag.corpus.readers.tree import INLINE_ELEMENTS, path, raw_text, text_in

_MARK = re.compile(
    r"[\[(（〔【]?(?:\d{1,3}|[*†‡§①-⑳]+|[a-z]|(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})|注\s?\d{0,3})"
    r"[\])）〕】]?|[↩↑⬆^]\ufe0e?"
)
_BRACKETED = re.compile(r"[\[〔【［](?:注\s?)?\d{1,3}(?:\s?[-–,，、]\s?\d{1,3}){0,3}[\]〕】］]")
_LINKS = path(
    "//a[@role='doc-noteref' or @role='doc-backlink' or contains(@class, 'footnote-ref')"
    " or contains(@class, 'noteref') or contains(@class, 'footnote-back')]"
    " | //a[@*[contains(name(), 'type') and contains(., 'noteref')]]"
    " | //sup[.//a[contains(@href, '#')]] | //sup//a[contains(@href, '#')]"
    " | //a[contains(@href, '#')][sup or contains('↩↑⬆^', substring(normalize-space(.), 1, 1))]"
)
# Marks that no element or class tells: a sign, or a number whose address is that of a note. Both
# must stand right behind a word: in "see note 3" and 图3 they are text.
_PLAIN = path("//a[contains(@href, '#')]")
_SIGNS = re.compile("[*†‡§①-⑳]+")
_TO_NOTE = re.compile(
    r"(?<![a-z])(?:foot|end|rear)?notes?(?![a-z])|#(?:.*[\W_])?[fe]?[td]?n[\W_]*\d", re.IGNORECASE
)
_CLOSE = re.compile(r"[^\s(\[{（〔【/~–—-](?<![第注图圖表式见見])$")
# Links within a page, and raised text; they are marks if they hold a number in brackets: [3].
_WITHIN = path("//a[starts-with(@href, '#')] | //sup")
# The links back that encyclopaedias put before a note: ^ a b.
_BACK = path(
    "//span[contains(@class, 'backlink')]"
    " | //span[contains(@class, 'label')][.//a[@role='doc-backlink']]"
)
# Links among the notes; one is the number of a note if it holds a mark, and leads back.
_AT_NOTE = path(".//a[starts-with(@href, '#')]")
NOTE_CONTAINERS = path(
    "//aside[contains(@class, 'footnote') or starts-with(@role, 'doc-footnote')]"
    " | //*[@style or @class or @role]"
    "[self::div or self::section or self::ol or self::aside]"
    "[contains(@style, 'footnote-list') or contains(@style, 'endnote-list')"
    " or contains(@class, 'footnotes') or contains(@class, 'endnotes')"
    " or @role='doc-endnotes' or @role='doc-footnotes']"
)
"""XPath of the elements that hold the notes of a page."""


def without_marks(root) -> None:
    """Removes the marks that lead to notes and back; asides with notes become divisions."""
    marks = _BACK(root)
    marks += [node for node in _LINKS(root) if _MARK.fullmatch(text_in(node))]
    marks += [node for node in _WITHIN(root) if _BRACKETED.fullmatch(text_in(node))]
    marks += [node for node in _PLAIN(root) if _is_plain_mark(node)]
    for container in NOTE_CONTAINERS(root):
        marks += [node for node in _AT_NOTE(container) if _MARK.fullmatch(text_in(node))]
    for node in dict.fromkeys(marks):
        above = node.getparent()
        if above is None:
            continue
        # At the beginning, it is the number of a note: the point behind it goes, too.
        if node.getprevious() is None and not (above.text or "").strip():
            node.tail = (node.tail or "").lstrip(" .．、:：)\u00a0")
        node.drop_tree()
    for node in list(root.iter("aside")):  # asides without notes are no part of the article
        if "footnote" in node.get("class", "") or node.get("role", "").startswith("doc-footnote"):
            node.tag = "div"
            node.set("class", "footnotes")


def _is_plain_mark(link) -> bool:
    """Whether a link is the mark of a note although no element or class says so."""
    text = text_in(link)
    mark = _SIGNS.fullmatch(text) or _MARK.fullmatch(text) and _TO_NOTE.search(link.get("href"))
    return bool(mark and _CLOSE.search(_before(link)))


def _before(node) -> str:
    """The text right before an element; "" at the beginning of a block or line."""
    while (above := node.getparent()) is not None:
        before = node.getprevious()
        text = above.text if before is None else before.tail
        if not text and before is not None and before.tag in INLINE_ELEMENTS:
            text = raw_text(before)
        if text or (above if before is None else before).tag not in INLINE_ELEMENTS:
            return text or ""
        node = above if before is None else before
    return ""
