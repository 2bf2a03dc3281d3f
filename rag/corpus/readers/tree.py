"""Helpers that read text and elements from trees of HTML and XML."""

from __future__ import annotations

import functools

import lxml.etree
import lxml.html

path = functools.partial(lxml.etree.XPath, smart_strings=False)
"""Compiles an XPath expression, to be done once per expression: for a short page, compiling takes
longer than searching.
"""

_TEXT = path("string()")
_LINKED = path("descendant-or-self::a//text()")
INLINE_ELEMENTS = frozenset(
    "a abbr acronym b bdi bdo big br cite code data dfn em font i img ins kbd"
    " mark q ruby samp small span strong sub sup tt u var wbr".split()
)
"""Names of elements that stand within a line."""


def plain_elements(parser: lxml.html.HTMLParser) -> lxml.html.HTMLParser:
    """The parser, set to make all elements of one class. Otherwise lxml looks up a class in Python
    for each element that is touched, which takes a tenth of the time for a page.
    """
    parser.set_element_class_lookup(
        lxml.etree.ElementDefaultClassLookup(
            element=lxml.html.HtmlElement, comment=lxml.html.HtmlComment
        )
    )
    return parser


PAGE_PARSER = plain_elements(lxml.html.HTMLParser())


def xml_root(data: bytes):
    """The root of an XML document; None if it is none. No entity is expanded, nothing is loaded."""
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        return lxml.etree.fromstring(data, parser)
    except (lxml.etree.LxmlError, ValueError):
        return None


def raw_text(node) -> str:
    """All text in an element, with white space as in the file."""
    return _TEXT(node)


def text_in(node) -> str:
    """All text in an element, in one line."""
    return " ".join(_TEXT(node).split())


def linked_in(node) -> int:
    """The number of characters in an element that stand in links."""
    return sum(len(text.strip()) for text in _LINKED(node))
