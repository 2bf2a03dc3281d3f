"""Values that a question may ask for: numbers, dates, documents, persons, organisations.

Each finder returns :class:`Value` spans in order and without overlap, with ``text[start:end] == value.text``.
They are made for short texts: a sentence or a passage that is already known to answer a question.
"""

from __future__ import annotations

import re

from rag.reader.value import VALUE_KINDS, Value, without_overlap
from rag.reader.dates import find_dates
from rag.answer.values_names import find_organisations, find_persons
from rag.reader.numbers import chinese_number, english_number, find_numbers

__all__ = [
    "VALUE_KINDS",
    "Value",
    "chinese_number",
    "english_number",
    "find_dates",
    "find_documents",
    "find_numbers",
    "find_organisations",
    "find_persons",
    "find_phones",
]

_TITLE = re.compile(r"《[^《》\n]{1,80}(?:《[^《》\n]{1,80}》[^《》\n]{0,80})?》")
_QUOTED = re.compile(
    r"“[^“”\n]{1,80}”|「[^「」\n]{1,80}」|『[^『』\n]{1,80}』|(?<![\w.,!?;])\"(?=\S)[^\"\n]{1,80}(?<=\S)\""
    r"|(?<!\w)'[^'\n]{2,80}(?:'\w[^'\n]{0,80}){0,2}'(?!\w)|(?<!\w)‘[^‘’\n]{2,80}(?:’\w[^‘’\n]{0,80}){0,2}’(?!\w)"
)
_PAPER = (
    r"(?:Outline|Plan|Act|Law|Regulations?|Report|Strategy|Opinions?|Measures|Charter|Treaty|Agreement|Convention|Directive|Bill|White Paper"
    r"|Guidelines?|Programme|Program|Code|Standards?|Declaration"
    r"|Constitution|Protocol|Accord|Magazine|Journal|Review|Gazette|Times|Post|Daily|Herald|Tribune|Guardian|Telegraph)"
)
_CAP = r"[A-Z][\w'’-]*"
_NAMED_PAPER = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?!The\b){_CAP}(?: (?:of |on |for |the |and |to )*{_CAP}){{0,8}} {_PAPER}(?: \(\d{{4}}[-–]\d{{4}}\))?(?!\w)"
    rf"|{_PAPER} (?:on|for|of|to) (?:the )?{_CAP}(?: (?:of |on |for |the |and |to |in |a |an |by |with |through )*{_CAP}){{0,12}}"
    rf"|(?<=[Mm]agazine ){_CAP}(?: {_CAP}){{0,3}})"
)
_PHONE = re.compile(
    r"(?<![\d.-])(?:\+\d{1,3}[ -]?(?:\(0\)|\d)[\d -]{6,14}\d|[（(]?0\d{2,4}[)）]?[ -]?\d{3,4}[ -]?\d{3,4}|1[3-9]\d{9}|[48]00-?\d{3,4}-?\d{3,4}"
    r"|(?:12|95|96|11)\d{1,4})(?!\d|[.-]\d)"
)


def find_phones(text: str) -> list[Value]:
    """Numbers to call, in order: 0571-88889999, 13800000000, 12345, "020 7946 0123". Kind "number", without a value."""
    return [Value(m.start(), m.end(), "number", m[0]) for m in _PHONE.finditer(text)]


def find_documents(text: str) -> list[Value]:
    """Titles of documents, books, papers and shows, in order: 《…》 and, in English, capitalised titles such
    as "Outline of the Quality Plan" (kind "document"), and names in quotation marks of either language (kind
    "quoted", weaker). Spans take in the marks."""
    found = [Value(m.start(), m.end(), "document", m[0]) for m in _TITLE.finditer(text)]
    found += [Value(m.start(), m.end(), "document", m[0]) for m in _NAMED_PAPER.finditer(text)]
    found += [Value(m.start(), m.end(), "quoted", m[0]) for m in _QUOTED.finditer(text)]
    return without_overlap(found)
