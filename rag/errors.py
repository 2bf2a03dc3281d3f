"""All errors that Yinju raises on purpose.

Every message says what was expected, what was seen and what to do. Exceptions of other libraries
(SQLite, FAISS, the operating system, transformers) are converted to one of these where they occur,
so a caller never has to import another library to catch them.
"""


class YinjuError(Exception):
    """Base of every error raised on purpose; the command line prints it in one line."""

    exit_code = 1


class UsageError(YinjuError):
    """An argument, a question or a setting is not usable as given."""

    exit_code = 2


class CorpusError(YinjuError):
    """The corpus holds nothing that can be indexed, or cannot be reached."""

    exit_code = 3


class TooMuchRemoved(CorpusError):
    """An update would remove more articles from an index than the caller allowed."""


class ModelError(YinjuError):
    """An embedding model is missing, cannot be loaded or is not the one that was expected."""

    exit_code = 4


class IndexMissing(YinjuError):
    """There is no index at the given place."""

    exit_code = 5


class IndexMismatch(YinjuError):
    """The index was built with another format version, model or tokenizer than is in use."""

    exit_code = 5


class IndexCorrupt(YinjuError):
    """A file of the index is damaged or absent; the message names it."""

    exit_code = 6


class IndexBusy(YinjuError):
    """Another process is writing this index."""

    exit_code = 7


class StorageError(YinjuError):
    """The disk is full, read-only or otherwise refuses to be written."""

    exit_code = 8


class ServerError(YinjuError):
    """The server cannot start: port in use, unsafe address, and the like."""

    exit_code = 9


class FetchError(YinjuError):
    """A page cannot be fetched, or must not be: its address is not public, robots.txt forbids it,
    it is too large, and the like.
    """

    exit_code = 10


class ServerBusy(YinjuError):
    """The server has more requests than it can answer soon; ask again in some seconds."""

    exit_code = 9


class ShardGone(YinjuError):
    """Shards of an index cannot be reached.

    Attributes:
        of: how many shards were asked.
        shards: the numbers of those that did not answer, from 0, among those that were asked.
    """

    exit_code = 11

    def __init__(self, of: int, shards: list[int]) -> None:
        """Takes the attributes."""
        super().__init__(
            f"expected all {of} shards of the index to answer, but of {len(shards)} no replica did:"
            " see that the nodes of the cluster run (`ray status`)"
        )
        self.of, self.shards = of, shards

    def __reduce__(self) -> tuple:
        return ShardGone, (self.of, self.shards)
