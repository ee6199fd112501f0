"""The log of a build for programs: one JSON object per line, beside dbt's own log."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from recsys.pipeline.build_events import (
    BuildEvent,
    FirstJudged,
    FitsAnew,
    NodeFinished,
    NodeStarted,
    Refreshes,
    Said,
    WentOn,
)

FILE = "build.jsonl"
LEVELS = {"warn": "warning", "fail": "error", "error": "error"}
"""By what dbt says of a node that ended; others are `info`."""


class JsonLog:
    """Writes what a build tells of itself, from the moment on at which it may build.

    Each line has `time` (UTC, ISO 8601), `level` (`debug`, `info`, `warning`, `error`), `event` and
    `run_id` (null until dbt has given the run one), and what belongs to the event, such as `node`
    and `seconds`. A disk that is full doesn't keep a build from going on: the rest isn't logged.

    Parameters
    ----------
    path
        The file; the log of the build before is replaced.
    run_id
        Returns the run's id; empty as long as it has none.

    """

    def __init__(self, path: Path, run_id: Callable[[], str]) -> None:
        self._path = path
        self._run_id = run_id
        self._file: TextIO | None = None
        self._lock = threading.Lock()
        self._began = time.monotonic()

    def begin(self, **fields: str | None) -> None:
        """Open the file and write the event `build_started`."""
        self._began = time.monotonic()
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("w", encoding="utf-8")
        self.write("build_started", "info", **fields)

    def write(self, event: str, level: str = "info", **fields: object) -> None:
        """Write a line; nothing before `begin`."""
        told = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": level,
            "event": event,
            "run_id": self._run_id() or None,
            **fields,
        }
        line = json.dumps(told, default=str, ensure_ascii=False)
        with self._lock, contextlib.suppress(OSError, ValueError):  # ValueError: it is closed
            if self._file is not None:
                self._file.write(line + "\n")
                self._file.flush()

    def progress(self, event: BuildEvent) -> None:
        """Write an event of a build."""
        match event:
            case NodeStarted():
                self.write("node_started", "debug", node=event.name, kind=event.kind)
            case NodeFinished():
                level = LEVELS.get(event.status, "info")
                self.write(
                    "node_finished",
                    level,
                    node=event.name,
                    kind=event.kind,
                    status=event.status,
                    seconds=round(event.seconds, 3),
                    message=event.message if level != "info" else None,
                )
            case WentOn():
                self.write("went_on", from_run=event.run_id, steps=len(event.steps))
            case Refreshes():
                self.write(
                    "refreshes",
                    fit_run=event.run_id,
                    steps=len(event.steps),
                    pinned=event.is_pinned,
                )
            case FitsAnew():
                self.write("fits_anew", message=event.why, pinned=event.is_pinned)
            case Said():
                self.write("said", message=event.text)
            case FirstJudged():
                self.write("first_judged", recommender=event.recommender, ndcg=event.ndcg)

    def __enter__(self) -> JsonLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write `build_finished`, or `build_failed` if an error ends the build; close the file."""
        seconds = round(time.monotonic() - self._began, 3)
        if error is None:
            self.write("build_finished", seconds=seconds)
        else:
            said, name = str(error) or None, type(error).__name__
            self.write("build_failed", "error", error=name, message=said, seconds=seconds)
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
