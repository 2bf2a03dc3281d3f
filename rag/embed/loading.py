"""Models of sentence-transformers by name: what kind one is, what runs it, from the disk or from
the hub.

A name is ``[BACK END:]FOLDER`` or ``[BACK END:]NAME``, as in ``onnx-int8:/models/e5-small``.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.embed import onnx
from rag.errors import ModelError

TORCH = "torch"
BACKENDS = (TORCH, onnx.ONNX, onnx.ONNX_INT8)
EMBEDDING, CROSS_ENCODER, MULTI_VECTOR = "SentenceTransformer", "CrossEncoder", "MultiVectorEncoder"
_KINDS = {
    EMBEDDING: "an embedding model (bi-encoder)",
    CROSS_ENCODER: "a cross-encoder",
    MULTI_VECTOR: "a multi-vector model (ColBERT)",
    "SparseEncoder": "a sparse encoder",
}
_OPTIONS = {EMBEDDING: "--model", CROSS_ENCODER: "--rerank", MULTI_VECTOR: "--rerank"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready.

    Attributes:
        name: as it was given, with "~" expanded and without the back end where that is torch.
        model: a SentenceTransformer, CrossEncoder or MultiVectorEncoder.
        kind: which of them, as the name of its class.
        folder: where its files lie; None for a name whose files only the hub's client knows.
        file: the ONNX file that runs, below ``folder``; "" where torch runs it.
    """

    name: str
    model: Any
    kind: str
    folder: Path | None
    file: str


def _split(given: str) -> tuple[str, str]:
    """The back end, one of ``BACKENDS``, and the name or folder ("~" expanded) of what the user
    gave.
    """
    backend, _, name = given.partition(":")
    if backend not in BACKENDS or backend == given:
        backend, name = TORCH, given
    return backend, str(Path(name).expanduser()) if name.startswith("~") else name


def load(given: str, wanted: Sequence[str]) -> Loaded:
    """The model of a name; only a name that is on no local disk is fetched from the model hub.

    Args:
        given: see the module.
        wanted: the kinds that will do.

    Raises:
        ModelError: not there, not to be fetched, of another kind, or its back end is not installed.
    """
    backend, name = _split(given)
    option = _OPTIONS[wanted[0]]
    local = bool(name) and Path(name).is_dir()
    if not local and (not name or name.startswith((".", "/", "~")) or os.sep + os.sep in name):
        raise ModelError(
            f"expected a model folder at {name or '(no name)'}, found none: check the path"
        )
    if backend != TORCH:
        onnx.check_installed(backend)
    _prepare_hub()
    try:
        with _no_bars():
            return _load(name, backend, wanted, local_only=True)
    except ModelError:
        raise
    except Exception as missing:
        if local:
            raise ModelError(
                f"expected a sentence-transformers model in {name}, could not load it:"
                f" {first_line(missing)}"
            ) from missing
    instead = f"or leave {option} out"
    if option == "--model":
        instead += " to use the embedded model"
    if os.environ.get("HF_HUB_OFFLINE") == "1" or not _hub_answers():
        raise ModelError(
            f"model {name!r} is not on this machine and the model hub cannot be reached: copy its"
            f" folder here and give the path ({option} PATH), {instead}"
        )
    try:
        return _load(name, backend, wanted, local_only=False)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"model {name!r} could not be fetched: {first_line(error)}; give the path of a model"
            f" folder, {instead}"
        ) from error


def _prepare_hub() -> None:
    # Before the import: it asks the network unbidden.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import sentence_transformers  # noqa: F401

    # Without this a model that cannot be reached is asked for again and again, for minutes.
    os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", "5")
    os.environ.setdefault("HF_HUB_DOWNLOAD_TIMEOUT", "20")


def _load(name: str, backend: str, wanted: Sequence[str], local_only: bool) -> Loaded:
    import sentence_transformers

    kind = _kind(name, local_only)
    if kind not in wanted:
        advice = f"give it with {_OPTIONS[kind]}" if kind in _OPTIONS else "use another"
        raise ModelError(
            f"expected {' or '.join(_KINDS[one] for one in wanted)} for {_OPTIONS[wanted[0]]}, "
            f"but {name} is {_KINDS.get(kind, kind)}: {advice}"
        )
    made = getattr(sentence_transformers, kind)  # runs no code that comes with the model
    if backend == TORCH:
        model = made(name, local_files_only=local_only, trust_remote_code=False)
        return Loaded(name, model, kind, Path(name) if Path(name).is_dir() else None, "")
    folder, file = onnx.find(name, backend, local_only)
    model = made(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
    onnx.put_in(model, folder / file)
    return Loaded(f"{backend}:{name}", model, kind, folder, file)


@contextlib.contextmanager
def _no_bars() -> Iterator[None]:
    """Without transformers' progress bars: from the disk a model is there before one could be
    read.
    """
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _kind(name: str, local_only: bool) -> str:
    """The kind of a model, as its configuration tells it: of any version of the library, of PyLate
    and of ColBERT.
    """
    from sentence_transformers.util import load_file_path

    def read(file: str) -> Any:
        """What a JSON file of the model holds; None where there is none."""
        path = load_file_path(name, file, cache_folder=onnx.cache(), local_files_only=local_only)
        return None if path is None else json.loads(Path(path).read_text("utf8"))

    library_config = read("config_sentence_transformers.json") or {}
    config = read("config.json") or {}
    modules = read("modules.json")
    if not config and modules is None:
        raise FileNotFoundError("it has neither a config.json nor a modules.json")
    if kind := library_config.get("model_type"):
        return MULTI_VECTOR if kind == "ColBERT" else kind
    architectures = config.get("architectures") or []
    if "HF_ColBERT" in architectures or "query_prefix" in library_config:
        return MULTI_VECTOR
    if modules is None and any(one.endswith("ForSequenceClassification") for one in architectures):
        return CROSS_ENCODER
    return EMBEDDING


def _hub_answers(timeout: float = 5.0) -> bool:
    """Whether the model hub takes a connection; asked only when the user named a model to fetch."""
    import socket
    from urllib.parse import urlsplit

    from huggingface_hub import constants

    address = urlsplit(constants.ENDPOINT)
    try:
        socket.create_connection((address.hostname, address.port or 443), timeout=timeout).close()
    except OSError:
        return False
    return True


def first_line(error: Exception) -> str:
    """What an error says, in one line of at most 300 characters."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
