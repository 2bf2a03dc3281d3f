"""Archives of article files (.zip, .tar and compressed .tar), single compressed files, and
documents that are ZIP archives inside (.docx, .epub); read in place and never unpacked to the disk.

An archive may be malicious: its names may lead out of its folder, its members may be links, or may
unpack without end. Nothing is written to the disk, so a bad name can only mislead the user; it is
refused for that reason. :class:`Allowance` counts and limits what is unpacked.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, BinaryIO

from rag.corpus.encoding import NotText, decode
from rag.corpus.readers.draft import Missing, Unreadable

ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError),
    *(KeyError, ValueError, RuntimeError, OverflowError),
)
"""The exceptions that ``zipfile`` raises on a damaged, encrypted or oddly packed member; which one
depends on where it notices.
"""

MAX_DIRECTORY = 64 * 1024 * 1024  # bytes of the list of files in an archive
MAX_UNPACKED = 512 * 1024 * 1024  # bytes
MAX_ZIP_MEMBERS = 20_000
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
COMPRESSED = (".gz", ".bz2", ".xz")
MAX_ARCHIVE_DEPTH = 3  # levels of nesting: an archive in an archive in an archive
_MAX_ARCHIVE_MEMBERS = 200_000
_FREE_BYTES = 64 * 1024 * 1024  # unpacked bytes that a file of any size is allowed
_MAX_RATIO = 200  # unpacked bytes per byte of archive; news in JSON shrinks to a twentieth
_MAX_BYTES = 8 * 1024**3  # unpacked bytes, whatever the ratio
_MAX_HEADER_BYTES = 1024 * 1024  # of one extended header of a .tar
_FAILURES = (*ZIP_ERRORS, tarfile.TarError, lzma.LZMAError)
_OPENERS: dict[str, Callable] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
_HEADERS = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)


Members = Iterator[tuple[str, int, BinaryIO | Missing]]


class Overgrown(Unreadable):
    """An archive unpacks to more bytes, or holds more files, than are read of one archive."""


@dataclass
class Allowance:
    """Counts and limits what is unpacked from an archive and from all archives nested in it.

    Attributes:
        size: bytes of the outermost archive, as it is stored.
        bytes, members: number of bytes and of files unpacked so far.
    """

    size: int
    bytes: int = 0
    members: int = 0

    def take(self, count: int) -> None:
        """Counts unpacked bytes. Raises Overgrown if the total is more than is allowed."""
        self.bytes += count
        if self.bytes > min(_MAX_BYTES, max(_FREE_BYTES, _MAX_RATIO * self.size)):
            raise Overgrown(
                f"unpacks to more than {self.bytes >> 20:,} MiB from {self.size / 1024:,.0f} KiB,"
                " as no articles do: what follows is not read; unpack it yourself if you trust it"
            )

    def count(self) -> None:
        """Counts one member. Raises Overgrown if it is one too many."""
        self.members += 1
        if self.members > _MAX_ARCHIVE_MEMBERS:
            raise Overgrown(
                f"holds more than {_MAX_ARCHIVE_MEMBERS:,} files: what follows is not read;"
                " split it"
            )


class _Careful(io.RawIOBase):
    """A stream that counts the bytes read from another one, and raises an OSError for any damage
    in it.
    """

    def __init__(self, stream: IO[bytes], allowance: Allowance | None) -> None:
        self._stream, self._allowance = stream, allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        try:
            part = self._stream.read(min(len(buffer), 1 << 20))
        except OSError:
            raise
        except _FAILURES as error:
            raise OSError(f"damaged ({error})") from error
        if self._allowance:
            self._allowance.take(len(part))
        buffer[: len(part)] = part
        return len(part)


def archive_suffix(name: str) -> str:
    """The suffix that marks a name as that of an archive or compressed file, in lower case;
    "" for any other name.
    """
    known = (suffix for suffix in (*ARCHIVES, *COMPRESSED) if name.lower().endswith(suffix))
    return max(known, key=len, default="")


def decompressed(file: BinaryIO, suffix: str, allowance: Allowance) -> BinaryIO:
    """A stream of the unpacked content of a file in gzip, bzip2 or xz.

    Reading the stream raises OSError if the file is damaged, and Overgrown if too much comes out.
    """
    opened = next(opened for kind, opened in _OPENERS.items() if suffix.endswith(kind))
    return _careful(opened(file), allowance)


def _careful(stream: IO[bytes], allowance: Allowance | None) -> BinaryIO:
    return io.BufferedReader(_Careful(stream, allowance), 1 << 16)


def members(file: BinaryIO, suffix: str, allowance: Allowance) -> Members:
    """Yields name, size and content of each file in an archive, in the order of the archive.

    The caller must read a content before it asks for the next file. Directories, hidden files and
    the files that operating systems add ("__MACOSX") are left out. Links, devices, encrypted
    members and names that lead out of the archive have a :class:`Missing` with the reason in place
    of the content.

    Raises:
        Unreadable: the file is damaged or no archive. Overgrown: too much is in it.
        OSError: when the caller reads a content that is damaged.
    """
    is_zip = suffix == ".zip"
    found = _zip_members(file, allowance) if is_zip else _tar_members(file, suffix, allowance)
    try:
        for name, size, content in found:
            allowance.count()
            name = name.replace("\\", "/")
            if _hidden(name):
                continue
            if re.match(r"/|[A-Za-z]:", name) or ".." in name.split("/") or "\0" in name:
                content = Missing("a name that leads out of the archive; pack it anew")
            yield name, size, content
    except Unreadable:
        raise
    except _FAILURES as error:
        raise Unreadable(
            f"damaged: expected an archive, what follows cannot be read ({error}); pack it anew"
        ) from None


def _hidden(name: str) -> bool:
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _zip_members(file: BinaryIO, allowance: Allowance) -> Members:
    with _listed(file) as archive:
        for member in archive.infolist():
            if not member.filename:  # is_dir would look at its last character
                yield "?", 0, Missing("a file without a name; pack the archive anew")
                continue
            if member.is_dir():
                continue
            # Old programs write names in the encoding of their system, which is guessed.
            is_utf8 = member.flag_bits & 0x800
            name = member.filename if is_utf8 else _decoded(member.filename, "cp437", "strict")
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                yield name, 0, Missing("a symbolic link in an archive; pack the file itself")
                continue
            if member.flag_bits & 0x1:
                why = "encrypted: expected an archive without a password; pack it without one"
                yield name, 0, Missing(why)
                continue
            try:
                content = archive.open(member)
            except ZIP_ERRORS as error:
                why = f"damaged, or packed in an unusual way ({error}); pack it anew"
                yield name, 0, Missing(why)
                continue
            with content:
                yield name, member.file_size, _careful(content, allowance)


def _decoded(name: str, encoding: str, errors: str) -> str:
    """A name that was decoded with ``encoding``, decoded anew with the encoding that its bytes
    suggest; the name itself if that fails.
    """
    try:
        return decode(name.encode(encoding, errors))
    except (UnicodeError, NotText):
        return name


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The opened archive, if its directory (list of files) states at most 512 MiB in 20,000 files.

    The sizes stated there can be relied on: ``zipfile`` reads no member beyond its stated size.

    Raises:
        Unreadable: no archive, a damaged one, or too much in it.
    """
    archive = _listed(io.BytesIO(data))
    count = len(archive.infolist())
    size = sum(member.file_size for member in archive.infolist())
    if count > MAX_ZIP_MEMBERS or size > MAX_UNPACKED:
        what = f"{count:,} files" if count > MAX_ZIP_MEMBERS else f"{size >> 20:,} MiB"
        raise Unreadable(
            f"unpacks to {what}: expected at most {MAX_UNPACKED >> 20} MiB in {MAX_ZIP_MEMBERS:,}"
            " files; split it"
        )
    return archive


def _listed(file: BinaryIO) -> zipfile.ZipFile:
    """The opened archive, whose directory may take up to 64 MiB. Raises Unreadable if the file is
    damaged, is no archive, or has a larger directory.
    """
    try:
        # Finds the directory by zipfile's own function: ZipFile would read one of any size at once.
        inner = vars(zipfile)
        end = inner["_EndRecData"](file)
        if end and end[inner["_ECD_SIZE"]] > MAX_DIRECTORY:
            raise Unreadable(
                f"lists more files than expected: its directory has over {MAX_DIRECTORY >> 20} MiB;"
                " split it"
            )
        return zipfile.ZipFile(file)
    except ZIP_ERRORS as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"damaged: expected a ZIP archive ({error}); save it anew") from None


def _tar_members(file: BinaryIO, suffix: str, allowance: Allowance) -> Members:
    stream = file if suffix == ".tar" else decompressed(file, suffix, allowance)
    opened = tarfile.open(fileobj=stream, mode="r|", tarinfo=_Info, errors="surrogateescape")
    with closing(opened) as archive:
        for member in archive:
            if member.isdir():
                continue
            name = _decoded(member.name, "utf-8", "surrogateescape")
            if not member.isreg() or member.issparse():
                what = "a link" if member.issym() or member.islnk() else "no regular file"
                yield name, 0, Missing(f"{what} in an archive; pack the file itself")
            elif content := archive.extractfile(member):
                yield name, member.size, _careful(content, None)
            # tarfile remembers every member, but the stream is read only once: free the memory.
            vars(archive)["members"].clear()


class _Info(tarfile.TarInfo):
    """A member of a .tar whose extended headers are limited to a size that names can have, because
    tarfile reads such a header into memory as a whole.
    """

    def _proc_member(self, tarfile_):
        if self.type in _HEADERS and self.size > _MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {self.size:,} bytes")
        return super()._proc_member(tarfile_)  # type: ignore[misc]  # it is documented
