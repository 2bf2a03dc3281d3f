"""Web pages: the article in them, without menus, scripts and links."""

from __future__ import annotations

import logging
import re

from rag.corpus.dates import normal_date
from rag.corpus.encoding import decode
from rag.corpus.line_kinds import labelled_source
from rag.corpus.lines import tidy
from rag.corpus.page import read_page, trim_meta
from rag.corpus.readers.draft import Draft, Unreadable

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_NOT_SHOWN = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "iframe")
_BLOCKS = frozenset(
    "p div br li tr h1 h2 h3 h4 h5 h6 section article blockquote pre table ul ol dl dd dt figcaption".split()
)


def read_html(data: bytes) -> Draft:
    """The main text of a page, by trafilatura; title, date and publisher from the metadata of the page.

    Raises:
        Unreadable: the page shows no text.
    """
    charset = _CHARSET.search(data[:4096])
    html = decode(data, next((name for name in charset.groups() if name), b"").decode("ascii") if charset else "")
    found = _extract(html)
    visible = tidy(_visible_text(html))
    page = read_page(visible)
    title = (found.title if found else "") or page.title
    title = " ".join(title.split())
    text = tidy(found.text or "") if found else page.text
    text = "\n".join(trim_meta(text.split("\n"), title))
    if not text:
        raise Unreadable("expected an article, found no text outside menus, scripts and links")
    date = normal_date(found.date or "") if found else ""
    source = (found.sitename or "") if found else ""
    return Draft(
        text,
        title,
        date or page.date,
        source.strip() or page.source or labelled_source(visible),
        (found.url or "") if found else "",
    )


def _extract(html: str):
    """trafilatura's document, or None where it finds no main text."""
    import trafilatura
    from trafilatura.settings import use_config

    config = use_config()
    # Its minimum of 250 characters is meant for English; a Chinese article may be shorter, and what it
    # then falls back to is the whole page in one line.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "25")
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")
    for name in ("trafilatura", "htmldate", "readability"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return trafilatura.bare_extraction(
            html,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            config=config,
            # Its extensive search makes 2015-01-01 of a copyright line.
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None  # pages broken enough to confuse it are read as plain lines


def _visible_text(html: str) -> str:
    """All text that a browser would show, block by block, menus and forms left out."""
    import lxml.etree
    import lxml.html

    try:
        root = lxml.html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", html))
    except (lxml.etree.LxmlError, ValueError):
        return ""
    lxml.etree.strip_elements(root, *_NOT_SHOWN, "head", lxml.etree.Comment, with_tail=False)
    parts: list[str] = []
    for event, node in lxml.etree.iterwalk(root, events=("start", "end")):
        is_block = node.tag in _BLOCKS
        if event == "start":
            parts.append(("\n" if is_block else "") + re.sub(r"\s+", " ", node.text or ""))
        else:
            parts.append(("\n" if is_block else "") + re.sub(r"\s+", " ", node.tail or ""))
    return "".join(parts)
