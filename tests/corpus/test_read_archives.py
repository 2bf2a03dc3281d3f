"""Archives: what is in them is read in place, and what means harm is bounded and named."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
import zlib

import pytest
from documents import tarred, zipped

from rag.corpus import Article, Skipped, read_bytes, read_corpus
from rag.corpus.readers import Unreadable, read_drafts

BODY = "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放。"
ROWS = b"".join(json.dumps({"id": f"r{n}", "text": BODY}).encode() + b"\n" for n in range(3))
PAGE = f"<html><body><p>{BODY}</p></body></html>".encode()


def named(kind, **fields) -> tarfile.TarInfo:
    member = tarfile.TarInfo(kind)
    for name, value in fields.items():
        setattr(member, name, value)
    return member


def ids(items):
    return [item.id for item in items if isinstance(item, Article)]


def reasons(items):
    return {item.path: item.reason for item in items if isinstance(item, Skipped)}


MEMBERS = (
    ("news/a.txt", BODY.encode()),
    ("news/b.html", PAGE),
    ("rows.jsonl", ROWS),
    ("c.csv", f"text\n{BODY}\n".encode()),
)
IDS = ["news/a.txt", "news/b.html", "r0", "r1", "r2", "c.csv#2"]


@pytest.mark.parametrize(
    "name, data",
    [
        ("x.zip", zipped(*MEMBERS)),
        ("x.tar", tarred(*MEMBERS)),
        ("x.tar.gz", tarred(*MEMBERS, mode="w:gz")),
        ("x.TGZ", tarred(*MEMBERS, mode="w:gz")),
        ("x.tar.bz2", tarred(*MEMBERS, mode="w:bz2")),
        ("x.tar.xz", tarred(*MEMBERS, mode="w:xz")),
    ],
)
def test_members_are_articles_with_their_path_in_the_id(name, data, tmp_path):
    expected = [one if one.startswith("r") else f"{name}/{one}" for one in IDS]
    assert ids(read_bytes(name, data)) == expected
    (tmp_path / name).write_bytes(data)
    items = list(read_corpus(tmp_path))
    assert ids(items) == expected and {item.path for item in items} == {str(tmp_path / name)}
    assert {item.text for item in items} == {BODY}


@pytest.mark.parametrize(
    "suffix, pack", [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_single_compressed_files(suffix, pack):
    assert ids(read_bytes(f"rows.jsonl{suffix}", pack(ROWS))) == ["r0", "r1", "r2"]
    assert ids(read_bytes(f"a.txt{suffix}", pack(BODY.encode()))) == ["a.txt"]
    assert (
        "cannot be read"
        in reasons(read_bytes(f"a.txt{suffix}", pack(BODY.encode())[:-9]))["a.txt" + suffix]
    )


def test_a_member_without_a_name_costs_itself_only():
    data = bytearray(zipped(("a", b"x"), ("b.txt", BODY.encode())))
    entry = data.index(b"PK\1\2")
    data[entry + 28 : entry + 32] = (0).to_bytes(2, "little") + (1).to_bytes(
        2, "little"
    )  # a byte of extra field instead
    found = read_bytes("x.zip", bytes(data))
    assert ids(found) == ["x.zip/b.txt"] and "without a name" in reasons(found)["x.zip/?"]


def test_names_that_old_programs_wrote_in_gbk():
    data = bytearray(zipped(("aaaaaaaa.txt", BODY.encode())))
    chinese = "公园新闻".encode("gbk")
    assert ids(read_bytes("x.zip", bytes(data).replace(b"aaaaaaaa", chinese))) == [
        "x.zip/公园新闻.txt"
    ]


def test_hidden_files_and_what_systems_add_are_left_out():
    members = (
        (".DS_Store", b"x"),
        ("__MACOSX/._a.txt", b"x"),
        (".git/config.txt", b"x"),
        ("a.txt", BODY.encode()),
    )
    assert (
        read_bytes("x.zip", zipped(*members))[0].id == "x.zip/a.txt"
        and len(read_bytes("x.zip", zipped(*members))) == 1
    )


def test_names_that_climb_and_links_are_refused():
    bad = ["../up.txt", "/etc/passwd.txt", "a/../../b.txt", "C:\\windows\\c.txt", "..\\b\\up.txt"]
    found = read_bytes(
        "x.zip", zipped(*((name, BODY.encode()) for name in bad), ("a.txt", BODY.encode()))
    )
    assert ids(found) == ["x.zip/a.txt"] and len(reasons(found)) == 5
    assert set(reasons(found).values()) == {"a name that leads out of the archive; pack it anew"}
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    assert (
        "symbolic link"
        in reasons(read_bytes("x.zip", zipped((link, "/etc/passwd"))))["x.zip/link.txt"]
    )
    bad = [
        ("../up.txt", b"x"),
        (named("s.txt", type=tarfile.SYMTYPE, linkname="/etc/passwd"), b""),
        ("a.txt", BODY.encode()),
        (named("h.txt", type=tarfile.LNKTYPE, linkname="a.txt"), b""),
        (named("fifo.txt", type=tarfile.FIFOTYPE), b""),
        (named("null.txt", type=tarfile.CHRTYPE, devmajor=1, devminor=3), b""),
    ]
    found = read_bytes("x.tar", tarred(*bad))
    assert ids(found) == ["x.tar/a.txt"]
    assert {path: reason.split(" in an")[0] for path, reason in reasons(found).items()} == {
        "x.tar/../up.txt": "a name that leads out of the archive; pack it anew",
        "x.tar/s.txt": "a link",
        "x.tar/h.txt": "a link",
        "x.tar/fifo.txt": "no regular file",
        "x.tar/null.txt": "no regular file",
    }


def test_an_encrypted_or_damaged_member_costs_itself_only():
    data = bytearray(
        zipped(("a.txt", BODY.encode()), ("b.txt", BODY.encode() * 2), ("c.txt", BODY.encode()))
    )
    second = data.index(b"b.txt")
    data[second + 5] ^= 0xFF
    found = read_bytes("x.zip", bytes(data))
    assert ids(found) == ["x.zip/a.txt", "x.zip/c.txt"] and list(reasons(found)) == ["x.zip/b.txt"]
    data = bytearray(zipped(("a.txt", BODY.encode())))
    for header in (data.index(b"PK\1\2") + 8, 6):
        data[header] |= 1
    assert "encrypted" in reasons(read_bytes("x.zip", bytes(data)))["x.zip/a.txt"]


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.gz", "x.txt.xz"])
def test_what_is_no_archive(name):
    for data in (b"", b"PK\3\4", BODY.encode(), bytes(1000), b"\x1f\x8b\x08" + bytes(20)):
        found = read_bytes(name, data)
        assert not ids(found) and all(reasons(found).values())


def test_nested_archives_are_read_up_to_a_depth():
    data = zipped(("a.txt", BODY.encode()))
    for _ in range(2):
        data = zipped(("in.zip", data))
    assert ids(read_bytes("x.zip", data)) == ["x.zip/in.zip/in.zip/a.txt"]
    found = read_bytes("x.zip", zipped(("in.zip", data)))
    assert (
        not ids(found) and "an archive in 3 others" in reasons(found)["x.zip/in.zip/in.zip/in.zip"]
    )


def test_an_archive_that_holds_itself_ends():
    data = zipped(("a.zip", b""))
    for _ in range(12):
        data = zipped(("a.zip", data), ("b.zip", data), ("c.txt", b"x"))
    found = read_bytes("x.zip", data)
    assert len(found) < 50 and any(
        "an archive in 3 others" in reason for reason in reasons(found).values()
    )


# Bombs


def bomb(size: int) -> bytes:
    return b"a" * size


@pytest.mark.parametrize(
    "name, data",
    [
        (
            "x.zip",
            zipped(
                ("a.txt", BODY.encode()),
                *((f"{n}.jsonl", bomb(35 << 20)) for n in range(2)),
                ("z.txt", BODY.encode()),
            ),
        ),
        (
            "x.tar.gz",
            tarred(
                ("a.txt", BODY.encode()),
                ("b.jsonl", bomb(66 << 20)),
                ("z.txt", BODY.encode()),
                mode="w:gz",
            ),
        ),
    ],
)
def test_an_archive_that_grows_without_end_is_left(name, data):
    assert len(data) < 1 << 20
    found = read_bytes(name, data)
    assert ids(found) == [f"{name}/a.txt"] and "unpacks to more than" in reasons(found)[name]


def test_bombs_in_bombs_share_one_allowance():
    inner = zipped(("a.jsonl", bomb(24 << 20)))
    found = read_bytes(
        "x.zip", zipped(*((f"{n}.zip", inner) for n in range(10)), ("z.txt", BODY.encode()))
    )
    assert not ids(found) and "unpacks to more than" in reasons(found)["x.zip"] and len(found) < 4


def test_a_compressed_file_that_grows_without_end_is_left():
    data = gzip.compress(bomb(66 << 20), 1)
    for name in ("a.txt.gz", "a.jsonl.gz"):
        assert "unpacks to more than" in read_bytes(name, data)[-1].reason


@pytest.mark.parametrize("suffix", [".docx", ".epub"])
def test_documents_that_are_archives_inside_are_bounded_too(suffix, monkeypatch):
    monkeypatch.setattr("rag.corpus.readers.archive.MAX_UNPACKED", 4 << 20)
    monkeypatch.setattr("rag.corpus.readers.archive.MAX_ZIP_MEMBERS", 10)
    for count, size, told in ((3, 2 << 20, "6 MiB"), (11, 0, "11 files")):
        with pytest.raises(
            Unreadable, match=f"unpacks to {told}: expected at most 4 MiB in 10 files"
        ):
            read_drafts(suffix, zipped(*((f"{n}.xml", bomb(size)) for n in range(count))))


def test_a_name_of_gigabytes_is_no_name():
    header = named("././@LongLink", type=tarfile.GNUTYPE_LONGNAME, size=4 << 30).tobuf(
        tarfile.GNU_FORMAT
    )
    pax = named("pax", type=tarfile.XHDTYPE, size=4 << 30).tobuf(tarfile.GNU_FORMAT)
    for data in (header, pax):
        assert (
            "a header of 4,294,967,296 bytes" in read_bytes("x.tar", data + bytes(1024))[0].reason
        )


def test_a_directory_of_gigabytes_is_not_read():
    data = bytearray(zipped(("a.txt", BODY.encode())))
    end = data.index(b"PK\5\6")
    data[end + 12 : end + 16] = (0xF0000000).to_bytes(4, "little")
    found = read_bytes("x.zip", bytes(data))
    assert not ids(found) and len(found) == 1


def test_overlapping_members_are_counted_as_often_as_they_come_out():
    """The quine of David Fifield's bombs: all members share one compressed block."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = block.compress(bomb(12 << 20)) + block.flush()
    local = zipfile.ZipInfo("a.jsonl")
    local.compress_type, local.compress_size, local.file_size = (
        zipfile.ZIP_DEFLATED,
        len(packed),
        12 << 20,
    )
    local.header_offset, local.CRC = 0, zlib.crc32(bomb(12 << 20))
    body = local.FileHeader(False) + packed
    entry = io.BytesIO()
    with zipfile.ZipFile(entry, "w") as archive:
        archive.filelist = [local] * 50
        archive._didModify = True
        archive.fp.write(body)
        archive.start_dir = archive.fp.tell()
    found = read_bytes("x.zip", entry.getvalue())
    assert not ids(found) and (
        "unpacks to more than" in found[-1].reason
        or all("damaged" in item.reason for item in found)
    )
