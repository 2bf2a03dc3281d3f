"""Web pages, also as a browser saved them with all their parts in one file (.mhtml, .mht): reads
the article in them, without menus, scripts and links.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import functools
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from email.message import Message

from rag.corpus.captions import CAPTION_MARK, is_caption
from rag.corpus.date_grammar import normal_date
from rag.corpus.encoding import decode
from rag.corpus.language import detect_lang
from rag.corpus.lines import labelled_source, tidy
from rag.corpus.page import read_page, trim_meta
from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.framing import frame, paragraphs
from rag.corpus.readers.islands import account, island, without_notices
from rag.corpus.readers.markup import ready, text_of_page, visible_text
from rag.corpus.readers.tree import plain_elements, text_in

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
# The dash that trafilatura puts before an item, which is too much before one with a number.
_NUMBER = re.compile(r"^ *- (?=\w{1,7}\. )", re.MULTILINE)
_ROOT = re.compile(r"<(?:html|body|frameset|head)[\s>]", re.IGNORECASE)
_LANG = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z]{2})\b", re.IGNORECASE)
# Languages in Latin letters whose function words detect_lang does not know.
_OTHER_LATIN = frozenset(
    "id ms vi tr pl cs sk hu ro sv da no nb nn fi et lv lt sl hr bs sq sw tl eu ca gl af is mt".split()
)
_BEHIND_TITLE = re.compile(r"(?<=\S)\s*[_|｜]\s*\S|(?<=\S)(?:\s+[-–—·»]\s+|-)(?=\S)")
_DOMAIN = re.compile(r"\w\.\w")
_MARKED_TITLE = re.compile("entry-title|post-title")
_MOST_FRAMES = 20  # parts of a saved page in which an article is sought
_WECHAT = 'id="js_content"'
# A page that shows less than this share of the article in its data shows only its beginning.
_EXCERPT = 0.5


def read_html(data: bytes, charset: str = "") -> Draft:
    """The main text of a page, as trafilatura finds it, with title, date, publisher, address and
    language from the metadata of the page.

    Where a page shows no article, or much less of one than its data for scripts (JSON-LD) state,
    the text is that of the data. ``charset`` is the encoding that is stated outside of the page, ""
    for none; it takes precedence over the one that the page states itself.

    Raises:
        Unreadable: the page shows no text.
    """
    html = decoded(data, charset)
    root = _tree(html)
    embedded, stated = island(root)
    styled = _styled_title(root)
    account_name, made = account(root) if _WECHAT in html else ("", "")
    found, main, visible = _extract(root)
    visible = tidy(visible or visible_text(html))
    page = read_page(visible)
    title = styled or found.title or page.title
    title = _headline(" ".join(title.removesuffix("¶").split()), visible)
    # Without visible text, what trafilatura found stands in menus only.
    text = tidy(main) if main and visible else page.text
    lines = without_notices(trim_meta(text.split("\n"), title))
    text = "\n".join(lines)
    date, url = normal_date(found.date or ""), found.url or ""
    site = (found.sitename or "").strip()
    names = (account_name, site, page.source, labelled_source(visible))
    source = next((name for name in names if name and name != title), "")
    if embedded and (len(text) < _EXCERPT * len(embedded.text) if stated else not text):
        text, title = embedded.text, embedded.title or title
        date, source, url = date or embedded.date, source or embedded.source, url or embedded.url
    elif all(is_caption(line) for line in lines if line):  # pictures are all that there is
        text = "\n".join(line.removeprefix(CAPTION_MARK) for line in lines)
    if not text:
        shown = [line for line in visible.split("\n") if line]
        what = "no text outside menus, scripts and links"
        if len(without_notices(shown)) < len(shown):
            what = "only a notice that JavaScript is needed; save the page with its text"
        raise Unreadable(f"expected an article, found {what}")
    lang = _language(html, f"{title}\n{text}")
    return Draft(text, title, date or made or page.date, source, url, lang)


def read_mhtml(data: bytes) -> Draft:
    """The article in the page that was saved, without its frames and pictures; its address is that
    of the page, unless the article states one.

    Raises:
        Unreadable: no page in the file, or no text on it.
    """
    # This policy takes each header as it stands. The newer ones parse headers, and fail on some.
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
    at = _header(message, "Snapshot-Content-Location") or _header(message, "Content-Location")
    types = ("text/html", "application/xhtml+xml")
    pages = [part for part in message.walk() if part.get_content_type() in types]
    if not pages:
        raise Unreadable(
            "expected a web page saved as MHTML, found no part that is one; save it anew"
        )
    pages.sort(key=lambda part: not at or _header(part, "Content-Location") != at)
    page = pages[0]
    draft = _first(pages)
    at = at or _header(page, "Content-Location")
    return replace(draft, url=draft.url or (at if at.startswith(("http://", "https://")) else ""))


def _first(pages: list[Message]) -> Draft:
    """The article of the first part that holds one: of the page itself, or of a frame if the page
    consists only of frames. Raises Unreadable, as for the page, if no part holds one.
    """
    for part in pages[:_MOST_FRAMES]:
        with contextlib.suppress(Unreadable):
            return _page(part)
    return _page(pages[0])


def _page(part: Message) -> Draft:
    content = part.get_payload(decode=True)
    return read_html(content if isinstance(content, bytes) else b"", part.get_content_charset(""))


def _header(part: Message, name: str) -> str:
    return "".join(str(part.get(name, "")).split())


def _styled_title(root) -> str:
    """The title above the first heading of a page that an office program wrote; "" if none."""
    found = root.xpath("//p[@class='MsoTitle' or @class='title'][not(preceding::h1)]")
    return text_in(found[0]) if found else ""


def _marked_title(root) -> str:
    """The heading (h2 to h4) that a page marks as its title, for pages whose h1 is the name of the
    site; "" if there is none or several.
    """
    headings = root.iter("h2", "h3", "h4") if root.find(".//h1") is not None else ()
    marked = [
        one for one in headings if _MARKED_TITLE.search(f"{one.get('class')} {one.get('itemprop')}")
    ]
    return text_in(marked[0]) if len(marked) == 1 else ""


def _headline(title: str, visible: str) -> str:
    """The title of a page without the names of section and site behind it, if a line of the page
    shows it without them; else the title as it is.
    """
    parts = [part.start() for part in _BEHIND_TITLE.finditer(title)]
    shown = {" ".join(line.split()) for line in visible.split("\n")} if parts else set()
    return next((title[:at] for at in reversed(parts) if title[:at] in shown), title)


def page_text(data: bytes, places: Sequence[str] = ()) -> str:
    """All text that a browser would show of a page, tidied: for pages that hold nothing but an
    article, as in books. A line marks each of the ``places``; see :func:`visible_text`.

    Raises NotText.
    """
    return tidy(visible_text(decoded(data), True, places))


def decoded(data: bytes, charset: str = "") -> str:
    """The text of HTML or XML, decoded with the encoding that is stated outside of it
    (``charset``), else in it, else detected. Raises NotText.
    """
    if not charset and (declared := _CHARSET.search(data[:4096])):
        charset = (declared[1] or declared[2]).decode("ascii")
    return decode(data, charset)


def _language(html: str, text: str) -> str:
    """The language that a page declares, if ``detect_lang`` does not know it and takes its text for
    English; "" where the language is to be detected from the text.

    Pages are often made from a template in another language, so the text itself takes precedence.
    """
    declared = _LANG.search(html[:4096])
    code = declared[1].lower() if declared else ""
    return code if code in _OTHER_LATIN and detect_lang(text) == "en" else ""


def _tree(html: str):
    """The tree of a page as trafilatura parses it, without any text for what is no HTML."""
    import lxml.html
    import trafilatura

    _config()
    if not _ROOT.search(html):
        html = f"<html><body>{html}</body></html>"  # the file holds only a part of a page
    tree = None
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        tree = trafilatura.load_html(html)
    return lxml.html.Element("html") if tree is None else tree


@functools.cache
def _config():
    """trafilatura's settings. They are read from a file, so this is done once, together with the
    setup of its parser and of its logs.
    """
    from trafilatura.settings import use_config
    from trafilatura.utils import HTML_PARSER

    plain_elements(HTML_PARSER)
    for name in ("trafilatura", "htmldate", "readability"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = use_config()
    # Its minimum of 250 characters is meant for English. A Chinese article may be shorter;
    # trafilatura would then fall back to the whole page in one line.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "25")
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")
    return config


def _metadata(root):
    """Title, date, publisher and address, as trafilatura's ``extract_metadata`` finds them.

    That function also looks for authors, subjects and licences, which takes a fifth of the time for
    a page; this one does not.
    """
    from trafilatura import metadata

    document = metadata.examine_meta(root)
    with contextlib.suppress(Exception):  # as trafilatura does: its JSON-LD reader has bugs
        document = metadata.extract_meta_json(root, document)
    document.title = document.title or _marked_title(root) or metadata.extract_title(root)
    document.url = document.url or metadata.extract_url(root)
    # An extensive search would make 2015-01-01 of the year in a copyright line.
    document.date = metadata.find_date(
        root, extensive_search=False, original_date=True, url=document.url
    )
    named = metadata.extract_sitename(root) or ""  # only taken if it looks like a domain
    name = (document.sitename or (named if _DOMAIN.search(named) else "")).lstrip("@")
    if name and "." not in name and not name[0].isupper():
        name = name.title()
    host = metadata.META_URL.match(document.url or "")
    document.sitename = name or (host[1] if host else "")
    document.clean_and_trim()
    return document


def _extract(root):
    """Metadata, main text and all visible text of a page, as trafilatura finds them.

    The metadata are empty, and the texts "", for what cannot be read. The tree is changed.
    """
    import lxml.etree
    import trafilatura

    document, found, visible = trafilatura.settings.Document(), None, ""
    # trafilatura fails on some broken pages: these are read as plain lines.
    with contextlib.suppress(ValueError, TypeError, AttributeError, RecursionError):
        document = _metadata(root)  # before the tree is changed
        lxml.etree.strip_elements(root, "script", "style", "noscript", "template", with_tail=False)
        ready(root)
        visible = text_of_page(root)
        frame(root)
        paragraphs(root)
        found = trafilatura.bare_extraction(
            root, include_comments=False, include_tables=True, config=_config()
        )
    return document, _NUMBER.sub("", getattr(found, "text", "") or ""), visible
