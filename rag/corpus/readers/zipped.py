"""Files that are ZIP archives inside (.docx, .epub): looked at before they are unpacked."""

from __future__ import annotations

import io
import zipfile

from rag.corpus.readers.draft import Unreadable

MAX_UNPACKED = 512 * 1024 * 1024
MAX_MEMBERS = 20_000


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive, if its directory promises no more than can be unpacked: 512 MiB in 20,000 files.

    What it promises binds: ``zipfile`` reads no member beyond the size that the directory names.

    Raises:
        Unreadable: no archive, a damaged one, or too much in it.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise Unreadable(f"damaged: expected a ZIP archive inside ({error}); save it anew") from None
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or (size := sum(member.file_size for member in members)) > MAX_UNPACKED:
        what = f"{len(members):,} files" if len(members) > MAX_MEMBERS else f"{size >> 20:,} MiB"
        raise Unreadable(f"unpacks to {what}: expected at most {MAX_UNPACKED >> 20} MiB in {MAX_MEMBERS:,} files; split it")
    return archive
