"""Asks the app in-process, or shows its pages in a real browser."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from recsys.api import create_app

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Client:
    """Asks the app in-process; FastAPI's own test client needs a package that its users don't."""

    def __init__(self, app: FastAPI, address: str = "http://test") -> None:
        self.app = app
        self.address = address

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=self.address) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, body: object, **more: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **more)


@pytest.fixture
def client_of(built: Path) -> Callable[..., Client]:
    """Return a function that makes a client of an app over the built database.

    It takes `address`, the one that is asked for, and what `create_app` takes.
    """

    def made(database: Path = built, address: str = "http://test", **more: Any) -> Client:
        return Client(create_app(database, **more), address)

    return made


@pytest.fixture
def client(client_of: Callable[..., Client]) -> Client:
    return client_of()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Lend a headless browser that is installed; tests are skipped where there is none.

    Its event loop runs as long: a module that asks for it can't use `client`.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"there is no browser: none of {', '.join(BROWSERS)} is on the PATH")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield chromium
        chromium.close()
