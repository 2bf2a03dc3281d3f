"""HTML as it shows: captions, notes, tables, struck words and powers made ready, and the text of
all blocks.
"""

from __future__ import annotations

import re
from rag.corpus.captions import as_caption

_RAISED = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_POWER = re.compile(r"[+\-−]?(?:\d{1,3}|n)")
_NOTE_MARK = re.compile(
    r"[\[(（〔【]?(?:\d{1,3}|[*†‡§①-⑳]+|[a-z]|注\s?\d{0,3})[\])）〕】]?|↩\ufe0e?|\^"
)
# What sites call the words below a picture, which they do not tell otherwise.
_CAPTION_CLASS = re.compile(
    r"caption(?!less|-off)|"
    r"(?:^|[\s_-])(?:img|image|pic|photo|picture)[_-]?(?:desc\w*|text|txt|intro|note)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_CAPTION_CHARS = 400
_PICTURES = ".//img | .//picture | .//video | .//svg | .//iframe | .//audio | .//canvas | .//object"
_CELL_CHARS = 1000  # a cell with more is a column of a page that is laid out by tables
_IN_CELLS = (
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "blockquote",
)
_MAX_SPAN = 200
_NEVER_SHOWN = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "rt",
    "rp",
    "rtc",
    "annotation",
    "annotation-xml",
)
_AROUND = (
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "button",
    "select",
    "textarea",
)  # of a page, not of what is no page by itself
_BLOCKS = frozenset(
    "p div br hr li tr h1 h2 h3 h4 h5 h6 section article main blockquote pre table caption ul ol dl"
    " dd dt figure figcaption details summary "
    "header footer aside address center".split()
)
_LABEL_CHARS = 100


def ready(root) -> None:
    """Changes a tree so that its text says what a page shows.

    Words that are struck out go, and marks of notes, which would stand as figures behind a word.
    Captions become
    paragraphs behind their picture (:mod:`rag.corpus.captions`). What was set in lines within a
    cell of a table stands in one, and a cell
    over several rows in each of them. Raised figures stay raised: 10⁶ is not 106.
    """
    _drop(
        root,
        root.xpath(
            "//del | //s | //strike | //*[@hidden and @hidden!='until-found']"
            " | //*[contains(translate(@style, ' ', ''), 'display:none')]"
        ),
    )
    _unwrap(root)
    _notes(root)
    for node in root.xpath("//sup[not(*)]"):
        node.text = raised(node.text or "")
    _figures(root)
    _named_captions(root)
    _cells(root)


def raised(text: str) -> str:
    """A figure that is set above the line, in characters that stay there; other text as it is."""
    return text.strip().translate(_RAISED) if _POWER.fullmatch(text.strip()) else text


def _drop(root, nodes) -> None:
    """Takes nodes out, the text behind them stays."""
    for node in nodes:
        if node.getparent() is not None and node is not root:
            node.drop_tree()


def _unwrap(root) -> None:
    """Leaves the text of elements that trafilatura takes out of their sentence: days, labels,
    formulas, short quotations.
    """
    for node in list(root.iter("math")):
        node.text = text_in(node)
        del node[:]
    for node in root.xpath("//q"):
        node.text, node.tail = f"“{node.text or ''}", f"”{node.tail or ''}"
    for node in list(root.iter("math", "q", "time", "label")):
        around = next(
            node.iterancestors("p", "li", "td", "th", "dd", "blockquote", "h1", "h2", "h3"), None
        )
        if node.tag in ("math", "q") or (
            around is not None and len(text_in(around)) > len(text_in(node)) + 3
        ):
            node.drop_tag()


def _notes(root) -> None:
    """Takes out the marks that lead to notes and back."""
    marks = [
        *root.xpath(
            "//a[@role='doc-noteref' or @role='doc-backlink' or contains(@class, 'footnote-ref')"
            " or contains(@class, 'footnote-back')]"
        ),
        *(
            node
            for node in root.iter("a")
            if any(name.endswith("type") and "noteref" in node.get(name) for name in node.keys())
        ),
        *root.xpath(
            "//sup[.//a[contains(@href, '#')]]"
            " | //a[contains(@href, '#')][sup or starts-with(normalize-space(.), '↩')]"
        ),
    ]
    marks = [node for node in marks if _NOTE_MARK.fullmatch("".join(node.itertext()).strip())]
    for node in marks:
        if (
            node.getprevious() is None
            and node.getparent() is not None
            and not (node.getparent().text or "").strip()
        ):
            node.tail = (node.tail or "").lstrip(" .．、:：)\u00a0")  # the number of a note itself
    _drop(root, marks)


def _figures(root) -> None:
    """Puts what stands below a picture behind it; a figure that holds text or a table is no
    picture.
    """
    for figure in root.xpath("//figure[not(.//figure)]"):
        captions = figure.xpath(".//figcaption")
        if len(text_in(figure)) > sum(
            len(text_in(one)) for one in captions
        ):  # a table, a quotation, a program, with its name
            figure.tag = "div"
            for one in captions:
                one.tag = "p"
        else:
            _behind(figure, as_caption(" ".join(map(text_in, captions))))
    for figure in root.xpath("//figure"):  # of several pictures
        figure.tag = "div"
    for caption in root.xpath("//figcaption"):
        _behind(caption, as_caption(text_in(caption)))


def _named_captions(root) -> None:
    """The same where only the name of its class tells a caption."""
    for node in root.xpath(
        "//*[self::p or self::div or self::span or self::small"
        " or self::em or self::dd or self::h6][@class]"
    ):
        if not _CAPTION_CLASS.search(node.get("class")) or node.xpath(
            f"{_PICTURES} | .//p | .//div"
        ):
            continue
        above = node.getparent()
        text = text_in(node)
        pictured = above is not None and (
            above.xpath(_PICTURES)
            or (above.getparent() is not None and above.getparent().xpath(_PICTURES))
        )
        if text and pictured and _is_short(node):
            _behind(node, as_caption(text))


def _behind(node, text: str) -> None:
    """A paragraph in the place of a node, or behind the paragraph or the frame of a picture that
    the node is in.
    """
    framed = (above for above in node.iterancestors() if above.tag not in ("html", "body"))
    around = [
        above
        for above in framed
        if above.tag == "p" or (_CAPTION_CLASS.search(above.get("class", "")) and _is_short(above))
    ]
    if text:
        paragraph = node.makeelement("p")
        paragraph.text = text
        if around:
            around[-1].addnext(paragraph)
        else:
            node.addprevious(paragraph)
    node.drop_tree()


def _cells(root) -> None:
    """Cells of tables in one line, those over several rows in each of them."""
    for caption in root.xpath("//table/caption"):
        caption.tag = "p"
        caption.getparent().addprevious(caption)
    for table in root.xpath("//table[not(.//table)]"):
        rows = [
            (row, [cell for cell in row if cell.tag in ("td", "th")]) for row in table.iter("tr")
        ]
        cells = [cell for _, row in rows if len(row) > 1 for cell in row]
        for cell in cells:
            if len(cell) and len(text_in(cell)) <= _CELL_CHARS:
                _flat(cell)
        if any(cell.get("rowspan") for cell in cells):
            _spread(rows)


def _flat(cell) -> None:
    """A cell without blocks in it: a space where one began or ended."""
    for node in list(cell.iter(*_IN_CELLS)):
        if node is not cell:
            node.text = f" {node.text or ''}"
            node.tail = f" {node.tail or ''}"
            node.drop_tag()


def _spread(rows: list[tuple]) -> None:
    """Repeats what stands in a cell over several rows in each of these."""
    above: dict[int, tuple[int, object]] = {}  # by column: for how many rows more, and the cell
    for row, cells in rows:
        below, column = {}, 0
        for cell in (*cells, None):
            while column in above:
                left, spanning = above[column]
                copy = row.makeelement(spanning.tag, {"colspan": spanning.get("colspan", "1")})
                copy.text = text if len(text := text_in(spanning)) <= _LABEL_CHARS else ""
                row.append(copy) if cell is None else cell.addprevious(copy)
                if left > 1:
                    below[column] = left - 1, spanning
                column += _span(spanning, "colspan")
            if cell is None:
                break
            if (span := _span(cell, "rowspan")) > 1:
                below[column] = span - 1, cell
                del cell.attrib["rowspan"]
            column += _span(cell, "colspan")
        above = below


def _span(cell, name: str) -> int:
    told = cell.get(name, "")
    return (
        min(max(int(told), 1), _MAX_SPAN)
        if told.isascii() and told.isdigit() and len(told) < 5
        else 1
    )


def _is_short(node) -> bool:
    return len(text_in(node)) <= _CAPTION_CHARS


def text_in(node) -> str:
    """All text in an element, in one line."""
    return " ".join("".join(node.itertext()).split())


def visible_text(html: str, whole: bool = False) -> str:
    """All text that a browser would show, block by block, tabs between the cells of a table.

    It is "" for what is no HTML at all. Menus, forms and what stands in headers, footers and at the
    side are left out of a page; they stay in what is ``whole`` an article.
    """
    import lxml.etree
    import lxml.html

    try:
        root = lxml.html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", html))
    except (lxml.etree.LxmlError, ValueError):
        return ""
    lxml.etree.strip_elements(
        root,
        *_NEVER_SHOWN,
        *(() if whole else _AROUND),
        "head",
        lxml.etree.Comment,
        with_tail=False,
    )
    ready(root)
    parts: list[str] = []
    for event, node in lxml.etree.iterwalk(root, events=("start", "end")):
        mark = (
            "\n"
            if node.tag in _BLOCKS and (event, node.tag) != ("end", "br")
            else "\t"
            if node.tag in ("td", "th")
            else ""
        )
        parts.append(
            mark + re.sub(r"\s+", " ", (node.text if event == "start" else node.tail) or "")
        )
    return re.sub(r"[ \t]*\t[ \t]*", "\t", "".join(parts))
