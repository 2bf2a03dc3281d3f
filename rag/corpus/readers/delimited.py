"""Tables with delimited columns (.csv, .tsv): each row is an article."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.corpus.encoding import encoding_of
from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.corpus.readers.rows import SAMPLE_BYTES, Columns, draft_of, names_of

_DELIMITERS = ",\t;|"
_FIELD_CHARS = 16 * 1024 * 1024  # in one field at most
_HEADINGS = 4  # rows at the top in which the row of column names is sought, below a heading


def _rows(file: BinaryIO) -> tuple[Any, str]:
    """The rows of a file, from the one that names the columns on, and their delimiter.

    Raises Unreadable if the file is empty, NotText and OSError.
    """
    whole = io.BufferedReader(file, SAMPLE_BYTES)  # type: ignore[type-var]
    sample = whole.peek()
    if len(sample) == SAMPLE_BYTES:  # it may end within a character
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if not sample.strip():
        raise Unreadable("empty: expected a row that names the columns, and articles below it")
    name = encoding_of(sample)
    stream = io.TextIOWrapper(whole, name, errors="replace", newline="")
    first = stream.readline(_FIELD_CHARS)
    if sep_line := re.match(r"\ufeff?\"?sep=([,\t;|])", first):  # Excel's
        first = stream.readline(_FIELD_CHARS)
    delimiter = sep_line[1] if sep_line else max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_FIELD_CHARS)
    rows = csv.reader(
        itertools.chain([first], stream),
        delimiter=delimiter,
        **_quoting(sample.decode(name, "replace"), delimiter),
    )
    return rows, delimiter


def read_csv(file: BinaryIO, columns: Columns) -> Iterator[tuple[int, Draft | Missing]]:
    """Yields line number and article of each row below the row that names the columns.

    The encoding is detected from the beginning of the file. The delimiter is the one of , tab ; and
    | that is most frequent in the first row, unless a line such as "sep=;" names it.

    Raises Unreadable if the file is empty or no column holds the text, NotText and OSError.
    """
    rows, delimiter = _rows(file)
    header, text = _header(rows, columns)
    if not text:
        wanted = "a column with the text, named 正文, content, text or the like"
        wanted = f"the column {columns['text']!r}" if "text" in columns else wanted
        raise Unreadable(
            f"expected {wanted}, found {', '.join(header[:20])}; name it (yinju build --map"
            " text=COLUMN)"
        )
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                # The text is the last column and holds delimiters that were not quoted.
                if len(row) > len(header) and header[-1] == text:
                    row[len(header) - 1 :] = [delimiter.join(row[len(header) - 1 :])]
                yield rows.line_num, draft_of(dict(zip(header, row)), columns)
    except csv.Error as error:
        yield rows.line_num, Missing(f"no row of a table ({error}); what follows is not read")


def _header(rows: Iterator[list[str]], columns: Columns) -> tuple[list[str], str]:
    """The row of column names, and the name of the column that holds the text ("" for none).

    It is the first row, or a row below the heading of the table.
    """
    first: list[str] = []
    for row in itertools.islice(rows, _HEADINGS):
        header = [cell.strip().removeprefix("\ufeff") for cell in row]
        first = first or header
        if text := names_of(header, columns).get("text", ""):
            return header, text
        if len(list(filter(None, header))) > 1:
            break  # a heading fills one cell only
    return first, ""


def _quoting(sample: str, delimiter: str) -> dict[str, Any]:
    """The arguments of ``csv.reader`` that say how a table quotes its fields.

    By default a field stands in double quotes, and a quote within it is doubled. Some tables with
    tabs quote nothing, some use single quotes, and MySQL writes a quote as \\".
    """
    lines, mark = sample.splitlines()[:-1], re.escape(delimiter)
    columns = {line.count("\t") for line in lines}
    if delimiter == "\t" and len(columns) == 1 and any(line.count('"') % 2 for line in lines):
        return {"quoting": csv.QUOTE_NONE}
    single = re.compile(rf"(?:^|{mark})'(?:[^']|'')*'(?={mark}|$)")
    doubled = '"' in re.sub(rf'[^{mark}\n]"', "", sample)
    if not doubled and any(map(single.search, lines[1:])):
        return {"quotechar": "'"}
    if '\\"' in sample and not re.search(rf'[^{mark}\n"]""', sample):
        return {"escapechar": "\\"}
    return {}
