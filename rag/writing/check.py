"""Whether a sentence stands in its evidence; for now its figures only.

A placeholder of the same interface: the check of dates, places, names and meaning takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the evidence bears a sentence out, the words that it lacks, and why in English."""

    supported: bool
    unsupported: tuple[str, ...]
    why: str


def check(sentence: str, evidence: Sequence[str]) -> Verdict:
    """Checks one sentence against the texts that it names."""
    there = {one.replace(",", "") for text in evidence for one in _FIGURE.findall(text)}
    lacking = [one for one in _FIGURE.findall(sentence) if one.replace(",", "") not in there]
    return Verdict(not lacking, tuple(dict.fromkeys(lacking)), "not in the quotes" * bool(lacking))
