"""Errors as answers, which name the file but not where it lies on the server."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from recsys.api.answers import Problem
from recsys.errors import DatabaseError, RecsysError, UnknownCustomerError, UnknownProductError

RETRY_AFTER_SECONDS = "30"
UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "No database yet, or a build is writing it."}
}
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such id."},
    **UNAVAILABLE,
}


def answer_errors(app: FastAPI, database: Path) -> None:
    """Let the app answer 404 for unknown ids, and 503 while there is nothing to read."""

    def answer(status: int, error: Exception) -> JSONResponse:
        detail = str(error).replace(str(database), database.name)
        headers = {"Retry-After": RETRY_AFTER_SECONDS} if status == 503 else None
        return JSONResponse({"detail": detail}, status_code=status, headers=headers)

    @app.exception_handler(UnknownCustomerError)
    @app.exception_handler(UnknownProductError)
    async def unknown(request: Request, error: RecsysError) -> JSONResponse:
        return answer(404, error)

    @app.exception_handler(DatabaseError)
    async def unavailable(request: Request, error: RecsysError) -> JSONResponse:
        return answer(503, error)
