"""HTML as a browser shows it: prepares captions, notes, tables, struck out words and powers in a
tree, and returns its visible text block by block.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterable, Sequence

import lxml.etree
import lxml.html

from rag.corpus.captions import as_caption
from rag.corpus.lines import tidy
from rag.corpus.readers import formulas
from rag.corpus.readers.html_tables import cells_in_lines, without_frames
from rag.corpus.readers.notes import without_marks
from rag.corpus.readers.numbering import is_count, numeral, raised
from rag.corpus.readers.rows import BLOCK_TAGS
from rag.corpus.readers.tree import INLINE_ELEMENTS, PAGE_PARSER, path, raw_text, text_in

_LINE, _CELL = "\ufdd0", "\ufdd1"  # where a line or cell begins or ends; no text has these signs
_AROUND_CELL = re.compile(f" ?{_CELL}[{_CELL} ]*")
# Classes by which sites mark the words below a picture, where no element says that they are.
_CAPTION_CLASS = re.compile(
    r"caption(?!less|-off)|"
    r"(?:^|[\s_-])(?:img|image|pic|photo|picture)[_-]?(?:desc\w*|text|txt|intro|note)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_CAPTION_TAGS = ("p", "div", "span", "small", "em", "dd", "h6")
_CAPTION_CHARS = 400  # of a caption at most
# Classes of what readers do not see or need: words for screen readers, edit buttons of
# encyclopaedias, formulas as they are typeset.
_UNSEEN = re.compile(
    r"(?<!\S)(?:sr-only|screen-reader-text|visually-?hidden|mw-editsection|noprint|katex-html)(?!\S)"
)
_HIDDEN = path(
    "//*[@hidden and @hidden!='until-found']"
    " | //*[@style][contains(translate(@style, ' ', ''), 'display:none')][not(math)]"
    " | //a[contains(@class, 'headerlink') or normalize-space(.)='¶' or not(node())]"
)
_CLASSED = path("//*[@class]")
_FIGURE = path("//figure[not(.//figure)]")
_PICTURES = ".//img | .//picture | .//video | .//svg | .//iframe | .//audio | .//canvas | .//object"
_NO_PICTURE = ".//table | .//blockquote | .//pre | .//p | .//ul | .//ol"
_CREDIT = 40  # characters that name the photographer, beside the caption, at most
_NOTES = re.compile(r"foot-?note|end-?note|reference|bibliograph", re.IGNORECASE)
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
# The same forms of numbers as style sheets call them.
_STYLED = re.compile(
    r"list-style(?:-type)?\s*:[^;]*?\b(none|(?:lower|upper)-(?:alpha|latin|roman))"
)
# The hour that stands by itself above an entry of a live report; at least two entries have one.
_BY_ITSELF = (
    "time[following-sibling::*[1][self::p or self::h2 or self::h3 or self::h4 or self::div]]"
)
_ENTRY_TIME = path(
    f"//*[not(self::header)]/{_BY_ITSELF}[contains(., ':')][count(//{_BY_ITSELF}) > 1]"
)
_SENTENCES = ("p", "li", "td", "th", "dd", "blockquote", "h1", "h2", "h3")
_TASK = path("//li[contains(concat(@class, ' ', ../@class), 'task-list')]/label")
_NUMBERED = re.compile(r"[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-z])[)）.、．]")
_NEVER_SHOWN = "script style noscript template iframe rt rp rtc annotation annotation-xml".split()
# What stands around the text of a page; it is text in what is no page by itself.
_AROUND = "nav header footer aside form button select textarea".split()
ANCHOR_MARK = "\ue0f0"
_BLOCKS = frozenset(
    "p div br hr li tr h1 h2 h3 h4 h5 h6 section article main blockquote pre table caption ul ol dl"
    " dd dt figure figcaption details summary "
    "header footer aside address center".split()
)
_BLOCK_TAG = re.compile(rf"<(?:{BLOCK_TAGS})[\s/>]", re.IGNORECASE)

_NEXT = frozenset("br tr li dt dd".split())  # no blank line follows these
_META_CLASS = re.compile(r"date|time|source|author|origin|editor|laiyuan|\bfrom\b", re.IGNORECASE)


def ready(root) -> None:
    """Changes a tree so that its text is what a browser shows.

    Words that are struck out are removed, and so are the marks of notes, which would be figures
    behind a word. Captions become paragraphs behind their picture (:mod:`rag.corpus.captions`).
    The lines of a table's cell become one line, and a cell over several rows is repeated in each of
    them. Raised figures stay raised: 10⁶ is not 106. Ordered lists get their numbers.
    """
    classed = _CLASSED(root)
    unseen = [node for node in classed if _UNSEEN.search(node.get("class"))]
    _drop(root, [*root.iter("del", "s", "strike"), *_HIDDEN(root), *unseen])
    _spaced(classed)
    _unwrap(root)
    without_marks(root)
    for node in root.iter("sup"):
        if not len(node):
            node.text = raised(node.text or "")
    _figures(root)
    _named_captions(classed)
    if root.find(".//table") is not None:
        without_frames(root)
        cells_in_lines(root)
    _numbered(root)


def _drop(root, nodes) -> None:
    """Removes nodes; the text behind them stays."""
    for node in nodes:
        if node.getparent() is not None and node is not root:
            node.drop_tree()


def _unwrap(root) -> None:
    """Replaces elements that trafilatura would take out of their sentence with their text: times,
    labels, formulas, short quotations.
    """
    formulas.in_text(root)
    for node in root.iter("q"):
        node.text, node.tail = f"“{node.text or ''}", f"”{node.tail or ''}"
    for node in _ENTRY_TIME(root):
        node.tag = "p"
    for node in _TASK(root):
        node.drop_tag()
    for node in list(root.iter("math", "q", "time", "label")):
        sentence = next(node.iterancestors(*_SENTENCES), None)
        inside = sentence is not None and len(text_in(sentence)) > len(text_in(node)) + 3
        if node.tag in ("math", "q") or inside:
            node.drop_tag()


def _spaced(classed: Iterable) -> None:
    """Puts a space between a date and a name beside it that only a style sheet sets apart.

    Args:
        classed: the elements of the tree that have a class.
    """
    for node in classed:
        if _META_CLASS.search(node.get("class")) and node.tag in ("span", "a", "em", "i"):
            for one, other in ((node.getprevious(), node), (node, node.getnext())):
                both = one is not None and other is not None
                if both and {one.tag, other.tag} <= INLINE_ELEMENTS and not one.tail:
                    one.tail = " "


def _figures(root) -> None:
    """Puts the caption of each figure behind it as a paragraph. A figure that holds text or a table
    is no picture and becomes a division.
    """
    for figure in _FIGURE(root):
        captions = figure.xpath(".//figcaption")
        rest = len(text_in(figure)) - sum(len(text_in(one)) for one in captions)
        pictured = captions and not figure.xpath(_NO_PICTURE) and figure.xpath(_PICTURES)
        # Not a picture, but a table, a quotation or a program with its name.
        if rest > (_CREDIT if pictured else 0):
            figure.tag = "div"
            for one in captions:
                one.tag = "p"
        else:
            _behind(figure, as_caption(" ".join(map(text_in, captions))))
    for figure in list(root.iter("figure")):  # those left hold several pictures, or text
        figure.tag = "div"
    for caption in list(root.iter("figcaption")):
        _behind(caption, as_caption(text_in(caption)))


def _named_captions(classed: Iterable) -> None:
    """Does the same for captions that only the name of their class tells."""
    for node in classed:
        if not _CAPTION_CLASS.search(node.get("class")) or node.tag not in _CAPTION_TAGS:
            continue
        if node.xpath(f"{_PICTURES} | .//p | .//div[normalize-space(.)]"):
            continue
        text, ancestors = text_in(node), itertools.islice(node.iterancestors(), 2)
        if text and _is_short(node) and any(one.xpath(_PICTURES) for one in ancestors):
            _behind(node, as_caption(text))


def _behind(node, text: str) -> None:
    """Replaces a node with a paragraph of a text (none for ""). If the node is in a paragraph or in
    the frame of a picture, the new paragraph stands behind that.
    """
    outermost = None
    for above in node.iterancestors():
        framed = _CAPTION_CLASS.search(above.get("class", "")) and _is_short(above)
        if above.tag == "p" or framed and above.tag not in ("html", "body"):
            outermost = above
    if text:
        paragraph = node.makeelement("p")
        paragraph.text = text
        if outermost is not None:
            outermost.addnext(paragraph)
        else:
            node.addprevious(paragraph)
    node.drop_tree()


def _numbered(root) -> None:
    """Writes the numbers of ordered lists into their items, except for lists of notes, whose marks
    have been removed.
    """
    for one in root.iter("ol"):
        if one.get("reversed") is not None:
            continue
        enclosing = (one, *one.iterancestors("div", "section", "aside"))
        if any(_NOTES.search(f"{node.get('class')} {node.get('role')}") for node in enclosing):
            continue
        form = _form(one)
        number = int(one.get("start")) if is_count(one.get("start", "")) else 1
        for item in one.iterchildren("li"):
            number = int(item.get("value")) if is_count(item.get("value", "")) else number
            if form != "none" and not _NUMBERED.match(text_in(item)):
                inner = next((node for node in item if node.tag == "p"), None)
                holder = item if inner is None or (item.text or "").strip() else inner
                holder.text = f"{numeral(number, form)}. {(holder.text or '').lstrip()}"
            number += 1


def _form(ordered) -> str:
    """The form of an ordered list's numbers, named as by
    :func:`rag.corpus.readers.numbering.numeral`.
    """
    if styled := _STYLED.search(ordered.get("style", "")):
        case, _, kind = styled[1].partition("-")
        return case + ("Roman" if kind == "roman" else "Letter") * bool(kind)
    return _FORMS.get(ordered.get("type", "1"), "decimal")


def _is_short(node) -> bool:
    return len(text_in(node)) <= _CAPTION_CHARS


def _mark(root, places: Sequence[str]) -> None:
    """Puts a line of :data:`ANCHOR_MARK` and the id before the block in which each id of ``places``
    stands.
    """
    if not places:
        return
    known = {node.get("id") or node.get("name"): node for node in root.xpath("//*[@id or @name]")}
    for place in places:
        if (node := known.get(place)) is not None:
            while node.tag in INLINE_ELEMENTS and node.getparent() is not None:
                node = node.getparent()
            if node.getparent() is not None and node.tag != "body":
                line = node.makeelement("p")
                line.text = f"{ANCHOR_MARK}{place}"
                node.addprevious(line)


def visible_text(html: str, whole: bool = False, places: Sequence[str] = ()) -> str:
    """All text that a browser would show, block by block, with tabs between the cells of a table;
    "" for what is no HTML at all.

    Args:
        html: a page, or a piece of one.
        whole: whether all of it is the article. If not, menus, forms, headers, footers and asides
            are left out.
        places: ids of elements before which a line of :data:`ANCHOR_MARK` and the id is to stand.
    """
    try:
        root = lxml.html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", html), PAGE_PARSER)
    except (lxml.etree.LxmlError, ValueError):
        return ""
    _strip(root)
    _mark(root, places)
    ready(root)
    return _in_blocks(root) if whole else text_of_page(root)


def text_of_page(root) -> str:
    """The same as :func:`visible_text` for a page, given its tree after :func:`ready`."""
    root = copy.deepcopy(root)
    _strip(root, *_AROUND)
    return _in_blocks(root)


def _strip(root, *names: str) -> None:
    """Removes the elements that no browser shows, and those with one of ``names``."""
    lxml.etree.strip_elements(
        root, *_NEVER_SHOWN, *names, "head", lxml.etree.Comment, with_tail=False
    )


def _in_blocks(root) -> str:
    """The text of a tree in lines. The tree is changed."""
    for node in root.iter(*_BLOCKS):
        node.text = f"{_LINE}{node.text or ''}"
        if node.tag not in _NEXT:
            node.tail = f"{_LINE}{node.tail or ''}"
    for node in root.iter("td", "th"):
        node.text = f"{_CELL}{node.text or ''}"
        node.tail = f"{_CELL}{node.tail or ''}"
    text = " ".join(raw_text(root).split()).replace(_LINE, "\n")
    return _AROUND_CELL.sub("\t", text) if _CELL in text else text


def shown(html: str, lines: bool) -> str:
    """The text that a browser would show for a piece of HTML, tidied: in several ``lines``, or in
    one. HTML without block elements keeps its own lines.
    """
    if lines and not _BLOCK_TAG.search(html):
        html = html.replace("\n", "<br>")
    text = visible_text(html, whole=True)
    return tidy(text) if lines else " ".join(text.split())
