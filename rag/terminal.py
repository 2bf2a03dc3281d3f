"""The input and output of the command line: reads questions from a file, shows answers, hits and
progress.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING

import click

from rag.errors import UsageError

if TYPE_CHECKING:
    from tqdm import tqdm

    from rag.answer.types import Answer, Citation
    from rag.corpus.article import Skipped
    from rag.search.sift import Sifted
    from rag.search.types import Hit

SKIPPED_SHOWN = 20
FACETS_SHOWN = 12
# Control characters, which a terminal would obey, and those that change the direction of text.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_WORDS = {
    "zh": ("来源", "最接近的内容", "理解为：", "，", "（--no-constraints 取消）"),
    "en": ("Sources", "Nearest", "Understood as: ", ", ", "  [--no-constraints: all]"),
}
_WRITTEN = {
    "zh": ("（由 {model} 根据引文撰写，{about}{tokens:,} 个词元）", "约 "),
    "en": ("(Written from the quotes by {model}, {about}{tokens:,} tokens)", "about "),
}


def put_each(
    file: IO[bytes], expected: str, fits: Callable[[dict], bool], made: Callable[[dict], dict]
) -> None:
    """Writes a line of JSON for each line of a JSON Lines file that is not blank: its id, or else
    its number from 1, and what ``made`` makes of its object.

    Raises UsageError, which names the line, for a line that is no JSON object in UTF-8 or for which
    ``fits`` is false, and if ``made`` raises it. ``expected`` says in the message what a line
    should be.
    """
    for number, line in enumerate(file, 1):
        where = f"{file.name}, line {number}: expected {expected}, got"
        try:
            text = line.decode("utf-8-sig").strip()
            row = json.loads(text or "null")
        except ValueError as error:
            raise UsageError(f"{where} no JSON in UTF-8 ({error})") from error
        if not text:
            continue
        if not isinstance(row, dict) or not fits(row):
            raise UsageError(f"{where} {text[:60]}{'…' if len(text) > 60 else ''}")
        try:
            put_json({"id": row.get("id", number), **made(row)})
        except UsageError as error:
            raise UsageError(f"{file.name}, line {number}: {error}") from error


def put_json(row: dict) -> None:
    """Writes a JSON object as one line, in UTF-8 whatever the terminal's encoding, and flushes
    it.
    """
    sys.stdout.flush()
    sys.stdout.buffer.write(json_line(row).encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def json_line(row: dict) -> str:
    """A JSON object as one line, with its line break."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def put(text: str = "", error: bool = False) -> None:
    """Writes a line for people. Characters that the terminal's encoding lacks become "?"; there are
    no colors if NO_COLOR is set.
    """
    stream = sys.stderr if error else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    click.echo(text, file=stream, color=False if os.environ.get("NO_COLOR") else None)


def printable(text: str) -> str:
    """The text without characters that a terminal would obey rather than show."""
    return _UNPRINTABLE.sub("", text)


def put_answer(answer: Answer) -> None:
    """Writes the answer, then its sources with their quotes and what words of the quotes mean in
    the question's language; in a refusal the nearest quotes.
    """
    from rag.answer.gloss import glosses
    from rag.plain import also_searched, column_lines, limits, words_of

    sources, nearest, understood, separator, lift = words_of(_WORDS, answer)
    if answer.completed:
        put(printable(f"{understood}{answer.completed}\n"))
    put(printable(answer.text))
    if columns := column_lines(answer):
        put(printable(f"\n{columns}"))
    if written := answer.written:
        template, about = words_of(_WRITTEN, answer)
        how = {"about": "" if written.counted else about, "tokens": written.tokens}
        put(printable(template.format(model=written.model, **how)))
    if answer.constraints:
        put(printable(limits(answer) + lift))
    if answer.also:
        put(printable(also_searched(answer)))
    listed = answer.citations or answer.nearest
    if listed:
        put(f"\n{sources if answer.citations else nearest}")
    for number, citation in enumerate(listed, 1):
        put(f"{f'[{number}]' if answer.citations else '-'} {_heading(citation)}")
        if citation.same_as:
            put(f"    = [{citation.same_as}]")
            continue
        if citation.header:
            put(printable(f"    {citation.header}"))
        put(f"    {_marked(citation.quote, citation.start, citation.marks)}")
        if same := glosses(citation):
            put(printable(f"    {separator.join(f'{word} = {asked}' for word, asked in same)}"))


def put_hits(hits: Iterable[Hit]) -> None:
    """Writes the hits, best first, with the words in bold that match the question. Hits that tell
    the same story stand under the best of them.
    """
    stories: dict[str, list[Hit]] = {}
    for hit in hits:
        story = f"story {hit.story}" if hit.story else f"hit {len(stories)}"
        stories.setdefault(story, []).append(hit)
    for number, (hit, *same) in enumerate(stories.values(), 1):
        marks = [(mark.start, mark.end) for mark in hit.highlights]
        put(f"{number}. {_heading(hit)}  {hit.score:.3f}")
        put(f"    {_marked(hit.text, hit.start, marks)}")
        for other in same:
            put(f"    = {_heading(other)}  {other.score:.3f}")


def put_sifted(found: Sifted) -> None:
    """Writes how many articles contain what was searched for, in all and by month, publisher, place
    and language, and the best of them.
    """
    facets = found.facets
    nearest = "; the nearest:" if found.nearest and found.hits else ""
    put(f"{found.total:,} article{'' if found.total == 1 else 's'}{nearest}")
    for name, counts in (
        ("month", facets.months),
        ("publisher", facets.sources),
        ("place", facets.places),
        ("language", facets.langs),
    ):
        values = [f"{value} {count:,}" for value, count in counts[:FACETS_SHOWN]]
        values += ["…"] if len(counts) > FACETS_SHOWN else []
        if values:
            put(printable(f"{name + ':':11}{', '.join(values)}"))
    put_hits(found.hits)


def put_skipped(skipped: Iterable[Skipped]) -> None:
    """Writes to standard error what was not read and why: each file by name if they are few, else
    the first file for each reason.
    """
    skipped = list(skipped)
    each_named = len(skipped) <= SKIPPED_SHOWN
    groups: dict[str, list[str]] = {}
    for entry in skipped:
        key = f"{entry.path}: {entry.reason}" if each_named else entry.reason
        groups.setdefault(key, []).append(entry.path)
    for reason, paths in itertools.islice(groups.items(), SKIPPED_SHOWN):
        what = reason if each_named else f"{paths[0]}: {reason}"
        more = f" (and {len(paths) - 1:,} more like it)" if len(paths) > 1 else ""
        put(printable(f"yinju: skipped {what}{more}"), error=True)
    if left := sum(map(len, list(groups.values())[SKIPPED_SHOWN:])):
        put(f"yinju: skipped {left:,} more; yinju status --json lists all", error=True)


def size(count: int) -> str:
    """A number of bytes for people: "1.4 MB"."""
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"


def _heading(of: Citation | Hit) -> str:
    from rag.plain import heading

    return printable(heading(of))


def _marked(text: str, offset: int, marks: Iterable[tuple[int, int]]) -> str:
    """The text on one line, with marked spans in bold. The text begins at ``offset`` of its
    article; the spans are offsets in the article.
    """
    out, done = [], 0
    for start, end in sorted(marks):
        start, end = max(start - offset, done), min(end - offset, len(text))
        if start < end:
            out += [_line(text[done:start]), click.style(_line(text[start:end]), bold=True)]
            done = end
    return "".join(out) + _line(text[done:])


def _line(text: str) -> str:
    return printable(re.sub(r"\s*\n\s*", " ", text))


class Progress(contextlib.AbstractContextManager):
    """Shows a progress bar on standard error for each phase of a long task; none if standard error
    is no terminal."""

    def __init__(self) -> None:
        self._phase = ""
        self._bar: tqdm | None = None

    def __call__(self, done: int, total: int | None, phase: str) -> None:
        from tqdm import tqdm

        if self._bar is None or phase != self._phase:
            self.close()
            desc = "articles" if phase == "passages" else phase
            self._phase = phase
            self._bar = tqdm(desc=desc, unit="", disable=None, leave=False, file=sys.stderr)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __exit__(self, *_: object) -> None:
        self.close()
