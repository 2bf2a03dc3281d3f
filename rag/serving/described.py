"""The OpenAPI description of the routes: what FastAPI tells of them, an example of each, and how to
come in.

``examples.json`` holds requests and what came back, recorded from a server by
``tests/record_examples.py``.
"""

from __future__ import annotations

import functools
import json
from importlib import resources

from fastapi import FastAPI

JSON = "application/json"
_TAGS = (
    {"name": "questions", "description": "Answers and passages."},
    {"name": "articles", "description": "What is in the index."},
    {"name": "checks", "description": "Whether some evidence says a sentence."},
    {"name": "OpenAI", "description": "Yinju as a model behind OpenAI's chat interface."},
    {"name": "server", "description": "Whether it is well, and tokens."},
)
_SCHEMES = {
    "password": {"type": "http", "scheme": "basic"},
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "What POST /api/token gave, or name:password.",
    },
}


def describe(app: FastAPI, with_password: bool) -> None:
    """Have an application describe itself with examples; with a password, with the ways to log
    in."""
    plain = app.openapi

    @functools.cache
    def described() -> dict:
        told = plain()
        for path, operations in told["paths"].items():
            for method, operation in operations.items():
                _exemplify(operation, examples().get(f"{method.upper()} {path}", {}))
        told["tags"] = list(_TAGS)
        if with_password:
            told["components"]["securitySchemes"] = _SCHEMES
            told["security"] = [{name: []} for name in _SCHEMES]
        return told

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation has it


@functools.cache
def examples() -> dict[str, dict]:
    """By "METHOD /path": ``parameters`` by name, the ``request`` body, the ``response``."""
    return json.loads(resources.files("rag.serving").joinpath("examples.json").read_text("utf-8"))


def _exemplify(operation: dict, example: dict) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in example.get("parameters", {}):
            parameter["example"] = example["parameters"][parameter["name"]]
    for content in (operation.get("requestBody") or {}).get("content", {}).values():
        if "request" in example:
            content["example"] = example["request"]
    for status, response in operation["responses"].items():
        if status == "200" and "response" in example and JSON in response.get("content", {}):
            response["content"][JSON]["example"] = example["response"]
