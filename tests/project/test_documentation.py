"""The Python that users are shown runs, and prints what they are told it prints."""

import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from examples import (
    COMMANDS,
    NOTEBOOK,
    PAGE,
    of_console,
    of_notebook,
    of_page,
    run,
    run_commands,
)

AGAIN = "python tests/examples.py --write puts what is printed now into the documentation"


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")


@pytest.mark.parametrize("page", [PAGE, ROOT / "README.md"], ids=lambda page: page.name)
def test_the_examples_of_a_page(page):
    if page == PAGE:
        pytest.importorskip("haystack", reason="the extra haystack is not installed")
        pytest.importorskip("llama_index.core", reason="the extra llamaindex is not installed")
    sources, said = of_page(page.read_text("utf-8"))
    assert sources
    for source, told, printed in zip(sources, said, run(sources, page.name), strict=True):
        assert not told or printed == told, f"{AGAIN}:\n{source}"


def test_the_commands_of_a_page():
    commands, said = of_console(COMMANDS.read_text("utf-8"))
    assert len(commands) >= 4
    for command, told, printed in zip(commands, said, run_commands(commands), strict=True):
        assert printed == told, f"{AGAIN}:\n{command}"


def test_the_page_begins_with_five_lines_to_copy():
    title, empty, fence, *lines = PAGE.read_text("utf-8").splitlines()
    assert title.startswith("# ") and not empty and fence == "```python"
    assert sum(bool(line) for line in lines[: lines.index("```")]) <= 5


def test_the_notebook_from_top_to_bottom():
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    sources, kept = of_notebook(book)
    for source, told, printed in zip(sources, kept, run(sources, NOTEBOOK.name), strict=True):
        assert printed == told, f"{AGAIN}:\n{source}"


def test_an_example_that_fails_fails_the_test():
    with pytest.raises(ZeroDivisionError):
        run(["x = 0", "1 / x"], "page")
    assert run(["import asyncio\nawait asyncio.sleep(0)\nprint(1)", "print(2)"], "page") == [
        "1\n",
        "2\n",
    ]


def test_the_commands_are_those_of_the_code():
    made = subprocess.run(
        [sys.executable, ROOT / "docs" / "commands.py"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        check=True,
    )
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert made.stdout == page, "python docs/commands.py > docs/commands.md writes it anew"


def test_the_architecture_names_every_module_of_each_package():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    listed, modules = {}, {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        package, _, rest = part.partition("\n")
        listed[package] = set(re.findall(r"^- `(\w+)`: ", rest, re.MULTILINE))
    for path in (ROOT / "rag").rglob("*.py"):
        package = path.parent.relative_to(ROOT).as_posix()
        modules.setdefault(package, set()).add(path.stem)
    named = {package: found - {"__init__"} for package, found in modules.items()}
    assert listed == {package: found for package, found in named.items() if found}
