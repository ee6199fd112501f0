"""Errors as answers, which name the file but not where it lies on the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from recsys.api.answers import Problem
from recsys.errors import (
    DatabaseError,
    RecsysError,
    UnknownCustomerError,
    UnknownProductError,
    UnknownValueError,
)

RETRY_AFTER_SECONDS = "30"

Responses = dict[int | str, dict[str, Any]]


def _problem(description: str) -> dict[str, Any]:
    return {"model": Problem, "description": description}


UNAVAILABLE: Responses = {
    414: _problem("The address is too long."),
    503: _problem("No database yet, or a build is writing it."),
}
UNKNOWN: Responses = {
    404: _problem("No such id, or no product has such a category or brand."),
    **UNAVAILABLE,
}
BODY: Responses = {
    400: _problem("The body can't be read."),
    413: _problem("The body is too large."),
}
UNANSWERED_FALLBACK = (
    " To answer popular products for customers who aren't known, ask with fallback=popular"
)

NO_OBJECT = {
    "model_attributes_type": "the body is no JSON object: send one with the header "
    "Content-Type: application/json"
}


def answer_errors(app: FastAPI, database: Path) -> None:
    """Let the app answer 404 for unknown ids, 422 for what makes no sense, 503 without a build."""

    def answer(status: int, error: Exception, more: str = "") -> JSONResponse:
        detail = str(error).replace(str(database), database.name) + more
        headers = {"Retry-After": RETRY_AFTER_SECONDS} if status == 503 else None
        return JSONResponse({"detail": detail}, status_code=status, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        # without the values, which may be long, and in ASCII: both may hold half a letter
        detail = [
            {"type": one["type"], "loc": one["loc"], "msg": NO_OBJECT.get(one["type"], one["msg"])}
            for one in error.errors()
        ]
        content = json.dumps({"detail": detail})
        return Response(content, status_code=422, media_type="application/json")

    @app.exception_handler(UnknownCustomerError)
    async def unknown_customer(request: Request, error: RecsysError) -> JSONResponse:
        return answer(404, error, "." + UNANSWERED_FALLBACK)

    @app.exception_handler(UnknownProductError)
    @app.exception_handler(UnknownValueError)
    async def unknown(request: Request, error: RecsysError) -> JSONResponse:
        return answer(404, error)

    @app.exception_handler(DatabaseError)
    async def unavailable(request: Request, error: RecsysError) -> JSONResponse:
        return answer(503, error)
