"""Files that are ZIP archives inside (.docx, .epub): looked at before they are unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import BinaryIO

from rag.corpus.readers.draft import Unreadable

FAILURES = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError),
    *(KeyError, ValueError, RuntimeError, OverflowError),
)
"""What ``zipfile`` raises on a damaged, encrypted or oddly packed member, as it happens to
notice.
"""

MAX_DIRECTORY = 64 * 1024 * 1024
MAX_UNPACKED = 512 * 1024 * 1024
MAX_MEMBERS = 20_000


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive, if its directory promises no more than can be unpacked: 512 MiB in 20,000 files.

    What it promises binds: ``zipfile`` reads no member beyond the size that the directory names.

    Raises:
        Unreadable: no archive, a damaged one, or too much in it.
    """
    archive = listed(io.BytesIO(data))
    count = len(archive.infolist())
    size = sum(member.file_size for member in archive.infolist())
    if count > MAX_MEMBERS or size > MAX_UNPACKED:
        what = f"{count:,} files" if count > MAX_MEMBERS else f"{size >> 20:,} MiB"
        raise Unreadable(
            f"unpacks to {what}: expected at most {MAX_UNPACKED >> 20} MiB in {MAX_MEMBERS:,}"
            " files; split it"
        )
    return archive


def listed(file: BinaryIO) -> zipfile.ZipFile:
    """An archive with its directory read, which may take up to 64 MiB. Raises Unreadable as
    :func:`open_zip`.
    """
    try:
        # The part of zipfile that finds the directory: it would read one of any size at once.
        inner = vars(zipfile)
        end = inner["_EndRecData"](file)
        if end and end[inner["_ECD_SIZE"]] > MAX_DIRECTORY:
            raise Unreadable(
                f"lists more files than expected: its directory has over {MAX_DIRECTORY >> 20} MiB;"
                " split it"
            )
        return zipfile.ZipFile(file)
    except FAILURES as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"damaged: expected a ZIP archive ({error}); save it anew") from None
