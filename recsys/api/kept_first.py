"""Requests that were answered before are answered before anything is parsed."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from recsys.api.answering import Answering


class KeptFirst:
    """Sends answers that are kept, and passes other requests on."""

    def __init__(self, app: ASGIApp, answering: Answering) -> None:
        self._app = app
        self._answering = answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            answer = self._answering.found(scope)
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
