"""``yinju serve`` as a process."""

import http.client
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def serving(index, *options, **environment):
    """(address, process) of a server."""
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "serve",
        "--port",
        "0",
        "--index",
        str(index),
        *map(str, options),
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            line = process.stdout.readline()
            found = re.search(r"http://[\d.:]+", line)
            assert found, f"the server did not start: {line}{process.stderr.read()}"
            yield urlsplit(found.group()), process
        finally:
            process.kill()
