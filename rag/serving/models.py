"""The requests and replies of the JSON interface, for its checks and its OpenAPI description.

Answers, hits, listings and statistics are the library's own dataclasses.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.narrowing import Narrowing, names
from rag.search.facets import Facets
from rag.search.types import Filters, Hit
from rag.serving.query_service import How
from rag.writing.check import SENTENCE_LIMIT, TEXTS_LIMIT

HISTORY_LIMIT = 12
"""Most earlier questions in a request. Each of them is answered in turn; the last one decides what
a follow-up question means.
"""


class Lifting(BaseModel):
    """Options of a question: which questions came before it, which of its constraints to lift
    (that is, to ignore), and what the answer contains."""

    as_of: str = Field(
        "",
        description=(
            'The day that "last month" is told from, YYYY-MM-DD; of the newest article unless told.'
        ),
    )
    without: list[str] = names(
        "Constraints of the question to lift: date, place, source, or their words."
    )
    columns: list[Literal["when", "how_many", "who"]] = names(
        "Further columns of an answer that is a list; not with `text/event-stream`.", 3
    )
    write: bool = Field(
        True, description="Whether the language model writes the answer, where the server has one."
    )
    history: list[str] = names("Earlier questions, oldest first.", HISTORY_LIMIT)

    def asked(self, filters: Filters) -> How:
        """The arguments of the query service beside the question."""
        return How(
            filters=filters,
            as_of=self.as_of,
            without=self.without,
            before=self.history,
            write=self.write,
        )


AS_OF_DESCRIPTION, WITHOUT_DESCRIPTION = (
    Lifting.model_fields[name].description for name in ("as_of", "without")
)


class AskRequest(Narrowing, Lifting):
    """The query parameters of ``GET /api/ask``."""

    question: str

    def how(self) -> How:
        """The arguments of the query service beside the question."""
        return self.asked(self.filters())


class Searched(Narrowing):
    """The query parameters of ``GET /api/search``."""

    question: str
    k: int = Field(10, ge=1, le=100, description="Passages at most.")
    facets: bool = Field(
        False,
        description=(
            "All articles that hold the words, with their number by month, publisher, place and"
            " language."
        ),
    )
    start: int = Field(0, ge=0, description="With `facets`: how many articles to pass over.")


TitleWords = Annotated[
    str,
    Field(max_length=1_000, description="Parts of the title, between spaces; all must occur."),
]


class Browsed(Narrowing):
    """The query parameters of ``GET /api/articles``."""

    words: TitleWords = ""
    order: Literal["newest", "oldest", "title"] = "newest"
    start: int = Field(0, ge=0, description="How many to pass over.")
    count: int = Field(20, ge=1, le=200, description="Articles at most.")


class Asking(Lifting):
    """The body of ``POST /api/ask``."""

    question: str
    filters: Narrowing = Field(default_factory=Narrowing)

    def how(self) -> How:
        """The arguments of the query service beside the question."""
        return self.asked(self.filters.filters())


_CHECKED: dict[str, Any] = {
    "sentence": "Over 900 firms took part on 1 August.",
    "evidence": ["8月1日，七百多家企业参加了活动。"],
}


class Checking(BaseModel):
    """The body of ``POST /api/check``; see :func:`rag.writing.check.check`."""

    sentence: str = Field(
        min_length=1, max_length=SENTENCE_LIMIT, description="One sentence, Chinese or English."
    )
    evidence: list[str] = Field(
        max_length=TEXTS_LIMIT, description="The texts that shall say it, in either language."
    )

    model_config = ConfigDict(json_schema_extra={"examples": [_CHECKED]})


class Suggested(BaseModel):
    """The reply of ``/api/suggest``."""

    suggestions: list[str]


class SearchReply(BaseModel):
    """The reply of ``/api/search``; what follows the hits is told with ``facets`` alone."""

    question: str
    hits: list[Hit]
    total: int | None = Field(
        None, description="Articles that hold the words; the 1,000 best can be listed."
    )
    start: int | None = Field(None, description="Place of the first hit among them, from 0.")
    nearest: bool | None = Field(
        None, description="No article holds them: the hits are merely the nearest."
    )
    facets: Facets | None = Field(None, description="Pairs of a value and the number of articles.")


class TextSpan(BaseModel):
    """``text[start:end]``, in characters (Unicode code points)."""

    start: int
    end: int


class WholeArticle(BaseModel):
    """An article as it was indexed. ``passages`` are what hits and citations refer to by ``start``
    and ``end``.
    """

    id: str
    text: str
    title: str
    date: str
    source: str
    url: str
    lang: str
    pages: list[int] = Field(
        description="Where the pages of a PDF begin in the text; empty for what has no pages."
    )
    ocr: list[int] = Field(
        description=(
            "For each page how sure OCR is of it, in percent, 0 for one that it did not read; empty"
            " where it read none."
        )
    )
    passages: list[TextSpan]


class Health(BaseModel):
    """``degraded``: answers come from an older version of the index, for the live one cannot be
    opened.
    """

    status: str
    articles: int | None = Field(
        None, description="Only told to who may ask questions, like all that follows."
    )
    index_version: str | None = None
    problem: str | None = None
    overdue: list[str] | None = Field(
        None, description="Watched folders and feeds that were not read for long, if any."
    )


class Token(BaseModel):
    """What to send as ``Authorization: Bearer ...``."""

    token: str
    seconds: int = Field(description="How long it opens.")


class Refusal(BaseModel):
    """Any reply but 2xx and 3xx. The reference stands in the server's log, too."""

    error: str
    reference: str


Responses = dict[int | str, dict[str, Any]]
REFUSAL_RESPONSES: Responses = {"default": {"model": Refusal, "description": "Refused or failed."}}
"""The replies of a route other than the usual one, as FastAPI describes them."""
