"""How long search and answers take on a large corpus, by kind of question and by step.

    OMP_NUM_THREADS=1 python benchmarks/large.py --index DIR [--kind search|value|places] [--rounds
    3] [--save results.jsonl]

Made for some 70,000 Chinese news articles of the summer of 2023, but any index will do: a question
that the articles do not answer costs as much. Each question is asked once to warm up, and then
counts in each round. --save writes what was found and answered, so that two versions of the code
can be compared: they must not differ.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import resource
import statistics
import time
from collections import defaultdict
from pathlib import Path

VALUES = """手机新品的起售价是多少元？
台风造成多少人受灾？
世界大学生运动会什么时候开幕？
新能源汽车上半年出口了多少辆？
谁主持了开幕式？
医院的新院区有多少张床位？
地铁二号线什么时候通车？
图书节由哪个单位主办？
暑期档电影票房是多少？
高温津贴每人每月多少元？
女足世界杯的冠军是谁？
半年报里净利润增长了多少？
河北的洪水转移了多少群众？
电信诈骗案抓获了多少嫌疑人？
条例从哪一天起施行？
How many people were evacuated in the flood?
When did the new subway line open?
Who won the women's singles final?
How much did the film earn at the box office?
How many students took part in the summer camp?""".splitlines()

PLACES = """哪些省出现了暴雨洪水？
哪些城市开通了新的地铁线路？
哪些地方举办了啤酒节？
哪些省份发放了消费券？
哪些城市调整了公积金政策？
哪些国家派队参加了大学生运动会？
哪些城市举办了马拉松比赛？
Which provinces issued heat warnings?
Which cities opened new museums?
Which provinces held flood control drills?""".splitlines()

SEARCHES = """台风登陆 停课停工
新能源汽车 出口
老旧小区加装电梯
夜间经济 夜市
养老金上调
高校毕业生就业
人工智能 大模型 发布
世界杯 女足
防汛救灾 志愿者
楼市 限购 放开
非遗 传承人
缅北电信诈骗
咖啡文化节
flood relief volunteers
electric car exports
artificial intelligence model
summer box office
central bank interest rate
high-speed railway tickets
panda cubs born at the zoo""".splitlines()

# Where the time of an answer goes: these names in rag.answer.engine and rag.answer.work; the rest
# is small.
STEPS = (
    "parse",
    "candidates",
    "passages_of",
    "findings_of",
    "places_found",
    "place_rows",
    "enumeration",
    "value_rows",
    "name_rows",
)


class Clock:
    """Seconds by step of the question that is being answered."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def watch(self, module, name: str) -> None:
        """Replaces a function of a module by one that is timed."""
        function = getattr(module, name, None)
        if function is None:
            return

        def timed(*given, **named):
            began = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                self.seconds[name] += time.perf_counter() - began

        setattr(module, name, timed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument(
        "--kind", choices=("search", "value", "places"), help="only these questions"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", type=Path, help="write hits and answers as lines of JSON")
    given = parser.parse_args()

    from rag import Assistant, Index
    from rag.answer import engine, work
    from rag.embed import load_static

    load_static()  # part of starting, not of opening an index
    began = time.perf_counter()
    with Index.open(given.index) as index:
        opened = time.perf_counter() - began
        snapshot = index.snapshot
        print(
            f"{snapshot.n_articles:,} articles, {snapshot.n_passages:,} passages,"
            f" {snapshot.token_offsets[-1]:,} tokens; opened in {opened:.2f} s"
        )
        assistant, clock = Assistant(index), Clock()
        for name in STEPS:
            clock.watch(engine, name)
            clock.watch(work, name)
        began = time.perf_counter()
        assistant.ask(VALUES[0])
        print(f"first answer {1000 * (time.perf_counter() - began):.0f} ms")

        saved = []
        for kind, questions in (("search", SEARCHES), ("value", VALUES), ("places", PLACES)):
            if given.kind not in (None, kind):
                continue
            taken, steps = [], defaultdict(list)
            for turn in range(given.rounds + 1):
                for question in questions:
                    clock.seconds.clear()
                    began = time.perf_counter()
                    found = index.find(question) if kind == "search" else assistant.ask(question)
                    taken.append(1000 * (time.perf_counter() - began))
                    spent = (
                        found.ms
                        if kind == "search"
                        else {name: 1000 * seconds for name, seconds in clock.seconds.items()}
                    )
                    for name, ms in spent.items():
                        steps[name].append(ms)
                    if not turn:
                        saved.append({"question": question, "kind": kind, "found": plain(found)})
                if not turn:  # to warm up
                    first, taken, steps = taken, [], defaultdict(list)
            print(
                f"{kind}: n={len(taken)} p50 {middle(taken)} p95 {late(taken)} ms; asked for the"
                f" first time p50 {middle(first)} p95 {late(first)} ms"
            )
            print(
                "    "
                + ", ".join(
                    f"{name} {middle(ms)} / {late(ms)}"
                    for name, ms in steps.items()
                    if name != "total"
                )
            )
        if given.save:
            given.save.write_text(
                "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in saved), "utf8"
            )
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def plain(found) -> object:
    """Hits or an answer without the times."""
    out = dataclasses.asdict(found)
    out.pop("ms")
    return out


def middle(ms: list[float]) -> str:
    return f"{statistics.median(ms):.1f}"


def late(ms: list[float]) -> str:
    return f"{sorted(ms)[int(0.95 * (len(ms) - 1))]:.1f}"


if __name__ == "__main__":
    main()
