"""Markdown as plain text, through markdown-it-py: CommonMark with tables, notes, definition lists,
task lists and HTML, as GitHub shows it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from rag.corpus.captions import as_caption
from rag.corpus.lines import ends_sentence, tidy, width
from rag.corpus.readers.formulas import BRACKETED_TEX, formula_in, is_formula, plain_formula
from rag.corpus.readers.markdown_dialects import without_dialects

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BOLD_LEFT_OVER = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[\s/>]")
_STRUCK = ("s", "del", "strike")
_CAPTION_COLUMNS = range(8, 400)  # a shorter description only says what kind of picture it is
_FILE_NAME = re.compile(
    r"\S+\.(?:png|jpe?g|gif|webp|svg|bmp)|(?:img|dsc|image|截图|图片)[\s_-]*\d*", re.IGNORECASE
)
_SOFT = "\ue0f1"  # stands for a line end that pages show as a space
_MARGIN = 56  # columns from which on a line was broken at a margin
_FEW_LINKS = 4  # lines that are nothing but a link: more of them are a menu
_CLOSE = ("item", "row", "term")  # kinds of blocks with no blank line between them


def plain_markdown(text: str) -> tuple[str, str, bool]:
    """The first heading, if the text begins with one (else ""); the text without the marks of
    Markdown; and whether it was written as a document, with headings and without menus.

    Text that is struck out is left out. Notes stand at the end, whether the text refers to them or
    not. A picture by itself leaves its description as a caption (:mod:`rag.corpus.captions`). Tags
    that HTML does not know stay in the text.
    """
    tokens = _parsed(without_dialects(_without_comments(text)))
    heading = ""
    out = ""
    last_kind = kind = "paragraph"
    number = ""
    cells: list[str] = []
    for index, token in enumerate(tokens):
        block = ""
        if token.type == "list_item_open":
            number = f"{token.info}. " if token.info else ""
        elif token.type == "tr_close":
            block, kind, cells = "\t".join(cells), "row", []
        elif token.type in ("fence", "code_block"):
            block, kind = token.content, "code"
        elif token.type in ("math_block", "math_block_label"):
            block, kind = plain_formula(token.content), "paragraph"
        elif token.type == "html_block":
            block, kind = _shown(token.content), "paragraph"
        elif token.type == "inline":
            line = _unwrapped("".join(_inline(token.children or [])).strip())
            line = _BOLD_LEFT_OVER.sub(r"\1", line)
            opening = tokens[index - 1]
            if opening.type in ("th_open", "td_open"):
                cells.append(" ".join(line.split()))
            elif index == 1 and opening.type == "heading_open" and "\n" not in line:
                heading = line
            elif line:
                block, number = number + line, ""
                kind = "item" if opening.hidden else "paragraph"
                kind = "term" if opening.type == "dt_open" else kind
        if block:
            out += ("\n" if last_kind in _CLOSE and kind in (last_kind, "item") else "\n\n") + block
            last_kind = kind
    return heading, out, _is_document(tokens)


def _is_document(tokens: list) -> bool:
    lines = [token.children for token in tokens if token.type == "inline" and token.children]
    links = sum(one[0].type == "link_open" and one[-1].type == "link_close" for one in lines)
    return links <= _FEW_LINKS and any(token.type == "heading_open" for token in tokens)


@functools.cache
def _parser():
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.tasklists import tasklists_plugin

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin).use(tasklists_plugin)
    parser.inline.ruler.before("escape", "tex", _tex)
    return parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)


def _tex(state, silent: bool) -> bool:
    r"""The parser's rule for formulas between \( and \) or \[ and \]."""
    found = BRACKETED_TEX.match(state.src, state.pos)
    formula = formula_in(found) if found else ""
    if found and formula:
        if not silent:
            state.push("text", "", 0).content = formula
        state.pos = found.end()
    return bool(formula)


def _parsed(text: str) -> list:
    """The tokens of a text, with those of all its notes at the end."""
    found: dict = {}
    tokens = _parser().parse(text, found)
    idle = [name for name, count in found.get("footnotes", {}).get("refs", {}).items() if count < 0]
    if idle:  # the parser leaves out notes that nothing refers to: refer to them at the end
        leading = "".join(f"[^{name.removeprefix(':')}]" for name in idle)
        tokens = _parser().parse(f"{text}\n\n{leading}", {})
    return tokens


def _without_comments(text: str) -> str:
    # Only up to the last "-->": behind it, every "<!--" would make the pattern search all the rest.
    end = text.rfind("-->") + 3
    return _COMMENT.sub("", text[:end]) + text[end:] if end > 2 else text


def _shown(html: str) -> str:
    """The text that a block of HTML shows; the block itself if all its tags are unknown to HTML."""
    from rag.corpus.readers.markup import visible_text

    known = [_is_html(found[2]) for found in _TAG.finditer(html)]
    return tidy(visible_text(html, whole=True)) if not known or any(known) else html.strip()


def _is_html(name: str) -> bool:
    from lxml.html import defs

    return name.lower() in defs.tags


def _inline(tokens: list) -> Iterator[str]:
    """Yields the text of the tokens of one block piece by piece."""
    from rag.corpus.readers.numbering import raised

    pictures = ("image", "softbreak", "hardbreak")
    if all(token.type in pictures or not token.content.strip() for token in tokens):
        yield from _pictures(tokens)
        return
    struck, up = 0, False
    for token in tokens:
        kind, text = token.type, token.content
        tag = _TAG.match(text) if kind == "html_inline" else None
        if kind in ("s_open", "s_close") or (tag and tag[2].lower() in _STRUCK):
            struck = max(0, struck + (-1 if kind == "s_close" or (tag and tag[1]) else 1))
        elif tag and tag[2].lower() == "sup":
            up = not tag[1]
        elif struck:
            continue
        elif kind == "softbreak":
            yield _SOFT
        elif kind == "hardbreak" or (tag and tag[2].lower() == "br"):
            yield "\n"
        elif kind in ("math_inline", "math_inline_double"):
            sign = token.markup
            yield plain_formula(text) if is_formula(text) else f"{sign}{text}{sign}"
        elif kind in ("text", "code_inline", "text_special") or (tag and not _is_html(tag[2])):
            yield raised(text) if up else text


def _unwrapped(text: str) -> str:
    """A paragraph without the line ends that an editor put within a sentence at its margin."""
    out = ""
    for line in text.split(_SOFT):
        last = out.rpartition("\n")[2]
        if width(last) < _MARGIN or ends_sentence(last):
            out += f"\n{line}" if out else line
        else:
            out += line if width(last[-1]) > 1 or width(line[:1]) > 1 else f" {line}"
    return out


def _pictures(tokens: list) -> Iterator[str]:
    """Yields the captions of the pictures of a paragraph that holds nothing else."""
    for token in tokens:
        text = (token.attrs.get("title") or token.content) if token.type == "image" else ""
        if width(text) in _CAPTION_COLUMNS and not _FILE_NAME.fullmatch(text.strip()):
            yield as_caption(text) + "\n"
