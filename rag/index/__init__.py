"""The on-disk index: build, check, switch, open, read.

An index is a folder that holds ``CURRENT`` (the name of the live version) and
``versions/<name>/``, each version complete in itself and never changed after it was made.

The code that builds an index is imported when it is first used: whoever only searches does without.
"""

from typing import TYPE_CHECKING

from rag.index.open import open_index
from rag.index.snapshot import Snapshot
from rag.index.status import Status, Verification, status, verify
from rag.index.versions import rollback
from rag.lazy import lazy

if TYPE_CHECKING:
    from rag.index.build import build_index, index_corpus
    from rag.index.report import BuildReport

__all__ = [
    "BuildReport",
    "Snapshot",
    "Status",
    "Verification",
    "build_index",
    "index_corpus",
    "open_index",
    "rollback",
    "status",
    "verify",
]

__getattr__ = lazy(
    __name__,
    {
        "BuildReport": "rag.index.report",
        "build_index": "rag.index.build",
        "index_corpus": "rag.index.build",
    },
)
