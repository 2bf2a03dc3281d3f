"""Marks up the article of a page and the paragraphs in it for trafilatura, which recognises fewer
ways of writing them than browsers do.
"""

from __future__ import annotations

import itertools

from rag.corpus.lines import is_control, is_date_line, is_meta, width
from rag.corpus.readers.notes import NOTE_CONTAINERS
from rag.corpus.readers.tree import INLINE_ELEMENTS, linked_in, text_in

_MOST = 0.8  # share of the text or sentences of a page that counts as most of them
_BESIDE = 0.1  # text outside of an element that holds most sentences, as a share of its own text
_PROSE = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre details figure center header section"
    " hr br img".split()
)
_OUTSIDE = ".//nav | .//footer | .//aside[not(ancestor::footer)] | .//form"
# A heading that is or holds a link: an element with one leads to an article rather than being one.
_LINKED_HEADING = (
    ".//*[self::h1 or self::h2 or self::h3 or self::h4]"
    "[ancestor::a or .//a[@href and not(starts-with(@href, '#'))]]"
)
_OFFER = 240  # characters of a box that offers a newsletter at most
_ALIKE = 3  # elements of one class that are parts of one text, at least
_DEEPEST = 40  # levels above a paragraph that are looked at
_PARAGRAPH_COLUMNS = 60  # a shorter text outside of an article is a menu rather than a sentence


def frame(root) -> None:
    """Puts the text of a page that holds little else into an ``article`` element, and appends notes
    that stand outside of it.

    Converters write such pages, and so do people. Without an ``article``, trafilatura takes only
    the paragraphs of a page and leaves out its headings and lists.
    """
    _without_offers(root)
    _one_article(root)
    notes = [one for one in NOTE_CONTAINERS(root) if not _in_article(one)]
    article = _article(root)
    for one in notes if article is not None else ():
        article.append(one)


def _without_offers(root) -> None:
    """Removes the boxes that ask for an e-mail address to send a newsletter to."""
    fields = root.xpath("//form//input[@type='email']")
    most = min(_OFFER, len(text_in(root)) / 4) if fields else 0
    for field in fields:
        above = field.iterancestors("form", "div", "section", "aside")
        boxes = [*itertools.takewhile(lambda one: len(text_in(one)) <= most, above)]
        if boxes and boxes[-1].getparent() is not None:
            boxes[-1].drop_tree()


def _article(root):
    """The element that frames the article: the page's own ``article`` or ``main``, else a new one.
    None if the page holds much else, or several articles.
    """
    body = root.find(".//body")
    articles = [one for one in root.iter("article", "main") if not _in_article(one)]
    if body is None or articles:
        return articles[0] if len(articles) == 1 else None
    node, size = body, _size(body)
    while inner := [
        one for one in node if one.tag in ("div", "section") and _size(one) > _MOST * size
    ]:
        node = inner[0]
    alike = _alike(node)
    chars_in_parts = sum(len(text_in(one)) for one in node if one in alike or _is_text(one))
    linked = linked_in(node) - sum(map(linked_in, node.xpath(_OUTSIDE)))
    if not size or chars_in_parts <= _MOST * size or linked >= (1 - _MOST) * size:
        node = _alone(body, _holder(root))
        if node is None:
            return None
    article = node.makeelement("article")
    article.extend(list(node))
    article.text, node.text = node.text, None
    node.append(article)
    for one in alike:  # the header of a part, such as a slide, is no header of the page
        for header in one.xpath(".//header"):
            header.tag = "div"
    # trafilatura would take one section for the whole article.
    for section in list(article.iter("section")):
        if linked_in(section) <= len(text_in(section)) / 2:
            section.drop_tag()
    return article


def _alike(node) -> set:
    """The child divisions and sections without links of which at least three have the same class,
    such as the slides of a talk, whose titles and points are often divisions, too.
    """
    kinds: dict[tuple[str, str], list] = {}
    for one in node.iterchildren("div", "section"):
        called = one.get("class", "").split()[:1]  # "slide section", "slide titlepage"
        if called and one.find(".//a") is None:
            kinds.setdefault((one.tag, called[0]), []).append(one)
    return {one for some in kinds.values() if len(some) >= _ALIKE for one in some}


def _alone(body, holder):
    """``holder``, the element with most sentences of a page, if little but links is outside of it;
    else None.
    """
    if holder is None:
        return None
    beside = len(text_in(body)) - linked_in(body) - len(text_in(holder)) + linked_in(holder)
    return holder if beside <= _BESIDE * len(text_in(holder)) else None


def _size(node) -> int:
    """Number of characters in an element, without menus, footers, asides and forms in it."""
    return len(text_in(node)) - sum(len(text_in(one)) for one in node.xpath(_OUTSIDE))


def _is_text(node) -> bool:
    """Whether an element is a block of text (paragraph, list, table ...), or a division of nothing
    but such blocks.
    """
    return node.tag in _PROSE or (
        node.tag == "div"
        and not (node.text or "").strip()
        and node.find(".//a") is None
        and all(_is_text(one) and not (one.tail or "").strip() for one in node)
    )


def _in_article(node) -> bool:
    return next(node.iterancestors("article", "main"), None) is not None


def _one_article(root) -> None:
    """Joins several parts of a page to one article, where trafilatura would take one part for all:
    the posts of a forum, the entries of a live report.

    Teasers, which only lead to other articles, are removed from a page with an article of its own.
    """
    articles = [one for one in root.iter("article", "main") if not _in_article(one)]
    teasers = [one for one in articles if one.tag == "article" and one.xpath(_LINKED_HEADING)]
    if len(teasers) < len(articles):
        for one in teasers:
            one.drop_tree()
            articles.remove(one)
    posts = root.xpath("//*[@class='post' or @class='entry']") or articles
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
    """Turns text that stands in divisions into paragraphs, as browsers show it.

    Outside of an ``article``, and of the element that holds most sentences of the page, only text
    that is long enough for a sentence becomes a paragraph.
    """
    holder = _holder(root)
    for division in [*root.iter("div", "center", "section")]:
        above = division.iterancestors()
        inside = any(node.tag in ("article", "main") or node is holder for node in above)
        if not all(node.tag in INLINE_ELEMENTS for node in division):
            if inside or division is holder:
                _wrap(division)
        elif _is_article_line(text_in(division), linked_in(division), inside):
            division.tag = "p"


def _holder(root):
    """The smallest element that holds most of the sentences of a page; None if only the page as a
    whole does.
    """
    sums: dict = {}
    total = 0
    for node in root.iter("p", "div"):
        text, linked = _text_outside_blocks(node)
        if _is_article_line(text, linked, False):
            total += len(text)
            mixed = any(inner.tag not in INLINE_ELEMENTS for inner in node)
            holders = itertools.chain([node] * mixed, node.iterancestors())
            for above in itertools.islice(holders, _DEEPEST):
                sums[above] = sums.get(above, 0) + len(text)
    most = (node for node, size in sums.items() if size >= _MOST * total)
    smallest = min(most, key=lambda node: node.xpath("count(.//*)"), default=None)
    return None if smallest is None or smallest.tag in ("body", "html") else smallest


def _text_outside_blocks(node) -> tuple[str, int]:
    """The text of an element outside of the blocks in it, and the number of characters in its
    links.
    """
    parts, linked = [node.text or ""], 0
    for inner in node:
        if inner.tag in INLINE_ELEMENTS:
            parts.append(text_in(inner))
            linked += linked_in(inner)
        parts.append(inner.tail or "")
    return " ".join(" ".join(parts).split()), linked


def _is_article_line(text: str, linked: int, inside: bool) -> bool:
    """Whether a line is part of an article rather than of what stands around it.

    Args:
        text: the line.
        linked: how many characters of it are links.
        inside: whether it stands in an article; a short line then counts, too.
    """
    if inside:
        about = is_date_line(text) or is_meta(text) or is_control(text)
        return linked < len(text) / 2 and not about
    return width(text) >= _PARAGRAPH_COLUMNS and linked < len(text) / 4


def _wrap(division) -> None:
    """Puts each run of text and inline elements between the blocks of a division into a
    paragraph.
    """
    run = None
    if (division.text or "").strip():
        run = division.makeelement("p")
        run.text, division.text = division.text, None
        division.insert(0, run)
    for node in list(division):
        if node is run:
            continue
        if node.tag in INLINE_ELEMENTS:
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
