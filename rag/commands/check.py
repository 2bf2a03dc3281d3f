"""``yinju check``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from rag import options
from rag.errors import UsageError
from rag.terminal import put, put_each, put_json

_EXPECTED = '{"id", "sentence", "evidence": [texts]}'


@options.command(
    click.argument("given", metavar="SENTENCE | --json FILE.jsonl"),
    options.several(
        "--evidence",
        "files",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A text in UTF-8 that shall say SENTENCE.",
    ),
    options.json,
)
def check(given: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Say which words of SENTENCE its evidence does not say.

    With --json and no --evidence it takes a file of many ("-" for standard input): JSON Lines of
    {"id", "sentence", "evidence": [texts]}; one line of {"id", "supported", "unsupported", "why"}
    comes out for each. No index is needed.
    """
    from rag.writing.check import check as verdict_of

    if as_json and not files:
        with click.open_file(given, "rb") as file:
            made = lambda row: asdict(verdict_of(row["sentence"], row["evidence"]))
            return put_each(file, _EXPECTED, {"sentence", "evidence"}.issubset, made)
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
