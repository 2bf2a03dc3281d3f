"""Web pages: the article in them, without menus, scripts and links."""

from __future__ import annotations

import logging
import re

from rag.corpus.dates import normal_date
from rag.corpus.encoding import decode
from rag.corpus.line_kinds import labelled_source
from rag.corpus.language import detect_lang
from rag.corpus.lines import tidy
from rag.corpus.page import read_page, trim_meta
from rag.corpus.readers.draft import Draft, Unreadable

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_LANG = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z]{2})\b", re.IGNORECASE)
# Languages in Latin letters that detect_lang does not know by their small words.
_OTHER_LATIN = frozenset("id ms vi tr pl cs sk hu ro sv da no nb nn fi et lv lt sl hr bs sq sw tl eu ca gl af is mt".split())
_NOT_SHOWN = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "iframe")
_BLOCKS = frozenset(
    "p div br li tr h1 h2 h3 h4 h5 h6 section article blockquote pre table ul ol dl dd dt figcaption".split()
)


def read_html(data: bytes, charset: str = "") -> Draft:
    """The main text of a page, by trafilatura; title, date, publisher, address and language from the metadata of the page.

    ``charset`` is what is said of it outside, "" for nothing; what the page itself says comes after that.

    Raises:
        Unreadable: the page shows no text.
    """
    html = decoded(data, charset)
    found = _extract(html)
    visible = tidy(visible_text(html))
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
        _language(html, f"{title}\n{text}"),
    )


def page_text(data: bytes) -> str:
    """All of a page that a browser would show, tidied: for pages that are nothing but text, as in books. Raises NotText."""
    return tidy(visible_text(decoded(data)))


def decoded(data: bytes, charset: str = "") -> str:
    """The text of a page or of XML, in the encoding that is said outside of it, else in it, else that can be told. Raises NotText."""
    declared = _CHARSET.search(data[:4096])
    return decode(data, charset or (next(name for name in declared.groups() if name).decode("ascii") if declared else ""))


def _language(html: str, text: str) -> str:
    """The language that a page declares where it is one that its letters do not tell; "" where its text is to tell.

    Pages are often made from a template in another language, so what the text itself shows comes first.
    """
    declared = _LANG.search(html[:4096])
    code = declared[1].lower() if declared else ""
    return code if code in _OTHER_LATIN and detect_lang(text) == "en" else ""


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


def visible_text(html: str) -> str:
    """All text that a browser would show, block by block, menus and forms left out; "" for what is no HTML at all."""
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
