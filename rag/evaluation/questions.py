"""Reads questions with the articles that answer them from files. Errors name the file and the line
that cannot be used.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.corpus import detect_lang
from rag.corpus.language import LATIN_LANGUAGES
from rag.errors import UsageError

_EXPECTED = '{"id": "…", "question": "…", "relevant": ["id of an article", …]}'


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the articles that should be found for it.

    Attributes:
        id: unique in its file.
        text: the question, cleaned.
        relevant: ids of the articles that answer it, each with a grade from 1 (all 1 unless the
            file grades them).
        lang: "zh", "en" or another ISO 639-1 code.
        pair: a name that the wordings of one question in several languages share; "" if the file
            states none.
        file: the file that it was read from.
    """

    id: str
    text: str
    relevant: Mapping[str, int]
    lang: str
    pair: str = ""
    file: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all other questions: its file and id."""
        return self.file, self.id


def read_questions(paths: Iterable[str | Path]) -> list[Question]:
    """All questions of some files, in their order.

    A path is one of
      - JSON Lines: ``{"id", "question", "relevant"[, "lang", "pair"]}``; other fields are ignored.
        ``relevant`` is a list of article ids, or ``{id: grade}``. A row without an id gets its line
        number. A question without a language gets the one that its script suggests; all questions
        in Latin letters of a file that name none are taken to be in one language.
      - Feedback of readers (:mod:`rag.evaluation.feedback`): the questions whose answers were
        called right.
      - A folder in BEIR's layout, or one of its ``qrels/*.tsv``; see
        :func:`rag.evaluation.beir.read_beir`.

    Raises:
        UsageError: a file is missing, holds no question or a line that is none; the message names
            file and line.
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
    """The questions of a file, with a detected language where they have none. The list is changed.

    Raises UsageError if there are none; ``expected`` says in its message what a line should be.
    """
    if not questions:
        raise UsageError(
            f"expected questions in {path}, found none: one line per question, {expected}"
        )
    detected = {n: detect_lang(one.text) for n, one in enumerate(questions) if not one.lang}
    # A short question has too few function words to tell English from Portuguese, so the language
    # is detected from all questions in Latin letters together.
    latin = [n for n, lang in detected.items() if lang in LATIN_LANGUAGES]
    detected |= dict.fromkeys(latin, detect_lang("\n".join(questions[n].text for n in latin)))
    for number, lang in detected.items():
        questions[number] = dataclasses.replace(questions[number], lang=lang)
    return questions


def read_rows(
    path: Path, expected: str, needs_relevant: bool = True
) -> Iterator[tuple[int, dict, Question]]:
    """Yields line number, row and question of each line of JSON Lines. Raises UsageError."""
    seen: dict[str, int] = {}
    for number, row in rows(path, expected):
        relevant = relevant_of(path, number, row) if needs_relevant or row.get("relevant") else {}
        name, text = row.get("id", number), row.get("question")
        question = make_question(path, number, name, text, relevant, row)
        note_id(seen, path, number, question.id, "id")
        yield number, row, question


def note_id(seen: dict[str, int], path: Path, number: int, name: str, key: str) -> None:
    """Records in ``seen`` at which line an id stands. Raises UsageError if an earlier line has the
    same id; ``key`` is what the file calls ids.
    """
    if name in seen:
        raise refused(path, number, f"an {key} of its own (line {seen[name]} has it)", name)
    seen[name] = number


def relevant_of(path: Path, number: int, row: dict) -> Mapping[str, int]:
    """The relevant articles of a row with their grades. Raises UsageError if there are none."""
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
    """A question made of the values of a row, which are checked. Its language is "" if the row
    names none. Raises UsageError.
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
    """Yields line number (from 1) and object of every line of a JSON Lines file that is not blank.

    Raises UsageError if the file cannot be read, or a line is no JSON object in UTF-8.
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
    """Yields line number (from 1) and text of every line of a file that is not blank. Raises
    UsageError if the file cannot be read or is not UTF-8.
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
    """An id (a string or a whole number) as text; "" for anything else."""
    return str(value) if isinstance(value, str) or type(value) is int else ""
