"""Parses a question once: from what was typed to a :class:`ParsedQuestion`.

Modules are imported when one of their names is first used, which keeps the import of this package
fast.
"""

from typing import TYPE_CHECKING

from rag.lazy import lazy

if TYPE_CHECKING:
    from rag.question.parsing import lifted, parse
    from rag.question.query import Query
    from rag.question.script import HANT, in_script
    from rag.question.types import ParsedQuestion

_HOME = {
    **dict.fromkeys(("lifted", "parse"), "rag.question.parsing"),
    "Query": "rag.question.query",
    **dict.fromkeys(("HANT", "in_script"), "rag.question.script"),
    "ParsedQuestion": "rag.question.types",
}
# Written out in full for type checkers, which read it without running the code.
__all__ = ["HANT", "ParsedQuestion", "Query", "in_script", "lifted", "parse"]
__getattr__ = lazy(__name__, _HOME)
