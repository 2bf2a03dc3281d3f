"""Processes of the same Python that run a module of this package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def start(module: str, *arguments: object, **streams) -> subprocess.Popen:
    """Runs ``python -m module`` with arguments; ``streams`` are those of :class:`subprocess.Popen`.
    Raises OSError.
    """
    # The package that runs here, wherever it lies; not the current folder, whose files may be
    # anybody's.
    paths = (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", ""))
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}, **streams
    )
