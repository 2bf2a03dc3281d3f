"""How well an index answers questions whose answers are known: for choosing a model or a setting.

    questions = read_questions(["questions.jsonl"])
    with Index.open("index") as index:
        print(evaluate(index, questions).groups[0].figures["hit@1"])

docs/evaluation.md says what is measured. ``yinju eval`` is this package behind a command.
"""

from rag.evaluation.compare import Comparison, Variant, compare, read_variant
from rag.evaluation.evaluate import Evaluation, Latency, Result, evaluate
from rag.evaluation.metrics import Figure, Group
from rag.evaluation.questions import Question, read_questions
from rag.evaluation.worst import Miss, Shown

__all__ = [
    "Comparison",
    "Evaluation",
    "Figure",
    "Group",
    "Latency",
    "Miss",
    "Question",
    "Result",
    "Shown",
    "Variant",
    "compare",
    "evaluate",
    "read_questions",
    "read_variant",
]
