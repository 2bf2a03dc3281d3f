"""The frame of an article in a page, and paragraphs in it, for trafilatura, which sees both in
fewer shapes than browsers do.
"""

from __future__ import annotations

import itertools

from rag.corpus.line_kinds import is_control, is_date_line, is_meta
from rag.corpus.lines import width
from rag.corpus.readers.notes import HELD
from rag.corpus.readers.tree import INLINE, linked_in, text_in

_MOST = 0.8
_BESIDE = 0.1
_PROSE = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre details figure center header section"
    " hr br img".split()
)
_OUTSIDE = ".//nav | .//footer | .//aside[not(ancestor::footer)] | .//form"
# A heading that leads elsewhere: what has one is rather a link to an article than one.
_LINKED_HEADING = (
    ".//*[self::h1 or self::h2 or self::h3 or self::h4]"
    "[ancestor::a or .//a[@href and not(starts-with(@href, '#'))]]"
)
_OFFER = 240  # characters of a box with a form at most
_ALIKE = 3
_DEEPEST = 40  # levels above a paragraph
_PARAGRAPH_COLUMNS = 60  # less, outside of an article, is rather a menu than a sentence


def frame(root) -> None:
    """Makes an ``article`` of what holds a page that is nothing but its text.

    Converters write such pages, and people. Of a page without such a frame trafilatura takes
    paragraphs only, and leaves headings and lists.
    """
    _without_offers(root)
    _one_article(root)
    notes = [one for one in HELD(root) if not _in_article(one)]
    article = _article(root)
    for one in notes if article is not None else ():
        article.append(one)


def _without_offers(root) -> None:
    """Takes out the boxes that ask for an address to send a newsletter to."""
    fields = root.xpath("//form//input[@type='email']")
    most = min(_OFFER, len(text_in(root)) / 4) if fields else 0
    for field in fields:
        above = field.iterancestors("form", "div", "section", "aside")
        boxes = [*itertools.takewhile(lambda one: len(text_in(one)) <= most, above)]
        if boxes and boxes[-1].getparent() is not None:
            boxes[-1].drop_tree()


def _article(root):
    """What frames the article: the page's own element, else one that is made; None where the page
    holds other things as well, or several articles.
    """
    body = root.find(".//body")
    own = [one for one in root.iter("article", "main") if not _in_article(one)]
    if body is None or own:
        return own[0] if len(own) == 1 else None
    node, size = body, _size(body)
    while inner := [
        one for one in node if one.tag in ("div", "section") and _size(one) > _MOST * size
    ]:
        node = inner[0]
    alike = _alike(node)
    held = sum(len(text_in(one)) for one in node if one in alike or _is_text(one))
    linked = linked_in(node) - sum(map(linked_in, node.xpath(_OUTSIDE)))
    if not size or held <= _MOST * size or linked >= (1 - _MOST) * size:
        node = _alone(body, _held(root))
        if node is None:
            return None
    article = node.makeelement("article")
    article.extend(list(node))
    article.text, node.text = node.text, None
    node.append(article)
    for one in alike:  # their headers are no header of the page
        for header in one.xpath(".//header"):
            header.tag = "div"
    for section in list(article.iter("section")):  # trafilatura would take one for the article
        if linked_in(section) <= len(text_in(section)) / 2:
            section.drop_tag()
    return article


def _alike(node) -> set:
    """Parts of an element that are of one class, three of a kind at least, without links: the
    slides of a talk, whose titles and points are often divisions.
    """
    kinds: dict[tuple[str, str], list] = {}
    for one in node.iterchildren("div", "section"):
        called = one.get("class", "").split()[:1]  # "slide section", "slide titlepage"
        if called and one.find(".//a") is None:
            kinds.setdefault((one.tag, called[0]), []).append(one)
    return {one for some in kinds.values() if len(some) >= _ALIKE for one in some}


def _alone(body, held):
    """What holds most sentences of a page, if little but links stands outside of it; else None."""
    if held is None:
        return None
    beside = len(text_in(body)) - linked_in(body) - len(text_in(held)) + linked_in(held)
    return held if beside <= _BESIDE * len(text_in(held)) else None


def _size(node) -> int:
    """Characters of an element, but for those of menus and the like in it."""
    return len(text_in(node)) - sum(len(text_in(one)) for one in node.xpath(_OUTSIDE))


def _is_text(node) -> bool:
    """Whether an element is a paragraph or the like, or holds such only."""
    return node.tag in _PROSE or (
        node.tag == "div"
        and not (node.text or "").strip()
        and node.find(".//a") is None
        and all(_is_text(one) and not (one.tail or "").strip() for one in node)
    )


def _in_article(node) -> bool:
    return next(node.iterancestors("article", "main"), None) is not None


def _one_article(root) -> None:
    """Makes one article of several parts of a page that trafilatura would take for the article
    each: the posts of a forum, the entries of a report that goes on. Articles that a page with its
    own one only leads to go.
    """
    own = [one for one in root.iter("article", "main") if not _in_article(one)]
    teasers = [one for one in own if one.tag == "article" and one.xpath(_LINKED_HEADING)]
    if len(teasers) < len(own):
        for one in teasers:
            one.drop_tree()
            own.remove(one)
    posts = root.xpath("//*[@class='post' or @class='entry']") or own
    sizes = [len(text_in(post)) for post in posts]
    if len(posts) < 2 or max(sizes) >= _MOST * sum(sizes):
        return
    for post in posts:
        post.attrib.pop("class", None)
    if not any(map(_in_article, posts)) and len({post.getparent() for post in posts}) == 1:
        article = posts[0].makeelement("article")
        posts[0].addprevious(article)
        for post in posts:
            post.tag = "section"
            article.append(post)


def paragraphs(root) -> None:
    """Makes paragraphs of the text that stands in divisions, as browsers show it; outside of an
    ``article``, and of what holds most sentences of the page, of sentences only.
    """
    held = _held(root)
    for division in [*root.iter("div", "center", "section")]:
        above = division.iterancestors()
        inside = any(node.tag in ("article", "main") or node is held for node in above)
        if not all(node.tag in INLINE for node in division):
            if inside or division is held:
                _wrap(division)
        elif _is_told(text_in(division), linked_in(division), inside):
            division.tag = "p"


def _held(root):
    """The smallest element that holds most of the sentences of a page, None for the page itself."""
    sums: dict = {}
    total = 0
    for node in root.iter("p", "div"):
        text, linked = _own_text(node)
        if _is_told(text, linked, False):
            total += len(text)
            mixed = any(inner.tag not in INLINE for inner in node)
            holders = itertools.chain([node] * mixed, node.iterancestors())
            for above in itertools.islice(holders, _DEEPEST):
                sums[above] = sums.get(above, 0) + len(text)
    most = (node for node, size in sums.items() if size >= _MOST * total)
    smallest = min(most, key=lambda node: node.xpath("count(.//*)"), default=None)
    return None if smallest is None or smallest.tag in ("body", "html") else smallest


def _own_text(node) -> tuple[str, int]:
    """The text of an element outside of the blocks in it, and how much of that are links."""
    parts, linked = [node.text or ""], 0
    for inner in node:
        if inner.tag in INLINE:
            parts.append(text_in(inner))
            linked += linked_in(inner)
        parts.append(inner.tail or "")
    return " ".join(" ".join(parts).split()), linked


def _is_told(text: str, linked: int, inside: bool) -> bool:
    """Whether a line is part of an article rather than of what stands around it."""
    if inside:
        about = is_date_line(text) or is_meta(text) or is_control(text)
        return linked < len(text) / 2 and not about
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
        if node.tag in INLINE:
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
