"""A JSON answer that names its build and is sent only to who doesn't have it yet."""

from __future__ import annotations

from hashlib import blake2b

from fastapi import Response
from starlette.types import Receive, Scope, Send

from recsys.reading.records import Identity

CACHE_CONTROL = b"private, no-cache"
"""Who asks may keep the answer, shared caches may not; it is asked for again with its ETag."""
RUN_ID, GENERATED_AT = "Recsys-Run-Id", "Recsys-Generated-At"


class JsonAnswer(Response):
    """An answer with an ETag, answered by 304 to a request that names it in `If-None-Match`.

    It doesn't change, so that one may be sent to many requests.
    """

    media_type = "application/json"

    def __init__(self, body: bytes, identity: Identity) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.etag = b'"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'
        self._named = [
            (b"etag", self.etag),
            (b"cache-control", CACHE_CONTROL),
            *(
                (name.lower().encode(), value.encode("latin-1", "replace"))
                for name, value in _of(identity)
            ),
        ]
        self.raw_headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", b"application/json"),
            *self._named,
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, or that nothing has changed."""
        is_known = scope["method"] == "GET" and any(
            name == b"if-none-match" and self._is_named_in(value)
            for name, value in scope["headers"]
        )
        await send(
            {
                "type": "http.response.start",
                "status": 304 if is_known else 200,
                # a copy: whoever passes it on may add to it
                "headers": list(self._named if is_known else self.raw_headers),
            }
        )
        await send({"type": "http.response.body", "body": b"" if is_known else self.body})

    def _is_named_in(self, value: bytes) -> bool:
        tags = [one.strip().removeprefix(b"W/") for one in value.split(b",")]
        return self.etag in tags or tags == [b"*"]


def _of(identity: Identity) -> list[tuple[str, str]]:
    named = []
    if identity.run_id is not None:
        named.append((RUN_ID, identity.run_id))
    if identity.generated_at is not None:
        named.append((GENERATED_AT, identity.generated_at.isoformat().replace("+00:00", "Z")))
    return named
