"""JSON answers made in a few threads and kept as long as the file they were read from stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
from fastapi import Response
from pydantic_core import to_json

from recsys.reading.shared_opening import ServedBuild, SharedWarehouse
from recsys.storage.current_file import stamp

MOST_BYTES = 64 * 2**20
"""So many bytes of answers are kept; a customer's lists are about 10,000."""
OVERHEAD_BYTES = 300
THREADS = 2
"""Requests that read the file at the same time: beside DuckDB's part they run one by one."""

Ask = Callable[[ServedBuild], object]
"""Returns what is answered: a table, or dictionaries, lists, texts, numbers and moments."""


class Answering:
    """Answers requests with what a question to the current build returns."""

    def __init__(self, shared: SharedWarehouse) -> None:
        self._shared = shared
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="recsys-api")
        self._stamp: tuple[int, ...] = ()
        self._kept: dict[object, bytes] = {}
        self._bytes = 0

    async def kept(self, key: object, ask: Ask) -> Response:
        """Answer with what was answered to this key before, if the file hasn't changed since."""
        if self._stamp == stamp(self._shared.path) and (found := self._kept.get(key)) is not None:
            return _json(found)
        body, made_from = await self._asked(ask)
        size = len(body) + len(repr(key)) + OVERHEAD_BYTES  # who asks may choose long keys
        if made_from != self._stamp or self._bytes + size > MOST_BYTES:
            self._stamp, self._kept, self._bytes = made_from, {}, 0
        if key not in self._kept:
            self._bytes += size
            self._kept[key] = body
        return _json(body)

    async def fresh(self, ask: Ask) -> Response:
        """Answer with what the file says now."""
        body, _ = await self._asked(ask)
        return _json(body)

    def close(self) -> None:
        """End the threads and let go of the file."""
        self._threads.shutdown()
        self._shared.close()

    async def _asked(self, ask: Ask) -> tuple[bytes, tuple[int, ...]]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, ask)

    def _ask(self, ask: Ask) -> tuple[bytes, tuple[int, ...]]:
        with self._shared.open() as build:
            found = ask(build)
            rows = _with_floats(found).to_pylist() if isinstance(found, pa.Table) else found
            return to_json(rows, inf_nan_mode="null"), build.stamp


def _with_floats(table: pa.Table) -> pa.Table:
    """Return the table with floats for decimals, which JSON would write as texts."""
    fields = [
        field.with_type(pa.float64()) if pa.types.is_decimal(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
