"""What ``make`` hands to the command line, with a stand-in for the installed environment."""

import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


@pytest.fixture
def make(tmp_path):
    """``make(...)`` with an environment whose ``yinju`` writes down its arguments, one to a
    line.
    """
    bin = tmp_path / "venv" / "bin"
    bin.mkdir(parents=True)
    (bin / "yinju").write_text('#!/bin/sh\nfor one in "$@"; do printf "%s\\n" "<$one>"; done\n')
    (bin / "yinju").chmod(0o755)
    (tmp_path / "venv" / ".ready").write_text(f"{ROOT}\n")

    def run(*args: str) -> subprocess.CompletedProcess:
        command = ["make", "--no-print-directory", "-C", ROOT, f"VENV={tmp_path / 'venv'}", *args]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL
        )

    return run


@pytest.mark.parametrize(
    "question",
    [
        "which towns?",
        "哪些“城市”？",
        'it\'s "$HOME" $(HOME) `id` $$ \\ %',
        "$(shell touch /tmp/never) #; exit 1",
        "--help",
    ],
)
def test_a_question_arrives_as_it_was_typed(make, question):
    done = make("ask", f"Q={question}")
    assert done.returncode == 0 and done.stdout.splitlines()[-2:] == ["<-->", f"<{question}>"]


def test_asking_brings_the_index_up_to_date_first(make):
    words = make("ask", "Q=x").stdout.split()
    assert words[:2] == ["<build>", "<--if-stale>"] and "<ask>" in words


def test_no_question_is_told(make):
    done = make("ask")
    assert (
        done.returncode != 0 and done.stdout == "" and 'make ask Q="your question"' in done.stderr
    )


def test_chat_serves_the_corpus_where_it_is_told(make):
    assert (
        "<--corpus>\n<corpus>" in make("chat").stdout
        and "<127.0.0.1>\n<--port>\n<7860>" in make("chat").stdout
    )
    assert "<::1>\n<--port>\n<80>" in make("chat", "HOST=::1", "PORT=80").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere pip finds a small torch")
@pytest.mark.parametrize(
    "config, installs",
    [
        ("", "-m uv pip install --python PYTHON --torch-backend cpu --editable .[all]"),
        ("global.find-links='/opt/wheels'", "install --editable .[all]"),
        (":env:.extra-index-url='file:///opt'", "install --editable .[all]"),
    ],
)
def test_a_stock_pip_leaves_torch_to_uv(make, tmp_path, config, installs):
    python, log = tmp_path / "venv" / "bin" / "python", tmp_path / "log"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> "{log}"\ncase "$*" in *"config list") echo "{config}";; esac\n'
    )
    python.chmod(0o755)
    (tmp_path / "venv" / ".ready").unlink()
    assert make("chat").returncode == 0
    calls = log.read_text().splitlines()
    assert calls[-1].endswith(installs.replace("PYTHON", str(python)))
    assert any("install --quiet uv" in call for call in calls) == (not config)


def test_help_names_every_target(make):
    for name in ("chat", "ask", "index", "test", "docs", "clean"):
        assert f"make {name} " in make("help").stdout
