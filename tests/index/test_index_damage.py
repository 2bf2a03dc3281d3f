"""Whatever happens to the files of an index is noticed, named, and comes with a way out."""

import dataclasses
import json
import random
import shutil
from pathlib import Path

import pytest
from index_corpus import made_articles

from rag.embed.protocol import ModelIdentity
from rag.errors import IndexCorrupt, IndexMismatch, IndexMissing, YinjuError
from rag.index import build_index, open_index, rollback, status, verify
from rag.index.manifest import INDEX_FORMAT, Manifest, manifest_digest

FILES = [
    "manifest.json",
    "columns",
    "articles.heads",
    "articles.texts",
    "named",
    "tokens",
    "vectors.faiss",
    "lexical.features",
    "lexical.low",
    "lexical.high",
    "lexical.times",
]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("original") / "index"
    build_index(made_articles(12, seed=1), path)
    build_index(made_articles(12, seed=2), path)
    return path


@pytest.fixture
def index(original, tmp_path):
    return shutil.copytree(original, tmp_path / "index")


def live_folder(index):
    return index / "versions" / (index / "CURRENT").read_text().strip()


def flip(path, position, bit=0):
    content = bytearray(path.read_bytes())
    content[position] ^= 1 << bit
    path.write_bytes(content)


def test_the_list_of_files_is_complete(original):
    folder = live_folder(original)
    assert sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
    ) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_noticed_at_opening_and_named(index, name):
    file = live_folder(index) / name
    size = file.stat().st_size
    rng = random.Random(name)
    for position in {0, size // 2, size - 1, rng.randrange(size), rng.randrange(size)}:
        bit = rng.randrange(8)
        flip(file, position, bit)
        for check in (open_index, verify):
            with pytest.raises(IndexCorrupt, match=Path(name).name.replace(".", r"\.")) as caught:
                check(index)
            assert "yinju rollback" in str(caught.value) and "yinju build" in str(caught.value)
        flip(file, position, bit)
    open_index(index).close()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "longer"])
def test_a_missing_or_cut_file_is_named(index, name, damage):
    file = live_folder(index) / name
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(
            {"empty": b"", "truncated": content[: len(content) // 2], "longer": content + b"x"}[
                damage
            ]
        )
    for check in (open_index, verify):
        with pytest.raises(IndexCorrupt, match=Path(name).name.replace(".", r"\.")):
            check(index)
    rollback(index)
    open_index(index).close()


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff\xfe\n", b"../../etc\n", b"20200101T000000000Z-0123456789ab\n"]
)
def test_a_damaged_current_is_named_and_rollback_mends_it(index, content):
    newest = live_folder(index).name
    (index / "CURRENT").write_bytes(content)
    for check in (open_index, verify, status):
        with pytest.raises(IndexCorrupt, match="CURRENT.*yinju rollback"):
            check(index)
    assert rollback(index) == newest
    open_index(index).close()


def test_every_flipped_byte_of_current_is_noticed(index):
    for position in range(len((index / "CURRENT").read_bytes())):
        flip(index / "CURRENT", position)
        with pytest.raises(IndexCorrupt, match="CURRENT"):
            open_index(index)
        flip(index / "CURRENT", position)


def test_a_missing_current_is_no_index_but_can_be_brought_back(index):
    (index / "CURRENT").unlink()
    with pytest.raises(IndexMissing, match="yinju rollback"):
        open_index(index)
    rollback(index)
    open_index(index).close()


def test_a_large_index_is_checked_by_size_and_by_its_small_files(index, monkeypatch):
    monkeypatch.setattr("rag.index.open.HASH_ALL_UP_TO", 0)
    monkeypatch.setattr("rag.index.open.HASH_FILE_UP_TO", 2000)
    folder = live_folder(index)
    large = [
        name for name in FILES if (folder / name).stat().st_size > 2000 and name != "manifest.json"
    ]
    assert "vectors.faiss" in large and "articles.heads" not in large
    flip(folder / "articles.heads", 5)
    with pytest.raises(IndexCorrupt, match="heads"):
        open_index(index)
    flip(folder / "articles.heads", 5)
    flip(folder / "vectors.faiss", (folder / "vectors.faiss").stat().st_size - 1)
    open_index(index).close()
    with pytest.raises(IndexCorrupt, match=r"vectors\.faiss"):
        verify(index)


@pytest.mark.parametrize("name", ["columns", "named", "vectors.faiss", "lexical.features"])
def test_damage_behind_the_checks_is_still_a_clear_error(index, name, monkeypatch):
    """As in a large index, whose large files are not hashed at opening."""
    monkeypatch.setattr("rag.index.open.check_files", lambda *args: None)
    file = live_folder(index) / name
    content = file.read_bytes()
    file.write_bytes(b"\xff" * 64 + content[64:])
    with pytest.raises(IndexCorrupt, match="columns" if name == "named" else name):
        open_index(index)
    file.unlink()
    with pytest.raises(IndexCorrupt):
        open_index(index)


@pytest.mark.parametrize("name", ["articles.texts", "articles.heads"])
def test_a_flipped_bit_in_a_large_index_changes_no_word(index, name, monkeypatch):
    """Every article that is read is what was stored, or an error; so no quote can differ from what
    was indexed.
    """
    monkeypatch.setattr("rag.index.open.check_files", lambda *args: None)
    with open_index(index) as snapshot:
        stored = [snapshot.article(row) for row in range(snapshot.n_articles)]
    file, noticed = live_folder(index) / name, 0
    for position in range(0, file.stat().st_size, max(file.stat().st_size // 60, 1)):
        flip(file, position)
        with open_index(index) as snapshot:
            for row, article in enumerate(stored):
                try:
                    assert snapshot.article(row) == article
                except IndexCorrupt as error:
                    noticed += 1
                    assert "to be as it was built" in str(error)
        flip(file, position)
    assert noticed >= 50


@pytest.mark.parametrize("kind", ["|O", "<f8", "|S9", "<M8[s]", "nonsense"])
def test_no_array_of_anything_but_numbers_is_read(index, kind, monkeypatch):
    """Least of all one of objects, which NumPy would unpickle if it were let."""
    monkeypatch.setattr("rag.index.open.check_files", lambda *args: None)
    for name in ("columns", "named", "lexical.features"):
        file = live_folder(index) / name
        content = file.read_bytes()
        heads, _, rest = content.partition(b"\n")
        first, *others = json.loads(heads)
        file.write_bytes(
            json.dumps([[first[0], kind, *first[2:]], *others]).encode() + b"\n" + rest
        )
        with pytest.raises(IndexCorrupt):
            open_index(index)
        file.write_bytes(content)


def test_verify_asks_the_index_what_it_must_know(index, monkeypatch):
    """Files that are as they were written, but were written wrongly."""
    verify(index)
    monkeypatch.setattr(
        "rag.index.snapshot.Snapshot.lexical", lambda self, text: [0.0] * self.n_passages
    )
    with pytest.raises(IndexCorrupt, match="expected to find passage 0 .*build it again"):
        verify(index)


def remade(index, **changes):
    """The live version with another manifest, as another release of Yinju would have written it."""
    folder = live_folder(index)
    raw = json.loads((folder / "manifest.json").read_text("utf-8")) | changes
    text = json.dumps(raw)
    (folder / "manifest.json").write_text(text, "utf-8")
    name = folder.name.partition("-")[0] + "-" + manifest_digest(text)
    folder.rename(folder.with_name(name))
    (index / "CURRENT").write_text(name + "\n")


def test_another_format_is_refused_with_the_command_that_rebuilds(index):
    remade(index, format=INDEX_FORMAT + 1)
    with pytest.raises(
        IndexMismatch, match=f"format {INDEX_FORMAT}.*format {INDEX_FORMAT + 1}.*yinju build"
    ):
        open_index(index)
    assert f"format {INDEX_FORMAT + 1}" in status(index).live.problem


def test_another_static_model_or_tokenizer_is_refused(index):
    manifest = Manifest.from_dict(
        json.loads((live_folder(index) / "manifest.json").read_text("utf-8"))
    )
    remade(index, tokenizer_sha256="0" * 64)
    with pytest.raises(IndexMismatch, match="tokenizer 000000000000.*yinju build"):
        open_index(index)
    other = dataclasses.asdict(dataclasses.replace(manifest.static_model, sha256="1" * 64))
    remade(index, tokenizer_sha256=manifest.tokenizer_sha256, static_model=other)
    with pytest.raises(IndexMismatch, match="embedded model 111111111111.*yinju build"):
        open_index(index)


def test_another_embedder_is_refused(index):
    class Other:
        identity = ModelIdentity("some/model", "2" * 64, 384)

    with pytest.raises(IndexMismatch, match="some/model.*without `--model`.*yinju build"):
        open_index(index, embedder=Other())
    remade(index, model=dataclasses.asdict(Other.identity))
    with pytest.raises(
        IndexMismatch, match="expected the model some/model.*--model some/model.*yinju build"
    ):
        open_index(index)


@pytest.mark.parametrize(
    "content", ["[]", "{}", f'{{"format": {INDEX_FORMAT}}}', "null", "not json"]
)
def test_a_manifest_that_is_none_is_refused(index, content):
    folder = live_folder(index)
    (folder / "manifest.json").write_text(content)
    name = folder.name.partition("-")[0] + "-" + manifest_digest(content)
    folder.rename(folder.with_name(name))
    (index / "CURRENT").write_text(name + "\n")
    with pytest.raises(IndexCorrupt, match="manifest"):
        open_index(index)


def test_a_manifest_cannot_point_outside(index):
    files = json.loads((live_folder(index) / "manifest.json").read_text("utf-8"))["files"]
    remade(index, files=files | {"../../../secret": {"size": 1, "sha256": "0" * 64}})
    with pytest.raises(IndexCorrupt, match="outside"):
        open_index(index)


@pytest.mark.parametrize("call", [open_index, status, verify, rollback])
def test_no_index_is_said_with_the_command_that_builds(call, tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(IndexMissing) as caught:
            call(path)
        assert isinstance(caught.value, YinjuError) and str(path) in str(caught.value)
        assert call is rollback or "yinju build --corpus" in str(caught.value)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
