"""Plain text and Markdown, with front matter (a block of fields above the text)."""

from __future__ import annotations

import email
import email.policy
import re
import tomllib
from dataclasses import replace
from datetime import date
from email.message import Message
from typing import Any

from rag.corpus.date_grammar import normal_date
from rag.corpus.encoding import decode
from rag.corpus.lines import is_contents, tidy
from rag.corpus.page import read_page
from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.markdown import plain_markdown
from rag.corpus.readers.rows import COLUMN_NAMES

_FIELDS = {
    field: (field, *(name for name in COLUMN_NAMES[field] if not name.isascii()))
    for field in ("title", "date", "source", "url", "lang")
}
_MAIL = re.compile(
    r"(?:From \S{1,100} .*\n)?"  # of a mailbox
    r"(?=[A-Z][\w-]{1,40}:[ \t])(?=(?:.{0,2000}\n){0,80}Subject:[ \t])"
    r"(?:(?:From|Sent|Date|Subject|To|Cc|Message-ID|Received|Reply-To|Return-Path|Delivered-To"
    r"|MIME-Version|Content-[\w-]+|DKIM-[\w-]+|ARC-[\w-]+|Authentication-[\w-]+|X-[\w-]+)"
    r":[ \t].+\n(?:[ \t].+\n){0,50}){2}"
)
_OPENED = re.compile(r"([-+])\1\1+\s*$", re.MULTILINE)  # the line that opens front matter
_MOST_FRONT = 4000  # characters of front matter without such lines around it
_BARE_LINE = re.compile(r"[A-Za-z][\w -]{0,30}:[ \t]+\S|(?:标题|日期|来源|作者)：\s*\S")
_KEY_LINE = re.compile(
    rf"^({'|'.join(name for names in _FIELDS.values() for name in names)})[ \t]*[:：=][ \t]*(.*)$",
    re.MULTILINE | re.IGNORECASE,
)


def read_text(data: bytes) -> Draft:
    """The article of a plain text, or of the text of a page that was saved as such. Front matter
    and the header of an e-mail are understood, too.
    """
    text = decode(data)
    front, body = _mail(data, text) if _MAIL.match(text) else _front_matter(text)
    return _with_front(read_page(tidy(body)), front)


def read_markdown(data: bytes) -> Draft:
    """The article of a Markdown text: its text without the marks of Markdown, its first heading as
    title.

    Front matter takes precedence over what the text shows. Broken front matter (a title with a
    colon in it, for example) is read line by line rather than given up.
    """
    front, body = _front_matter(decode(data))
    heading, plain, whole = plain_markdown(body)
    if front:
        other = heading if heading != front.get("title", heading) else ""
        draft = Draft(tidy(f"{other}\n\n{plain}"), heading)
    else:
        heading = "" if is_contents(heading) else heading
        draft = read_page(tidy(f"{heading}\n\n{plain}"), whole, heading)
        if heading:
            draft = replace(
                draft, text=draft.text.removeprefix(heading).lstrip("\n"), title=heading
            )
    return _with_front(draft, front)


def _mail(data: bytes, text: str) -> tuple[dict[str, str], str]:
    """Subject and date of an e-mail that was saved as text, and the text of its body."""
    message = email.message_from_string(text, policy=email.policy.default)
    day = str(message["Date"] or message["Sent"] or "")
    body = text.partition("\n\n")[2]
    if message["Content-Type"] or message["Content-Transfer-Encoding"]:
        body = _words(email.message_from_bytes(data)) or body
    return {"title": str(message["Subject"] or ""), "date": day}, body


def _words(message: Message) -> str:
    """The plain text of an e-mail, else the text that its HTML shows; attachments are left out."""
    parts = [part for part in message.walk() if part.get_content_disposition() != "attachment"]
    for kind in ("text/plain", "text/html"):
        found = [part for part in parts if part.get_content_type() == kind]
        texts = [
            decode(payload, _charset(part))
            for part in found
            if isinstance(payload := part.get_payload(decode=True), bytes) and payload.strip()
        ]
        if texts and kind == "text/html":
            from rag.corpus.readers.markup import visible_text

            texts = [visible_text(text, whole=True) for text in texts]
        if any(map(str.strip, texts)):
            return "\n\n".join(texts)
    return ""


def _charset(part: Message) -> str:
    """The encoding that a part of an e-mail states, or "" if its bytes may have been re-encoded.

    Programs that save an e-mail as text keep base64 and quoted-printable as they were; the
    statement still holds only for those.
    """
    transfer_encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    is_kept = transfer_encoding in ("base64", "quoted-printable")
    return part.get_content_charset("") if is_kept else ""


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The known fields of the front matter at the top (YAML between ---, TOML between +++, or a
    block without marks), and the text below it.

    Raises:
        Unreadable: the front matter is opened but not closed.
    """
    import yaml

    text = text.lstrip()
    if not (opened := _OPENED.match(text)):
        return _bare_front_matter(text)
    mark = opened[1] * 3
    closed = re.compile(rf"^{re.escape(mark)}+\s*$", re.MULTILINE).search(text, opened.end())
    if not closed:
        if _KEY_LINE.match(text.partition("\n")[2]):
            raise Unreadable(
                f"expected a line {mark} at the end of the front matter, found none; add it"
            )
        return {}, text
    block, body = text[opened.end() : closed.start()], text[closed.end() :]
    try:
        # The base loader makes only strings, so a title such as 2011 or a date stays as written.
        values = yaml.load(block, yaml.BaseLoader) if mark == "---" else tomllib.loads(block)
    except (yaml.YAMLError, ValueError, RecursionError):  # tomllib's errors are ValueErrors
        values = _key_lines(block)
    if isinstance(values, str) and all(map(_KEY_LINE.match, filter(str.strip, block.split("\n")))):
        values = _key_lines(block)  # with Chinese colons, which YAML does not know
    if not isinstance(values, dict) or not values:
        return {}, text  # no front matter, but two horizontal rules around a paragraph
    return _fields(values), body


def _bare_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The same for front matter without marks around it, as Pelican and MultiMarkdown write it:
    lines with a key each, the title among them, then a blank line.
    """
    block, _, body = text.partition("\n\n")
    lines = block.split("\n")
    if len(lines) < 2 or not body or len(block) > _MOST_FRONT:
        return {}, text
    front = _fields(_key_lines(block)) if all(map(_BARE_LINE.match, lines)) else {}
    return (front, body) if "title" in front else ({}, text)


def _fields(values: dict) -> dict[str, str]:
    """The values of front matter by field of an article; other keys are left out."""
    known = {
        str(key).lower(): str(value)
        for key, value in values.items()
        if isinstance(value, str | date)
    }
    named = {
        field: next((known[name] for name in names if name in known), None)
        for field, names in _FIELDS.items()
    }
    return {field: " ".join(value.split()) for field, value in named.items() if value is not None}


def _key_lines(block: str) -> dict[str, str]:
    return {key: value.strip().strip("\"'") for key, value in _KEY_LINE.findall(block)}


def _with_front(draft: Draft, front: dict[str, str]) -> Draft:
    """The draft with the fields that front matter states; an invalid date there is ignored."""
    given: dict[str, Any] = {key: value for key, value in front.items() if value}
    if "date" in given:
        given["date"] = normal_date(given["date"]) or draft.date
    return replace(draft, **given)
