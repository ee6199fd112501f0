"""A build in a process of its own, with what it took."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Taken:
    """What one build took."""

    seconds: float
    peak_bytes: int
    """Largest sum of the resident memory of the process and its workers; shared pages count in
    each, so it is an upper bound."""
    steps: list[tuple[float, str]]
    """Seconds and name of every model, the longest first."""


def run_build(database: Path, *arguments: str) -> Taken:
    """Build the default shop into `database` and measure it."""
    command = [sys.executable, "-m", "recsys", "build", "--database", str(database), *arguments]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        time.sleep(EVERY_SECONDS)
    seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"the build failed with exit code {process.returncode}")
    return Taken(seconds, peak, _steps(database))


def _resident(pid: int) -> int:
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for member in family:
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _steps(database: Path) -> list[tuple[float, str]]:
    results = database.parent / ".recsys" / database.stem / "target" / "run_results.json"
    found = json.loads(results.read_text(encoding="utf-8"))["results"]
    models = [r for r in found if r["unique_id"].startswith("model.")]
    return sorted(
        ((r["execution_time"], r["unique_id"].split(".")[-1]) for r in models), reverse=True
    )
