"""Archives of article files (.zip, .tar and compressed ones) and single compressed files: opened in
place, never unpacked to the disk.

Whoever made an archive may mean harm: names that climb, links, members that grow without end.
Nothing is written, so a name can do no more than confuse, and is refused for that; what comes out
is counted (:class:`Allowance`).
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from rag.corpus.encoding import NotText, decode
from rag.corpus.readers.draft import Missing, Unreadable
from rag.corpus.readers.zipped import FAILURES, listed

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
COMPRESSED = (".gz", ".bz2", ".xz")
MAX_DEPTH = 3  # an archive in an archive in an archive
MAX_MEMBERS = 200_000
_FREE_BYTES = 64 * 1024 * 1024  # that may come out of a file however small
_MAX_RATIO = 200  # of what comes out to the archive; news in JSON shrinks to a twentieth
_MAX_BYTES = 8 * 1024**3
_MAX_HEADER_BYTES = 1024 * 1024
_FAILURES = (*FAILURES, tarfile.TarError, lzma.LZMAError)
_DECOMPRESSORS: dict[str, Callable[[BinaryIO], Any]] = {
    "gz": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
}
_HEADERS = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)


Members = Iterator[tuple[str, int, BinaryIO | Missing]]


class Overgrown(Unreadable):
    """More comes out of an archive than is read of one."""


@dataclass
class Allowance:
    """How much may come out of an archive of ``size`` bytes, of all archives in it together.

    Attributes:
        size: bytes of the outermost archive.
        bytes, members: what has come out so far.
    """

    size: int
    bytes: int = 0
    members: int = 0

    def take(self, count: int) -> None:
        """Counts what came out. Raises Overgrown where it is more than is allowed."""
        self.bytes += count
        if self.bytes > min(_MAX_BYTES, max(_FREE_BYTES, _MAX_RATIO * self.size)):
            raise Overgrown(
                f"unpacks to more than {self.bytes >> 20:,} MiB from {self.size / 1024:,.0f} KiB,"
                " as no articles do: what follows is not read; unpack it yourself if you trust it"
            )

    def count(self) -> None:
        """Counts a member. Raises Overgrown where it is one too many."""
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise Overgrown(
                f"holds more than {MAX_MEMBERS:,} files: what follows is not read; split it"
            )


class _Careful(io.RawIOBase):
    """A stream that counts what is unpacked, and raises an OSError for whatever is wrong with
    it.
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
    """The end of a name that tells an archive or a compressed file, in lower case, or ""."""
    lower = name.lower()
    known = (*sorted(ARCHIVES, key=len, reverse=True), *COMPRESSED)
    return next((suffix for suffix in known if lower.endswith(suffix)), "")


def decompressed(file: BinaryIO, suffix: str, allowance: Allowance) -> BinaryIO:
    """What is in a file compressed with gzip, bzip2 or xz, as a stream. Reading it raises OSError,
    Overgrown.
    """
    opened = next(opened for kind, opened in _DECOMPRESSORS.items() if suffix.endswith(kind))
    return _careful(opened(file), allowance)


def _careful(stream: IO[bytes], allowance: Allowance | None) -> BinaryIO:
    return io.BufferedReader(_Careful(stream, allowance), 1 << 16)


def members(file: BinaryIO, suffix: str, allowance: Allowance) -> Members:
    """Name, size and content of each file in an archive, in its order; each content is to be read
    before the next is asked for.

    Directories, hidden files and what systems add to archives are left out; links, devices,
    encrypted members and names that lead out of the archive come with a reason.

    Raises:
        Unreadable: damaged, or no archive; Overgrown.
        OSError: from the file itself.
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
    with listed(file) as archive:
        for member in archive.infolist():
            if not member.filename:  # is_dir would look at its last character
                yield "?", 0, Missing("a file without a name; pack the archive anew")
                continue
            if member.is_dir():
                continue
            name = _zip_name(member)
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                yield name, 0, Missing("a symbolic link in an archive; pack the file itself")
                continue
            if member.flag_bits & 0x1:
                why = "encrypted: expected an archive without a password; pack it without one"
                yield name, 0, Missing(why)
                continue
            try:
                content = archive.open(member)
            except FAILURES as error:
                why = f"damaged, or packed in an unusual way ({error}); pack it anew"
                yield name, 0, Missing(why)
                continue
            with content:
                yield name, member.file_size, _careful(content, allowance)


def _zip_name(member: zipfile.ZipInfo) -> str:
    """The name of a member; where it is not marked as UTF-8, old programs wrote it in the encoding
    of their system.
    """
    is_utf8 = member.flag_bits & 0x800
    return member.filename if is_utf8 else _decoded(member.filename, "cp437", "strict")


def _decoded(name: str, encoding: str, errors: str) -> str:
    """A name that was read in one encoding, in the one that its bytes tell."""
    try:
        return decode(name.encode(encoding, errors))
    except (UnicodeError, NotText):
        return name


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
            # The stream is read once: what went by is not needed again, and would pile up.
            vars(archive)["members"].clear()


class _Info(tarfile.TarInfo):
    """A member whose extended headers, which are read at once, are of a size that names can
    have.
    """

    def _proc_member(self, tarfile_):
        if self.type in _HEADERS and self.size > _MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {self.size:,} bytes")
        return super()._proc_member(tarfile_)  # type: ignore[misc]  # it is documented
