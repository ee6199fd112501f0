"""The log lines of dbt's Python models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_silent = ContextVar("is_silent", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """Write no log lines in this thread meanwhile: a block of customers has no log."""
    token = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(token)


def log(line: str) -> None:
    """Write a line of progress to dbt's log and console."""
    if _is_silent.get():
        return
    from dbt.adapters.events.logging import AdapterLogger  # noqa: PLC0415

    AdapterLogger("recsys").info(line)
