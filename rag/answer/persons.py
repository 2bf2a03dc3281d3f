"""Labels that name the same person, with a title and without."""

from __future__ import annotations

from collections.abc import Iterable

from rag.question.pinyin import surnames
from rag.question.script import HAN_RUN


def bare_names(labels: Iterable[str]) -> dict[str, str]:
    """The name of a person by each label that holds one which is a label of its own.

    "航天员景海鹏" is "景海鹏" where both are labels. Only Chinese names, which are whole: "Lee" may be
    a part of two persons' names.
    """
    labels = set(labels)
    names = sorted((label for label in labels if _is_name(label)), key=len)
    return {label: name for label in labels for name in names[::-1] if name in label}


def _is_name(label: str) -> bool:
    """Whether a label is a Chinese surname with one or two more characters."""
    size = len(label)
    named = any(label[:n] in surnames() and n < size <= n + 2 for n in (1, 2))
    return named and bool(HAN_RUN.fullmatch(label))
