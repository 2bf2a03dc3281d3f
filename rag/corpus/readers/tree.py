"""What the readers of HTML and XML ask of a tree."""

from __future__ import annotations

import functools

import lxml.etree
import lxml.html

path = functools.partial(lxml.etree.XPath, smart_strings=False)
"""An XPath expression that is compiled once: of a short page, compiling takes longer than
searching.
"""

_TEXT = path("string()")
_LINKED = path("descendant-or-self::a//text()")
INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data dfn em font i img ins kbd"
    " mark q ruby samp small span strong sub sup tt u var wbr".split()
)
"""Elements that stand in a line."""


def plain_elements(parser: lxml.html.HTMLParser) -> lxml.html.HTMLParser:
    """A parser whose elements are all of one class: lxml then looks none up in Python for each
    element that is touched, which takes a tenth of the time for a page.
    """
    parser.set_element_class_lookup(
        lxml.etree.ElementDefaultClassLookup(
            element=lxml.html.HtmlElement, comment=lxml.html.HtmlComment
        )
    )
    return parser


PARSER = plain_elements(lxml.html.HTMLParser())


def xml_root(data: bytes):
    """The root of some XML, None for what is none. No entity is expanded, nothing is loaded."""
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        return lxml.etree.fromstring(data, parser)
    except (lxml.etree.LxmlError, ValueError):
        return None


def has(root, *tags: str) -> bool:
    """Whether a tree has an element of one of some names."""
    return next(root.iter(*tags), None) is not None


def raw_text(node) -> str:
    """All text in an element, as its file has it."""
    return _TEXT(node)


def text_in(node) -> str:
    """All text in an element, in one line."""
    return " ".join(_TEXT(node).split())


def linked_in(node) -> int:
    """Characters of links in an element."""
    return sum(len(text.strip()) for text in _LINKED(node))
