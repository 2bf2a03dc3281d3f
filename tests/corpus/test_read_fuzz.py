"""Whatever the bytes are, a reader gives articles or reasons, and nothing else;
``tests/fuzz_readers.py`` goes on for hours.
"""

import bz2
import gzip
import io
import lzma
import random
import zipfile

import pytest
from documents import book, lines, mhtml, pdf, tarred, word, zipped
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.corpus import Article, Skipped, clauses, read_bytes, split
from rag.corpus.encoding import NotText
from rag.corpus.readers import READER_BY_SUFFIX, Unreadable, read_drafts
from rag.corpus.worker import Worker

BODY = "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放。The park is open.\n"
PAGE = (
    "<html"
    f' lang="zh"><head><title>公园</title></head><body><h1>公园</h1><p>{BODY}</p><table><tr><td>a</td></tr></table></body></html>'
)
TABLE = f"id,标题,正文,日期\n1,公园,{BODY.strip()},2015-03-02\n".encode()
FEED = (
    "<rss"
    f' version="2.0"><channel><title>t</title><item><guid>1</guid><description>{BODY}</description></item></channel></rss>'
)


def _word(document):
    document.add_heading("公园", 0)
    document.add_paragraph(BODY)
    document.add_table(1, 2)


SAMPLES = {
    ".txt": f"公园开放\n\n2015-03-02 来源：晚报\n\n{BODY * 3}".encode(),
    ".md": (
        f"---\ntitle: 公园\ndate: 2015-03-02\n---\n# 公园\n\n- {BODY}\n| a | b |\n|---|---|\n| 1 |"
        " 2 |\n<!-- x -->".encode()
    ),
    ".html": PAGE.encode(),
    ".mhtml": mhtml(PAGE.encode("gb18030"), "gb18030"),
    ".pdf": pdf([(50, 790, "公园开放", 22), *lines(BODY.strip())], lines(BODY.strip())),
    ".docx": word(_word),
    ".epub": book([("a.xhtml", "公园", PAGE), ("b.xhtml", "", PAGE)]),
    ".xml": FEED.encode(),
    ".csv": TABLE,
    ".json": f'[{{"id": 1, "text": "{BODY.strip()}", "date": 20150302}}]'.encode(),
    ".jsonl": b'{"id": "a", "text": "x", "url": null}\n{"headline": "b", "body": ["y"]}\n',
}
PACKED = {
    ".zip": zipped(
        ("a.txt", BODY), ("b.html", PAGE), ("c.csv", TABLE), ("d.zip", zipped(("e.txt", BODY)))
    ),
    ".tar": tarred(("a.txt", BODY.encode()), ("b.jsonl", SAMPLES[".jsonl"])),
    ".tar.gz": tarred(("a.txt", BODY.encode()), mode="w:gz"),
    ".csv.gz": gzip.compress(TABLE),
    ".txt.xz": lzma.compress(BODY.encode()),
    ".jsonl.bz2": bz2.compress(SAMPLES[".jsonl"]),
}
HERE = sorted(
    SAMPLES.keys() - {".pdf", ".csv", ".jsonl"}
)  # PDFium is no Python: it is tried in its own process only


def check(name: str, data: bytes) -> list:
    """The items of some bytes, all as they should be."""
    items = read_bytes(name, data)
    assert items
    for item in items:
        if isinstance(item, Skipped):
            assert item.reason and "report it" not in item.reason, item.reason
            f"{item.path}{item.reason}".encode()
            continue
        assert isinstance(item, Article)
        for field in (
            item.id,
            item.text,
            item.title,
            item.date,
            item.source,
            item.url,
            item.lang,
            item.path,
        ):
            assert "\0" not in field and field.encode() is not None
        assert item.text.strip() and item.id
        assert (
            not item.pages
            or item.pages[0] == 0
            and list(item.pages) == sorted(item.pages)
            and item.pages[-1] <= len(item.text)
        )
        for passage in split(item)[:5]:
            assert item.text[passage.start : passage.end].strip() and clauses(
                item.text, passage.start, passage.end
            )
    return items


def attempt(suffix: str, data: bytes) -> None:
    """A reader in this process, where what it raises is seen."""
    try:
        read_drafts(suffix, data)
    except (Unreadable, NotText):
        pass


@st.composite
def changed(draw, sample: bytes) -> bytes:
    return changed_by(random.Random(draw(st.integers(0, 2**32))), sample)


def changed_by(rng: random.Random, sample: bytes) -> bytes:
    """A valid file with some of its bytes changed, removed or repeated; ZIP members are changed
    inside, too.
    """
    if sample.startswith(b"PK") and rng.random() < 0.7:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(sample)) as old,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            names = old.namelist()
            chosen = rng.choice(names)
            for name in names:
                new.writestr(
                    name, damage(old.read(name), rng) if name == chosen else old.read(name)
                )
        return out.getvalue()
    return damage(sample, rng)


def damage(data: bytes, rng: random.Random) -> bytes:
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at, size = rng.randrange(len(data) + 1), rng.choice((1, 2, 4, 16, 200))
        kind = rng.randrange(6)
        if kind == 0:
            data[at : at + size] = rng.randbytes(size)
        elif kind == 1:
            del data[at : at + size]
        elif kind == 2:
            data[at:at] = data[at : at + size] * rng.choice((1, 3, 50))
        elif kind == 3:
            data[at : at + 1] = rng.choice(
                (b"\0", b"\xff", b"<", b">", b'"', b"\n", b"&", b"\xed\xa0\x80", b"9" * 12, b"-1")
            )
        elif kind == 4:
            other = rng.randrange(len(data) + 1)
            data[at:at] = data[other : other + size]
        elif kind == 5 and rng.random() < 0.3:
            del data[at:]
    return bytes(data)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".xml", ".json", ".mhtml"])
@settings(max_examples=40)
@given(
    data=st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
@example(data=b"")
@example(data=b"\0")
@example(data=b"\xff\xfe")
@example(data=b"\xed\xa0\x80")
@example(data=b"---\n")
@example(data=b'{"text": "\\ud800", "id": "\\u0000"}')
def test_any_bytes(suffix, data):
    attempt(suffix, data)


@pytest.mark.parametrize("suffix", HERE)
@settings(max_examples=40)
@given(data=st.data())
def test_changed_documents_in_this_process(suffix, data):
    attempt(suffix, data.draw(changed(SAMPLES[suffix])))


@pytest.mark.parametrize("suffix", [*SAMPLES, *PACKED])
@settings(max_examples=25)
@given(data=st.data())
def test_changed_files_give_articles_or_reasons(suffix, data):
    check(f"a{suffix}", data.draw(changed(SAMPLES.get(suffix) or PACKED[suffix])))


@pytest.mark.parametrize("suffix", [*SAMPLES, *PACKED])
def test_the_samples_themselves_are_read(suffix):
    assert all(
        isinstance(item, Article)
        for item in check(f"a{suffix}", SAMPLES.get(suffix) or PACKED[suffix])
    )


@pytest.mark.parametrize(
    "suffix",
    sorted({*READER_BY_SUFFIX, *PACKED, ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".tgz", ""}),
)
def test_every_file_under_every_name(suffix):
    for data in (*SAMPLES.values(), *PACKED.values(), b"", bytes(100), b"\xff" * 99):
        check(f"a{suffix}", data)


def test_a_worker_gives_what_the_reader_gives():
    worker = Worker()
    for suffix, sample in SAMPLES.items():
        if suffix in READER_BY_SUFFIX:
            assert worker.read(suffix, sample) == read_drafts(suffix, sample)
    worker.close()
