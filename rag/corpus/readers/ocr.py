"""Text recognition (OCR) of pages that hold pictures of text, if the extra "ocr" is installed.

RapidOCR (Apache-2.0) runs PaddleOCR's PP-OCR in ONNX Runtime. Its wheel holds the models for
Chinese and English, so nothing is downloaded. Tesseract would be a separate program with models to
install, and EasyOCR and cnOCR download theirs when they first run.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from pathlib import Path
from statistics import median

from rag.corpus.readers.draft import busy
from rag.corpus.readers.pdf_lines import Line, spelled

MAX_OCR_PAGES = 300  # of one file: at a few seconds each
_DPI = 150  # dots per inch at which a page is drawn
_MOST_PIXELS = 4000  # on the longer side of a page: a poster is drawn at fewer dots per inch
_LETTER = 0.75  # size of letters, as a share of the height of a line's box
_LIKE = 0.25  # lines within this share of the median size get that size: boxes are not exact

Recogniser = Callable[[object], tuple[list[Line], int]]
"""Takes a page of pypdfium2 and returns its lines, and how sure the recognition is of them, in
percent (0 for no line).
"""


@functools.cache
def available() -> bool:
    """Whether the extra "ocr" is installed."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def recogniser() -> Recogniser | None:
    """A function that reads pages of one file, at most :data:`MAX_OCR_PAGES` of them; None
    without the extra "ocr".
    """
    if not available():
        return None
    read = 0

    def recognise(page) -> tuple[list[Line], int]:
        nonlocal read
        read += 1
        if read > MAX_OCR_PAGES:
            return [], 0
        _engine()
        busy.get()()  # loading the models must not count against the time limit
        return _recognised(page)

    return recognise


def _recognised(page) -> tuple[list[Line], int]:
    scale = min(_DPI / 72, _MOST_PIXELS / max(page.get_width(), page.get_height(), 1.0))
    found = _engine()(page.render(scale=scale).to_numpy())
    if not found.txts:
        return [], 0
    height, lines = page.get_height(), []
    for box, text in zip(found.boxes / scale, found.txts):
        (left, top), (right, bottom) = box.min(axis=0).tolist(), box.max(axis=0).tolist()
        size = max(_LETTER * (bottom - top), 1.0)
        if text := spelled(text):
            lines.append(Line(text, left, height - top, right, height - bottom, size))
    if not lines:
        return [], 0
    usual = median(line.size for line in lines)
    lines = [
        line._replace(size=usual) if abs(line.size - usual) < _LIKE * usual else line
        for line in lines
    ]
    letters = sum(map(len, found.txts))
    sure = sum(score * len(text) for score, text in zip(found.scores, found.txts)) / letters
    return lines, max(1, round(100 * sure))


@functools.cache
def _engine():
    """RapidOCR with the models of its own wheel, whose paths are given so that it looks for no
    others.
    """
    import rapidocr

    folder = Path(rapidocr.__file__).parent / "models"
    kinds = ("Det", "Cls", "Rec")
    models = {kind: sorted(folder.glob(f"*_{kind.lower()}_*.onnx")) for kind in kinds}
    if not all(models.values()):
        raise FileNotFoundError(
            f"expected the models of rapidocr in {folder}: install 'yinju[ocr]' anew"
        )
    threads = {
        f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ("intra", "inter")
    }
    paths = {f"{kind}.model_path": str(found[0]) for kind, found in models.items()}
    return rapidocr.RapidOCR(params={"Global.log_level": "critical", **threads, **paths})
