"""Which companies, documents, persons: every one that the matching evidence names, one row each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.cite import cite, quote_span
from rag.answer.compose import Sheet
from rag.answer.enumerate import RELATIVE, STRICT, denials, shortlist
from rag.answer.evidence import CONTEXT, Evidence
from rag.answer.negation import asks_denial
from rag.answer.pick import finder
from rag.question.types import Asked
from rag.answer.types import Row
from rag.reader.value import Value
from rag.corpus import clauses
from rag.index import Snapshot
from rag.question.query import Query

FEWEST = 2  # names that make a list; for one alone the likeliest sentences are the better judge
_MARKS = re.compile(r"[《》“”「」『』\"'\s]|^the ", re.I)
# (the kind of body that a question asks for, how the name of one ends)
_BODIES = [(re.compile(asking, re.I), re.compile(rf"(?:{ending})\.?$", re.I)) for asking, ending in (
    ("高校|大学|学校|学院|[中小]学|universit|college|school", "大学|学院|学校|[中小]学|[高初]中|分校|university|college|school|academy|institute.*|university of .*"),
    ("医院|hospital", "医院|卫生院|hospital|clinic|infirmary"),
    ("银行|bank", "银行|信用社|bank|bank of .*|HSBC|Barclays|holdings|group"),
    ("企业|公司|厂[商家]|compan|firm|manufactur|business|enterprise", "公司|集团|厂|股份|电力|石油|能源|科技|汽车|钢铁|银行|保险|证券|"
     "(?:group|corp|corporation|company|co|inc|ltd|limited|llc|plc|ag|sa|holdings|airlines|airways|motors?|bank|insurance|securities|[A-Z]{3,6})"),
    ("部门|部委|departments?|ministr", "部|局|委|委员会|厅|署|办公?室?|办公厅|银行|院|会|ministry.*|department.*|bureau.*|administration.*|commission.*|office|agency"),
)]
_COUNTED = re.compile(r"^(?:[一二两三四五六七八九十几数\d]+|多|各|全国|这|该)[所家个名大]?|^[A-Z]{1,2}$|^“[^”]*[。！？]”$|^\".*[.!?]\"$")  # "四所学校" names none


@dataclass(frozen=True, slots=True)
class Item:
    """A name in its sentence.

    Attributes:
        value: the name, with offsets in the sentence.
        evidence: the sentence.
        support: 0 to 1, of the clauses that the name governs.
    """

    value: Value
    evidence: Evidence
    support: float


def enumerate_items(found: Sequence[Evidence], asked: Asked, weights: np.ndarray) -> list[Item]:
    """The names of the kind asked for that come near the best supported, best first.

    A sentence is read as for places: the clauses up to the next that names another are about the names before.

    Args:
        found: evidence, best first.
        asked: what is wanted, a body, a person or a document.
        weights: of the question's tokens, as ``evidence.gather`` gave them.
    """
    find, said, affirms = finder(asked.kind), asked.plain.casefold(), not asks_denial(asked.plain)
    words = said[asked.idle[0][0] : max(asked.focus[0], *(end for _, end in asked.idle))]
    ending = next((ending for asking, ending in _BODIES if asked.kind == "organisation" and asking.search(words)), None)
    out: list[Item] = []
    for evidence in found:
        if evidence.support <= 0 or float(weights @ evidence.own) < STRICT * RELATIVE * 0.5:
            continue
        values = [v for v in find(evidence.text) if v.text.casefold() not in said and not _COUNTED.search(v.text)]
        values = [v for v in values if ending is None or ending.search(v.text)]
        for start, end, named in _parts(evidence, values):
            own = evidence.view.matched(start, end)
            if affirms and denials(evidence, start, end, weights):
                continue
            strict = float(weights @ own)
            support = 0.7 * strict + 0.3 * float(weights @ np.maximum(own, CONTEXT * evidence.matched))
            out += [Item(value, evidence, support) for value in named]
    if not out:
        return []
    out.sort(key=lambda item: (-round(item.support, 3), -item.evidence.score, item.evidence.view.row, item.evidence.start + item.value.start))
    if any(item.value.kind == "document" for item in out):
        out = [item for item in out if item.value.kind != "quoted"]  # where titles are written as such, other quotation marks hold none
    return shortlist(out)


def _parts(evidence: Evidence, values: Sequence[Value]) -> list[tuple[int, int, list[Value]]]:
    """The clauses of a sentence with the names that they are about; what stands before the first goes with it."""
    parts: list[tuple[int, int, list[Value]]] = []
    for start, end in clauses(evidence.view.article.text, evidence.start, evidence.end):
        named = [v for v in values if start <= evidence.start + v.start < end]
        if parts and (not named or not parts[-1][2] or _listed(evidence, parts[-1][2][-1], named[0])):
            parts[-1] = (parts[-1][0], end, parts[-1][2] + named)
        else:
            parts.append((start, end, named))
    return [part for part in parts if part[2]]


def _listed(evidence: Evidence, left: Value, right: Value) -> bool:
    """Whether two names stand in one list."""
    return re.fullmatch(r"[\s、，,和与及以]*(?:and |& )?(?:the )?", evidence.text[left.end : right.start]) is not None


def item_rows(snapshot: Snapshot, query: Query, items: Sequence[Item], weights: np.ndarray, sheet: Sheet) -> list[Row]:
    """A row for each name with its best quote, those that most articles name first."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(_MARKS.sub("", item.value.text).casefold(), []).append(item)
    order = sorted(groups.items(), key=lambda pair: (-len({item.evidence.view.row for item in pair[1]}), pair[0]))
    rows = []
    for _, group in order:
        one = group[0]
        span = one.evidence.start + one.value.start, one.evidence.start + one.value.end
        number = sheet.number(cite(query, snapshot.model, one.evidence, quote_span(one.evidence, span, weights), (span,)))
        rows.append(Row(one.value.text, citations=(number,)))
    return rows
