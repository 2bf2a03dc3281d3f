"""Electronic books and magazines (.epub): each chapter is an article.

The packages for EPUB are under the AGPL (EbookLib), unmaintained, or hand out the same ZIP members
and XML that are read here.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from rag.corpus.dates import normal_date
from rag.corpus.encoding import NotText
from rag.corpus.line_kinds import ends_sentence
from rag.corpus.lines import tidy, width
from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.corpus.readers.html import page_text
from rag.corpus.readers.zipped import FAILURES, open_zip

_CONTAINER = "META-INF/container.xml"
_LEAST_COLUMNS = 60  # a spread with less and no sentence is a cover, a half title or an ornament
_MAX_PART = 32 * 1024 * 1024


def read_epub(data: bytes) -> list[Draft | Missing]:
    """The chapters in reading order, with their names in the table of contents as titles and the
    book as source.

    A file without a name in the table of contents goes on with the chapter before it. Covers, half
    titles and the table itself are no chapters. The id of a chapter ends in the name of its file.

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
        told = {name: _told(package, name) for name in ("title", "date", "language")}
        for item in _spine(package, items):
            at = _inside(folder, item.get("href", ""))
            if at in locked:
                raise Unreadable("protected (DRM): expected a book that any program can open")
            text = _text(archive, at)
            if isinstance(text, Missing):
                drafts.append(text)
            elif drafts and at not in names and isinstance(drafts[-1], Draft) and names:
                drafts[-1] = _longer(drafts[-1], text)
            elif width(text) >= _LEAST_COLUMNS or any(map(ends_sentence, text.split("\n"))):
                title = names.get(at, "") or _heading(text)
                text = tidy(text.removeprefix(title)) or text
                drafts.append(
                    Draft(
                        text,
                        title,
                        normal_date(told["date"]),
                        told["title"],
                        "",
                        told["language"],
                        part=posixpath.basename(at),
                    )
                )
    if not any(isinstance(draft, Draft) for draft in drafts):
        raise Unreadable("expected text, found none: only pictures, or an empty book")
    return drafts


def _package(archive: zipfile.ZipFile) -> str:
    container = _xml(archive, _CONTAINER)
    root = container.find("{*}rootfiles/{*}rootfile") if container is not None else None
    if root is None or not root.get("full-path"):
        raise Unreadable(f"damaged, or no EPUB: expected {_CONTAINER} in it; save it anew")
    return root.get("full-path")


def _xml(archive: zipfile.ZipFile, name: str):
    """The root of an XML member, None where it is absent or no XML. No entity is expanded, nothing
    is loaded.
    """
    import lxml.etree

    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        return lxml.etree.fromstring(_bytes(archive, name), parser)
    except (lxml.etree.LxmlError, ValueError, *FAILURES):
        return None


def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member, up to 32 MiB of it. Raises one of ``FAILURES``."""
    with archive.open(name) as file:
        return file.read(_MAX_PART)


def _text(archive: zipfile.ZipFile, name: str) -> str | Missing:
    try:
        return page_text(_bytes(archive, name))
    except (NotText, *FAILURES) as error:
        return Missing(f"a chapter cannot be read ({error})", posixpath.basename(name))


def _spine(package, items: dict) -> Iterator:
    """The items in reading order that hold text, without the table of contents."""
    for reference in package.iterfind("{*}spine/{*}itemref"):
        item = items.get(reference.get("idref", ""))
        if (
            item is None
            or reference.get("linear") == "no"
            or "nav" in item.get("properties", "").split()
        ):
            continue
        if item.get("media-type", "") in (
            "application/xhtml+xml",
            "text/html",
            "application/x-dtbook+xml",
        ):
            yield item


def _contents(archive: zipfile.ZipFile, package, items: dict, folder: str) -> dict[str, str]:
    """What the table of contents (EPUB 3, else EPUB 2) calls the files; the first name of each
    counts.
    """
    names: dict[str, str] = {}
    nav = next(
        (item for item in items.values() if "nav" in item.get("properties", "").split()), None
    )
    if nav is not None:
        at = _inside(folder, nav.get("href", ""))
        page = _xml(archive, at)
        links = list(page.iterfind(".//{*}nav//{*}a")) if page is not None else []
        for link in sorted(
            links, key=lambda link: "#" in link.get("href", "")
        ):  # a file by its own name, else by that of its first section
            names.setdefault(
                _inside(posixpath.dirname(at), link.get("href", "")),
                " ".join("".join(link.itertext()).split()),
            )
    spine = package.find("{*}spine")
    ncx = items.get(spine.get("toc", "")) if spine is not None else None
    if not names and ncx is not None:
        at = _inside(folder, ncx.get("href", ""))
        page = _xml(archive, at)
        for point in page.iterfind(".//{*}navPoint") if page is not None else ():
            content, label = point.find("{*}content"), point.find("{*}navLabel/{*}text")
            if content is not None and label is not None:
                names.setdefault(
                    _inside(posixpath.dirname(at), content.get("src", "")),
                    " ".join((label.text or "").split()),
                )
    return {at: name for at, name in names.items() if name}


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    page = _xml(archive, "META-INF/encryption.xml")
    return (
        set()
        if page is None
        else {_inside("", node.get("URI", "")) for node in page.iterfind(".//{*}CipherReference")}
    )


def _inside(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _told(package, name: str) -> str:
    node = package.find(f"{{*}}metadata/{{http://purl.org/dc/elements/1.1/}}{name}")
    return " ".join((node.text or "").split()) if node is not None else ""


def _heading(text: str) -> str:
    first = text.partition("\n")[0]
    return first if width(first) <= 80 else ""


def _longer(draft: Draft, text: str) -> Draft:
    return replace(draft, text=f"{draft.text}\n\n{text}") if text else draft
