"""Questions with the articles that answer them, read from files; what is not usable is refused by
file and line.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.corpus import detect_lang
from rag.corpus.language import LATIN
from rag.errors import UsageError

_EXPECTED = '{"id": "…", "question": "…", "relevant": ["id of an article", …]}'


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what should be found for it.

    Attributes:
        id: unique in its file.
        text: the question, cleaned.
        relevant: ids of the articles that answer it, with a grade from 1 (1 for all unless the file
            grades them).
        lang: "zh", "en" or another ISO 639-1 code.
        pair: what wordings of one question in several languages have in common; "" where the file
            does not say.
        file: where it was read.
    """

    id: str
    text: str
    relevant: Mapping[str, int]
    lang: str
    pair: str = ""
    file: str = ""


def read_questions(paths: Iterable[str | Path]) -> list[Question]:
    """All questions of some files, in their order.

    A path is one of
      - JSON Lines: ``{"id", "question", "relevant"[, "lang", "pair"]}``, other fields are left
        alone. ``relevant`` is a list of article ids, or ``{id: grade}``. A row without an id gets
        its line number. Where no language is named it is told by the script, and all that a file
        has in Latin letters is taken to be of one language.
      - what readers said of answers on the page: those called right, see
          :mod:`rag.evaluation.feedback`.
      - a folder in BEIR's layout, or one of its ``qrels/*.tsv``: see
          :func:`rag.evaluation.beir.read_beir`.

    Raises:
        UsageError: no file there, no question in it, or a line that is none; names the file and the
            line.
    """
    from rag.evaluation.beir import read_beir
    from rag.evaluation.feedback import is_feedback, read_feedback

    questions: list[Question] = []
    for path in map(Path, paths):
        if path.is_dir() or path.suffix.lower() == ".tsv":
            found = list(read_beir(path))
        elif is_feedback(path):
            found = list(read_feedback(path))
        else:
            found = [question for _, _, question in read_rows(path, _EXPECTED)]
        questions += with_langs(found, path, _EXPECTED)
    return questions


def with_langs(questions: list[Question], path: Path, expected: str) -> list[Question]:
    """The questions of a file, those without a language with the one that they seem to be in.

    Raises UsageError where there are none; ``expected`` says what a line should be.
    """
    if not questions:
        raise UsageError(
            f"expected questions in {path}, found none: one line per question, {expected}"
        )
    told = {
        n: detect_lang(question.text) for n, question in enumerate(questions) if not question.lang
    }
    # A short question has too few small words to tell English from Portuguese; many together have
    # enough.
    latin = detect_lang("\n".join(questions[n].text for n, lang in told.items() if lang in LATIN))
    for number, lang in told.items():
        questions[number] = dataclasses.replace(
            questions[number], lang=latin if lang in LATIN else lang
        )
    return questions


def read_rows(
    path: Path, expected: str, needs_relevant: bool = True
) -> Iterator[tuple[int, dict, Question]]:
    """Line number, row and question of each line of a JSON Lines file. Raises UsageError."""
    seen: dict[str, int] = {}
    for number, row in rows(path, expected):
        relevant = relevant_of(path, number, row) if needs_relevant or row.get("relevant") else {}
        question = make_question(
            path, number, row.get("id", number), row.get("question"), relevant, row
        )
        note_id(seen, path, number, question.id, "id")
        yield number, row, question


def note_id(seen: dict[str, int], path: Path, number: int, name: str, key: str) -> None:
    """Notes at which line an id stands. Raises UsageError for one that an earlier line has."""
    if name in seen:
        raise refused(path, number, f"an {key} of its own (line {seen[name]} has it)", name)
    seen[name] = number


def relevant_of(path: Path, number: int, row: dict) -> Mapping[str, int]:
    """The articles of a row with their grades. Raises UsageError for none."""
    relevant = row.get("relevant")
    if isinstance(relevant, list):
        relevant = dict.fromkeys(map(_text, relevant), 1)
    elif isinstance(relevant, dict):
        if not all(type(grade) is int for grade in relevant.values()):
            raise refused(path, number, 'whole numbers as grades in "relevant"', relevant)
        relevant = {article: grade for article, grade in relevant.items() if grade > 0}
    if not relevant or "" in relevant or not isinstance(relevant, dict):
        wanted = 'at least one id of an article that answers it in "relevant"'
        raise refused(path, number, wanted, row.get("relevant"))
    return relevant


def make_question(
    path: Path, number: int, name: object, text: object, relevant: Mapping[str, int], row: dict
) -> Question:
    """A question from the values of a row, checked; its language "" where none is named. Raises
    UsageError.
    """
    from rag.question.query import clean

    if not isinstance(text, str):
        raise refused(path, number, _EXPECTED, row)
    try:
        text = clean(text)
    except UsageError as error:
        raise UsageError(f"{path}, line {number}: {error}") from error
    if not _text(name):
        raise refused(path, number, 'a string as "id"', name)
    lang, pair = row.get("lang") or "", row.get("pair")
    if not isinstance(lang, str):
        raise refused(path, number, 'a code such as "zh" or "en" as "lang"', lang)
    if pair is not None and not _text(pair):
        raise refused(path, number, 'a string as "pair"', pair)
    code = lang.strip().lower().replace("_", "-").partition("-")[0]
    return Question(_text(name), text, relevant, code, _text(pair), str(path))


def rows(path: Path, expected: str) -> Iterator[tuple[int, dict]]:
    """Line number from 1 and object of every line of a JSON Lines file that is not blank.

    Raises UsageError: the file cannot be read, or a line holds no JSON object in UTF-8.
    """
    for number, line in lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise refused(path, number, f"{expected} as JSON ({error})", line.strip()) from error
        if not isinstance(row, dict):
            raise refused(path, number, expected, row)
        yield number, row


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Line number from 1 and text of every line of a file that is not blank. Raises UsageError as
    :func:`rows`.
    """
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                if text.strip():
                    yield number, text.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}, line {number}: expected UTF-8, got other bytes: convert the file"
        ) from error
    except OSError as error:
        raise UsageError(
            f"expected a file of questions at {path}, but {error.strerror or error}: check the path"
        ) from error


def refused(path: Path, number: int, expected: str, seen: object) -> UsageError:
    """The error for a line that is not as expected."""
    text = seen if isinstance(seen, str) else json.dumps(seen, ensure_ascii=False)
    return UsageError(
        f"{path}, line {number}: expected {expected}, got"
        f" {text[:80]}{'…' if len(text) > 80 else ''}"
    )


def _text(value: object) -> str:
    """An id as text; "" for what is no id."""
    return str(value) if isinstance(value, str) or type(value) is int else ""
