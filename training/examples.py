"""What the reader learns from: a question, a passage, and the spans of the passage that answer
it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """One question beside one passage.

    Attributes:
        question: in either language.
        title: the title of the article, or "".
        text: the passage: a few sentences of the article.
        spans: (start, end) offsets in ``text`` of the answers; empty where the passage does not
            answer.
        several: whether each span is an answer of its own that must be found ("which provinces"),
            rather than one of several places where the same answer may be read.
        kind: the kind of example, as in training/README.md ("qa", "cloze", "composed", ...).
    """

    question: str
    title: str
    text: str
    spans: tuple[tuple[int, int], ...]
    several: bool = False
    kind: str = ""

    def __post_init__(self) -> None:
        for start, end in self.spans:
            if not 0 <= start < end <= len(self.text):
                raise ValueError(
                    f"expected spans inside the passage of {len(self.text)} characters, got"
                    f" ({start}, {end})"
                )
