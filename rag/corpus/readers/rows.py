"""Rows of tables as articles, and reading of tables in JSON (.jsonl, .json).

The column of each field of an article is found by its usual names in Chinese and English. An
object of JSON is a row, too: its keys are the names of the columns.
"""

from __future__ import annotations

import functools
import html
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, TypeGuard

from rag.corpus.date_grammar import normal_date
from rag.corpus.encoding import decode
from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.corpus.tables import words_of

MAX_ROW_BYTES = 64 * 1024 * 1024
SAMPLE_BYTES = 256 * 1024
# Keys under which an object holds the value that it stands for: in WordPress, in JSON-LD of
# publishers, in MongoDB, in editors that store blocks.
_PARTS = "rendered name main @value $date $oid $numberLong text html paragraphs".split()
_BESIDE = ("date", "source", "url", "lang")  # fields that are also taken from objects beside it
# The format of a post's time on Weibo or Twitter.
_WEIBO = re.compile(r"^(?:[A-Za-z]{3} )?([A-Za-z]{3} +\d{1,2}) \d\d:\d\d:\d\d [+\w:-]+ (\d{4})$")
# elements that stand in lines of their own
BLOCK_TAGS = "p|br|div|h[1-6]|li|tr|blockquote|section|article|pre"
_TAGS = (
    f"{BLOCK_TAGS}|a|b|i|u|em|strong|span|font|ul|ol|dl|d[dt]|table|thead|tbody|t[dh]|figure|figcaption|su[bp]|small|center|code|ruby|del|s|strike|ins|mark"
    "|cite|q|abbr|main|header|footer|details|summary"
)
_HTML = re.compile(rf"</(?:{_TAGS})\s*>|<(?:br|hr|p|img)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}\d{0,2}|#\d{2,7}|#[xX][\da-fA-F]{2,6});")


COLUMN_NAMES = words_of("columns.tsv")
"""Usual names of columns by field, in lower case and without spaces and "_-."; the first of them
that a table has is taken.
"""

# columns that are taken for the text if there is no better one
_TEASERS = COLUMN_NAMES.pop("teaser")

Columns = Mapping[str, str]
"""Names of columns by field, for tables with unusual names: {"text": "content_plain"}."""


def read_jsonl(
    file: BinaryIO,
    columns: Columns,
    instead: Callable[[bytes], Any] | None = None,
) -> Iterator[tuple[int, Draft | Missing]]:
    """Yields line number and article of each line; an error in a line costs that line only. Raises
    OSError.

    Args:
        file: the JSON Lines. Its attribute ``lines_before``, if it has one, is the number of lines
            of the whole file that come before.
        columns: names of columns by field.
        instead: gets each line, and returns what to yield in the place of its article, or None for
            the article.
    """
    for number in itertools.count(1 + getattr(file, "lines_before", 0)):
        line = file.readline(MAX_ROW_BYTES + 1)
        if not line:
            break
        if len(line) > MAX_ROW_BYTES:
            while line and not line.endswith(b"\n"):
                line = file.readline(1 << 20)
            most = MAX_ROW_BYTES >> 20
            yield number, Missing(f"a line longer than {most} MiB: expected one article")
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
    """The articles of a JSON file: an array of objects, an object that holds such an array
    ({"articles": [...]}), or a single object.

    Raises Unreadable if there are none, and NotText.
    """
    text = decode(data)
    try:
        value = json.loads(text)
    except RecursionError:
        raise Unreadable("not usable JSON: nested too deep") from None
    except ValueError as error:
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
    """The JSON values of a text that holds one after the other; [] if anything else is in it."""
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
    """Yields the articles in a JSON value in order, however deep they lie: objects with a text, and
    all items of a list that holds such an object.
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
    """The row, or, if it has no text itself and exactly one object in it has, that inner object:
    {"_id", "_source": {"title", "text"}}.

    Fields that the inner object lacks are taken from the row and from objects beside the inner one.
    """
    if not isinstance(row, dict) or not depth or _is_row(row, columns):
        return row
    objects = [one for one in row.values() if isinstance(one, dict)]
    rows = [_with_inner(one, columns, depth - 1) for one in objects]
    texts = ((at, one) for at, one in enumerate(rows) if isinstance(one, dict))
    with_text = [(at, one) for at, one in texts if text_of(one, columns)]
    if len(with_text) != 1:
        return row
    ((at, found),) = with_text
    inner, out = objects.pop(at), dict(found)
    known = dict(names_of(out, columns))
    for other in (row, *objects):
        for field, name in names_of(other, columns).items():
            beside = other is row or field in _BESIDE
            if beside and field not in known and other[name] is not inner:
                out[columns.get(field, field)] = known[field] = other[name]
    return out


def _is_head(row: dict, columns: Columns) -> bool:
    """Whether an object is no article but describes a list of articles in it: {"title",
    "description", "items": [...]}.
    """
    inside = (one for some in row.values() if isinstance(some, list) for one in some)
    return not text_of(row, columns) and any(_is_row(one, columns) for one in inside)


def _by_columns(value: object, columns: Columns) -> list[dict]:
    """The rows of a table that is written as data frames are: column by column, or as "columns" and
    "data"; [] for anything else.
    """
    if not isinstance(value, dict):
        return []
    names, data = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(data, list) and "text" in names_of(names, columns):
        return [dict(zip(names, row)) for row in data if isinstance(row, list)]
    whole = {
        name: dict(enumerate(one)) if isinstance(one, list) else one
        for name, one in value.items()
        if isinstance(one, list | dict)
    }
    named = names_of(value, columns)
    known = [whole.get(name, {}) for name in named.values()]
    if len(known) < 2 or "text" not in named or any(one.keys() != known[0].keys() for one in known):
        return []
    return [{name: one[key] for name, one in whole.items() if key in one} for key in known[0]]


def _is_row(value: object, columns: Columns) -> TypeGuard[dict]:
    if not isinstance(value, dict):
        return False
    name = names_of(value, columns).get("text")
    return name is not None and isinstance(_as_string(value[name], "text"), str)


def names_of(present: Iterable[str], columns: Columns) -> dict[str, str]:
    """For each field that has a column among those ``present`` the name of that column."""
    return _chosen(tuple(name for name in present if isinstance(name, str)), tuple(columns.items()))


@functools.lru_cache(1024)
def _chosen(present: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> dict[str, str]:
    named = dict(columns)
    plain = {_plain(name): name for name in reversed(present)}
    out = {}
    for field, usual in COLUMN_NAMES.items():
        if field in named:
            if named[field] in present:
                out[field] = named[field]
            continue
        usual = (*usual, *_TEASERS) if field == "text" else usual
        found = (plain[name] for name in usual if name in plain)
        name = field if field in present else next(found, "")
        if name and name not in named.values():
            out[field] = name
    return out


def _plain(name: str) -> str:
    return re.sub(r"[\s_.-]", "", name).casefold()


def draft_of(row: object, columns: Columns) -> Draft | Missing:
    """The article of a row. HTML and entities in its fields are replaced with the text that they
    show; all else stays as it is.
    """
    if not isinstance(row, dict):
        return Missing(f'expected an object {{"id", "text", ...}}, found {type(row).__name__}')
    values: dict[str, Any] = {}
    for field, name in names_of(row, columns).items():
        value = _as_string(row[name], field)
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
    """The text of a row as its column has it; "" if there is none, or only a teaser."""
    name = names_of(row, columns).get("text", "")
    value = _as_string(row[name], "text") if name and _plain(name) not in _TEASERS else ""
    return value if isinstance(value, str) else ""


def _as_string(value: object, field: str, depth: int = 3) -> object:
    """The value of a field as a string, if it can be one; else the value itself.

    An object stands for the value under one of its usual keys (:data:`_PARTS`); a list of strings
    is joined; numbers count for ids and dates only.
    """
    if isinstance(value, dict) and depth:
        part = next((name for name in _PARTS if name in value), None)
        return value if part is None else _as_string(value[part], field, depth - 1)
    if isinstance(value, list) and field == "text" and depth:  # paragraphs
        value = [_as_string(one, field, depth - 1) for one in value]
    strings = isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(value, list) and strings and field not in ("id", "date"):
        return ("\n" if field == "text" else ", ").join(value)
    if field == "date" and isinstance(value, str):
        value = _WEIBO.sub(r"\1, \2", value)
        value = int(value) if re.fullmatch(r"[0-9]{10}|[0-9]{13}", value) else value
    if isinstance(value, int | float) and not isinstance(value, bool) and field in ("id", "date"):
        return _day(value) if field == "date" else str(value)
    return "" if value is None else value


def _shown(value: str, lines: bool) -> str:
    """The text that a page would show for the value of a field: in several ``lines``, or in one."""
    if "&" in value and not _HTML.search(value):
        value = _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), value)
    if "<" not in value or not _HTML.search(value):
        return value
    from rag.corpus.readers.markup import shown

    return shown(value, lines)


def _day(value: float) -> str:
    """The day that a number stands for: seconds or milliseconds since 1970 (in UTC) as ISO date; a
    number such as 20150302 in digits; "" for any other.
    """
    for unit in (1, 1000):
        if 1e8 <= value / unit < 4.2e9:
            return datetime.fromtimestamp(value / unit, UTC).date().isoformat()
    return str(int(value)) if value == value and abs(value) < 1e15 else ""
