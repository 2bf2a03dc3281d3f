"""Web pages: the article in them, without menus, scripts and links."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
from collections.abc import Sequence

from rag.corpus.captions import MARK, is_caption
from rag.corpus.dates import normal_date
from rag.corpus.encoding import decode
from rag.corpus.language import detect_lang
from rag.corpus.line_kinds import labelled_source
from rag.corpus.lines import tidy
from rag.corpus.page import read_page, trim_meta
from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.framing import frame, paragraphs
from rag.corpus.readers.islands import account, island, without_notices
from rag.corpus.readers.markup import ready, text_around, visible_text
from rag.corpus.readers.tree import plain_elements, text_in

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^ *- (?=\w{1,7}\. )", re.MULTILINE)  # of an item that has one itself
_ROOT = re.compile(r"<(?:html|body|frameset|head)[\s>]", re.IGNORECASE)
_LANG = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z]{2})\b", re.IGNORECASE)
# Languages in Latin letters that detect_lang does not know by their small words.
_OTHER_LATIN = frozenset(
    "id ms vi tr pl cs sk hu ro sv da no nb nn fi et lv lt sl hr bs sq sw tl eu ca gl af is mt".split()
)
_BEHIND_TITLE = re.compile(r"(?<=\S)\s*[_|｜]\s*\S|(?<=\S)(?:\s+[-–—·»]\s+|-)(?=\S)")
_DOMAIN = re.compile(r"\w\.\w")
_MARKED_TITLE = re.compile("entry-title|post-title")
_WECHAT = 'id="js_content"'
# A page that shows less than this of the article in its data shows the beginning only.
_EXCERPT = 0.5


def read_html(data: bytes, charset: str = "") -> Draft:
    """The main text of a page, by trafilatura; title, date, publisher, address and language from
    the metadata of the page.

    Where a page shows no article, or much less of it than it states in its data (JSON-LD), the text
    is that of the data. ``charset`` is what is said of it outside, "" for nothing; what the page
    itself says comes after that.

    Raises:
        Unreadable: the page shows no text.
    """
    html = decoded(data, charset)
    root = _tree(html)
    held, stated = (None, False) if root is None else island(root)
    styled = "" if root is None else _styled_title(root)
    told, made = account(root) if root is not None and _WECHAT in html else ("", "")
    found, main, visible = (None, "", "") if root is None else _extract(root)
    visible = tidy(visible or visible_text(html))
    page = read_page(visible)
    title = styled or (found.title if found else "") or page.title
    title = _headline(" ".join(title.removesuffix("¶").split()), visible)
    text = tidy(main) if main and visible else page.text  # else it is in menus only
    lines = without_notices(trim_meta(text.split("\n"), title))
    text = "\n".join(lines)
    date = normal_date(found.date or "") if found else ""
    site = (found.sitename or "").strip() if found else ""
    names = (told, site, page.source, labelled_source(visible))
    source = next((name for name in names if name and name != title), "")
    url = (found.url or "") if found else ""
    if held and (len(text) < _EXCERPT * len(held.text) if stated else not text):
        text, title = held.text, held.title or title
        date, source, url = date or held.date, source or held.source, url or held.url
    elif all(is_caption(line) for line in lines if line):  # pictures are all that there is
        text = "\n".join(line.removeprefix(MARK) for line in lines)
    if not text:
        shown = [line for line in visible.split("\n") if line]
        what = "no text outside menus, scripts and links"
        if len(without_notices(shown)) < len(shown):
            what = "only a notice that JavaScript is needed; save the page with its text"
        raise Unreadable(f"expected an article, found {what}")
    lang = _language(html, f"{title}\n{text}")
    return Draft(text, title, date or made or page.date, source, url, lang)


def _styled_title(root) -> str:
    """The title above the headings of a text that an office program wrote, "" for any other."""
    found = root.xpath("//p[@class='MsoTitle' or @class='title'][not(preceding::h1)]")
    return text_in(found[0]) if found else ""


def _marked_title(root) -> str:
    """The heading that a page marks as its title, where its first one is the name of the site."""
    headings = root.iter("h2", "h3", "h4") if root.find(".//h1") is not None else ()
    marked = [
        one for one in headings if _MARKED_TITLE.search(f"{one.get('class')} {one.get('itemprop')}")
    ]
    return text_in(marked[0]) if len(marked) == 1 else ""


def _headline(title: str, visible: str) -> str:
    """The title of a page without the names of its section and site, if the page shows it so."""
    parts = [part.start() for part in _BEHIND_TITLE.finditer(title)]
    shown = {" ".join(line.split()) for line in visible.split("\n")} if parts else set()
    return next((title[:at] for at in reversed(parts) if title[:at] in shown), title)


def page_text(data: bytes, places: Sequence[str] = ()) -> str:
    """All of a page that a browser would show, tidied: for pages that are nothing but text, as in
    books; with a line for each of some ``places``, as :func:`visible_text`. Raises NotText.
    """
    return tidy(visible_text(decoded(data), True, places))


def decoded(data: bytes, charset: str = "") -> str:
    """The text of a page or of XML, in the encoding that is said outside of it, else in it, else
    that can be told. Raises NotText.
    """
    if not charset and (declared := _CHARSET.search(data[:4096])):
        charset = (declared[1] or declared[2]).decode("ascii")
    return decode(data, charset)


def _language(html: str, text: str) -> str:
    """The language that a page declares where it is one that its letters do not tell; "" where its
    text is to tell.

    Pages are often made from a template in another language, so what the text itself shows comes
    first.
    """
    declared = _LANG.search(html[:4096])
    code = declared[1].lower() if declared else ""
    return code if code in _OTHER_LATIN and detect_lang(text) == "en" else ""


def _tree(html: str):
    """The tree of a page as trafilatura reads it, None for what is no HTML."""
    import trafilatura

    _config()
    if not _ROOT.search(html):
        html = f"<html><body>{html}</body></html>"  # a part of a page
    try:
        return trafilatura.load_html(html)
    except (ValueError, TypeError, AttributeError):
        return None


@functools.cache
def _config():
    """trafilatura's settings, which it reads from a file; its parser and its logs are set once."""
    from trafilatura.settings import use_config
    from trafilatura.utils import HTML_PARSER

    plain_elements(HTML_PARSER)
    for name in ("trafilatura", "htmldate", "readability"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = use_config()
    # Its minimum of 250 characters is meant for English; a Chinese article may be shorter, and what
    # it then falls back to is the whole page in one line.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "25")
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")
    return config


def _metadata(root):
    """What trafilatura's ``extract_metadata`` finds of title, date, publisher and address; authors,
    subjects and licences, which take a fifth of the time for a page, are not looked for.
    """
    from trafilatura import metadata

    told = metadata.examine_meta(root)
    with contextlib.suppress(Exception):  # as trafilatura does: its reader of JSON-LD has errors
        told = metadata.extract_meta_json(root, told)
    told.title = told.title or _marked_title(root) or metadata.extract_title(root)
    told.url = told.url or metadata.extract_url(root)
    # An extensive search makes 2015-01-01 of a copyright line.
    told.date = metadata.find_date(root, extensive_search=False, original_date=True, url=told.url)
    named = metadata.extract_sitename(root) or ""  # what has a point in it
    name = (told.sitename or (named if _DOMAIN.search(named) else "")).lstrip("@")
    if name and "." not in name and not name[0].isupper():
        name = name.title()
    host = metadata.META_URL.match(told.url or "")
    told.sitename = name or (host[1] if host else "")
    told.clean_and_trim()
    return told


def _extract(root):
    """trafilatura's metadata of a page, None for what it cannot read; the main text, "" where it
    finds none; and all that the page shows, "" where it cannot be told. The tree is changed.
    """
    import lxml.etree
    import trafilatura

    told, visible = None, ""
    try:
        told = _metadata(root)  # before the tree is changed
        lxml.etree.strip_elements(root, "script", "style", "noscript", "template", with_tail=False)
        ready(root)
        visible = text_around(root)
        frame(root)
        paragraphs(root)
        found = trafilatura.bare_extraction(
            root, include_comments=False, include_tables=True, config=_config()
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        found = None  # pages broken enough to confuse it are read as plain lines
    return told, _NUMBER.sub("", getattr(found, "text", "") or ""), visible
