"""The transformer of a model run by ONNX Runtime, from the ONNX file in the model's folder.

sentence-transformers runs such files through Optimum, which wants an older transformers, and with
it an older client of the model hub than the chat page can live with. ONNX Runtime alone is enough:
the tokenizer, the prompts, the pooling and the head stay those of sentence-transformers, only its
transformer is put aside.

A model without an ONNX file is refused: to convert it at every start would take longer than to ask
it.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelError

ONNX, ONNX_INT8 = "onnx", "onnx-int8"
INSTALL_COMMAND = "pip install 'yinju[onnx]'"
_INT8 = re.compile(r"int8|quantized")


def check_installed(backend: str) -> None:
    """Raises ModelError, with the command that installs it, where ONNX Runtime is not there."""
    from importlib.util import find_spec

    if not find_spec("onnxruntime"):
        raise ModelError(
            f"expected ONNX Runtime for the back end {backend}, but it is not installed:"
            f" {INSTALL_COMMAND}, or leave {backend}: out to use torch"
        )


def find(name: str, backend: str, local_only: bool) -> tuple[Path, str]:
    """The folder of a model, its files fetched where that is allowed, and the ONNX file in it that
    suits.

    Args:
        name: a folder, or a name on the model hub.
        backend: "onnx" for ``model.onnx``; "onnx-int8" for a quantised file, of several the one for
            this processor.
        local_only: ask only the disk.

    Raises:
        ModelError: no file suits.
        FileNotFoundError, or what the hub's client raises: it is not on this disk.
    """
    from huggingface_hub import list_repo_files, snapshot_download

    if Path(name).is_dir():
        return Path(name), _pick(_files(Path(name)), backend, name)
    if local_only:
        folder = Path(snapshot_download(name, cache_dir=cache(), local_files_only=True))
        if not any(_suits(file, backend) for file in _files(folder)):
            raise FileNotFoundError(f"no file for {backend} has been fetched yet")
        return folder, _pick(_files(folder), backend, name)
    files = list_repo_files(name)
    file = _pick(files, backend, name)
    # Most other folders, and torch's older weights beside its newer ones, are the same model some
    # more times.
    torch = "*.safetensors" if any(one.endswith(".safetensors") for one in files) else "*.bin"
    fetched = snapshot_download(
        name,
        cache_dir=cache(),
        allow_patterns=["*.json", "*.txt", "*.model", torch, file, f"{file}?data"],
        ignore_patterns=["openvino/*", "coreml/*"],
    )
    return Path(fetched), file


def cache() -> str | None:
    """Where sentence-transformers keeps what it fetches; None for where the hub's client does."""
    return os.environ.get("SENTENCE_TRANSFORMERS_HOME")


def _files(folder: Path) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in folder.rglob("*.onnx")]


def _suits(file: str, backend: str) -> bool:
    name = file.rpartition("/")[2]
    if backend == ONNX:
        return name == "model.onnx"
    return name.endswith(".onnx") and bool(_INT8.search(name))


def _pick(files: Sequence[str], backend: str, name: str) -> str:
    suitable = sorted(file for file in files if _suits(file, backend))
    if not suitable:
        seen = ", ".join(sorted(file for file in files if file.endswith(".onnx"))) or "no ONNX file"
        wanted = "onnx/model.onnx"
        if backend == ONNX_INT8:
            wanted = "an int8 file, like onnx/model_qint8_avx512_vnni.onnx,"
        raise ModelError(
            f"expected {wanted} in {name} for the back end {backend}, found {seen}: export it"
            f" (docs/models.md shows how), or leave {backend}: out to use torch"
        )
    for mark in processor():
        if made_for_it := [file for file in suitable if mark in file]:
            return made_for_it[0]
    return suitable[0]


def processor() -> tuple[str, ...]:
    """What names of int8 files call this processor, the best first: "arm64", "avx512_vnni",
    "avx512", "avx2".
    """
    if platform.machine().lower() in ("arm64", "aarch64"):
        return ("arm64",)
    try:
        flags = Path("/proc/cpuinfo").read_text("ascii", "replace")
    except OSError:  # not Linux
        flags = ""
    # Without the instruction, sums of what was made for it may overflow.
    return (*(mark for mark in ("avx512_vnni", "avx512") if mark in flags), "avx2")


def put_in(model: Any, file: Path) -> None:
    """Has an ONNX file run in the place of a model's transformer.

    Args:
        model: a SentenceTransformer, CrossEncoder or MultiVectorEncoder on the CPU.
        file: the same transformer as an ONNX file.

    Raises:
        ModelError: the file is of another kind of model.
        Exception: ONNX Runtime's own, where it cannot read the file.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    module = model[0]
    output = module.modality_config["text"]["method_output_name"]
    known, seen = [one.name for one in session.get_outputs()], output
    if output not in known and output == "last_hidden_state":
        seen = "token_embeddings"  # as Optimum calls it in exports for sentence-transformers
    if seen not in known:
        raise ModelError(
            f"expected the ONNX file {file} to give {output}, but it gives {', '.join(known)}: "
            "export the model anew (docs/models.md shows how)"
        )
    module.model = _runner(session, module.model.config, output, seen)
    module.model_forward_params = {*(one.name for one in session.get_inputs()), "input_ids"}
    module.backend = ONNX


def _runner(session: Any, config: Any, output: str, seen: str) -> Any:
    """A torch module that looks like the transformer with that configuration, and is the
    session.
    """
    import numpy as np
    import torch

    class Runner(torch.nn.Module):
        device = torch.device("cpu")

        def __init__(self) -> None:
            super().__init__()
            self.config = config

        def forward(self, **features: torch.Tensor) -> dict[str, torch.Tensor]:
            # What the tokenizer leaves out is one segment: all zeros.
            nothing = torch.zeros_like(features["input_ids"])
            feed = {}
            for one in session.get_inputs():
                kind = np.int32 if one.type == "tensor(int32)" else np.int64
                value = features.get(one.name, nothing)
                feed[one.name] = value.numpy().astype(kind, copy=False)
            return {output: torch.from_numpy(session.run([seen], feed)[0])}

    return Runner()
