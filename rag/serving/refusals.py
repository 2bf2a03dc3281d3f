"""What is answered where something is refused or fails: ``{"error": message, "reference":
number}``, below ``/v1/`` in OpenAI's form.

The reference stands in the server's log too, with the trace of what nobody expected.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from rag.errors import ServerBusy, UsageError

log = logging.getLogger("rag.server")

BUSY_SECONDS = 5
OPENAI_FOLDER = "/v1/"
_KINDS = {
    401: ("invalid_request_error", "invalid_api_key"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}

Form = Callable[[int, str, str], dict]
"""The body of a refusal, made of its status, message and reference."""


def own_form(status: int, message: str, reference: str) -> dict:
    """``{"error": message, "reference": number}``."""
    return {"error": message, "reference": reference}


def openai_form(status: int, message: str, reference: str) -> dict:
    """``{"error": {"message": …, "type": …, "param": null, "code": …, "reference": number}}``, as
    OpenAI's clients expect it.
    """
    kind, code = _KINDS.get(status, ("invalid_request_error", None))
    kind = "server_error" if status >= 500 else kind
    told = {"message": message, "type": kind, "param": None, "code": code}
    return {"error": {**told, "reference": reference}}


def form_of(path: str) -> Form:
    """How refusals of a path (without the root that a proxy shows) are worded."""
    return openai_form if path.startswith(OPENAI_FOLDER) else own_form


def refusal(
    status: int,
    message: str,
    about: object,
    headers: Mapping[str, str] | None = None,
    form: Form = own_form,
) -> JSONResponse:
    """A reply of that status, and a line in the log; ``about`` says for the log what was
    refused.
    """
    error = HTTPException(status, message, dict(headers or {}))
    status, body, told = failure(error, about, form)
    return JSONResponse(body, status, told)


def failure(
    error: Exception, about: object, form: Form = own_form
) -> tuple[int, dict, dict[str, str]]:
    """Status, body and headers of the reply to an error, whose trace goes to the log where nobody
    expected it.
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
    """Have an application answer its errors in this way."""
    for kind in (UsageError, ServerBusy, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _reply)


def _reply(request: Request, error: Exception) -> JSONResponse:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    status, body, headers = failure(error, f"{request.method} {path}", form_of(path))
    return JSONResponse(body, status, headers)
