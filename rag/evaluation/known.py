"""Questions with their answers, read from files, and whether a text holds one of these."""

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
    """A question of which is known what answers it.

    Attributes:
        question: the question; ``relevant`` holds the articles that answer it, or, where there is
            no answer, those that are about its subject; empty where the file does not say.
        answers: wordings of the answer, any of which will do; empty where the articles do not
            answer it.
    """

    question: Question
    answers: tuple[str, ...]

    @property
    def near(self) -> bool:
        """Whether the articles are about its subject and do not answer it."""
        return not self.answers and bool(self.question.relevant)


def read_known(paths: Iterable[str | Path]) -> list[Known]:
    """All questions of some files of JSON Lines, in their order.

    A row is ``{"question", "answers"[, "id", "relevant", "lang"]}``; other fields are left alone.
    ``answers`` is a list of wordings, any of which will do; null or an empty list says that the
    articles do not answer the question. ``relevant`` is as for
    :func:`rag.evaluation.read_questions`, but may be missing.

    Raises:
        UsageError: no file there, no question in it, or a line that is none; names file and line.
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
    """Whether one of the answers stands in a text, as it is written there.

    Upper and lower case, full and half width, traditional and simplified characters, spaces and the
    commas of large figures do not count; part of a word or figure is not enough ("18" is not in
    "2018").
    """
    return any(_bounded(folded(answer)).search(folded(text)) for answer in answers)


def is_value(label: str, answers: Sequence[str], date: str = "") -> bool:
    """Whether a value says the same as one of the answers.

    As "over 700" and 700多家, 8月1日 and "1 August", 四川省 and Sichuan do. ``date``, that of the
    article, tells the year of a date that has none.
    """
    for kind, find in _VALUES.items():
        # A club that bears the name of a town is not that town, nor 2008 the games of that year.
        wanted = [one for one in answers if _is_one(one.strip(" .。"), find)]
        key = key_of(label, kind, date)
        if key[0] != "text" and key in {key_of(answer, kind, date) for answer in wanted}:
            return True
    return False


def _is_one(text: str, find: Callable[[str], Iterable[Any]]) -> bool:
    """Whether a text is what is found in it, and nothing else."""
    return any(one.end - one.start == len(text) for one in find(text))


def folded(text: str) -> str:
    """A text without what does not count when texts are compared."""
    text = in_simplified(text)
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return _BESIDE_CHINESE.sub("", _BETWEEN_DIGITS.sub("", text)).strip(" .。,，;；")


def _bounded(answer: str) -> re.Pattern[str]:
    """Finds an answer where it is not a part of a longer word or figure."""
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
