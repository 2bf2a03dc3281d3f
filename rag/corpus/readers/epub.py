"""Electronic books and magazines (.epub): each chapter is an article.

No package for EPUB is used: they are under the AGPL (EbookLib), unmaintained, or return no more
than the ZIP members and XML that this module reads.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from rag.corpus.date_grammar import normal_date
from rag.corpus.encoding import NotText
from rag.corpus.lines import ends_sentence, width
from rag.corpus.readers.archive import ZIP_ERRORS, open_zip
from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.corpus.readers.html import page_text
from rag.corpus.readers.markup import ANCHOR_MARK
from rag.corpus.readers.tree import xml_root

_OPS = "http://www.idpf.org/2007/ops"
_CONTAINER = "META-INF/container.xml"
# Columns of text. A file with less and no sentence is a cover, a half title or an ornament.
_LEAST_COLUMNS = 60
_TITLE_PAGE = 400  # columns of names, dates and places on a title page at most
_TEXT_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_MAX_PART = 32 * 1024 * 1024


def read_epub(data: bytes) -> list[Draft | Missing]:
    """The chapters in reading order. A chapter's title is its name in the table of contents, its
    source is the title of the book.

    A file without a name in the table of contents continues the chapter before it. A file in which
    several chapters begin is cut at these places. Covers, half titles and the table of contents are
    no chapters. The id of a chapter ends in the name of its file, followed by "#" and the place at
    which it begins if that is not the beginning of the file.

    Raises:
        Unreadable: damaged, protected (DRM), too large once unpacked, or without text.
    """
    with open_zip(data) as archive:
        package_at = _package(archive)
        package = _xml(archive, package_at)
        if package is None:
            raise Unreadable(f"damaged: expected {package_at} in it to be XML; save it anew")
        folder = posixpath.dirname(package_at)
        items = {item.get("id", ""): item for item in package.iterfind("{*}manifest/{*}item")}
        names = _contents(archive, package, items, folder)
        locked = _encrypted(archive)
        drafts: list[Draft | Missing] = []
        book, date, lang = (_metadata(package, name) for name in ("title", "date", "language"))
        date = normal_date(date)
        for item in _spine(package, items):
            at = _inside(folder, item.get("href", ""))
            if at in locked:
                raise Unreadable("protected (DRM): expected a book that any program can open")
            here = names.get(at, {})
            for place, text in _texts(archive, at, [place for place in here if place]):
                if isinstance(text, Missing):
                    drafts.append(text)
                    continue
                title = here.get(place, "") or _heading(text)
                before = drafts[-1] if drafts and names and not here else None
                if isinstance(before, Draft):
                    drafts[-1] = replace(before, text=f"{before.text}\n\n{text}".rstrip("\n"))
                elif _is_chapter(text, title == book):
                    body = text.removeprefix(title).strip() or text
                    part = posixpath.basename(at) + f"#{place}" * bool(place)
                    drafts.append(Draft(body, title, date, book, "", lang, part=part))
    if not any(isinstance(draft, Draft) for draft in drafts):
        raise Unreadable("expected text, found none: only pictures, or an empty book")
    return drafts


def _is_chapter(text: str, of_book: bool) -> bool:
    """Whether a text is more than a cover, a half title or an ornament.

    A text whose title is that of the book (``of_book``) must be more than a title page.
    """
    least = _TITLE_PAGE if of_book else _LEAST_COLUMNS
    return width(text) >= least or any(map(ends_sentence, text.split("\n")))


def _package(archive: zipfile.ZipFile) -> str:
    container = _xml(archive, _CONTAINER)
    root = container.find("{*}rootfiles/{*}rootfile") if container is not None else None
    if root is None or not root.get("full-path"):
        raise Unreadable(f"damaged, or no EPUB: expected {_CONTAINER} in it; save it anew")
    return root.get("full-path")


def _xml(archive: zipfile.ZipFile, name: str):
    """The root of an XML member, None where it is absent or no XML."""
    try:
        return xml_root(_bytes(archive, name))
    except ZIP_ERRORS:
        return None


def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member, up to 32 MiB of it. Raises one of ``ZIP_ERRORS``."""
    with archive.open(name) as file:
        return file.read(_MAX_PART)


def _texts(
    archive: zipfile.ZipFile, name: str, places: list[str]
) -> list[tuple[str, str | Missing]]:
    """The text of a file in parts as (place, text): from its beginning (place "") and from each of
    some ``places`` (ids of elements) on. Empty parts are left out, unless all are empty.
    """
    try:
        text = page_text(_bytes(archive, name), places)
    except (NotText, *ZIP_ERRORS) as error:
        return [("", Missing(f"a chapter cannot be read ({error})", posixpath.basename(name)))]
    parts = (part.partition("\n") for part in f"\n{text}".split(ANCHOR_MARK))
    found = [(place, inside.strip()) for place, _, inside in parts]
    return [(place, inside) for place, inside in found if inside] or [("", "")]


def _spine(package, items: dict) -> Iterator:
    """Yields the items that hold text in reading order, without the table of contents."""
    for reference in package.iterfind("{*}spine/{*}itemref"):
        item = items.get(reference.get("idref", ""))
        is_text = item is not None and item.get("media-type", "") in _TEXT_TYPES
        if is_text and reference.get("linear") != "no" and not _is_contents(item):
            yield item


def _is_contents(item) -> bool:
    return "nav" in item.get("properties", "").split()


def _contents(
    archive: zipfile.ZipFile, package, items: dict, folder: str
) -> dict[str, dict[str, str]]:
    """For each file the names that the table of contents (EPUB 3, else EPUB 2) gives to places in
    it: the name of the file itself under "", those of chapters that begin within it under their id.
    """
    nav = next(filter(_is_contents, items.values()), None)
    spine = package.find("{*}spine")
    ncx = items.get(spine.get("toc", "")) if spine is not None else None
    entries: list[tuple[int, str, str]] = []
    for item, read in ((nav, _nav_entries), (ncx, _ncx_entries)):
        if item is not None and not entries:
            at = _inside(folder, item.get("href", ""))
            page, base = _xml(archive, at), posixpath.dirname(at)
            for depth, href, name in read(page) if page is not None else ():
                if name := " ".join(name.split()):
                    where = f"{_inside(base, href)}#{href.partition('#')[2]}"
                    entries.append((depth, where, name))
    return _named(entries)


def _nav_entries(page) -> Iterator[tuple[int, str, str]]:
    """Yields depth, address and name of each entry of a table of contents."""
    navs = list(page.iterfind(".//{*}nav"))
    toc_navs = (nav for nav in navs if nav.get(f"{{{_OPS}}}type") == "toc")  # others list pages
    nav = next(toc_navs, navs[0] if navs else None)
    for link in nav.iterfind(".//{*}a") if nav is not None else ():
        depth = sum(1 for _ in link.iterancestors("{*}ol"))
        yield depth, link.get("href", ""), "".join(link.itertext())


def _ncx_entries(page) -> Iterator[tuple[int, str, str]]:
    for point in page.iterfind(".//{*}navPoint"):
        content, label = point.find("{*}content"), point.find("{*}navLabel/{*}text")
        if content is not None and label is not None:
            depth = sum(1 for _ in point.iterancestors("{*}navPoint"))
            yield depth, content.get("src", ""), label.text or ""


def _named(entries: list[tuple[int, str, str]]) -> dict[str, dict[str, str]]:
    """The names of files and of places in them, from (depth, address, name) of each entry.

    A section that the table lists below an entry of the same file is no chapter of its own. A file
    without a name of its own gets the name of the first chapter in it.
    """
    out: dict[str, dict[str, str]] = {}
    above: list[tuple[int, str]] = []
    for depth, where, name in entries:
        at, _, place = where.partition("#")
        above = [one for one in above if one[0] < depth]
        if not any(file == at for _, file in above):
            out.setdefault(at, {}).setdefault(place, name)
        above.append((depth, at))
    for at, places in out.items():
        if "" not in places:
            first = next(iter(places))
            out[at] = {"": places.pop(first), **places}
    return out


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    page = _xml(archive, "META-INF/encryption.xml")
    nodes = page.iterfind(".//{*}CipherReference") if page is not None else ()
    return {_inside("", node.get("URI", "")) for node in nodes}


def _inside(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _metadata(package, name: str) -> str:
    node = package.find(f"{{*}}metadata/{{http://purl.org/dc/elements/1.1/}}{name}")
    return " ".join((node.text or "").split()) if node is not None else ""


def _heading(text: str) -> str:
    first = text.partition("\n")[0]
    return first if width(first) <= 80 else ""
