"""Measures whether the same question finds the same article in two languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np

from rag.evaluation.metrics import Group
from rag.evaluation.questions import Question

BOTH_WORDINGS = "both wordings"


def pairs(questions: Sequence[Question]) -> list[tuple[int, int]]:
    """The positions of every two questions that are wordings of one in different languages.

    These are questions that name the same ``pair``, or, if neither names one, that have the same id
    in different files and share a relevant article. Questions whose ids are only equal by chance
    (both files count their lines) share no article.
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
    """How alike the results of two wordings of a question are; None if no question has two.

    Articles in different languages that are relevant to the same question are taken for versions of
    each other and count as one article.

    Args:
        questions: the questions.
        found: for each question the ids of the articles found, best first.
        lang_of: language of each article that is relevant to any question.
        k: how many of the articles found are compared.

    Returns:
        A group with one row per pair of wordings and the columns "same first" (1 if both find the
        same article first), "both right" (1 if both find a relevant article first) and "overlap@k"
        (share of the first k articles of either that are among those of the other). The keys of
        the rows are the (file, id) of both questions.
    """
    paired = pairs(questions)
    if not paired:
        return None
    same = _sameness(questions, paired, lang_of)
    values = np.zeros((len(paired), 3))
    for row, (one, other) in enumerate(paired):
        a, b = list(found[one][:k]), list(found[other][:k])
        if a and b:
            both = sum(any(same(x, y) for y in b) for x in a)
            both += sum(any(same(x, y) for x in a) for y in b)
            right = a[0] in questions[one].relevant and b[0] in questions[other].relevant
            values[row] = same(a[0], b[0]), right, both / (len(a) + len(b))
    keys = tuple((questions[one].key, questions[other].key) for one, other in paired)
    return Group(BOTH_WORDINGS, ("same first", "both right", f"overlap@{k}"), keys, values)


def _sameness(
    questions: Sequence[Question], paired: Sequence[tuple[int, int]], lang_of: Mapping[str, str]
) -> Callable[[str, str], bool]:
    """A function that tells whether two ids are the same article, or versions of one."""
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
