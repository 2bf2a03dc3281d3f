"""Reading a corpus: formats, what is skipped and why, ids, order."""

import os
from pathlib import Path

import pytest
from read_folder import BODY, one, read

from rag.corpus import Article, Skipped, read_corpus
from rag.errors import CorpusError

# Folders


def test_a_folder_is_read_in_order_with_paths_as_ids(tmp_path):
    for name in (
        "b.txt",
        "a/z.md",
        "a/c/d.TXT",
        "README.md",
        "a/README.md",
        ".hidden.txt",
        ".git/x.txt",
        "a-b.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{name} 的内容。")
    items = read(tmp_path)
    assert [item.id for item in items] == ["a/README.md", "a/c/d.TXT", "a/z.md", "a-b.txt", "b.txt"]
    assert [item.path for item in items][-1] == str(tmp_path / "b.txt")
    assert items == read(str(tmp_path)) == list(read_corpus(tmp_path))


def test_a_single_file_has_its_name_as_id(tmp_path, monkeypatch):
    assert one(tmp_path / "note.txt", "明天开会。").id == "note.txt"
    monkeypatch.chdir(tmp_path)
    assert read("note.txt")[0].id == "note.txt"
    assert read(".")[0].id == "note.txt"


def test_a_missing_path_is_an_error_before_anything_is_read(tmp_path):
    with pytest.raises(CorpusError, match="nothing at .*absent.*check the path"):
        read_corpus([tmp_path, tmp_path / "absent"])
    with pytest.raises(CorpusError, match="got none"):
        read_corpus([])
    with pytest.raises(CorpusError):
        read_corpus(["a\0b"])
    assert read(tmp_path) == []


def test_ids_and_files_count_once(tmp_path):
    for name in ("one/a.txt", "two/a.txt", "two/b/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{name} 的内容。")
    items = read(tmp_path / "one", tmp_path / "two", tmp_path / "two/b", tmp_path / "one/a.txt")
    assert [getattr(item, "id", None) for item in items] == ["a.txt", None, "b/c.txt", None, None]
    assert "its id a.txt is taken by " + str(tmp_path / "one/a.txt") in items[1].reason
    assert "the same file" in items[3].reason and "the same file" in items[4].reason


def test_other_formats_are_named(tmp_path):
    for name in ("photo.jpg", "slides.PPTX", "Makefile"):
        (tmp_path / name).write_text("x")
    assert [
        (Path(item.path).name, item.reason.partition(", .md")[0]) for item in read(tmp_path)
    ] == [
        ("Makefile", "unsupported format (no suffix): expected .txt"),
        ("photo.jpg", "unsupported format .jpg: run text recognition (OCR) over it first"),
        ("slides.PPTX", "unsupported format .PPTX: save it as .pdf"),
    ]


def test_links_are_followed_only_inside_the_folder(tmp_path):
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    corpus.mkdir(), outside.mkdir()
    (corpus / "a.txt").write_text("文章一。")
    (outside / "secret.txt").write_text("不该读到的内容。")
    (corpus / "escape.txt").symlink_to(outside / "secret.txt")
    (corpus / "folder").symlink_to(outside)
    (corpus / "gone.txt").symlink_to(tmp_path / "absent.txt")
    (corpus / "loop.txt").symlink_to("loop.txt")
    (corpus / "self").symlink_to(".")
    (corpus / "twin.txt").symlink_to("a.txt")
    items = {Path(item.path).name: item for item in read(corpus)}
    assert isinstance(items.pop("a.txt"), Article)
    assert "the same file" in items.pop("twin.txt").reason
    assert {name: "symbolic link" in item.reason for name, item in items.items()} == dict.fromkeys(
        ["escape.txt", "folder", "gone.txt", "loop.txt"], True
    )
    linked = tmp_path / "linked"
    linked.symlink_to(corpus)
    assert [item.id for item in read(linked) if isinstance(item, Article)] == ["a.txt"]


def test_what_cannot_be_opened_costs_only_itself(tmp_path):
    for name in ("a.txt", "b.txt", "c.txt", "d.jsonl"):
        (tmp_path / name).write_text("内容。")
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "pipe.jsonl")
    items = read_corpus([tmp_path])
    assert next(items).id == "a.txt"
    (tmp_path / "b.txt").unlink()
    (tmp_path / "d.jsonl").unlink()
    items = {Path(item.path).name: item for item in items}
    assert isinstance(items.pop("c.txt"), Article)
    assert "vanished" in items["b.txt"].reason and "vanished" in items["d.jsonl"].reason
    assert (
        "regular file" in items["pipe.txt"].reason and "regular file" in items["pipe.jsonl"].reason
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_files_and_folders_are_named(tmp_path):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text("内容。")
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        items = read(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert [Path(item.path).name for item in items] == ["a.txt", "closed"]
    assert all("permission denied" in item.reason for item in items)


def test_the_reason_of_the_system_is_passed_on(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("内容。")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    (item,) = read(tmp_path)
    assert item == Skipped(
        str(tmp_path / "a.txt"), "cannot be read: permission denied; allow reading it"
    )


def test_file_names_that_are_not_unicode_give_usable_ids(tmp_path):
    try:
        with open(os.fsencode(tmp_path) + b"/\xff\xfe.txt", "w") as file:
            file.write("内容。")
    except OSError:
        pytest.skip("this file system accepts Unicode names only")
    (item,) = read(tmp_path)
    assert item.id.encode() and item.path.encode() and item.text == "内容。"


# Text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_chinese_in_its_usual_encodings(tmp_path, encoding):
    text = "公园免费开放\n\n" + BODY
    assert one(tmp_path / "a.txt", text.encode(encoding)).text == text


def test_traditional_chinese_in_big5(tmp_path):
    text = "市政府昨日宣布，自三月起城區十二座公園全部免費開放，市民可以憑身份證入園。"
    item = one(tmp_path / "a.txt", text.encode("big5"))
    assert (item.text, item.lang) == (text, "zh")


def test_windows_line_ends_and_indents_are_tidied(tmp_path):
    assert (
        one(tmp_path / "a.txt", "　　第一段。\r\n\r\n\r\n\t第二段。  \r\n").text
        == "第一段。\n\n第二段。"
    )


def test_hard_wrapped_mail_is_joined_and_verse_is_not(tmp_path):
    mail = (
        "The city opened three new libraries on Tuesday, the mayor said at a\n"
        "ceremony. More than two hundred residents came to see the reading rooms\n"
        "and to borrow the first books, which had been chosen by the schools of\n"
        "the district over the last year. The next two will open in spring, with\n"
        "as many books again.\n\nThe harbour pays.\n"
    )
    text = one(tmp_path / "mail.txt", mail).text
    assert text.count("\n") == 2 and "at a ceremony" in text and "rooms and to" in text
    verse = "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n春眠不觉晓\n处处闻啼鸟"
    assert one(tmp_path / "verse.txt", verse).text == verse


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("正文\0正文".encode(), "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "binary"),
        (bytes(range(256)) * 20, "save it as UTF-8"),
        (b"text \x01\x02\x03\x04\x05\x06", "control characters"),
    ],
)
def test_files_without_text_are_skipped(tmp_path, data, reason):
    item = one(tmp_path / "a.txt", data)
    assert isinstance(item, Skipped) and reason in item.reason


def test_a_file_too_large_for_an_article_is_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.corpus.source.MAX_FILE_BYTES", 1 << 20)
    item = one(tmp_path / "a.txt", b"a" * ((1 << 20) + 1))
    assert "1 MiB" in item.reason and "split it" in item.reason


def test_a_parser_that_fails_costs_one_file(tmp_path, monkeypatch):
    def broken(data):
        raise AssertionError("odd input")

    monkeypatch.setattr("rag.corpus.readers.text.read_markdown", broken)
    (tmp_path / "a.md").write_text("内容。")
    (tmp_path / "b.txt").write_text("内容。")
    first, second = read(tmp_path)
    assert "AssertionError: odd input" in first.reason and second.id == "b.txt"
