"""Asks the app in-process."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from recsys.api import create_app


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
