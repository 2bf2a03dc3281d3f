"""What the command line reads and shows: questions from a file, answers and hits for people,
progress.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING

import click

from rag.errors import UsageError

if TYPE_CHECKING:
    from tqdm import tqdm

    from rag.answer.types import Answer, Citation, Written
    from rag.corpus.article import Skipped
    from rag.search.sift import Sifted
    from rag.search.types import Hit

SKIPPED_SHOWN = 20
FACETS_SHOWN = 12
# Control characters (a terminal would obey them) and those that turn the direction of text.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LIFT = {"zh": "（--no-constraints 取消）", "en": "  [--no-constraints: all]"}
_WRITTEN = {
    "zh": "（由 {model} 根据引文撰写，{about}{tokens} 个词元）",
    "en": "(Written from the quotes by {model}, {about}{tokens} tokens)",
}
_WORDS = {
    "zh": ("来源", "最接近的内容", "理解为：", "，"),
    "en": ("Sources", "Nearest", "Understood as: ", ", "),
}


def questions(file: IO[bytes]) -> Iterator[tuple[int, object, str]]:
    """Line number from 1, id and question of every row of a JSON Lines file, one at a time.

    A row without an id gets its line number. Raises UsageError, naming the line, for what is no
    question.
    """
    for number, line in enumerate(file, 1):
        try:
            text = line.decode("utf-8-sig").strip()
            if not text:
                continue
            row = json.loads(text)
        except ValueError as error:
            raise _bad(file, number, f"no JSON in UTF-8 ({error})") from error
        if not isinstance(row, dict) or not isinstance(row.get("question"), str):
            raise _bad(file, number, f"{text[:60]}{'…' if len(text) > 60 else ''}")
        yield number, row.get("id", number), row["question"]


def _bad(file: IO[bytes], number: int, seen: str) -> UsageError:
    return UsageError(
        f'{file.name}, line {number}: expected {{"id": …, "question": "…"}}, got {seen}'
    )


def put_json(row: dict) -> None:
    """One JSON object as one line, in UTF-8 whatever the terminal's encoding, written out at
    once.
    """
    sys.stdout.flush()
    sys.stdout.buffer.write(json_line(row).encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def json_line(row: dict) -> str:
    """One JSON object as one line, its end included."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def put(text: str = "", error: bool = False) -> None:
    """A line for people; what the terminal cannot show becomes "?", and no text commands the
    terminal.
    """
    stream = sys.stderr if error else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    click.echo(text, file=stream, color=False if os.environ.get("NO_COLOR") else None)


def printable(text: str) -> str:
    """Text without characters that a terminal would obey rather than show."""
    return _UNPRINTABLE.sub("", text)


def put_answer(answer: Answer) -> None:
    """The answer, then its sources with their quotes and what their words mean; in a refusal the
    nearest quotes.
    """
    from rag.answer.gloss import glosses
    from rag.plain import also_searched, column_lines, in_script_of, limits

    sources, nearest, understood, separator = (
        in_script_of(words, answer) for words in _WORDS.get(answer.lang, _WORDS["en"])
    )
    if answer.completed:
        put(printable(f"{understood}{answer.completed}\n"))
    put(printable(answer.text))
    if columns := column_lines(answer):
        put(printable(f"\n{columns}"))
    if answer.written:
        put(printable(_written(answer, answer.written)))
    if answer.constraints:
        put(printable(limits(answer) + in_script_of(_LIFT.get(answer.lang, _LIFT["en"]), answer)))
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


def _written(answer: Answer, written: Written) -> str:
    """Which model wrote, or was asked, and what it took."""
    lang = "en" if answer.lang == "en" else "zh"
    from rag.plain import in_script_of

    about = "" if written.counted else {"zh": "约 ", "en": "about "}[lang]
    said = in_script_of(_WRITTEN[lang], answer)
    return said.format(model=written.model, about=about, tokens=f"{written.tokens:,}")


def put_hits(hits: Iterable[Hit]) -> None:
    """The hits, best first, each with the words in bold that match the question; those that tell
    one story under the best of them.
    """
    stories: dict[str, list[Hit]] = {}
    for hit in hits:
        stories.setdefault(f"story {hit.story}" if hit.story else f"hit {len(stories)}", []).append(
            hit
        )
    for number, (hit, *same) in enumerate(stories.values(), 1):
        put(f"{number}. {_heading(hit)}  {hit.score:.3f}")
        put(
            f"    {_marked(hit.text, hit.start, [(mark.start, mark.end) for mark in hit.highlights])}"
        )
        for other in same:
            put(f"    = {_heading(other)}  {other.score:.3f}")


def put_sifted(found: Sifted) -> None:
    """How many articles hold what was searched for, of which months and so on, and the best of
    them.
    """
    shown = (
        ("month", found.facets.months),
        ("publisher", found.facets.sources),
        ("place", found.facets.places),
        ("language", found.facets.langs),
    )
    put(
        f"{found.total:,} article{'' if found.total == 1 else 's'}"
        + ("; the nearest:" if found.nearest and found.hits else "")
    )
    for name, counts in shown:
        if counts:
            told = [f"{value} {count:,}" for value, count in counts[:FACETS_SHOWN]]
            put(
                printable(
                    f"{name + ':':11}{', '.join(told)}{', …' if len(counts) > FACETS_SHOWN else ''}"
                )
            )
    put_hits(found.hits)


def put_skipped(skipped: Iterable[Skipped]) -> None:
    """What was not read and why, on standard error: each by name while they are few, else the first
    of each reason.
    """
    skipped = list(skipped)
    few = len(skipped) <= SKIPPED_SHOWN
    groups: dict[str, list[str]] = {}
    for entry in skipped:
        groups.setdefault(f"{entry.path}: {entry.reason}" if few else entry.reason, []).append(
            entry.path
        )
    for reason, paths in itertools.islice(groups.items(), SKIPPED_SHOWN):
        told = reason if few else f"{paths[0]}: {reason}"
        put(
            printable(
                "yinju: skipped"
                f" {told}{f' (and {len(paths) - 1:,} more like it)' if len(paths) > 1 else ''}"
            ),
            error=True,
        )
    if left := sum(map(len, list(groups.values())[SKIPPED_SHOWN:])):
        put(f"yinju: skipped {left:,} more; yinju status --json lists all", error=True)


def size(count: int) -> str:
    """A number of bytes for people: "1.4 MB"."""
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"


def _heading(of: Citation | Hit) -> str:
    from rag.plain import heading

    return printable(heading(of))


def _marked(text: str, offset: int, marks: Iterable[tuple[int, int]]) -> str:
    """``text``, which begins at ``offset`` of its article, in one line, with the marked spans in
    bold.
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


class Progress:
    """A bar on standard error for each phase of a long work; none where that is no terminal."""

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

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
