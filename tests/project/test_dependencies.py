"""pyproject.toml against what the code imports."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from conftest import ROOT

from rag.clippings import as_docx
from rag.cluster import joined
from rag.corpus.fetch import Fetcher
from rag.corpus.mirror import mirrored
from rag.corpus.readers import Unreadable, read_drafts
from rag.errors import UsageError
from rag.evaluation.metrics import evaluator_class
from rag.extras import PACKAGE_AND_EXTRA, READER_MODULES
from rag.freshness import program
from rag.serving.login import Authenticator
from rag.serving.passwords import Accounts, hash_password
from rag.watch import watch

TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
# Parts of a declared library's own interface: FastAPI is Starlette, sentence-transformers fetches
# through the hub.
COMES_WITH = {
    "starlette": "fastapi",
    "markupsafe": "jinja2",
    "mcp-types": "mcp",
    "huggingface-hub": "sentence-transformers",
    "transformers": "sentence-transformers",
}
HEAVY = {
    "torch",
    "faiss",
    "gradio",
    "langchain",
    "transformers",
    "sentence_transformers",
    "scipy",
    "trafilatura",
    "bm25s",
    "pypdfium2",
    "docx",
}


def reason(name: str) -> object:
    """Reads a file that no reader can read, in this process."""
    return read_drafts(f".{name.partition('.')[2]}", b"x")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name).group()).lower()


def imports(tree: ast.AST) -> set[str]:
    """Top-level names of what is imported anywhere in ``tree``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


SOURCES = [path for folder in ("rag", "ui") for path in (ROOT / folder).rglob("*.py")]


def test_everything_that_is_imported_is_declared():
    extras = [
        one
        for name, group in PROJECT["optional-dependencies"].items()
        if name not in ("test", "bench", "train")
        for one in group
    ]
    declared = {normal(one) for one in (*PROJECT["dependencies"], *extras)}
    owners = packages_distributions()
    missing = {}
    for path in SOURCES:
        for name in (
            imports(ast.parse(path.read_text("utf-8"))) - set(sys.stdlib_module_names) - {"rag"}
        ):
            owned = {normal(owner) for owner in owners.get(name, [name])}
            owned |= {COMES_WITH[owner] for owner in owned & COMES_WITH.keys()}
            if not owned & declared:
                missing[name] = str(path.relative_to(ROOT))
    assert missing == {}


def test_heavy_libraries_are_imported_where_they_are_used():
    at_once = {}
    for path in SOURCES:
        body = ast.parse(path.read_text("utf-8")).body
        top = ast.Module(
            [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)], []
        )
        if heavy := imports(top) & HEAVY:
            at_once[path.relative_to(ROOT).as_posix()] = heavy
    # The page is made of Gradio's parts; ui/app.py imports it when it makes a page.
    for part in (
        "ui/layout.py",
        "ui/wiring.py",
        "ui/page.py",
        "ui/form.py",
        "ui/corpus_tab.py",
        "ui/add_form.py",
        "ui/search_tab.py",
        "ui/batch_tab.py",
    ):
        at_once.pop(part, None)
    assert at_once == {}


def test_every_dependency_is_bounded_and_says_why_it_is_there():
    groups = (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for one in (one for group in groups for one in group if not one.startswith("yinju[")):
        line = re.findall(rf'^    "{re.escape(one)}".*$', TEXT, re.MULTILINE)[-1]
        before = TEXT[: TEXT.index(line)].rstrip().splitlines()[-1]
        assert "# " in line or before.lstrip().startswith("# "), f"{one} says not why it is there"
        assert re.search(r"[<=]\d|>=\d", one), f"{one} has no bound"


def test_an_error_names_the_extra_that_brings_a_package():
    for module, (package, name) in PACKAGE_AND_EXTRA.items():
        group = PROJECT["optional-dependencies"][name]
        assert normal(package) in map(normal, group), module
        assert normal(package) not in map(normal, PROJECT["dependencies"])
    everything = PROJECT["optional-dependencies"]["all"][0]
    assert {PACKAGE_AND_EXTRA[module][1] for module in READER_MODULES} <= set(
        re.findall(r"[a-z]+", everything)
    )


@pytest.mark.parametrize(
    "module, extra, call",
    [
        ("pypdfium2", "pdf", lambda: reason("a.pdf")),
        ("docx", "word", lambda: reason("a.docx")),
        ("docx", "word", lambda: as_docx([], "en")),
        ("feedparser", "web", lambda: reason("a.rss")),
        ("protego", "web", lambda: Fetcher().fetch("http://192.0.2.1/")),
        ("watchfiles", "watch", lambda: next(watch("no-index", ["."]))),
        ("itsdangerous", "login", lambda: Authenticator(Accounts({"a": hash_password("b" * 12)}))),
        ("pytrec_eval", "eval", evaluator_class),
        ("ray", "ray", lambda: joined("ray")),
        ("s3fs", "s3", lambda: mirrored("s3://bucket/news", Path("no-index"))),
    ],
)
def test_what_needs_an_extra_says_which(monkeypatch, module, extra, call):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises((UsageError, Unreadable), match=rf"pip install 'yinju\[{extra}\]'"):
        call()


def test_an_index_knows_which_files_it_could_not_read(monkeypatch):
    whole = program()
    monkeypatch.setattr("rag.extras.find_spec", lambda name: None if name == "docx" else name)
    assert program() == f"{whole} without word"


def test_packages_import_in_one_direction():
    order = ["corpus", "embed", "index", "question", "search", "reader", "answer", "writing"]
    back = []
    for path in SOURCES:
        package = path.parent.relative_to(ROOT).parts[1:2]
        if not package or package[0] not in order:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                of = name.split(".")[1:2] if name.startswith("rag.") else []
                if of and of[0] in order and order.index(of[0]) > order.index(package[0]):
                    back.append((str(path.relative_to(ROOT)), name))
    assert back == []
