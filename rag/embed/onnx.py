"""Which ONNX file of a model runs, and whether this installation can run one.

sentence-transformers runs them through Optimum and ONNX Runtime. A model that holds none is refused: to convert
it at every start would take longer than to ask it.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from rag.errors import ModelError

ONNX, ONNX_INT8 = "onnx", "onnx-int8"
INSTALL = "pip install 'yinju[onnx]'"
_INT8 = re.compile(r"int8|quantized")


def check_installed(backend: str) -> None:
    """Raises ModelError, with the command that installs it, where ONNX Runtime is not there."""
    from importlib.util import find_spec

    if not (find_spec("onnxruntime") and find_spec("optimum")):
        raise ModelError(f"expected ONNX Runtime for the back end {backend}, but it is not installed: {INSTALL} "
                         f"in an environment of its own, or leave {backend}: out to use torch")


def find(name: str, backend: str, local_only: bool) -> tuple[Path, str]:
    """The folder of a model, its files fetched where that is allowed, and the file in it that suits.

    Args:
        name: a folder, or a name on the model hub.
        backend: "onnx" for ``model.onnx``; "onnx-int8" for a quantised file, of several the one for this processor.
        local_only: ask only the disk.

    Raises:
        ModelError: no file suits.
        FileNotFoundError, or what the hub's client raises: it is not on this disk.
    """
    from huggingface_hub import list_repo_files, snapshot_download

    cache = os.environ.get("SENTENCE_TRANSFORMERS_HOME")  # as sentence-transformers itself
    if Path(name).is_dir():
        return Path(name), _pick(_files(Path(name)), backend, name)
    if local_only:
        folder = Path(snapshot_download(name, cache_dir=cache, local_files_only=True))
        if not any(_suits(file, backend) for file in _files(folder)):
            raise FileNotFoundError(f"no file for {backend} has been fetched yet")
        return folder, _pick(_files(folder), backend, name)
    file = _pick(list_repo_files(name), backend, name)
    # What else lies there is the same model some more times.
    needed = ["*.json", "*.txt", "*.model", "[0-9]*_*/*", file, f"{file}?data"]
    return Path(snapshot_download(name, cache_dir=cache, allow_patterns=needed)), file


def provider(backend: str) -> str:
    """What ONNX Runtime computes on: an NVIDIA card where its build for one is installed, else the processor."""
    from onnxruntime import get_available_providers

    cuda = "CUDAExecutionProvider"  # has no dynamically quantised products
    return cuda if backend == ONNX and cuda in get_available_providers() else "CPUExecutionProvider"


def _files(folder: Path) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in folder.rglob("*.onnx")]


def _suits(file: str, backend: str) -> bool:
    name = file.rpartition("/")[2]
    return name.endswith(".onnx") and (bool(_INT8.search(name)) if backend == ONNX_INT8 else name == "model.onnx")


def _pick(files: Sequence[str], backend: str, name: str) -> str:
    suitable = sorted(file for file in files if _suits(file, backend))
    if not suitable:
        seen = ", ".join(sorted(file for file in files if file.endswith(".onnx"))) or "no ONNX file"
        wanted = "an int8 file, like onnx/model_qint8_avx512_vnni.onnx," if backend == ONNX_INT8 else "onnx/model.onnx"
        raise ModelError(f"expected {wanted} in {name} for the back end {backend}, found {seen}: export it (docs/models.md "
                         f"shows how), or leave {backend}: out to use torch")
    marks = processor()
    return min(suitable, key=lambda file: next((n for n, mark in enumerate(marks) if mark in file), len(marks)))


def processor() -> tuple[str, ...]:
    """What names of int8 files call this processor, the best first: "arm64", "avx512_vnni", "avx512", "avx2"."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return ("arm64",)
    try:
        flags = Path("/proc/cpuinfo").read_text("ascii", "replace")
    except OSError:  # not Linux
        flags = ""
    # Without the instruction, sums of what was made for it may overflow.
    return (*(mark for mark in ("avx512_vnni", "avx512") if mark in flags), "avx2")
