"""One writer, an atomic switch, a way back; whatever is killed or refused, the live version stays
whole.
"""

import errno
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from conftest import ROOT
from index_corpus import made_articles
from index_writers import started

from rag.errors import IndexBusy, IndexMissing, StorageError
from rag.index import build_index, open_index, rollback, status, verify
from rag.index.versions import writing


def generation(snapshot):
    """The mark of the build that a snapshot shows; fails where articles of two builds are mixed."""
    marks = {snapshot.article(row).title.partition(":")[0] for row in range(snapshot.n_articles)}
    assert len(marks) == 1
    return marks.pop()


def build(path, mark, count=6):
    return build_index(made_articles(count, mark=f"{mark}:"), path).version


def test_two_versions_are_kept_and_rollback_goes_to_the_one_before(tmp_path):
    names = [build(tmp_path, f"g{number}") for number in range(4)]
    assert names == sorted(names)
    assert [version.name for version in status(tmp_path).versions] == [names[3], names[2]]
    assert rollback(tmp_path) == names[2]
    with open_index(tmp_path) as snapshot:
        assert generation(snapshot) == "g2"
    with pytest.raises(IndexMissing, match="oldest"):
        rollback(tmp_path)
    # The next build keeps what was live, not the newer one that was left.
    last = build(tmp_path, "g4")
    assert [version.name for version in status(tmp_path).versions] == [last, names[2]]
    assert rollback(tmp_path) == names[2]


def test_as_many_versions_are_kept_as_asked(tmp_path):
    for number in range(4):
        build_index(made_articles(3, mark=f"g{number}:"), tmp_path, keep=3)
    assert len(status(tmp_path).versions) == 3
    build_index(made_articles(3), tmp_path, keep=1)
    assert len(status(tmp_path).versions) == 1


def test_rollback_skips_a_damaged_version(tmp_path):
    names = [build_index(made_articles(3), tmp_path, keep=3).version for _ in range(3)]
    (tmp_path / "versions" / names[1] / "columns").write_bytes(b"")
    assert rollback(tmp_path) == names[0]


def test_a_clock_that_goes_back_does_not_turn_the_order(tmp_path):
    ahead = "29990101T000000000Z-0123456789ab"
    (tmp_path / "versions" / ahead).mkdir(parents=True)
    name = build(tmp_path, "g0")
    assert name > ahead and status(tmp_path).version == name


def test_a_reader_keeps_its_version_across_rebuilds(tmp_path):
    build(tmp_path, "g0")
    with open_index(tmp_path) as reader:
        before = reader.lexical("电梯安全").tolist()
        for number in range(1, 4):
            build(tmp_path, f"g{number}")
            with open_index(tmp_path) as newer:
                assert generation(newer) == f"g{number}"
        seen = []
        thread = threading.Thread(target=lambda: seen.append(generation(reader)))
        thread.start(), thread.join()
        assert generation(reader) == "g0" and seen == ["g0"]
        assert reader.lexical("电梯安全").tolist() == before
        assert len(reader.dense(reader.vector(0), 3)[0]) == 3
        assert len(status(tmp_path).versions) == 3  # The one it holds open is not removed...
    build(tmp_path, "g4")
    assert len(status(tmp_path).versions) == 2  # ...but the next build gets to it.


def test_a_reader_that_nobody_closed_lets_go_when_nobody_has_it(tmp_path):
    build(tmp_path, "g0")
    reader = open_index(tmp_path)
    for number in range(1, 4):
        build(tmp_path, f"g{number}")
    assert len(status(tmp_path).versions) == 3 and generation(reader) == "g0"
    del reader
    build(tmp_path, "g4")
    assert len(status(tmp_path).versions) == 2


def test_readers_see_one_version_or_the_other_while_builds_go_on(tmp_path):
    build(tmp_path, "g0")
    stop, seen, failures = threading.Event(), [], []

    def read():
        while not stop.is_set():
            try:
                with open_index(tmp_path) as snapshot:
                    seen.append(int(generation(snapshot)[1:]))
            except Exception as error:  # noqa: BLE001 - any failure at all is what is looked for
                failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(1, 12):
        build_index(made_articles(3, mark=f"g{number}:"), tmp_path, keep=1)
    stop.set(), thread.join()
    assert not failures
    assert seen == sorted(seen) and len(set(seen)) > 1


def test_a_second_writer_is_refused_and_readers_are_not(tmp_path):
    build(tmp_path, "g0")
    build(tmp_path, "g1")
    with writing(tmp_path):
        for write in (lambda: build(tmp_path, "g2"), lambda: rollback(tmp_path)):
            with pytest.raises(IndexBusy, match="another process"):
                write()
        with open_index(tmp_path) as snapshot:
            assert generation(snapshot) == "g1"
    build(tmp_path, "g2")


def test_a_writer_in_another_process_is_noticed(tmp_path):
    build(tmp_path, "g0")
    code = (
        "import sys, time; from pathlib import Path; from rag.index.versions import writing\n"
        "with writing(Path(sys.argv[1])): print('in', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "in\n"
        with pytest.raises(IndexBusy):
            build(tmp_path, "g1")
    finally:
        holder.kill()
        holder.communicate()
    build(tmp_path, "g1")  # A killed writer leaves no lock behind.


def _build_for_ever(pipe, path):
    build(
        Path(tempfile.mkdtemp(dir=path.parent)), "warm", count=2
    )  # what the first build loads is loaded
    pipe.send(True)
    for number in range(1000):
        build(path, f"g{number}", count=40)


def _die_at(pipe, path, step):
    pytest.MonkeyPatch().setattr(step, lambda *args: os._exit(9))
    build(path, "dead")


def _build_within(pipe, path, largest_file):
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file,) * 2)
    try:
        pipe.send(build(path, "g1", count=40))
    except StorageError as error:
        pipe.send(error)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not there on Windows")
def test_a_build_killed_at_any_instant_loses_no_committed_version(tmp_path):
    build(tmp_path, "first", count=40)
    begin = time.perf_counter()
    build(tmp_path, "first", count=40)
    one_build = time.perf_counter() - begin
    rng, committed, interrupted = random.Random(7), 0, 0
    for _ in range(18):
        before = status(tmp_path).version
        child, pipe = started(_build_for_ever, tmp_path)
        pipe.recv()
        time.sleep(rng.uniform(0, 3 * one_build))
        child.kill()
        child.join()
        pipe.close()
        verify(tmp_path)
        with open_index(tmp_path) as snapshot:
            mark = generation(snapshot)
            assert snapshot.n_articles == 40
        assert snapshot.version >= before
        committed += mark != "first"
        interrupted += bool(list(tmp_path.glob(".building-*")))
    assert committed and interrupted
    last = build(tmp_path, "last")
    with open_index(tmp_path) as snapshot:
        assert (snapshot.version, generation(snapshot)) == (last, "last")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", "CURRENT", "versions"]
    assert len(status(tmp_path).versions) == 2


@pytest.mark.skipif(os.name == "nt", reason="children are forked")
@pytest.mark.parametrize(
    "step, live",
    [
        ("rag.index.builder.sync_tree", "g0"),
        ("rag.index.builder.self_query", "g0"),
        ("rag.index.versions.os.rename", "g0"),
        ("rag.index.versions.sync", "g0"),
        ("rag.index.versions.write_atomic", "g0"),
        ("rag.index.disk.os.replace", "g0"),
        ("rag.index.versions.remove_version", "dead"),
    ],
)
def test_a_death_at_each_step_of_the_switch(tmp_path, step, live):
    """As above, but at the instants that chance would rarely hit."""
    build(tmp_path, "older")
    build(tmp_path, "g0")
    child, _ = started(_die_at, tmp_path, step)
    child.join()
    assert child.exitcode == 9
    verify(tmp_path)
    with open_index(tmp_path) as snapshot:
        assert generation(snapshot) == live
    last = build(tmp_path, "next")
    assert status(tmp_path).version == last
    assert [
        p.name for p in tmp_path.iterdir() if p.name.startswith((".building", ".CURRENT"))
    ] == []
    rollback(tmp_path)
    with open_index(tmp_path) as snapshot:
        assert generation(snapshot) == live


def test_a_file_in_place_of_the_folder_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("precious")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StorageError, match="file.*--index"):
            build(path, "g0")
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.skipif(os.name == "nt", reason="folder modes are POSIX")
def test_a_folder_without_permission_is_a_clear_error(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    # Root may write everywhere, so it becomes nobody; not before all that builds is loaded.
    code = (
        "import os, sys; sys.path[:0] = sys.argv[1].split(os.pathsep)\n"
        "from pathlib import Path; import test_index_versions as t\n"
        "from rag.errors import StorageError\n"
        "path = Path(sys.argv[2]); t.build(path / 'open', 'g0')\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: t.build(path / 'closed' / 'index', 'g0')\n"
        "except StorageError as error: print(error)\n"
    )
    here = ROOT / "tests"
    folders = map(str, (here / "index", here, here / "shared"))
    command = [sys.executable, "-B", "-c", code, os.pathsep.join(folders), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "permission is denied" in done.stdout and "--index DIR" in done.stdout, (
        done.stdout + done.stderr
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize(
    "step",
    [
        "rag.index.versions.remove_leftovers",
        "rag.index.builder.StoreWriter.add",
        "rag.index.builder.VectorsWriter.add",
        "rag.index.builder.LexicalWriter.write",
        "rag.index.builder.sync_tree",
        "rag.index.versions.os.rename",
        "rag.index.disk.os.replace",
    ],
)
def test_a_refused_write_leaves_the_old_version_and_no_rubbish(tmp_path, monkeypatch, step, number):
    build(tmp_path, "g0")

    def refuse(*args):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(step, refuse)
        with pytest.raises(StorageError, match=f"{os.strerror(number)}.*--index DIR.*unchanged"):
            build(tmp_path, "g1")
    with open_index(tmp_path) as snapshot:
        assert generation(snapshot) == "g0"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", "CURRENT", "versions"]
    build(tmp_path, "g2")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits")
@pytest.mark.parametrize("kilobytes", [0, 1, 4, 8])
def test_real_writes_beyond_a_real_limit_are_clear_errors(tmp_path, kilobytes):
    """The system itself refuses every byte of a file beyond the limit, in each library that
    writes.
    """
    build(tmp_path, "g0", count=40)
    child, pipe = started(_build_within, tmp_path, kilobytes * 1024)
    told = pipe.recv()
    child.join()
    assert isinstance(told, StorageError), told
    assert "writing failed" in str(told) and "unchanged" in str(told)
    assert not list(tmp_path.glob(".building-*"))
    with open_index(tmp_path) as snapshot:
        assert generation(snapshot) == "g0"
