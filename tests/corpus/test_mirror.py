"""Articles in an object store: moto stands for S3."""

import pytest

pytest.importorskip("s3fs", reason='s3fs is not installed: pip install "yinju[s3]"')
moto = pytest.importorskip(
    "moto.server", reason='moto is not installed: pip install "moto[server]"'
)

from rag import Index  # noqa: E402
from rag.errors import CorpusError  # noqa: E402

TEXTS = {
    "a.txt": "兰州一座新桥在8月3日通车，桥长1.2公里。" * 3,
    "deep/b.txt": "宜昌市举行了防汛演练，320名民兵参加。" * 3,
    "deep/c.txt": "云南省通过了古茶树保护条例。" * 3,
}


@pytest.fixture
def bucket(monkeypatch, tmp_path):
    import s3fs

    server = moto.ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    store = s3fs.S3FileSystem()
    bucket = f"news-{tmp_path.name[-12:].replace('_', '-')}"
    store.mkdir(bucket)
    for name, text in TEXTS.items():
        store.pipe_file(f"{bucket}/daily/{name}", text.encode())
    yield store, bucket
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def test_a_bucket_is_indexed_and_followed(bucket, tmp_path):
    (store, name), index = bucket, tmp_path / "index"
    report = Index.build(f"s3://{name}/daily", index, shards=2)
    assert report.articles == 3
    with Index.open(index) as opened:
        assert opened.article("deep/b.txt").text == TEXTS["deep/b.txt"]
        assert opened.search("新桥 通车")[0].article_id == "a.txt"
    assert Index.update(index) is None
    store.pipe_file(f"{name}/daily/a.txt", "兰州的新桥延期到9月。".encode() * 3)
    store.pipe_file(f"{name}/daily/d.txt", "第四篇文章讲古镇的灯会。".encode() * 3)
    store.rm_file(f"{name}/daily/deep/c.txt")
    copy = next(index.glob("mirror/*"))
    before = (copy / "deep" / "b.txt").stat().st_mtime_ns
    changes = Index.update(index, max_removed=1.0).changes
    assert (changes.added, changes.changed, changes.removed) == (1, 1, 1)
    assert (copy / "deep" / "b.txt").stat().st_mtime_ns == before
    assert Index.stale(index, f"s3://{name}/daily") == ""


def test_what_cannot_be_read_is_told(bucket, tmp_path):
    for address in (f"s3://{bucket[1]}/nothing", "s3://no-such-bucket/news"):
        with pytest.raises(CorpusError, match=address):
            Index.build(address, tmp_path / "index")
