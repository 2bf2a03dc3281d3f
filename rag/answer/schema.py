"""The contract of answers as JSON Schema (draft 2020-12).

``python -m rag.answer.schema`` prints ``docs/answer.schema.json``; the docstrings of
:mod:`rag.answer.types` are its descriptions.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from typing import Any

from rag.answer import types
from rag.answer.types import COLUMNS, CONSTRAINTS, GRADES, KINDS, Answer

_CHOICES = {
    ("Answer", "kind"): KINDS,
    ("Answer", "grade"): GRADES,
    ("Answer", "lang"): ("zh", "en"),
    ("Column", "asks"): COLUMNS,
    ("Constraint", "kind"): CONSTRAINTS,
}


def answer_schema() -> dict[str, Any]:
    """The JSON Schema of what :meth:`Answer.to_dict` gives: all of its attributes and no others."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Answer).json_schema(mode="serialization")
    _describe(schema, Answer)
    for name, part in schema["$defs"].items():
        _describe(part, getattr(types, name))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _describe(part: dict[str, Any], of: type) -> None:
    """Adds to a part of the schema what the docstring of its dataclass says of the attributes."""
    summary, descriptions = _docstring(of)
    part["description"] = summary
    part["additionalProperties"] = False
    part["required"] = [field.name for field in dataclasses.fields(of)]
    for name, value in part["properties"].items():
        value.pop("title", None)
        value.pop("default", None)
        if name in descriptions:
            value["description"] = descriptions[name]
        if choices := _CHOICES.get((of.__name__, name)):
            value["enum"] = list(choices)


def _docstring(of: type) -> tuple[str, dict[str, str]]:
    """The summary of a class, and its "Attributes:" by name.

    Names that share a line ("start, end:") share its text.
    """
    text = inspect.getdoc(of) or ""
    summary, _, listed = text.partition("Attributes:")
    descriptions: dict[str, str] = {}
    for names, words in re.findall(r"^ {4}(\w[\w, ]*): (.+(?:\n {8}.+)*)", listed, re.M):
        descriptions.update((name.strip(), " ".join(words.split())) for name in names.split(","))
    return " ".join(summary.split()).replace("``", "`"), {
        name: words.replace("``", "`") for name, words in descriptions.items()
    }


if __name__ == "__main__":
    print(json.dumps(answer_schema(), ensure_ascii=False, indent=2))
