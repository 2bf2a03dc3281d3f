"""Runs the Python of a documentation page or of a notebook, or the commands of a page, from top to
bottom, as its reader would.

``python tests/examples.py --write`` puts what the code prints now into docs/library.md,
docs/library.ipynb and docs/asking.md, and so does to the notebook what running all cells in
Jupyter does.
"""

import ast
import asyncio
import contextlib
import inspect
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE, NOTEBOOK = ROOT / "docs" / "library.md", ROOT / "docs" / "library.ipynb"
COMMANDS = ROOT / "docs" / "asking.md"
# A block of Python, and what it prints, in a block of text directly below it.
_BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


# A block of commands, each behind "$ ", with what it prints below it.
_CONSOLE = re.compile(r"^```console\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def of_console(text: str) -> tuple[list[str], list[str]]:
    """The commands of a page, and what it says that each prints."""
    found = [one for block in _CONSOLE.findall(text) for one in _COMMAND.findall(block)]
    return [command for command, _ in found], [said for _, said in found]


def run_commands(commands: list[str]) -> list[str]:
    """What each of the commands prints, given to a shell one after the other in a folder that holds
    ``corpus/`` with the articles that come with Yinju, and an ``index`` of them.
    """
    from rag.library import Index, sample_corpus

    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(sample_corpus(), Path(folder) / "corpus")
        Index.build(Path(folder) / "corpus", Path(folder) / "index")
        yinju = f'yinju() {{ "{sys.executable}" -m rag.cli "$@"; }}\n'
        # The program that is tested, wherever it is installed.
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return [
            subprocess.run(
                ["bash", "-c", yinju + one], cwd=folder, env=env, capture_output=True, check=True
            )
            .stdout.decode("utf-8-sig")
            .replace("\r\n", "\n")
            for one in commands
        ]


def run(sources: list[str], name: str) -> list[str]:
    """What each of the sources prints, run one after the other in one namespace; ``await`` may
    stand outside of functions.

    They run in an empty folder, but for ``corpus/`` with the articles that come with Yinju.
    """
    from rag.library import sample_corpus

    namespace, printed, here = {"__name__": "__main__"}, [], os.getcwd()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as loop:
        shutil.copytree(sample_corpus(), Path(folder) / "corpus")
        os.chdir(folder)
        try:
            for number, source in enumerate(sources, 1):
                code = compile(source, f"{name}, {number}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    result = eval(code, namespace)
                    if inspect.iscoroutine(result):
                        loop.run(result)
                printed.append(out.getvalue())
        finally:
            os.chdir(here)
    return printed


def of_page(text: str) -> tuple[list[str], list[str]]:
    """The blocks of Python of a page, and what it says that each prints; "" where it says
    nothing.
    """
    blocks = _BLOCK.findall(text)
    return [code for code, _ in blocks], [said for _, said in blocks]


def of_notebook(book) -> tuple[list[str], list[str]]:
    """The code of a notebook's cells, and what the outputs kept in it say that each prints."""
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    kept = [
        "".join(one.text for one in cell.outputs if one.get("name") == "stdout") for cell in cells
    ]
    return [cell.source for cell in cells], kept


def write() -> None:
    """Puts what is printed now into both files."""
    import nbformat

    text = PAGE.read_text("utf-8")
    printed = iter(run(of_page(text)[0], PAGE.name))

    def block(found: re.Match) -> str:
        now = next(printed)
        return f"```python\n{found[1]}```\n" + (
            f"```text\n{now}```\n" if found[2] is not None else ""
        )

    PAGE.write_text(_BLOCK.sub(block, text), "utf-8")
    write_commands()
    book = nbformat.read(NOTEBOOK, as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    for number, (cell, now) in enumerate(zip(cells, run(of_notebook(book)[0], NOTEBOOK.name)), 1):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=now)] if now else []
    nbformat.write(book, NOTEBOOK)


def write_commands() -> None:
    """Puts what the commands print now into docs/asking.md."""
    text = COMMANDS.read_text("utf-8")
    printed = iter(run_commands(of_console(text)[0]))

    def block(found: re.Match) -> str:
        told = _COMMAND.sub(lambda one: f"$ {one[1]}\n{next(printed)}", found[1])
        return f"```console\n{told}```\n"

    COMMANDS.write_text(_CONSOLE.sub(block, text), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
