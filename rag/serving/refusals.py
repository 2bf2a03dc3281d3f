"""The replies to requests that are refused or fail: ``{"error": message, "reference": number}``, or
OpenAI's form for paths below ``/v1/``.

The reference stands in the server's log, too; for an unexpected error the log also has the trace.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from rag.errors import ServerBusy, UsageError

log = logging.getLogger("rag.server")

BUSY_SECONDS = 5  # after which a client is to ask a busy server again
OPENAI_FOLDER = "/v1/"
# OpenAI's type and code of an error, by status.
_KINDS = {
    401: ("invalid_request_error", "invalid_api_key"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}

Form = Callable[[int, str, str], dict]
"""A function that makes the body of a refusal from its status, message and reference."""


def own_form(status: int, message: str, reference: str) -> dict:
    """The body in Yinju's own form: ``{"error": message, "reference": number}``."""
    return {"error": message, "reference": reference}


def openai_form(status: int, message: str, reference: str) -> dict:
    """The body as OpenAI's clients expect it: ``{"error": {"message": …, "type": …, "param": null,
    "code": …, "reference": number}}``.
    """
    kind, code = _KINDS.get(status, ("invalid_request_error", None))
    kind = "server_error" if status >= 500 else kind
    fields = {"message": message, "type": kind, "param": None, "code": code}
    return {"error": {**fields, "reference": reference}}


def form_of(path: str) -> Form:
    """The form of the refusals for a path, which is given without the root path of a proxy."""
    return openai_form if path.startswith(OPENAI_FOLDER) else own_form


def failure(
    error: Exception, about: object, form: Form = own_form
) -> tuple[int, dict, dict[str, str]]:
    """Returns the status, body and headers of the reply to an error, and logs the error, with its
    trace if it is an unexpected one. ``about`` says for the log what failed.
    """
    reference, headers = secrets.token_hex(4), {}
    status, message = 400, str(error)
    if isinstance(error, RequestValidationError):
        wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        message = "; ".join(wrong)
    elif isinstance(error, ServerBusy):
        status, headers = 503, {"retry-after": str(BUSY_SECONDS)}
    elif isinstance(error, HTTPException):
        status, message, headers = error.status_code, str(error.detail), dict(error.headers or {})
    elif not isinstance(error, UsageError):
        log.error("reference %s: %r", reference, about, exc_info=error)
        message = f"something went wrong; the server's log has it under {reference}"
        return 500, form(500, message, reference), {}
    log.info("reference %s: %d %r: %s", reference, status, about, message)
    return status, form(status, message, reference), headers


def explain(app: FastAPI) -> None:
    """Makes an application reply to its errors in this way."""
    for kind in (UsageError, ServerBusy, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _reply)


def _reply(request: Request, error: Exception) -> JSONResponse:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    status, body, headers = failure(error, f"{request.method} {path}", form_of(path))
    return JSONResponse(body, status, headers)
