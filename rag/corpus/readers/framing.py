"""The frame of an article in a page, and paragraphs in it, for trafilatura, which sees both in
fewer shapes than browsers do.
"""

from __future__ import annotations

from rag.corpus.line_kinds import is_control, is_date_line, is_meta
from rag.corpus.lines import width
from rag.corpus.readers.markup import text_in

_MOST = 0.8
_PROSE = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre details figure center header section".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data dfn em font i img ins kbd"
    " mark q ruby samp small span strong sub sup tt u var wbr".split()
)
_PARAGRAPH_COLUMNS = 60  # less, outside of an article, is rather a menu than a sentence


def frame(root) -> None:
    """Makes an ``article`` of what holds a page that is nothing but its text.

    Converters write such pages, and people. Of a page without such a frame trafilatura takes
    paragraphs only, and leaves headings and lists.
    """
    body = root.find(".//body")
    if body is None or next(root.iter("article", "main"), None) is not None:
        return
    node, size = body, len(text_in(body))
    while (
        inner := next(
            (
                one
                for one in node
                if one.tag in ("div", "section") and len(text_in(one)) > _MOST * size
            ),
            None,
        )
    ) is not None:
        node = inner
    held = sum(len(text_in(one)) for one in node if one.tag in _PROSE)
    if (
        size
        and held > _MOST * size
        and sum(len(text_in(link)) for link in node.iter("a")) < (1 - _MOST) * size
    ):
        article = node.makeelement("article")
        article.extend(list(node))
        article.text, node.text = node.text, None
        node.append(article)


def paragraphs(root) -> None:
    """Makes paragraphs of the text that stands in divisions, as browsers show it; outside of an
    ``article`` of sentences only.
    """
    for division in [*root.iter("div", "center")]:
        inside = next(division.iterancestors("article", "main"), None) is not None
        if not all(node.tag in _INLINE for node in division):
            if inside:
                _wrap(division)
        elif _is_told(
            text_in(division), sum(len(text_in(link)) for link in division.iter("a")), inside
        ):
            division.tag = "p"


def _is_told(text: str, linked: int, inside: bool) -> bool:
    """Whether a line is part of an article rather than of what stands around it."""
    if inside:
        return (
            bool(text)
            and linked < len(text) / 2
            and not (is_date_line(text) or is_meta(text) or is_control(text))
        )
    return width(text) >= _PARAGRAPH_COLUMNS and linked < len(text) / 4


def _wrap(division) -> None:
    """Puts runs of text between the blocks of a division into paragraphs."""
    run = None
    if (division.text or "").strip():
        run = division.makeelement("p")
        run.text, division.text = division.text, None
        division.insert(0, run)
    for node in list(division):
        if node is run:
            continue
        if node.tag in _INLINE:
            if run is None:
                run = division.makeelement("p")
                node.addprevious(run)
            run.append(node)  # with the text behind it
        elif (node.tail or "").strip():
            run = division.makeelement("p")
            run.text, node.tail = node.tail, None
            node.addnext(run)
        else:
            run = None
