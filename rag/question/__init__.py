"""A question's own words, read once: from what was typed to a :class:`ParsedQuestion`.

What is heavy is loaded when it is first used.
"""

from typing import TYPE_CHECKING

from rag.lazy import lazy

if TYPE_CHECKING:
    from rag.question.parsing import lifted, parse
    from rag.question.query import MAX_CHARACTERS, Query, analyse, clean
    from rag.question.script import HANT, in_script
    from rag.question.types import (
        CONSTRAINTS,
        FORMS,
        KINDS,
        Asked,
        Bound,
        Constraint,
        ParsedQuestion,
    )

_HOME = {
    **dict.fromkeys(("parse", "lifted"), "rag.question.parsing"),
    **dict.fromkeys(("MAX_CHARACTERS", "Query", "analyse", "clean"), "rag.question.query"),
    **dict.fromkeys(("HANT", "in_script"), "rag.question.script"),
    **dict.fromkeys(
        ("CONSTRAINTS", "FORMS", "KINDS", "Asked", "Bound", "Constraint", "ParsedQuestion"),
        "rag.question.types",
    ),
}
# In full, for type checkers read it.
__all__ = [
    "CONSTRAINTS",
    "FORMS",
    "HANT",
    "KINDS",
    "MAX_CHARACTERS",
    "Asked",
    "Bound",
    "Constraint",
    "ParsedQuestion",
    "Query",
    "analyse",
    "clean",
    "in_script",
    "lifted",
    "parse",
]
__getattr__ = lazy(__name__, _HOME)
