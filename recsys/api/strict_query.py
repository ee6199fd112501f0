"""A route that refuses unknown parameters and parameters that are given twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from recsys.storage.names import nearest


class StrictRoute(APIRoute):
    """Answers 422 to a parameter that it doesn't know, and names the nearest one that it does.

    A parameter that holds one value may be given once.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler with a look at the parameters before it."""
        handle = super().get_route_handler()
        legal = dict(_parameters(self.dependant))

        async def strict(request: Request) -> Response:
            if request.scope["query_string"]:
                given = request.query_params.multi_items()
                if problems := _problems(given, legal):
                    raise RequestValidationError(problems)
            return await handle(request)

        return strict


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Yield the names of the parameters, and whether they may be repeated."""
    for parameter in dependant.query_params:
        yield parameter.alias, get_origin(parameter.field_info.annotation) is list
    for other in dependant.dependencies:
        yield from _parameters(other)


def _problems(given: list[tuple[str, str]], legal: dict[str, bool]) -> list[dict[str, Any]]:
    """Return what is wrong in the shape of FastAPI's own findings."""
    times = Counter(name for name, _ in given)
    problems = []
    for name, count in times.items():
        if name not in legal:
            known = nearest(name, legal) if legal else "; this address takes none"
            kind, message = "unknown_parameter", f"unknown parameter {name!r}{known}"
        elif count > 1 and not legal[name]:
            kind, message = "repeated_parameter", f"parameter {name!r} is given {count} times"
        else:
            continue
        problems.append({"type": kind, "loc": ("query", name), "msg": message})
    return problems
