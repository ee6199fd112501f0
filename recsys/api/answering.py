"""JSON answers made in a few threads and kept as long as the file they were read from stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
from pydantic_core import to_json
from starlette.types import Scope

from recsys.api.json_answer import JsonAnswer
from recsys.reading.records import Identity
from recsys.reading.shared_opening import ServedBuild, SharedWarehouse
from recsys.storage.current_file import stamp

MOST_BYTES = 64 * 2**20
"""So many bytes of answers are kept; a customer's lists are about 8,000."""
OVERHEAD_BYTES = 700
THREADS = 2
"""Requests that read the file at the same time: beside DuckDB's part they run one by one."""

Ask = Callable[[ServedBuild], object]
"""Returns what is answered: a table, or dictionaries, lists, texts, numbers and moments."""
Key = tuple[str, bytes]
"""The path and the query of a request."""


@dataclass(frozen=True)
class Unkept:
    """What is answered this once, such as to ids that nobody may ask for again."""

    content: object


class Answering:
    """Answers requests with what a question to the current build returns."""

    def __init__(self, shared: SharedWarehouse) -> None:
        self.path = shared.path
        self._shared = shared
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="recsys-api")
        self._stamp: tuple[int, ...] = ()
        self._kept: dict[Key, tuple[JsonAnswer, object]] = {}
        self._bytes = 0
        self._identified: tuple[Identity, tuple[int, ...]] | None = None

    def found(self, scope: Scope) -> JsonAnswer | None:
        """Return what was answered to the same request before, if the file hasn't changed since.

        The route that answered is told to the scope, as if it had answered again.
        """
        kept = self._kept.get((scope["path"], scope["query_string"]))
        if kept is None or self._stamp != stamp(self.path):
            return None
        answer, scope["route"] = kept
        return answer

    async def kept(self, scope: Scope, ask: Ask) -> JsonAnswer:
        """Answer, and keep the answer for the same request."""
        content, answer, made_from = await self._asked(ask)
        if isinstance(content, Unkept):
            return answer
        key = (scope["path"], scope["query_string"])  # who asks may choose long ones
        size = len(answer.body) + len(key[0]) * 4 + len(key[1]) + OVERHEAD_BYTES
        if made_from != self._stamp or self._bytes + size > MOST_BYTES:
            self._stamp, self._kept, self._bytes = made_from, {}, 0
        if key not in self._kept:
            self._bytes += size
            self._kept[key] = answer, scope.get("route")
        return answer

    async def fresh(self, ask: Ask) -> JsonAnswer:
        """Answer with what the file says now."""
        _, answer, _ = await self._asked(ask)
        return answer

    async def identity(self) -> Identity:
        """Return which build lies at the path; the file is opened only if it has changed.

        Raises
        ------
        DatabaseError
            The file is missing, is being written, or wasn't built by this package.

        """
        now = stamp(self.path)
        if self._identified is None or self._identified[1] != now:
            loop = asyncio.get_running_loop()
            self._identified = await loop.run_in_executor(self._threads, self._identify)
        return self._identified[0]

    def close(self) -> None:
        """End the threads and let go of the file."""
        self._threads.shutdown()
        self._shared.close()

    def _identify(self) -> tuple[Identity, tuple[int, ...]]:
        with self._shared.open() as build:
            return build.identity, build.stamp

    async def _asked(self, ask: Ask) -> tuple[object, JsonAnswer, tuple[int, ...]]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, ask)

    def _ask(self, ask: Ask) -> tuple[object, JsonAnswer, tuple[int, ...]]:
        with self._shared.open() as build:
            found = ask(build)
            content = found.content if isinstance(found, Unkept) else found
            rows = _with_floats(content).to_pylist() if isinstance(content, pa.Table) else content
            body = to_json(rows, inf_nan_mode="null")
            return found, JsonAnswer(body, build.identity), build.stamp


def _with_floats(table: pa.Table) -> pa.Table:
    """Return the table with floats for decimals, which JSON would write as texts."""
    fields = [
        field.with_type(pa.float64()) if pa.types.is_decimal(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))
