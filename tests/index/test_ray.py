"""An index in shards on a cluster of Ray: three nodes, as processes on this machine."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from index_folders import write
from index_shards import asked, assert_as_one, files, plain

pytest.importorskip("ray", reason='Ray is not installed: pip install "yinju[ray]"')

from rag import Assistant, Index, replicas  # noqa: E402
from rag.errors import IndexMismatch, ShardGone, UsageError  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    import ray
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("OMP_NUM_THREADS", "1")
        some = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
        )
        nodes = [some.add_node(num_cpus=2) for _ in range(2)]
        some.wait_for_nodes()
        patch.setenv("RAY_ADDRESS", some.address)
        yield some, nodes
        ray.shutdown()
        some.shutdown()


@pytest.fixture(scope="module")
def folder(cluster, tmp_path_factory):
    path = tmp_path_factory.mktemp("ray")
    write(path / "corpus", files())
    Index.build(path / "corpus", path / "one")
    report = Index.build(path / "corpus", path / "shards", shards=3, on="ray")
    with Index.open(path / "one") as one:
        assert (report.articles, report.passages) == (one.n_articles, one.n_passages)
    return path


@pytest.fixture(scope="module")
def held(folder):
    with Index.open(folder / "shards", on="ray", replicas=2) as index:
        yield index


def test_a_build_on_the_cluster_is_one_of_the_same_articles(folder):
    assert_as_one(folder)
    assert Index.update(folder / "shards", on="ray") is None


def test_answers_are_those_of_one_index(folder, held):
    with Index.open(folder / "one") as one:
        for question in asked():
            assert held.search(question) == one.search(question), question
        first, other = Assistant(one), Assistant(held)
        for question in asked()[:30]:
            assert plain(other.ask(question)) == plain(first.ask(question)), question
        assert plain(held.sift("电梯 演练")) == plain(one.sift("电梯 演练"))
        assert plain(held.browse(words="电梯")) == plain(one.browse(words="电梯"))
        with pytest.raises(UsageError, match="no-such"):
            held.article("no-such")


def killed(held, shard, replicas):
    """Kills the processes of some replicas for good."""
    import ray

    for number in replicas:
        ray.kill(held.snapshot.whole_of.shards._replicas[shard][number], no_restart=True)


def test_a_replica_that_dies_costs_no_question(folder):
    import ray

    with Index.open(folder / "one") as one, Index.open(folder / "shards", on="ray") as index:
        pids = ray.get([some[0].pid.remote() for some in index.snapshot.shards._replicas])
        wanted = {question: plain(one.search(question)) for question in asked()[:20]}
        found, problems, end = [], [], threading.Event()

        def client():
            while not end.is_set():
                for question in wanted:
                    try:
                        found.append(plain(index.search(question)) == wanted[question])
                    except Exception as error:  # whatever it is, it is a lost question
                        problems.append(error)

        clients = [threading.Thread(target=client) for _ in range(3)]
        for one_client in clients:
            one_client.start()
        for pid in pids[:2]:
            time.sleep(1)
            os.kill(pid, signal.SIGKILL)
        time.sleep(4)
        end.set()
        for one_client in clients:
            one_client.join()
        assert not problems and found and all(found)
        assert index.snapshot.parts == (3, 3)


def test_only_one_question_waits_for_a_replica_that_hangs(folder):
    import ray

    with Index.open(folder / "shards", on="ray") as index:
        hung = ray.get(index.snapshot.shards._replicas[0][0].pid.remote())
        wanted = index.search("电梯")
        os.kill(hung, signal.SIGSTOP)
        try:
            took = []
            for _ in range(6):  # the replicas take turns: half of these would wait
                began = time.monotonic()
                assert index.search("电梯") == wanted
                took.append(time.monotonic() - began)
            assert sorted(took)[-2] < replicas._ANSWER_TIMEOUT_SECONDS <= max(took), took
        finally:
            os.kill(hung, signal.SIGCONT)


def test_what_cannot_be_reached_is_told(folder):
    with Index.open(folder / "shards", on="ray", replicas=1) as index:
        killed(index, 1, [0])
        answer = Assistant(index).ask("谁主持了质量月启动仪式？")
        assert answer.parts == (2, 3)
        assert answer.text.endswith("索引共 3 部分，只检索了其中 2 部分。")
        answer = Assistant(index).ask("Who took part in the launch of the quality month?")
        assert answer.text.endswith("Searched 2 of 3 parts of the index.")
        assert index.n_articles < index.snapshot.whole_of.n_articles
        assert not index.reload()
        killed(index, 0, [0])
        killed(index, 2, [0])
        with pytest.raises(ShardGone):
            index.search("电梯")


def test_an_update_is_taken_up(folder):
    with Index.open(folder / "shards", on="ray") as index:
        before = index.n_articles
        (folder / "corpus" / "new.txt").write_text("兰州一座新桥在8月3日通车。" * 4, "utf-8")
        assert Index.update(folder / "shards", on="ray").changes.added == 1
        assert index.reload() and index.n_articles == before + 1
        assert index.search("新桥 通车")[0].article_id == "new.txt"
        Index.rollback(folder / "shards")
        assert index.reload() and index.n_articles == before
        (folder / "corpus" / "new.txt").unlink()
        Index.update(folder / "shards", on="ray")
    assert_as_one(folder)


def test_a_worker_that_dies_in_mid_build_loses_nothing(folder, tmp_path, monkeypatch):
    """The first task to build shard 1 kills its worker after it wrote a part."""
    from rag import cluster as on_ray

    mark = tmp_path / "died"

    def dying(row, model):
        import os
        import signal

        from rag.cluster import _built
        from rag.index import builder

        if row["number"] == 1 and not mark.exists():
            write_all = builder.Builder.finish

            def finish(self, *given):
                write_all(self, *given)
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)

            builder.Builder.finish = finish
        return _built(row, model)

    monkeypatch.setattr(on_ray, "_built", dying)  # of this process; workers have theirs
    (tmp_path / "corpus").symlink_to(folder / "corpus")
    Index.build(tmp_path / "corpus", tmp_path / "shards", shards=3, on="ray")
    assert mark.exists()
    assert_as_one(tmp_path)
    assert not list(tmp_path.glob("shards/shards/*/.building*"))


def test_a_node_that_dies_costs_no_question(cluster, folder):
    some, nodes = cluster
    with Index.open(folder / "one") as one, Index.open(folder / "shards", on="ray") as index:
        wanted = {question: plain(one.search(question)) for question in asked()[:10]}
        some.remove_node(nodes[1], allow_graceful=False)
        for question, expected in wanted.items():
            assert plain(index.search(question)) == expected
        assert index.snapshot.parts == (3, 3)


def test_the_command_line(folder):
    index = str(folder / "shards")
    for what, wanted in (("search", "score"), ("ask", "index_version")):
        done = subprocess.run(
            [sys.executable, "-m", "rag.cli", what, "--index", index, "--on", "ray"]
            + ["--replicas", "1", "--json", "电梯安全演练"],
            capture_output=True,
            encoding="utf-8",
            timeout=200,
        )
        assert done.returncode == 0 and wanted in done.stdout, done.stderr


def test_what_makes_no_sense_is_refused(folder, tmp_path):
    with pytest.raises(IndexMismatch, match="--shards"):
        Index.open(folder / "one", on="ray")
    with pytest.raises(UsageError, match="--on"):
        Index.open(folder / "shards", on="spark")
    with pytest.raises(UsageError, match="--shards"):
        Index.build(folder / "corpus", tmp_path / "index", on="ray")
