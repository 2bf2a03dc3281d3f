"""The OpenAPI description of the routes: what FastAPI generates, an example for each route, and the
ways to log in.

``examples.json`` holds requests and the replies to them. ``tests/record_examples.py`` recorded them
from a server.
"""

from __future__ import annotations

import functools
import json
from importlib import resources

from fastapi import FastAPI

JSON_MEDIA_TYPE = "application/json"
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
    """Makes an application add examples to its OpenAPI description and, if the server has a
    password, the ways to log in."""
    plain = app.openapi

    @functools.cache
    def described() -> dict:
        schema = plain()
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _exemplify(operation, examples().get(f"{method.upper()} {path}", {}))
        schema["tags"] = list(_TAGS)
        if with_password:
            schema["components"]["securitySchemes"] = _SCHEMES
            schema["security"] = [{name: []} for name in _SCHEMES]
        return schema

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation has it


@functools.cache
def examples() -> dict[str, dict]:
    """The recorded examples by "METHOD /path". Each has some of ``parameters`` (a dict by name),
    ``request`` (its body) and ``response``."""
    return json.loads(resources.files("rag.serving").joinpath("examples.json").read_text("utf-8"))


def _exemplify(operation: dict, example: dict) -> None:
    """Adds an example to the description of one operation, in place."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in example.get("parameters", {}):
            parameter["example"] = example["parameters"][parameter["name"]]
    for content in (operation.get("requestBody") or {}).get("content", {}).values():
        if "request" in example:
            content["example"] = example["request"]
    replied = operation["responses"].get("200", {}).get("content", {})
    if "response" in example and JSON_MEDIA_TYPE in replied:
        replied[JSON_MEDIA_TYPE]["example"] = example["response"]
