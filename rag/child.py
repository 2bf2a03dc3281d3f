"""Starts processes of the same Python that run a module of this package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def start(module: str, *arguments: object, **streams) -> subprocess.Popen:
    """Starts ``python -m module`` with arguments. ``streams`` are keyword arguments of
    :class:`subprocess.Popen`. Raises OSError.
    """
    # The child imports the same package as this process, wherever it lies. -P keeps out the current
    # folder, whose files may be anybody's.
    paths = (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", ""))
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.Popen(command, env=environment, **streams)
