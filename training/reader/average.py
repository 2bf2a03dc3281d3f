"""Averages the weights of several states of one training ("model soup", Wortsman et al. 2022).

python -m training.reader.average ONE.safetensors OTHER.safetensors --out MODEL
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


def average(files: Sequence[Path]) -> dict[str, np.ndarray]:
    """The mean of the arrays of each name, of the type that the first file has."""
    states = [load_file(file) for file in files]
    return {
        name: np.asarray(np.mean([state[name] for state in states], 0, np.float64), array.dtype)
        for name, array in states[0].items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    save_file(average(given.files), given.out / "reader.safetensors")


if __name__ == "__main__":
    main()
