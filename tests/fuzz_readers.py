"""Looks for bytes that a reader does not survive, for as long as you like; not part of the test
suite.

    pip install atheris
    python tests/fuzz_readers.py SECONDS [SUFFIX ...]      # for example: 600 .docx .epub

Each format gets its share of the time. Those whose readers are Python are fuzzed by atheris, guided
by the branches that its inputs reach, from the samples of ``test_read_fuzz.py`` on; .pdf, and any
other with ``--damage`` before its suffix, by random damage in the worker process, which shows
crashes and hangs. What is found is written to the current folder, and belongs into a test.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path += [str(Path(__file__).resolve().parent / one) for one in ("shared", "corpus")]


def guided(suffix: str, seconds: int) -> None:
    """Runs atheris in a process of its own: it never returns."""
    command = [sys.executable, __file__, "--one", suffix, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    last = [
        line
        for line in done.stderr.splitlines()
        if line.startswith(("Done", "#")) or "Error" in line or "written to" in line
    ]
    print(
        f"{suffix}: {'found' if done.returncode else 'nothing found'}\n  " + "\n  ".join(last[-4:]),
        flush=True,
    )


def one(suffix: str, seconds: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["rag.corpus"]):
        from test_read_fuzz import PACKED, SAMPLES, check

        from rag.corpus.encoding import NotText
        from rag.corpus.readers import READER_BY_SUFFIX, Unreadable, read_drafts

        read_drafts(".txt", b"a"), read_drafts(".html", b"<p>a</p>")

    def attempt(data: bytes) -> None:
        if suffix not in READER_BY_SUFFIX:
            check(f"a{suffix}", data)
            return
        try:
            read_drafts(suffix, data)
        except (Unreadable, NotText):
            pass

    with tempfile.TemporaryDirectory() as seeds:
        Path(seeds, "sample").write_bytes({**SAMPLES, **PACKED}[suffix])
        options = [
            f"-max_total_time={seconds}",
            "-max_len=65536",
            "-timeout=30",
            "-rss_limit_mb=3000",
            f"-artifact_prefix=found{suffix}-",
        ]
        atheris.Setup([sys.argv[0], *options, seeds], attempt)
        atheris.Fuzz()


def damaged(suffix: str, seconds: int) -> None:
    """Random damage to the sample, read by a worker."""
    from test_read_fuzz import PACKED, SAMPLES, changed_by, check

    rng, sample, end, count, slowest = (
        random.Random(),
        {**SAMPLES, **PACKED}[suffix],
        time.monotonic() + seconds,
        0,
        0.0,
    )
    while time.monotonic() < end:
        data, begin = changed_by(rng, sample), time.monotonic()
        try:
            items = check(f"a{suffix}", data)
            bad = next(
                (
                    item.reason
                    for item in items
                    if "crashed" in getattr(item, "reason", "")
                    or "took longer" in getattr(item, "reason", "")
                ),
                "",
            )
        except AssertionError as error:
            bad = str(error)
        if bad:
            name = Path(f"found{suffix}-{count}")
            name.write_bytes(data)
            print(f"{suffix}: {bad} ({name})", flush=True)
        count, slowest = count + 1, max(slowest, time.monotonic() - begin)
    print(f"{suffix}: {count} damaged files read, the slowest in {slowest:.2f} s", flush=True)


def main() -> None:
    if sys.argv[1] == "--one":
        one(sys.argv[2], int(sys.argv[3]))
    from test_read_fuzz import PACKED, SAMPLES

    given = sys.argv[2:] or [
        *(suffix if suffix != ".pdf" else "--damage.pdf" for suffix in SAMPLES),
        *PACKED,
    ]
    for name in given:
        suffix = name.removeprefix("--damage")
        (damaged if suffix == ".pdf" or suffix != name else guided)(
            suffix, max(1, int(sys.argv[1]) // len(given))
        )


if __name__ == "__main__":
    main()
