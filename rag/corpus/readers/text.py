"""Plain text and Markdown, with front matter."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.corpus.dates import normal_date
from rag.corpus.encoding import decode
from rag.corpus.lines import tidy
from rag.corpus.page import read_page
from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.rows import NAMES

_FIELDS = {
    field: (field, *(name for name in NAMES[field] if not name.isascii())) for field in ("title", "date", "source", "url", "lang")
}  # fmt: skip
_KEY_LINE = re.compile(
    rf"^({'|'.join(name for names in _FIELDS.values() for name in names)})[ \t]*[:：][ \t]*(.*)$", re.MULTILINE | re.IGNORECASE
)  # fmt: skip
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BOLD_LEFT_OVER = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")


def read_text(data: bytes) -> Draft:
    """A plain text, or the raw text of a page; YAML front matter is understood here too."""
    front, body = _front_matter(decode(data))
    page = read_page(tidy(body))
    return _with_front(Draft(page.text, page.title, page.date, page.source), front)


def read_markdown(data: bytes) -> Draft:
    """Markdown as a reader sees it: the text without its marks, the first heading as title.

    Front matter goes before what the text shows. Its broken YAML (a title with a colon in it, for
    example) is read line by line rather than given up.
    """
    front, body = _front_matter(decode(data))
    heading, plain = _plain_markdown(body)
    if front:
        other = heading if heading != front.get("title", heading) else ""
        draft = Draft(tidy(f"{other}\n\n{plain}"), heading)
    else:
        page = read_page(tidy(f"{heading}\n\n{plain}"))
        text = page.text.removeprefix(heading).lstrip("\n") if heading else page.text
        draft = Draft(text, heading or page.title, page.date, page.source)
    return _with_front(draft, front)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The known fields of the YAML block at the top, and the text below it.

    Raises:
        Unreadable: a block is opened but not closed.
    """
    text = text.lstrip()
    if not text.startswith("---"):
        return {}, text

    import yaml
    from frontmatter.default_handlers import YAMLHandler

    handler = YAMLHandler()
    if not handler.detect(text):
        return {}, text
    try:
        block, body = handler.split(text)
    except ValueError:
        if _KEY_LINE.match(text.partition("\n")[2]):
            raise Unreadable("expected a line --- at the end of the front matter, found none; add it") from None
        return {}, text
    try:
        # The base loader makes strings only, so a title of 2011 or a date stays as it was written.
        values = handler.load(block, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        values = _key_lines(block)
    if isinstance(values, str) and all(map(_KEY_LINE.match, filter(str.strip, block.split("\n")))):
        values = _key_lines(block)  # with the colon of Chinese, which YAML does not know
    if not isinstance(values, dict) or not values:
        return {}, text  # two rules around a paragraph, no front matter
    known = {str(key).lower(): value for key, value in values.items() if isinstance(value, str)}
    named = {field: next((known[name] for name in names if name in known), None) for field, names in _FIELDS.items()}
    return {field: " ".join(value.split()) for field, value in named.items() if value is not None}, body


def _key_lines(block: str) -> dict[str, str]:
    return {key: value.strip().strip("\"'") for key, value in _KEY_LINE.findall(block)}


def _with_front(draft: Draft, front: dict[str, str]) -> Draft:
    """The draft with the fields that front matter names; a date that is none counts as not named."""
    given = {key: value for key, value in front.items() if value}
    if "date" in given:
        given["date"] = normal_date(given["date"]) or draft.date
    return replace(draft, **given)


def _plain_markdown(text: str) -> tuple[str, str]:
    """The first heading, if the text begins with one, and the text without Markdown's marks."""
    from markdown_it import MarkdownIt

    # Tags stay as they are written: text about HTML is no HTML, and the page escapes what it shows.
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(_without_comments(text))
    heading = ""
    out = ""
    last_kind = kind = "paragraph"
    number = ""
    cells: list[str] = []
    for index, token in enumerate(tokens):
        block = ""
        if token.type == "list_item_open":
            number = f"{token.info}. " if token.info else ""
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            block, kind = "\t".join(cells), "row"
        elif token.type in ("fence", "code_block"):
            block, kind = token.content, "code"
        elif token.type == "inline":
            line = _BOLD_LEFT_OVER.sub(r"\1", "".join(map(_inline_text, token.children or []))).strip()
            around = tokens[index - 1]
            if around.type in ("th_open", "td_open"):
                cells.append(line)
            elif index == 1 and around.type == "heading_open" and "\n" not in line:
                heading = line
            else:
                block, kind = number + line, "item" if around.hidden else "paragraph"
                number = ""
        if block:
            out += ("\n" if kind == last_kind in ("item", "row") else "\n\n") + block
            last_kind = kind
    return heading, out


def _without_comments(text: str) -> str:
    # Behind the last end none is looked for: for each of many beginnings the rest would be searched.
    end = text.rfind("-->") + 3
    return _COMMENT.sub("", text[:end]) + text[end:] if end > 2 else text


def _inline_text(token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type in ("text", "code_inline", "text_special") else ""
