"""Reads questions with their known answers from files, and tells whether a text holds one."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.corpus.places import find_places
from rag.evaluation.questions import Question, read_rows, refused, with_langs
from rag.question.script import in_simplified
from rag.reader.normal import key_of
from rag.reader.values import find_dates, find_numbers

_EXPECTED = '{"question": "…", "answers": ["…", …] or null, "relevant": ["article id", …]}'
_VALUES: dict[str, Callable[[str], Iterable[Any]]] = {
    "number": find_numbers,
    "date": find_dates,
    "places": find_places,
}
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[,\u2009\u202f\u00a0' ](?=\d{3}(?!\d))")
_LATIN = r"[a-z\u00df-\u024f]"
_SPACE = re.compile(r"\s+")
_BESIDE_CHINESE = re.compile(
    r"(?<=[\u2e80-\u9fff\uff00-\uffef。，]) | (?=[\u2e80-\u9fff\uff00-\uffef。，])"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A question whose answer is known.

    Attributes:
        question: the question. Its ``relevant`` holds the articles that answer it, or, if there is
            no answer, those that are about its subject; empty if the file names none.
        answers: wordings of the answer, any of which will do; empty if the articles do not answer
            the question.
    """

    question: Question
    answers: tuple[str, ...]

    @property
    def near(self) -> bool:
        """Whether articles are about the subject of the question, but do not answer it."""
        return not self.answers and bool(self.question.relevant)


def read_known(paths: Iterable[str | Path]) -> list[Known]:
    """All questions of some files of JSON Lines, in their order.

    A row is ``{"question", "answers"[, "id", "relevant", "lang"]}``; other fields are ignored.
    ``answers`` is a list of wordings, any of which will do; null or an empty list says that the
    articles do not answer the question. ``relevant`` is as for
    :func:`rag.evaluation.read_questions`, but may be missing.

    Raises:
        UsageError: a file is missing, holds no question or a line that is none; the message names
            file and line.
    """
    known: list[Known] = []
    for path in map(Path, paths):
        found = list(_read(path))
        questions = with_langs([one.question for one in found], path, _EXPECTED)
        known += [dataclasses.replace(one, question=q) for one, q in zip(found, questions)]
    return known


def _read(path: Path) -> Iterator[Known]:
    for number, row, question in read_rows(path, _EXPECTED, needs_relevant=False):
        answers = row.get("answers", "")
        texts = [] if answers is None else answers
        if not isinstance(texts, list) or not all(isinstance(t, str) and folded(t) for t in texts):
            raise refused(path, number, 'a list of texts, or null, as "answers"', row)
        yield Known(question, tuple(dict.fromkeys(texts)))


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether a text contains one of the answers literally.

    Case, full or half width, traditional or simplified characters, spaces and the commas of large
    figures make no difference. A part of a word or figure is not enough: "18" is not in "2018".
    """
    return any(_bounded(folded(answer)).search(folded(text)) for answer in answers)


def is_value(label: str, answers: Sequence[str], date: str = "") -> bool:
    """Whether a value means the same as one of the answers.

    For example "over 700" and 700多家, 8月1日 and "1 August", 四川省 and Sichuan. ``date`` is that
    of the article, which gives the year of a date without one.
    """
    for kind, find in _VALUES.items():
        # An answer must be a value and nothing else: a club named after a town is not that town,
        # and the games of 2008 are not 2008.
        wanted = [one for one in answers if _is_one(one.strip(" .。"), find)]
        key = key_of(label, kind, date)
        if key[0] != "text" and key in {key_of(answer, kind, date) for answer in wanted}:
            return True
    return False


def _is_one(text: str, find: Callable[[str], Iterable[Any]]) -> bool:
    """Whether a text is, as a whole, one value that ``find`` finds in it."""
    return any(one.end - one.start == len(text) for one in find(text))


def folded(text: str) -> str:
    """A text in the form in which texts are compared; see :func:`holds`."""
    text = in_simplified(text)
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return _BESIDE_CHINESE.sub("", _BETWEEN_DIGITS.sub("", text)).strip(" .。,，;；")


def _bounded(answer: str) -> re.Pattern[str]:
    """A pattern for an answer that is not a part of a longer word or figure."""
    before, after = "", ""
    if answer[0].isdigit():
        before = r"(?<!\d)(?<!\d[.])"
    elif re.match(_LATIN, answer):
        before = f"(?<!{_LATIN})"
    if answer[-1].isdigit():
        after = r"(?!\d)(?![.]\d)"
    elif re.match(_LATIN, answer[-1]):
        after = f"(?!{_LATIN})"
    return re.compile(before + re.escape(answer) + after)
