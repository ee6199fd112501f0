"""Errors as answers, which name the file but not where it lies on the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
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
LARGE_BODY: Responses = {413: _problem("The body is too large.")}
UNANSWERED_FALLBACK = (
    " To answer popular products for customers who aren't known, ask with fallback=popular"
)


def answer_errors(app: FastAPI, database: Path) -> None:
    """Let the app answer 404 for unknown ids, and 503 while there is nothing to read."""

    def answer(status: int, error: Exception, more: str = "") -> JSONResponse:
        detail = str(error).replace(str(database), database.name) + more
        headers = {"Retry-After": RETRY_AFTER_SECONDS} if status == 503 else None
        return JSONResponse({"detail": detail}, status_code=status, headers=headers)

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
