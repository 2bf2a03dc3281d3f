"""What is answered where something is refused or fails: ``{"error": message, "reference": number}``.

The reference stands in the server's log too, with the trace of what nobody expected.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from rag.errors import ServerBusy, UsageError

log = logging.getLogger("rag.server")

BUSY_SECONDS = 5


def refusal(status: int, message: str, about: object, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A reply of that status, and a line in the log; ``about`` says for the log what was refused."""
    reference = secrets.token_hex(4)
    log.info("reference %s: %d %r: %s", reference, status, about, message)
    return JSONResponse({"error": message, "reference": reference}, status, dict(headers or {}))


def failure(error: Exception, about: object) -> tuple[int, dict[str, str], dict[str, str]]:
    """Status, body and headers of the reply to an error, whose trace goes to the log where nobody expected it."""
    reference = secrets.token_hex(4)
    headers: dict[str, str] = {}
    if isinstance(error, UsageError):
        status, message = 400, str(error)
    elif isinstance(error, RequestValidationError):
        status, message = 400, "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    elif isinstance(error, ServerBusy):
        status, message, headers = 503, str(error), {"retry-after": str(BUSY_SECONDS)}
    elif isinstance(error, HTTPException):
        status, message, headers = error.status_code, str(error.detail), dict(error.headers or {})
    else:
        log.error("reference %s: %r", reference, about, exc_info=error)
        return 500, {"error": f"something went wrong; the server's log has it under {reference}", "reference": reference}, {}
    log.info("reference %s: %d %r: %s", reference, status, about, message)
    return status, {"error": message, "reference": reference}, headers


def explain(app: FastAPI) -> None:
    """Have an application answer its errors in this way."""
    for kind in (UsageError, ServerBusy, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _reply)


def _reply(request: Request, error: Exception) -> JSONResponse:
    status, body, headers = failure(error, f"{request.method} {request.url.path}")
    return JSONResponse(body, status, headers)
