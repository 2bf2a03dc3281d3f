"""Rows of tables as articles, with the columns found by their usual names in Chinese and English;
and the tables that are JSON (.jsonl, .json).
"""

from __future__ import annotations

import functools
import html
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, TypeGuard

from rag.corpus.dates import normal_date
from rag.corpus.encoding import decode
from rag.corpus.readers.draft import Draft, Missing, Unreadable

MAX_ROW_BYTES = 64 * 1024 * 1024
SAMPLE_BYTES = 256 * 1024
# Parts that say what an object stands for: of WordPress, of publishers in JSON-LD, of MongoDB, of
# editors that store blocks.
_PARTS = (
    "rendered",
    "name",
    "main",
    "@value",
    "$date",
    "$oid",
    "$numberLong",
    "text",
    "html",
    "paragraphs",
)
_BESIDE = ("date", "source", "url", "lang")  # what objects beside an article say of it
_WEIBO = re.compile(
    r"^(?:[A-Za-z]{3} )?([A-Za-z]{3} +\d{1,2}) \d\d:\d\d:\d\d [+\w:-]+ (\d{4})$"
)  # and Twitter
_BLOCKS = "p|br|div|h[1-6]|li|tr|blockquote|section|article|pre"
_TAGS = (
    f"{_BLOCKS}|a|b|i|u|em|strong|span|font|ul|ol|dl|d[dt]|table|thead|tbody|t[dh]|figure|figcaption|su[bp]|small|center|code|ruby|del|s|strike|ins|mark"
    "|cite|q|abbr|main|header|footer|details|summary"
)
_HTML = re.compile(rf"</(?:{_TAGS})\s*>|<(?:br|hr|p|img)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}\d{0,2}|#\d{2,7}|#[xX][\da-fA-F]{2,6});")


def _words(names: str) -> tuple[str, ...]:
    return tuple(names.split())


NAMES: dict[str, tuple[str, ...]] = {
    "id": _words("id articleid newsid docid guid uuid 编号 編號"),
    "text": _words(
        "text content body articlebody articletext fulltext maintext article story contents "
        "contenthtml contenttext bodytext plaintext 正文 内容 內容 全文 文本 新闻内容 新闻正文 文章内容 文章正文 文章"
    ),
    "title": _words(
        "title headline heading newstitle webtitle 标题 標題 题目 題目 新闻标题 文章标题"
    ),
    "date": _words(
        "date published publishdate publisheddate publishedat publicationdate datepublished "
        "pubdate publishtime pubtime posted time datetime created createdat "
        "webpublicationdate timestamp @timestamp 日期 发布日期 发布时间 發布時間 发表日期 发表时间 發表時間 时间 時間 "
        "出版日期"
    ),
    "source": _words(
        "source publisher publication newspaper media outlet site sitename website 来源 來源 出处 "
        "媒体 媒體 发布者 发布机构 网站 報紙 报纸"
    ),
    "url": _words("url link href permalink sourceurl weburl 链接 鏈接 連結 网址 網址 原文链接"),
    "lang": _words("lang language 语言 語言"),
}
"""Usual names of columns by field, without case, spaces and "_-."; the first that a table has
counts.
"""

TEASERS = ("description", "summary", "abstract", "摘要", "简介", "簡介", "导语", "導語")
"""Columns that hold the text where no other does."""

Columns = Mapping[str, str]
"""Names of columns by field, for tables that call them otherwise: {"text": "content_plain"}."""


def read_jsonl(
    file: BinaryIO,
    columns: Columns,
    instead: Callable[[bytes], Any] | None = None,
) -> Iterator[tuple[int, Draft | Missing]]:
    """Line number and article of each line; a line with an error costs that line only. Raises
    OSError.

    ``instead`` gets each line, and gives what is to stand in the place of its article, or None.
    """
    for number in itertools.count(1 + getattr(file, "lines_before", 0)):
        line = file.readline(MAX_ROW_BYTES + 1)
        if not line:
            break
        if len(line) > MAX_ROW_BYTES:
            while line and not line.endswith(b"\n"):
                line = file.readline(1 << 20)
            yield (
                number,
                Missing(f"a line longer than {MAX_ROW_BYTES >> 20} MiB: expected one article"),
            )
            continue
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        line = line.lstrip(b"\x1e")  # before each record of RFC 7464
        if line.strip():
            other = instead(line) if instead else None
            yield number, _json_row(line, columns) if other is None else other


def _json_row(line: bytes, columns: Columns) -> Draft | Missing:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Missing("not UTF-8: expected JSON in UTF-8; convert the file")
    except RecursionError:
        return Missing("not usable JSON: nested too deep")
    except ValueError as error:
        return Missing(f"not JSON ({error}): expected one object per line")
    return draft_of(_with_inner(row, columns), columns)


def read_json(data: bytes, columns: Columns) -> list[Draft | Missing]:
    """The articles of a JSON file: an array of objects, an object that holds one ({"articles":
    [...]}), or a single object.

    Raises Unreadable where there are none, NotText.
    """
    text = decode(data)
    try:
        value = json.loads(text)
    except RecursionError:
        raise Unreadable("not usable JSON: nested too deep") from None
    except ValueError as error:
        if re.match(
            r"\s*\{.*\}\s*\n\s*\{", text[:SAMPLE_BYTES]
        ):  # lines of JSON under the name of JSON
            return [
                row
                for _, row in read_jsonl(io.BytesIO(text.encode("utf-8", "surrogatepass")), columns)
            ]
        value = _values(text)
        if not value:
            raise Unreadable(f"not JSON ({error}); save it anew") from None
    rows = list(_rows_in(value, columns)) or (value if isinstance(value, list) else [value])
    if isinstance(value, dict) and "jsonfeed.org" in str(value.get("version")):
        rows = [{"source": value.get("title"), **row} for row in rows if isinstance(row, dict)]
    if not rows:
        raise Unreadable("empty: expected articles as JSON objects, found none")
    return [draft_of(row, columns) for row in rows]


def _values(text: str) -> list:
    """Values that stand one after the other; none where something else is between them."""
    decoder, out, at = json.JSONDecoder(), [], 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        out.append(value)
        at += len(text[at:]) - len(text[at:].lstrip()) if text[at : at + 1].isspace() else 0
    return out


def _rows_in(value: object, columns: Columns) -> Iterator[object]:
    """The articles in some JSON, however deep they lie, in order: objects with a text, and what
    stands in a list with one.
    """
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if table := _by_columns(one, columns):
            yield from table
        elif _is_row(row := _with_inner(one, columns), columns) and not _is_head(row, columns):
            yield row
        elif isinstance(one, list) and any(_is_row(row, columns) for row in one):
            yield from one
        elif isinstance(one, dict | list):
            waiting += reversed(list(one.values()) if isinstance(one, dict) else one)


def _with_inner(row: object, columns: Columns, depth: int = 3) -> object:
    """A row with the fields of the one object in it that holds a text, where it holds none itself:
    {"_id", "_source": {"title", "text"}}. Fields that are missing are those around it, and of the
    objects beside it.
    """
    if not isinstance(row, dict) or not depth or _is_row(row, columns):
        return row
    objects = [one for one in row.values() if isinstance(one, dict)]
    rows = [_with_inner(one, columns, depth - 1) for one in objects]
    texts = ((at, one) for at, one in enumerate(rows) if isinstance(one, dict))
    held = [(at, one) for at, one in texts if text_of(one, columns)]
    if len(held) != 1:
        return row
    ((at, found),) = held
    inner, out = objects.pop(at), dict(found)
    known = dict(names_of(out, columns))
    for other in (row, *objects):
        for field, name in names_of(other, columns).items():
            beside = other is row or field in _BESIDE
            if beside and field not in known and other[name] is not inner:
                out[columns.get(field, field)] = known[field] = other[name]
    return out


def _is_head(row: dict, columns: Columns) -> bool:
    """Whether an object describes the rows in it: {"title", "description", "items": [...]}."""
    lists = (one for one in row.values() if isinstance(one, list))
    return not text_of(row, columns) and any(
        _is_row(one, columns) for some in lists for one in some
    )


def _by_columns(value: object, columns: Columns) -> list[dict]:
    """The rows of a table that is stated column by column, or with the names of its columns once,
    as data frames are written; none of anything else.
    """
    if not isinstance(value, dict):
        return []
    names, data = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(data, list) and "text" in names_of(names, columns):
        return [dict(zip(names, row)) for row in data if isinstance(row, list)]
    known = [value[name] for name in names_of(value, columns).values()]
    if len(known) < 2 or "text" not in names_of(value, columns) or not known[0]:
        return []
    if all(isinstance(one, list) and len(one) == len(known[0]) for one in known):
        keys: Sequence = range(len(known[0]))
    elif all(isinstance(one, dict) and one.keys() == known[0].keys() for one in known):
        keys = list(known[0])
    else:
        return []
    whole = {name: one for name, one in value.items() if type(one) is type(known[0])}
    return [{name: one[key] for name, one in whole.items() if _has(one, key)} for key in keys]


def _has(column: list | dict, key: int | str) -> bool:
    if isinstance(column, list):
        return isinstance(key, int) and key < len(column)
    return key in column


def _is_row(value: object, columns: Columns) -> TypeGuard[dict]:
    if not isinstance(value, dict):
        return False
    name = names_of(value, columns).get("text")
    return name is not None and isinstance(_said(value[name], "text"), str)


def names_of(present: Iterable[str], columns: Columns) -> dict[str, str]:
    """The name of the column of each field that is there."""
    return _chosen(tuple(name for name in present if isinstance(name, str)), tuple(columns.items()))


@functools.lru_cache(1024)
def _chosen(present: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> dict[str, str]:
    named = dict(columns)
    plain = {_plain(name): name for name in reversed(present)}
    out = {}
    for field, usual in NAMES.items():
        if field in named:
            if named[field] in present:
                out[field] = named[field]
            continue
        usual = (*usual, *TEASERS) if field == "text" else usual
        name = (
            field
            if field in present
            else next((plain[name] for name in usual if name in plain), "")
        )
        if name and name not in named.values():
            out[field] = name
    return out


def _plain(name: str) -> str:
    return re.sub(r"[\s_.-]", "", name).casefold()


def draft_of(row: object, columns: Columns) -> Draft | Missing:
    """The article of a row. HTML and entities in its fields are read as what they show; all else
    stays as it is.
    """
    if not isinstance(row, dict):
        return Missing(f'expected an object {{"id", "text", ...}}, found {type(row).__name__}')
    values: dict[str, Any] = {}
    for field, name in names_of(row, columns).items():
        value = _said(row[name], field)
        if not isinstance(value, str) and field in ("id", "text"):
            return Missing(f'expected a string as "{name}", found {type(value).__name__}')
        values[field] = value if isinstance(value, str) else ""
    if "date" in values:
        values["date"] = normal_date(values["date"])
    for field in values.keys() - {"id", "date", "lang"}:
        shown = _shown(values[field], field == "text")
        values[field] = shown if field == "text" or "\n" not in shown else " ".join(shown.split())
    return Draft(text=values.pop("text", ""), part=values.pop("id", ""), **values)


def text_of(row: Mapping, columns: Columns) -> str:
    """The text of a row, as it stands in the field for it, no teaser; "" for none."""
    name = names_of(row, columns).get("text", "")
    value = _said(row[name], "text") if name and _plain(name) not in TEASERS else ""
    return value if isinstance(value, str) else ""


def _said(value: object, field: str, depth: int = 3) -> object:
    """The value of a field as a string, where it can be one: an object by the part that says it, a
    list of strings joined.
    """
    if isinstance(value, dict) and depth:
        part = next((name for name in _PARTS if name in value), None)
        return value if part is None else _said(value[part], field, depth - 1)
    if isinstance(value, list) and field == "text" and depth:  # paragraphs
        value = [_said(one, field, depth - 1) for one in value]
    if (
        isinstance(value, list)
        and field not in ("id", "date")
        and all(isinstance(one, str) for one in value)
    ):
        return ("\n" if field == "text" else ", ").join(value)
    if field == "date" and isinstance(value, str):
        value = _WEIBO.sub(r"\1, \2", value)
        value = int(value) if re.fullmatch(r"[0-9]{10}|[0-9]{13}", value) else value
    if isinstance(value, int | float) and not isinstance(value, bool) and field in ("id", "date"):
        return _day(value) if field == "date" else str(value)
    return "" if value is None else value


def _shown(value: str, lines: bool) -> str:
    """What a page would show for a field."""
    if "&" in value and not _HTML.search(value):
        value = _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), value)
    if "<" not in value or not _HTML.search(value):
        return value
    from rag.corpus.readers.markup import shown

    return shown(value, lines)


def _day(value: float) -> str:
    """A number as the day that it stands for: 20150302, or seconds or milliseconds since 1970 (in
    UTC).
    """
    for unit in (1, 1000):
        if 1e8 <= value / unit < 4.2e9:
            return datetime.fromtimestamp(value / unit, UTC).date().isoformat()
    return str(int(value)) if value == value and abs(value) < 1e15 else ""
