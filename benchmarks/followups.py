"""How many follow-ups are completed right, and how many whole questions are changed.

    python benchmarks/followups.py [--set test] [--wrong] [--whole FILE ...] [--most 2000]

``followups.jsonl`` has 160 pairs of questions, half of the second ones Chinese and half English,
written for this measurement; "dev" was looked at while the first rules were made, "test" when they
were widened, and the 40 of "later" were written then: 29 were right before they were looked at. A
second question is completed right when what it is completed to has all the words of "has" and none
of "lacks"; one that is "whole" must stay as it is. English words count whatever their case, and
only whole. "rows" are the labels of the answer to the first question, of that "kind".

Each FILE (JSON Lines, plain or .xz) has real questions that stand on their own, as "question"; of
each at most so many are taken, evenly from all of it, and asked after other questions.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rag.answer.types import Answer, Row
from rag.question.followup import complete, otherwise

CASES = Path(__file__).with_suffix(".jsonl")
BEFORE = (
    "哪些省开展了电梯安全演练？",
    "兰州图书馆什么时候开馆？",
    "南岭矿区塌方造成多少人死亡？",
    "Which provinces held drills in 2022?",
    "When did the Xihou Bridge open?",
)


@dataclass(frozen=True, slots=True)
class Case:
    """Two turns, and what the second must be completed to.

    Attributes:
        id, lang, set: its name, the language of the second question, "dev" or "test".
        first, second: the questions.
        has, lacks: words that the completed question has and lacks.
        whole: whether the second question stands on its own.
        kind, rows: of the answer to the first.
    """

    id: str
    lang: str
    set: str
    first: str
    second: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    whole: bool = False
    kind: str = "text"
    rows: tuple[str, ...] = ()

    def readings(self) -> tuple[str, str]:
        """What the second question is completed to, and its other reading, "" for none."""
        # "广西" of "Guangxi 广西"
        chinese = [re.sub(r"[^\u4e00-\u9fff]", "", label) for label in self.rows]
        places = chinese if self.kind == "places" else [""] * len(self.rows)
        rows = tuple(Row(label, place) for label, place in zip(self.rows, places))
        answer = Answer(self.first, "zh", self.kind, "", not rows, rows=rows)
        turns = [(self.first, answer)]
        completed = complete(self.second, turns)
        return completed, otherwise(self.second, completed, turns)

    def right(self, completed: str) -> bool:
        """Whether it is completed to what it must be."""
        if self.whole or not completed:
            return self.whole and not completed
        return all(_in(one, completed) for one in self.has) and not any(
            _in(one, completed) for one in self.lacks
        )


def cases() -> list[Case]:
    """All cases."""
    rows = map(json.loads, CASES.read_text("utf8").splitlines())
    return [
        Case(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in rows
    ]


def changed(path: Path, most: int) -> tuple[list[tuple[str, str]], int]:
    """The whole questions of a file that are changed, with what they become, of how many."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf8") as lines:
        questions = list(dict.fromkeys(json.loads(line)["question"].strip() for line in lines))
    taken = questions[:: max(1, len(questions) // most)][:most]
    wrong = []
    for number, question in enumerate(taken):
        before = BEFORE[number % len(BEFORE)]
        answer = Answer(before, "zh", "text", "", True)
        if full := complete(question, [(before, answer)]):
            wrong.append((question, full))
    return wrong, len(taken)


def _in(words: str, text: str) -> bool:
    letter = "[A-Za-z0-9]"  # "C929" is a word of "C929客机"
    bounds = (
        (f"(?<!{letter})", f"(?!{letter})") if words.isascii() and words[0].isalpha() else ("", "")
    )
    return bool(re.search(bounds[0] + re.escape(words) + bounds[1], text, re.I))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=("dev", "test", "later"))
    parser.add_argument("--wrong", action="store_true", help="show what is wrong")
    parser.add_argument("--whole", type=Path, nargs="*", default=[], metavar="FILE")
    parser.add_argument("--most", type=int, default=2000, help="questions of a file")
    given = parser.parse_args()
    right, either, all_of = Counter(), Counter(), Counter()
    for case in cases():
        if given.set and case.set != given.set:
            continue
        full, other = case.readings()
        all_of[case.set, case.lang] += 1
        right[case.set, case.lang] += case.right(full)
        either[case.set, case.lang] += case.right(full) or bool(other) and case.right(other)
        if given.wrong and not case.right(full):
            print(
                f"{case.id}  {case.first}  |  {case.second}  ->  {full} | {other}  (has {case.has},"
                f" lacks {case.lacks})"
            )
    for key, count in all_of.items():
        print(
            f"{key[0]} {key[1]}: {right[key]} of {count} right, {either[key]} in one of two"
            " readings"
        )
    for path in given.whole:
        wrong, count = changed(path, given.most)
        print(
            f"{path.name}: {len(wrong)} of {count:,} whole questions changed"
            f" ({len(wrong) / count:.2%})"
        )
        for question, full in wrong if given.wrong else []:
            print(f"  {question}  ->  {full}")


if __name__ == "__main__":
    main()
