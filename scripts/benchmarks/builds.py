"""A build in a process of its own, with what it took."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from recsys.storage.work_folder import work_folder

EVERY_SECONDS = 0.25


@dataclass(frozen=True)
class Taken:
    """What one build took."""

    seconds: float
    peak_bytes: int
    """Largest sum of the resident memory of the process and its workers; shared pages count in
    each, so it is an upper bound."""
    steps: list[tuple[float, str]]
    """Seconds and name of every model, the longest first."""
    cpu_seconds: float
    """Of the process and its workers; unlike `seconds`, little changed by what else runs."""
    disk_bytes: int
    """Most that the work folder, with the database under way and what DuckDB spills beside it, and
    the published file took at once."""
    published_bytes: int
    """What the published file takes."""
    stages: list[Stage]
    """Layers of the project, in the order in which they began."""


@dataclass(frozen=True)
class Stage:
    """What the models and tests of one layer took; two layers may run at the same time."""

    name: str
    seconds: float
    """From the clock: while at least one of them ran."""
    peak_bytes: int
    """As `Taken.peak_bytes`, while at least one of them ran."""


def run_build(database: Path, *arguments: str) -> Taken:
    """Build the default shop into `database` and measure it."""
    command = [sys.executable, "-m", "recsys", "build", "--database", str(database), *arguments]
    return run_command(command, database)


def run_command(command: list[str], database: Path) -> Taken:
    """Run a command that builds into `database`, and measure it."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    samples = []
    cpu: dict[int, float] = {}
    disk = 0
    while process.poll() is None:
        disk = max(disk, disk_bytes(database))
        size = 0
        for member, resident, seconds in _family(process.pid):
            size += resident
            cpu[member] = seconds
        samples.append((time.time(), size))
        time.sleep(EVERY_SECONDS)
    seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"the build failed with exit code {process.returncode}")
    peak = max(size for _, size in samples)
    return Taken(
        seconds,
        peak,
        _steps(database),
        sum(cpu.values()),
        max(disk, disk_bytes(database)),
        _file_bytes(database),
        _stages(database, samples),
    )


def _family(pid: int) -> Iterator[tuple[int, int, float]]:
    """Yield number, resident bytes and CPU seconds of a process and those it started."""
    try:
        members = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in members:
        try:
            times = member.cpu_times()
            yield member.pid, member.memory_info().rss, times.user + times.system
        except psutil.NoSuchProcess:
            continue


def _steps(database: Path) -> list[tuple[float, str]]:
    models = [r for r in _results(database) if r["unique_id"].startswith("model.")]
    return sorted(
        ((r["execution_time"], r["unique_id"].split(".")[-1]) for r in models), reverse=True
    )


def _stages(database: Path, samples: list[tuple[float, int]]) -> list[Stage]:
    manifest = json.loads((_target(database) / "manifest.json").read_text(encoding="utf-8"))
    ran: dict[str, list[tuple[float, float]]] = {}
    for result in _results(database):
        node = manifest["nodes"][result["unique_id"]]
        is_model = node["resource_type"] == "model"
        times = [
            (_seconds(part["started_at"]), _seconds(part["completed_at"]))
            for part in result["timing"]
            if part["name"] == "execute"
        ]
        ran.setdefault(node["fqn"][1] if is_model else "tests", []).extend(times)
    return [
        Stage(
            name,
            _covered(spans),
            max(
                (size for at, size in samples if any(start <= at <= end for start, end in spans)),
                default=0,
            ),
        )
        for name, spans in sorted(ran.items(), key=lambda entry: min(entry[1]))
    ]


def _covered(spans: list[tuple[float, float]]) -> float:
    """Return the length of the union of the spans.

    >>> _covered([(0.0, 2.0), (1.0, 3.0), (5.0, 6.0)])
    4.0
    """
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _results(database: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (_target(database) / "run_results.json").read_text(encoding="utf-8")
    )["results"]
    return found


def _target(database: Path) -> Path:
    return work_folder(database) / "target"


def disk_bytes(database: Path) -> int:
    """Return what a database and its work folder take."""
    size = _file_bytes(database)
    with suppress(OSError):  # files come and go meanwhile: the next look has them all
        for file in work_folder(database).rglob("*"):
            size += _file_bytes(file)
    return size


def _file_bytes(file: Path) -> int:
    """Return 0 for folders, and what isn't there, or not any more."""
    try:
        return file.lstat().st_size if file.is_file() else 0
    except OSError:
        return 0
