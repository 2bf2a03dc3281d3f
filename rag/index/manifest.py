"""The manifest of an index version: how the version was made, what it holds, a checksum per file.

The checksums form a chain: ``CURRENT`` names a version, the name ends in the hash of
``manifest.json``, and the manifest holds the hash of every other file. One changed byte breaks it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.article import Skipped
from rag.embed.protocol import Embedder, ModelIdentity
from rag.embed.static import load_static
from rag.errors import IndexCorrupt, IndexMismatch
from rag.index.disk import sha256_of

INDEX_FORMAT = 7
MANIFEST_FILE = "manifest.json"
MAX_SKIPPED_LISTED = 1_000  # skipped files listed at most: a wrong folder may hold a million files
REBUILD_ADVICE = "rebuild it with `yinju build --corpus … --index {index}`"
RECOVERY_ADVICE = (
    "go back to the version before with `yinju rollback --index {index}`, or " + REBUILD_ADVICE
)


class AsDict:
    """A base for data classes whose fields are to be given as plain values."""

    __slots__ = ()

    def to_dict(self) -> dict:
        """The fields as plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(self)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes and SHA-256 (hex) of one file of a version."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """One shard of a version: an index of its own below the index folder.

    Attributes:
        folder: the folder of the shard's index, relative to that of the whole index.
        version: name of the shard's version; it ends in the hash of that version's manifest.
        articles, passages, bytes: the sizes of that version.
    """

    folder: str
    version: str
    articles: int
    passages: int
    bytes: int

    @classmethod
    def of(cls, version: Path, manifest: Manifest) -> ShardRecord:
        """The record of a shard, from the folder and the manifest of its version."""
        index, counts = version.parent.parent, manifest.counts
        folder = index.relative_to(index.parent.parent).as_posix()
        return cls(folder, version.name, counts.articles, counts.passages, manifest.bytes)


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes of what is indexed.

    Attributes:
        articles, passages: number of each.
        characters: length of all article texts together.
        tokens: static-model tokens of all passages.
        features: distinct lexical features.
        stories: groups of at least two near-duplicate articles (:mod:`rag.corpus.duplicates`).
        repeats: articles in these groups beyond the first of each.
    """

    articles: int
    passages: int
    characters: int
    tokens: int
    features: int
    stories: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Manifest(AsDict):
    """The content of ``manifest.json``.

    Attributes:
        format: version of the folder's layout; another one is refused.
        created: UTC time stamp, ISO 8601 with milliseconds.
        model: what made the passage vectors.
        static_model: the embedded model whose tokens are stored.
        tokenizer_sha256: of the embedded model's tokenizer.
        splitter: settings of the splitter.
        duplicates: settings by which near-duplicate articles were found.
        lexical: settings of BM25.
        vectors: "kind", how the numbers are stored ("int8" or "fp16"); "search", how they are
            searched ("exact" or "scan"); and for a large index the measured "recall@10"
            (:func:`rag.index.near.chosen`).
        counts: sizes of what is indexed.
        skipped: the first 1,000 files and articles that could not be read, with the reasons.
        report: what the build or update did: "changes" (:class:`rag.index.changes.Changes`), the
            number "skipped", the number of vectors "reused", how many "shards" were asked for,
            "seconds" and "phases". Only this and ``created`` differ between builds of one corpus.
        files: size and hash of every file but the manifest, by its path below the version's folder.
        shards: the shards that the version lies in, in the order of their articles; empty for a
            version in one piece.
    """

    format: int
    created: str
    model: ModelIdentity
    static_model: ModelIdentity
    tokenizer_sha256: str
    splitter: dict
    duplicates: dict
    lexical: dict
    vectors: dict
    counts: Counts
    skipped: tuple[Skipped, ...]
    report: dict
    files: dict[str, FileRecord]
    shards: tuple[ShardRecord, ...] = ()

    @property
    def bytes(self) -> int:
        """Size of all files of the version and of its shards."""
        size = sum(record.size for record in self.files.values())
        return size + sum(shard.bytes for shard in self.shards)

    def folders(self, folder: Path) -> list[Path]:
        """The folders of the shards' versions; ``folder`` is that of the version itself."""
        index = folder.parent.parent
        return [index / one.folder / folder.parent.name / one.version for one in self.shards]

    def to_json(self) -> str:
        """The text of ``manifest.json``; equal manifests give equal bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_dict(cls, raw: dict) -> Manifest:
        """The manifest that ``to_dict`` turned into ``raw``.

        Raises:
            KeyError, TypeError, AttributeError: ``raw`` has another shape.
        """
        raw = {"shards": (), **raw}
        fields = {field.name: raw[field.name] for field in dataclasses.fields(cls)}
        fields |= {
            "model": ModelIdentity(**raw["model"]),
            "static_model": ModelIdentity(**raw["static_model"]),
            "counts": Counts(**raw["counts"]),
            "skipped": tuple(Skipped(**entry) for entry in raw["skipped"]),
            "files": {path: FileRecord(**record) for path, record in raw["files"].items()},
            "shards": tuple(ShardRecord(**record) for record in raw["shards"]),
        }
        return cls(**fields)


def corrupt(file: Path, seen: str) -> IndexCorrupt:
    """The error to raise where ``file`` of a version is not what was written; ``seen`` says how."""
    recover = RECOVERY_ADVICE.format(index=file.parent.parent.parent)
    return IndexCorrupt(
        f"expected {file} to be as it was built, but it is damaged ({seen}): {recover}"
    )


def manifest_digest(text: str) -> str:
    """The checksum of a manifest's text at the end of a version's name: 12 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def read_manifest(folder: Path) -> Manifest:
    """Reads and checks the manifest of one version.

    Args:
        folder: ``<index>/versions/<name>``; the name must end in the manifest's digest.

    Raises:
        IndexCorrupt: the file is missing, damaged, or not a manifest.
        IndexMismatch: it is of another format version.
    """
    path, index = folder / MANIFEST_FILE, folder.parent.parent
    recover = RECOVERY_ADVICE.format(index=index)
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        seen = "missing" if isinstance(error, FileNotFoundError) else f"damaged ({error})"
        raise IndexCorrupt(f"expected to read {path}, but it is {seen}: {recover}") from error
    expected, digest = folder.name.rpartition("-")[2], manifest_digest(text)
    if digest != expected:
        raise IndexCorrupt(
            f"expected {path} to have the checksum {expected}, but it has {digest}: the file is"
            f" damaged; {recover}"
        )
    try:
        raw = json.loads(text)
        found = raw["format"]
        if found != INDEX_FORMAT:
            raise IndexMismatch(
                f"expected an index of format {INDEX_FORMAT}, but {folder} has format {found}:"
                f" {REBUILD_ADVICE.format(index=index)}"
            )
        return Manifest.from_dict(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexCorrupt(
            f"expected {path} to be a manifest, but it is not ({error!r}): {recover}"
        ) from error


def list_files(folder: Path) -> dict[str, FileRecord]:
    """Size and hash of every file below a folder except the manifest, read back from the disk."""
    files = filter(Path.is_file, folder.rglob("*"))
    paths = sorted(path for path in files if path.name != MANIFEST_FILE)
    return {
        p.relative_to(folder).as_posix(): FileRecord(p.stat().st_size, sha256_of(p)) for p in paths
    }


def check_files(folder: Path, manifest: Manifest, hash_up_to: int | None = None) -> None:
    """Compares the files of a version with its manifest.

    Args:
        folder: the version's folder.
        manifest: its manifest.
        hash_up_to: check the hash only of files up to this size in bytes; None for all files.

    Raises:
        IndexCorrupt: some file is missing, or of another size or content; the message names all.
    """
    problems = []
    for name, record in manifest.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            problems.append(f"{name} (outside the folder)")
            continue
        try:
            size = path.stat().st_size
            if size != record.size:
                problems.append(f"{name} ({size} bytes instead of {record.size})")
            elif (hash_up_to is None or size <= hash_up_to) and sha256_of(path) != record.sha256:
                problems.append(f"{name} (checksum differs)")
        except FileNotFoundError:
            problems.append(f"{name} (missing)")
        except OSError as error:
            problems.append(f"{name} (cannot be read: {error.strerror})")
    if problems:
        raise IndexCorrupt(
            f"expected the files of {folder} to be as they were built, but {', '.join(problems)}: "
            f"{RECOVERY_ADVICE.format(index=folder.parent.parent)}"
        )


def same_tokens(manifest: Manifest) -> bool:
    """Whether an index was made by the embedded static model in use, with the same tokenizer."""
    model = load_static()
    same_tokenizer = manifest.tokenizer_sha256 == model.tokenizer_sha256
    return same_tokenizer and same_model(manifest.static_model, model.identity)


def check_models(index: Path, manifest: Manifest, embedder: Embedder) -> None:
    """Compares the models in use with those an index was built with.

    Raises:
        IndexMismatch: a model differs; the message says how to rebuild.
    """
    rebuild, model = REBUILD_ADVICE.format(index=index), load_static()
    if not same_tokens(manifest):
        raise IndexMismatch(
            f"expected the embedded model {manifest.static_model.sha256[:12]} with the tokenizer"
            f" {manifest.tokenizer_sha256[:12]}, with which {index} was built, but this version of"
            f" Yinju holds {model.identity.sha256[:12]} with {model.tokenizer_sha256[:12]}:"
            f" {rebuild}"
        )
    if not same_model(manifest.model, embedder.identity):
        built, given = manifest.model, embedder.identity
        is_built_in = same_model(built, model.identity)
        how = "without `--model`" if is_built_in else f"with `--model {built.name}`"
        raise IndexMismatch(
            f"expected the model {built.name} ({built.sha256[:12]}, {built.dim} dimensions), with"
            f" which {index} was built, but got {given.name} ({given.sha256[:12]}, {given.dim}"
            f" dimensions): open it {how}, or {rebuild}"
        )


def same_model(one: ModelIdentity, other: ModelIdentity) -> bool:
    """Whether two identities are of one model; names do not count, as a folder may have moved."""
    return (one.sha256, one.dim) == (other.sha256, other.dim)
