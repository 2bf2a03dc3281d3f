"""Opens files that are ZIP archives (.docx, .epub), after checking how much they unpack to."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import BinaryIO

from rag.corpus.readers.draft import Unreadable

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


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The opened archive, if its directory (list of files) states at most 512 MiB in 20,000 files.

    The sizes stated there can be relied on: ``zipfile`` reads no member beyond its stated size.

    Raises:
        Unreadable: no archive, a damaged one, or too much in it.
    """
    archive = listed(io.BytesIO(data))
    count = len(archive.infolist())
    size = sum(member.file_size for member in archive.infolist())
    if count > MAX_ZIP_MEMBERS or size > MAX_UNPACKED:
        what = f"{count:,} files" if count > MAX_ZIP_MEMBERS else f"{size >> 20:,} MiB"
        raise Unreadable(
            f"unpacks to {what}: expected at most {MAX_UNPACKED >> 20} MiB in {MAX_ZIP_MEMBERS:,}"
            " files; split it"
        )
    return archive


def listed(file: BinaryIO) -> zipfile.ZipFile:
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
