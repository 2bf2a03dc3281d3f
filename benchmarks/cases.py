"""How many small invented cases are answered rightly, by kind.

    python benchmarks/cases.py [--set 3] [--wrong]

``cases.jsonl`` has three sets of 24 invented articles in two languages, each with about a hundred
questions, which language models wrote for this project without having seen it. Figures, offices,
years and clauses of like things can be confused in them. Of a case

    want     one of these stands in the first line of the answer, for some kinds anywhere
    not      none of these stands in the first line
    rows     the rows are these and no others but those of "optional"
    refuse   the articles do not say it
    says     it is no question: a line without quotes answers it
    after    the question of the turn before

Sets 1 and 2 were used to mend what they showed, set 3 once to measure, and then as well.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import defaultdict
from pathlib import Path

from rag import Article, Assistant, Index
from rag.answer.types import Answer

FILE = Path(__file__).with_name("cases.jsonl")
ANYWHERE = ("negation", "follow", "corpus")  # kinds for which "want" may stand in the quotes, too


def has(words: str, text: str) -> bool:
    """Whether words stand in a text; a figure not as a part of a longer one."""
    before = r"(?<![\d.,])" if words[:1].isdigit() else ""
    behind = r"(?![\d.]*\d)" if words[-1:].isdigit() else ""
    return re.search(before + re.escape(words) + behind, text, re.I) is not None


def right(case: dict, given: Answer) -> bool:
    """Whether an answer is what the case says."""
    first = next((line for line in given.text.split("\n") if line.strip()), "")
    if case.get("says"):
        return not given.refused and not given.citations and bool(first)
    if case.get("refuse") or given.refused:
        return bool(case.get("refuse")) and given.refused
    if any(has(words, first) for words in case.get("not", ())):
        return False
    if "rows" in case:
        names = [*case["rows"], *case.get("optional", ())]
        rows = [(one.label, one.place, one.detail) for one in given.rows if one.label or one.place]
        of = [{n for n in names if any(n in part or part == n for part in row)} for row in rows]
        return set(case["rows"]) <= set().union(*of) and all(of)
    text = "\n".join([given.text, *(one.quote for one in given.citations)])
    return any(has(words, text if case["kind"] in ANYWHERE else first) for words in case["want"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", type=int, help="only this one")
    parser.add_argument("--wrong", action="store_true", help="shows what is wrong")
    given = parser.parse_args()
    rows = [json.loads(line) for line in FILE.read_text("utf8").splitlines()]
    for number in sorted({row["set"] for row in rows} & {given.set or row["set"] for row in rows}):
        found: defaultdict[str, list[bool]] = defaultdict(list)
        of_set = [row for row in rows if row["set"] == number]
        articles = [
            Article(str(n), row["text"], row["title"], row["date"], row["source"])
            for n, row in enumerate(of_set)
            if "text" in row
        ]
        with tempfile.TemporaryDirectory() as folder:
            Index.build(articles, folder)
            with Index.open(folder) as index:
                assistant = Assistant(index)
                for case in (row for row in of_set if "question" in row):
                    before = case.get("after")
                    history = [(before, assistant.ask(before))] if before else []
                    answer = assistant.ask(case["question"], history=history)
                    found[case["kind"]].append(right(case, answer))
                    if given.wrong and not found[case["kind"]][-1]:
                        print(f"{case['kind']}: {case['question']} -> {answer.text[:120]!r}")
        every = [one for some in found.values() for one in some]
        kinds = ", ".join(f"{kind} {sum(some)}/{len(some)}" for kind, some in found.items())
        print(f"set {number}: {sum(every)} of {len(every)} ({kinds})")


if __name__ == "__main__":
    main()
