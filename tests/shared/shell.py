"""A corpus and questions for the command line, and what it prints."""

import json
import subprocess

import pytest

QUESTIONS = [
    {"id": "a", "question": "清理了多少个无证经营摊点？"},
    {"id": "b", "question": "Where did a gala for the Mid-Autumn Festival take place?"},
    {"id": "c", "question": "What does a litre of milk cost in Paris?"},
]


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.md").write_text(
        "---\ntitle: 港口\ndate: 2024-05-01\n---\n海港城的新码头昨日启用，可停靠12艘货轮。\n",
        "utf-8",
    )
    (folder / "two.txt").write_text(
        "The new museum opened on Monday. It shows 40 paintings.\n", "utf-8"
    )
    return folder


def rows(done: subprocess.CompletedProcess) -> list[dict]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def one_line(done: subprocess.CompletedProcess) -> str:
    """The error of a command that failed as it should: one line, nothing on standard output."""
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("yinju: "), done.stderr
    return done.stderr
