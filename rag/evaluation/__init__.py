"""Measures how well an index answers questions whose answers are known, to choose a model or a
setting.

    questions = read_questions(["questions.jsonl"])
    with Index.open("index") as index:
        print(evaluate(index, questions).groups[0].figures["hit@1"])

This measures its search; ``evaluate_answers(assistants, read_known(["answers.jsonl"]))`` measures
answers. docs/evaluation.md explains the measures. ``yinju eval`` is the command for this package.
"""

from rag.evaluation.answers import Answers, answers_dict, evaluate_answers, judge
from rag.evaluation.compare import Comparison, Variant, compare, read_variant
from rag.evaluation.evaluate import Evaluation, evaluate
from rag.evaluation.known import Known, read_known
from rag.evaluation.questions import Question, read_questions

__all__ = [
    "Answers",
    "Comparison",
    "Evaluation",
    "Known",
    "Question",
    "Variant",
    "answers_dict",
    "compare",
    "evaluate",
    "evaluate_answers",
    "judge",
    "read_known",
    "read_questions",
    "read_variant",
]
