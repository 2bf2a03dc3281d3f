"""Marks of notes in HTML: they lead to a note and back, and would be figures behind a word."""

from __future__ import annotations

import re

from rag.corpus.readers.tree import has, path, text_in

_MARK = re.compile(
    r"[\[(（〔【]?(?:\d{1,3}|[*†‡§①-⑳]+|[a-z]|注\s?\d{0,3})[\])）〕】]?|[↩↑⬆^]\ufe0e?"
)
_BRACKETED = re.compile(r"[\[〔【［](?:注\s?)?\d{1,3}(?:\s?[-–,，、]\s?\d{1,3}){0,3}[\]〕】］]")
_LINKS = path(
    "//a[@role='doc-noteref' or @role='doc-backlink' or contains(@class, 'footnote-ref')"
    " or contains(@class, 'footnote-back')]"
    " | //a[@*[contains(name(), 'type') and contains(., 'noteref')]]"
    " | //sup[.//a[contains(@href, '#')]] | //sup//a[contains(@href, '#')]"
    " | //a[contains(@href, '#')][sup or contains('↩↑⬆^', substring(normalize-space(.), 1, 1))]"
)
# Links within a page and raised words that are a number in brackets: [3].
_WITHIN = path("//a[starts-with(@href, '#')] | //sup")
# What encyclopaedias put before a note: ^ a b.
_BACK = path(
    "//span[contains(@class, 'backlink')]"
    " | //span[contains(@class, 'label')][.//a[@role='doc-backlink']]"
)
# The number of a note, a link back without a word that says so.
_AT_NOTE = path(".//a[starts-with(@href, '#')]")
HELD = path(
    "//aside[contains(@class, 'footnote') or starts-with(@role, 'doc-footnote')]"
    " | //*[@style or @class or @role]"
    "[self::div or self::section or self::ol or self::aside]"
    "[contains(@style, 'footnote-list') or contains(@style, 'endnote-list')"
    " or contains(@class, 'footnotes') or contains(@class, 'endnotes')"
    " or @role='doc-endnotes' or @role='doc-footnotes']"
)
"""XPath of what holds the notes of a page."""


def without_marks(root) -> None:
    """Takes out the marks that lead to notes and back."""
    marks = _BACK(root) if has(root, "span") else []
    if has(root, "a", "sup"):
        marks += [node for node in _LINKS(root) if _MARK.fullmatch(text_in(node))]
        marks += [node for node in _WITHIN(root) if _BRACKETED.fullmatch(text_in(node))]
        for held in HELD(root) if has(root, "a") else ():
            marks += [node for node in _AT_NOTE(held) if _MARK.fullmatch(text_in(node))]
    for node in dict.fromkeys(marks):
        above = node.getparent()
        if above is None:
            continue
        if node.getprevious() is None and not (above.text or "").strip():
            node.tail = (node.tail or "").lstrip(" .．、:：)\u00a0")  # the number of a note itself
        node.drop_tree()
    for node in list(root.iter("aside")):  # others are no part of the article
        if "footnote" in node.get("class", "") or node.get("role", "").startswith("doc-footnote"):
            node.tag = "div"
            node.set("class", "footnotes")
