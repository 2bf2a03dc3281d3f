"""``yinju check``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import IO

import click

from rag import options
from rag.errors import UsageError


@options.command(
    click.argument("given", metavar="SENTENCE | --json FILE.jsonl"),
    click.option(
        "--evidence",
        "files",
        multiple=True,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A text in UTF-8 that shall say SENTENCE. May be given several times.",
    ),
    options.json,
)
def check(given: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Say which words of SENTENCE its evidence does not say.

    With --json and no --evidence it takes a file of many ("-" for standard input): JSON Lines of
    {"id", "sentence", "evidence": [texts]}; one line of {"id", "supported", "unsupported", "why"}
    comes out for each. No index is needed.
    """
    from rag.terminal import put, put_json
    from rag.writing.check import check as verdict_of

    if as_json and not files:
        with click.open_file(given, "rb") as file:
            for number, row in _rows(file):
                try:
                    put_json(
                        {
                            "id": row.get("id", number),
                            **asdict(verdict_of(row["sentence"], row["evidence"])),
                        }
                    )
                except UsageError as error:
                    raise UsageError(f"{file.name}, line {number}: {error}") from error
        return
    if not files:
        raise UsageError(
            "expected --evidence FILE with the text that shall say SENTENCE, or --json FILE.jsonl, "
            "got neither"
        )
    verdict = verdict_of(given, [_text(file) for file in files])
    if as_json:
        return put_json(asdict(verdict))
    put(("supported: " if verdict.supported else "marked: ") + verdict.why)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"expected text in UTF-8 in {file}, got other bytes: {error}") from error


def _rows(file: IO[bytes]):
    """Line number from 1 and row of a JSON Lines file; UsageError names a line that is none."""
    for number, line in enumerate(file, 1):
        try:
            row = json.loads(line.decode("utf-8-sig").strip() or "null")
        except ValueError as error:
            raise UsageError(
                f"{file.name}, line {number}: expected JSON in UTF-8, got {error}"
            ) from error
        if row is None:
            continue
        if not isinstance(row, dict) or not {"sentence", "evidence"} <= row.keys():
            raise UsageError(
                f'{file.name}, line {number}: expected {{"id", "sentence", "evidence": [texts]}}, '
                f"got {str(row)[:60]}"
            )
        yield number, row
