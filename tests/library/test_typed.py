"""The types of the library where it is used, as a type checker sees them."""

import re
import subprocess
import sys
from importlib.resources import files

import pytest
from conftest import ROOT
from examples import PAGE, of_page

pytest.importorskip("pyrefly", reason="the type checker is not installed")

USE = """
from typing import assert_type
from rag import Answer, Article, Assistant, Citation, Constraint, Filters, Hit, Index, YinjuError

assert_type(Index.build([Article("a", "Text.")], "index").articles, int)
index = Index.open("index")
assert_type(index.search("x", k=5, filters=Filters(langs=("en",))), list[Hit])
assert_type(index.article("a"), Article)
assistant = Assistant(index)
answer = assistant.ask("x")
assert_type(answer, Answer)
assert_type(answer.citations, tuple[Citation, ...])
assert_type(answer.constraints, tuple[Constraint, ...])
assert_type(answer.citations[0].start, int)
assert_type(assistant.turns(["x"]), tuple[tuple[str, Answer], ...])
for event in assistant.stream("x"):
    if isinstance(event, Answer):
        assert_type(event.text, str)

async def main() -> None:
    assert_type(await assistant.aask("x", [("x", answer)]), Answer)
    async for event in assistant.astream("x"):
        if isinstance(event, Answer):
            assert_type(event.refused, bool)
"""
WRONG = """
from rag import Assistant, Filters, Index
index = Index.open("index")
index.seach("x")
Assistant(index).ask(3)
Filters(lang="en")
index.search("x")[0].quote
"""


def checked(folder, source: str) -> list[int]:
    """The lines of which a strict check complains."""
    (folder / "use.py").write_text(source, "utf-8")
    (folder / "pyrefly.toml").write_text(
        f'preset = "strict"\nproject-includes = ["use.py"]\nsearch-path = ["{ROOT}"]\n'
        f'python-interpreter-path = "{sys.executable}"\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "pyrefly", "check", "--output-format", "min-text"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    print(done.stdout)
    return [int(line) for line in re.findall(r"use\.py:(\d+)", done.stdout)]


def test_what_comes_back_has_its_type(tmp_path):
    assert checked(tmp_path, USE) == []


def test_wrong_calls_are_found(tmp_path):
    assert checked(tmp_path, WRONG) == [4, 5, 6, 7]


def test_the_examples_of_the_page_pass_a_strict_check(tmp_path):
    source = "\n".join(of_page(PAGE.read_text("utf-8"))[0])
    lines = source.splitlines()
    # Of Haystack's own components, too, it says that they are none.
    assert [
        lines[n - 1] for n in checked(tmp_path, source) if "add_component" not in lines[n - 1]
    ] == []


def test_the_package_says_that_it_is_typed():
    assert files("rag").joinpath("py.typed").is_file()
    assert '"rag" = ["py.typed"]' in (ROOT / "pyproject.toml").read_text("utf-8")
