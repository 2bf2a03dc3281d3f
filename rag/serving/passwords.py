"""The accounts that may log in: names with hashes of their passwords, from a file or the command
line.

A line of the file is ``name:scrypt$14$8$5$SALT$HASH``; ``yinju serve --hash-password NAME`` makes
it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError

MAX_CREDENTIAL_CHARACTERS = 1_000
"""Most characters of a name or a password."""
# The costs of scrypt, from OWASP's cheat sheet of 2024: 16 MB and a fifth of a second for a hash.
_LOG_N, _R, _P = 14, 8, 5
_MEMORY = 2**28


@dataclass(frozen=True, slots=True)
class Accounts:
    """Names and the hashes of their passwords; at least one."""

    hashes: Mapping[str, str]

    def holds(self, name: str, password: str) -> bool:
        """Whether this is the password of that name. Takes as long for an unknown name, so that the
        time does not disclose which names exist.
        """
        wanted = self.hashes.get(name)
        same = _same(password, wanted or next(iter(self.hashes.values())))
        return same and wanted is not None

    @property
    def secret(self) -> bytes:
        """The key that signs logins. It stays the same after a restart, and changes as soon as a
        password changes.
        """
        lines = "\n".join(f"{name}:{one}" for name, one in sorted(self.hashes.items()))
        return hashlib.sha256(b"yinju login\n" + lines.encode()).digest()


def hash_password(password: str) -> str:
    """The hash of a password with a new random salt. Raises UsageError for an empty or overlong
    password.
    """
    if not 1 <= len(password) <= MAX_CREDENTIAL_CHARACTERS:
        raise UsageError(
            f"expected a password of 1 to {MAX_CREDENTIAL_CHARACTERS:,} characters,"
            f" got {len(password):,}"
        )
    salt = os.urandom(16)
    made = _scrypt(password, salt, _LOG_N, _R, _P)
    coded = (base64.b64encode(data).decode() for data in (salt, made))
    return "$".join(("scrypt", str(_LOG_N), str(_R), str(_P), *coded))


def read_accounts(given: str) -> Accounts:
    """Reads the accounts that ``--auth`` gives: the path of a file, or ``name:password``, where a
    hash may take the place of the password.

    Raises UsageError for anything else; in a file it names the line.
    """
    file = Path(given)
    try:
        lines = file.read_text("utf-8-sig").splitlines() if file.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"expected {given} to be a file of name:hash lines in UTF-8, but it cannot be read:"
            f" {error}"
        ) from error
    if lines is None:
        name, password = _divide(given, "--auth")
        return Accounts({name: password if _parts(password) else hash_password(password)})
    hashes: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, hashed = _divide(line.strip(), f"{given}, line {number}")
        if not _parts(hashed):
            raise UsageError(
                f"{given}, line {number}: expected {name}:scrypt$…, as yinju serve --hash-password"
                f" {name} makes it, got something else"
            )
        if name in hashes:
            raise UsageError(f"{given}, line {number}: expected each name once, got {name!r} again")
        hashes[name] = hashed
    if not hashes:
        raise UsageError(
            f"expected {given} to hold lines of name:hash, got none: make one with yinju serve"
            " --hash-password NAME"
        )
    return Accounts(hashes)


def _divide(line: str, where: str) -> tuple[str, str]:
    """The name and the password or hash of a line. Raises UsageError that begins with ``where``."""
    name, _, password = line.partition(":")
    # The message does not show the line itself, which may be a password.
    usable = (
        1 <= len(name) <= MAX_CREDENTIAL_CHARACTERS and name.isprintable() and name == name.strip()
    )
    if not (usable and password):
        raise UsageError(
            f"{where}: expected name:password, or the path of a file of name:hash lines, got"
            " neither"
        )
    return name, password


def _parts(text: str) -> tuple[int, int, int, bytes, bytes] | None:
    """The costs (log2 of N, r, p), salt and hash of a hashed password; None for any other text."""
    try:
        kind, *costs, salted, hashed = text.split("$")
        log_n, r, p = map(int, costs)
        salt, made = (base64.b64decode(one, validate=True) for one in (salted, hashed))
    except (ValueError, binascii.Error):
        return None
    fits = kind == "scrypt" and 10 <= log_n <= 20 and 1 <= r <= 32 and 1 <= p <= 16
    fits = fits and 128 * r * 2**log_n < _MEMORY
    return (log_n, r, p, salt, made) if fits and len(salt) >= 8 and len(made) >= 32 else None


def _same(password: str, hashed: str) -> bool:
    if not (parts := _parts(hashed)):
        return False
    log_n, r, p, salt, made = parts
    return hmac.compare_digest(_scrypt(password, salt, log_n, r, p), made)


def _scrypt(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    # Normalized, since keyboards differ in how they encode é.
    typed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=2**log_n, r=r, p=p, maxmem=_MEMORY + 2**20, dklen=32)
