"""Requests that are too large are refused before anything is parsed."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_ADDRESS = 49_152
"""Bytes of path and query together; uvicorn reads 65,536 with the headers."""
LARGEST_BODY = 2**20
"""Bytes. A hundred customers and a thousand ids to leave out fit many times."""


class Limits:
    """Answers 414 to long addresses and 413 to large bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if length > LONGEST_ADDRESS:
            await _refusal(414, f"the address has {length:,} bytes", LONGEST_ADDRESS)(
                scope, receive, send
            )
        elif scope["method"] == "GET":
            await self._app(scope, receive, send)
        else:
            await self._with_body(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, whether or not its length is told, and pass it on."""
        told = dict(scope["headers"]).get(b"content-length", b"")
        size = int(told) if told.isdigit() else 0
        messages: list[Message] = []
        read = 0
        while size <= LARGEST_BODY and read <= LARGEST_BODY:
            message = await receive()
            messages.append(message)
            read += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        if max(size, read) > LARGEST_BODY:
            await _refusal(413, f"the body has more than {LARGEST_BODY:,} bytes", LARGEST_BODY)(
                scope, receive, send
            )
            return
        rest = iter(messages)

        async def again() -> Message:
            return next(rest, None) or await receive()

        await self._app(scope, again, send)


def _refusal(status: int, what: str, most: int) -> JSONResponse:
    detail = f"{what}; at most {most:,} are read: ask for fewer ids at once"
    return JSONResponse({"detail": detail}, status_code=status, headers={"Connection": "close"})
