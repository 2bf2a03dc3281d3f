"""The same question in two languages: does it find the same article?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np

from rag.evaluation.metrics import Group
from rag.evaluation.questions import Question

NAME = "both wordings"


def pairs(questions: Sequence[Question]) -> list[tuple[int, int]]:
    """Positions of every two wordings of one question in different languages.

    They are wordings of one question where they name the same ``pair``; or, where neither names
    one, where they have the same id in different files and share a relevant article. Ids that only
    happen to be equal (a plain count in both files) do not share one.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, question in enumerate(questions):
        groups[("pair", question.pair) if question.pair else ("id", question.id)].append(number)
    found = []
    for (kind, _), members in groups.items():
        for one, other in combinations(members, 2):
            a, b = questions[one], questions[other]
            linked = kind == "pair" or (a.file != b.file and a.relevant.keys() & b.relevant.keys())
            if a.lang != b.lang and linked:
                found.append((one, other))
    return sorted(found)


def consistency(
    questions: Sequence[Question],
    found: Sequence[Sequence[str]],
    lang_of: Mapping[str, str],
    k: int,
) -> Group | None:
    """How alike the results of two wordings are; None where no question has two.

    Articles in different languages that answer the same question (both are relevant to it) are
    versions of each other and count as one article.

    Args:
        questions: the questions.
        found: for each the ids of the articles found, best first.
        lang_of: language of each article that is relevant to any.
        k: how many of them are compared.

    Returns:
        A group of one row per pair: "same first" (1 where both wordings find the same article
            first), "both right"
        (1 where both find a relevant article first), and "overlap@k", the share of the first k
        articles of either that the other has too. Its keys are the two questions' (file, id).
    """
    paired = pairs(questions)
    if not paired:
        return None
    same = _sameness(questions, paired, lang_of)
    values = np.zeros((len(paired), 3))
    for row, (one, other) in enumerate(paired):
        a, b = list(found[one][:k]), list(found[other][:k])
        if a and b:
            both = sum(any(same(x, y) for y in b) for x in a) + sum(
                any(same(x, y) for x in a) for y in b
            )
            right = a[0] in questions[one].relevant and b[0] in questions[other].relevant
            values[row] = same(a[0], b[0]), right, both / (len(a) + len(b))
    keys = tuple((_key(questions[one]), _key(questions[other])) for one, other in paired)
    return Group(NAME, ("same first", "both right", f"overlap@{k}"), keys, values)


def _key(question: Question) -> tuple[str, str]:
    return question.file, question.id


def _sameness(
    questions: Sequence[Question], paired: Sequence[tuple[int, int]], lang_of: Mapping[str, str]
) -> Callable[[str, str], bool]:
    """Whether two ids are one article or versions of one."""
    answered = [set(question.relevant) for question in questions]
    answered += [
        set(questions[one].relevant) | set(questions[other].relevant) for one, other in paired
    ]
    versions: dict[str, set[str]] = defaultdict(set)
    for ids in {frozenset(ids) for ids in answered}:
        known = [name for name in ids if name in lang_of]
        for name in known:
            versions[name].update(other for other in known if lang_of[other] != lang_of[name])
    return lambda one, other: one == other or other in versions.get(one, ())
