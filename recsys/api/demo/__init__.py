"""A small shop page at /demo, which shows the API's answers as a customer would see them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Response

HERE = Path(__file__).parent
FILES = {"demo.js": "text/javascript", "demo.css": "text/css"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""The browser runs this page's script only, whatever the names of products hold."""


def add_demo(app: FastAPI) -> None:
    """Add the page and its files."""

    def add(address: str, file: str, kind: str) -> None:
        content = (HERE / file).read_bytes()

        @app.get(address, include_in_schema=False)
        async def page() -> Response:
            return Response(content, media_type=kind, headers=HEADERS)

    add("/demo", "index.html", "text/html")
    for file, kind in FILES.items():
        add(f"/demo/{file}", file, kind)
