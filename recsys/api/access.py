"""Who may ask: holders of a key, or this machine."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from recsys.api.answers import Problem

OPEN = frozenset({"/health", "/docs", "/openapi.json", "/demo", "/favicon.ico"})
"""Addresses that tell nothing of customers or products."""
OPEN_FOLDERS = ("/demo/", "/static-offline-docs/")
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})
NO_KEY = (
    "this server asks for a key: send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`. "
    "Its owner has it, from RECSYS_API_KEY or the file of --api-key-file"
)


@dataclass(frozen=True)
class Access:
    """Who may ask.

    Parameters
    ----------
    keys
        Any of these opens the server. Without keys everyone may ask who reaches it.
    hosts
        Names by which a server without keys may be asked; empty means any. A page that a browser
        has open could point a name of its own to this machine, and read the answers.
    origins
        Sites whose pages may ask from browsers, such as https://shop.example; `*` means all.

    """

    keys: tuple[str, ...] = ()
    hosts: frozenset[str] = frozenset()
    origins: tuple[str, ...] = ()


class Guard:
    """Answers 401 without a key and 421 under a foreign name; `/health` and pages stay open."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._hosts = access.hosts if not access.keys else frozenset()
        self._digests = [_digest(key.encode()) for key in access.keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] == "http" and (refusal := self._refusal(scope)) is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        if self._digests:
            path = scope["path"]
            if path in OPEN or path.startswith(OPEN_FOLDERS) or self._has_key(scope["headers"]):
                return None
            return JSONResponse(
                {"detail": NO_KEY}, status_code=401, headers={"WWW-Authenticate": "Bearer"}
            )
        if self._hosts and (host := _host(scope["headers"])) not in self._hosts:
            return JSONResponse(
                {
                    "detail": f"this server has no key, so it answers only to "
                    f"{', '.join(sorted(self._hosts))}, not to {host!r}: start it with a key to "
                    "be asked by other names"
                },
                status_code=421,
            )
        return None

    def _has_key(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Tell whether a key is given, and none that is wrong beside it."""
        given = []
        for name, value in headers:
            if name == b"x-api-key":
                given.append(value.strip())
            elif name == b"authorization":
                is_bearer = value[:7].lower() == b"bearer "
                given.append(value[7:].strip() if is_bearer else b"")
        return bool(given) and all(map(self._opens, given))

    def _opens(self, key: bytes) -> bool:
        digest = _digest(key)  # of one length, and all are compared: it takes the same time
        matches = [hmac.compare_digest(digest, one) for one in self._digests]
        return any(matches)


def _digest(key: bytes) -> bytes:
    return sha256(key).digest()


def _host(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the name that a request asks for, without the port."""
    told = next((value for name, value in headers if name == b"host"), b"").decode("latin-1")
    name, colon, port = told.rpartition(":")
    return (name if colon and port.isdigit() else told).lower()


def describe_keys(app: FastAPI) -> None:
    """Let the description say that all addresses but /health ask for a key."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe()
            schema.setdefault("components", {})["securitySchemes"] = {
                "Bearer": {"type": "http", "scheme": "bearer"},
                "Key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            }
            schema["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
            problem = {"$ref": "#/components/schemas/Problem"}
            for path, operations in schema["paths"].items():
                for operation in operations.values() if path not in OPEN else ():
                    operation["security"] = [{"Bearer": []}, {"Key": []}]
                    operation["responses"]["401"] = {
                        "description": "The key is missing or wrong.",
                        "content": {"application/json": {"schema": problem}},
                    }
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
