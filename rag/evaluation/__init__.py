"""How well an index answers questions whose answers are known: for choosing a model or a setting.

    questions = read_questions(["questions.jsonl"])
    with Index.open("index") as index:
        print(evaluate(index, questions).groups[0].figures["hit@1"])

Its answers are measured by ``evaluate_answers(assistants, read_known(["answers.jsonl"]))``.
docs/evaluation.md says what is measured. ``yinju eval`` is this package behind a command.
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
