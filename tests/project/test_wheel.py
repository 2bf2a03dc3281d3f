"""The wheel, installed into an environment of its own and used far from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

pytestmark = pytest.mark.slow

PARTS = ("rag", "ui", "corpus", "pyproject.toml", "README.md", "LICENSE")
QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy: a build leaves files in its source folder, and takes in what earlier ones
    left.
    """
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=unwanted)
        else:
            shutil.copy(ROOT / part, source)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        *QUIET,
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        out,
        source,
    ]
    subprocess.run(build, check=True)
    (path,) = out.glob("yinju-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The ``bin`` folder of an environment that holds the wheel; the dependencies are those of this
    one.
    """
    place = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    bin = place / ("Scripts" if os.name == "nt" else "bin")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        bin / "python",
        "install",
        *QUIET,
        "--no-deps",
        "--no-index",
        wheel,
    ]
    subprocess.run(pip, check=True)
    # Only a path: the links to the checkout that an editable install put there are not followed.
    (site,) = place.rglob("site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return bin


def test_nothing_but_rag_lands_in_site_packages(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert (
        "rag" in tops
        and len(tops) == 2
        and all(top == "rag" or top.endswith(".dist-info") for top in tops)
    )
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pkl")]


def test_every_file_of_the_packages_is_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, package in (("rag", "rag"), ("ui", "rag/ui"), ("corpus", "rag/sample")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                assert f"{package}/{path.relative_to(ROOT / folder).as_posix()}" in names


def test_it_works_outside_the_checkout(installed, tmp_path):
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "YINJU"))
    }

    def call(*args: str) -> str:
        done = subprocess.run(
            [installed / args[0], *args[1:]],
            cwd=tmp_path,
            env=clean,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = (
        "import rag, rag.ui, rag.library; print(rag.__file__, *rag.ui.__path__,"
        " rag.library.sample_corpus())"
    )
    for path in call("python", "-c", where).split():
        assert Path(path).is_relative_to(installed.parent)

    assert call("yinju", "--version").startswith("yinju ")
    assert "articles" in call("yinju", "build", "--sample")
    hits = json.loads(call("yinju", "search", "--json", "--k", "3", "月饼抽查"))["hits"]
    assert len(hits) == 3 and "月饼" in hits[0]["text"]
    answer = json.loads(call("yinju", "ask", "--json", "清理了多少个无证经营摊点？"))
    assert not answer["refused"] and answer["citations"]
    code = (
        "from rag.langchain import YinjuRetriever as R; print(len(R(index_path='index',"
        " k=2).invoke('festival gala')))"
    )
    assert call("python", "-c", code) == "2\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index"]
