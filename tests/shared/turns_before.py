"""Turns of a conversation before a question."""

from rag.answer.types import Answer, Row
from rag.question.followup import complete


def turn(
    question: str, kind: str = "text", *labels: str, completed: str = ""
) -> tuple[str, Answer]:
    """An earlier turn, answered with some labels."""
    return question, Answer(
        question,
        "en",
        kind,
        "",
        not labels,
        rows=tuple(Row(label) for label in labels),
        completed=completed,
    )


def after(before: str, question: str) -> str:
    return complete(question, [turn(before)])
