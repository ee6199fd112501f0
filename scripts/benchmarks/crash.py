"""What becomes of a shop's database when builds are killed, starved or raced."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psutil

from benchmarks.arguments import whole_number
from recsys.pipeline.publishing import published
from recsys.storage.connections import connect

SHOP = Path(__file__).parents[2] / "tests" / "tiny_shop" / "shop.yml"
KILLS = 50
SWEEPS = ("kills", "full_disks", "little_memory", "rivals", "readers")
READERS, PUBLISHES = 8, 20
FULL_AT_MB = (1, 2, 4, 8, 12, 16, 24, 32)
"""No file of a build may be larger: a disk that is full at another stage each time."""
MEMORY_MB = (600, 1_000, 1_500, 2_000)
"""Address space that a build's process may have."""
LONGEST_BUILD = 1_800
BUILD = """
import sys
from pathlib import Path
from recsys.errors import RecsysError
from recsys.pipeline.build import build
try:
    build(sys.argv[1], Path(sys.argv[2]), variables={"recommenders": "svd, ease"}, tests=False)
except RecsysError as error:
    sys.exit(str(error))
"""
READ = """
import json, sys
from pathlib import Path
from recsys.storage.connections import connect
stop, counted = Path(sys.argv[2]), {"reads": 0, "mixed": 0, "errors": []}
while not stop.exists():
    try:
        with connect(sys.argv[1], read_only=True) as connection:
            rows = connection.execute(
                "select min(run), max(run), count(*) from bench.marks").fetchall()
        counted["reads"] += 1
        counted["mixed"] += rows[0][0] != rows[0][1] or rows[0][2] != 100_000
    except Exception as error:
        counted["errors"].append(str(error))
print(json.dumps(counted))
"""


def main(values: list[int | str]) -> None:
    """Kills, full disks, little memory, readers and rivals of builds of the tiny shop.

    A number is how many builds are killed at random moments, 50 unless given: after each the
    published file has to be the last good build, byte for byte, and after every tenth the next
    build has to work. A word is a sweep: kills, full_disks, little_memory, rivals or readers; all
    unless one is named. Prints a line of JSON per attempt and the counts; ends with 1 if anything
    is WRONG. Linux only.
    """
    kills = next((value for value in values if isinstance(value, int)), KILLS)
    named = [value for value in values if isinstance(value, str)] or SWEEPS
    found = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder) / "shop.duckdb", kills)
        for name in named:
            for attempt in getattr(bench, name)():
                print(json.dumps(attempt), flush=True)
                found[f"{attempt['sweep']}: {attempt['what']}"] += 1
    for what, count in sorted(found.items()):
        print(f"{count:>4}  {what}")
    if any("WRONG" in what for what in found):
        raise SystemExit(1)


def kills_or_sweep(text: str) -> int | str:
    """Return a number of kills, or the name of a sweep.

    >>> kills_or_sweep("7"), kills_or_sweep("readers")
    (7, 'readers')
    """
    return text if text in SWEEPS else whole_number(text)


class _Bench:
    """A database that was built, and what is tried with it."""

    def __init__(self, database: Path, kills: int) -> None:
        self.database = database
        self._kills = kills
        started = time.monotonic()
        self._build()
        self.seconds = time.monotonic() - started

    def kills(self) -> Iterator[dict[str, Any]]:
        """Kill builds with all their processes at moments drawn from the whole of a build.

        Each call draws other moments, so that several can be added up.
        """
        chance = random.SystemRandom()
        number = 0
        while number < self._kills:
            good, build = self._digest(), self._start()
            after = chance.random() * self.seconds
            try:
                build.wait(after)
            except subprocess.TimeoutExpired:
                _kill(build)
            else:
                self.seconds = min(self.seconds, after)  # it was quicker: another one is killed
                continue
            number += 1
            what = self._judged(good)
            if number % 10 == 0 and not what.startswith("WRONG"):
                what += self._next_build()
            yield {"sweep": "kill -9", "after": round(after, 1), "what": what}

    def full_disks(self) -> Iterator[dict[str, Any]]:
        """Build where no file may be larger than so much."""
        for size in FULL_AT_MB:
            yield self._starved("full disk", size, f"ulimit -f {size * 1024}")

    def little_memory(self) -> Iterator[dict[str, Any]]:
        """Build with little address space."""
        for size in MEMORY_MB:
            yield self._starved("little memory", size, f"ulimit -v {size * 1024}")

    def rivals(self) -> Iterator[dict[str, Any]]:
        """Let two builds begin at once, three times."""
        for _ in range(3):
            builds = [self._start() for _ in range(2)]
            said = [build.communicate(timeout=LONGEST_BUILD)[1] for build in builds]
            codes = sorted(build.returncode for build in builds)
            is_refused = any("in use by process" in text for text in said)
            what = "one built, one refused" if codes == [0, 1] and is_refused else "WRONG"
            yield {"sweep": "two builds", "what": what, "said": [text[-200:] for text in said]}

    def readers(self) -> Iterator[dict[str, Any]]:
        """Open and read the database all the time, while it is published again and again."""
        self._publish(0)
        stop = self.database.with_name("stop")
        command = [sys.executable, "-c", READ, str(self.database), str(stop)]
        readers = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
            for _ in range(READERS)
        ]
        for run in range(1, PUBLISHES + 1):
            self._publish(run)
        stop.touch()
        for reader in readers:
            told = json.loads(reader.communicate(timeout=60)[0])
            is_right = told["reads"] and not told["mixed"] and not told["errors"]
            what = "read whole builds without an error" if is_right else "WRONG"
            yield {"sweep": f"reader through {PUBLISHES} publishes", "what": what, **told}

    def _starved(self, sweep: str, size: int, limit: str) -> dict[str, Any]:
        good, build = self._digest(), self._start(limit)
        said = build.communicate(timeout=LONGEST_BUILD)[1]
        if build.returncode == 0:
            what = "built"
        else:
            what = self._judged(good)
            if "Traceback" in said:
                what += ", with a traceback"
        return {"sweep": sweep, "MB": size, "what": what, "said": said[-300:]}

    def _publish(self, run: int) -> None:
        marks = f"select {run} as run from range(100000)"  # noqa: S608 - a number
        with (
            published(self.database) as publication,
            connect(publication.copy) as connection,
        ):
            connection.execute("create schema if not exists bench")
            connection.execute(f"create or replace table bench.marks as {marks}")

    def _start(self, limit: str = "true") -> subprocess.Popen[str]:
        command = ["sh", "-c", f'{limit} && exec "$@"', "sh"]
        return subprocess.Popen(  # noqa: S603
            [*command, sys.executable, "-c", BUILD, str(SHOP), str(self.database)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _build(self) -> None:
        build = self._start()
        said = build.communicate(timeout=LONGEST_BUILD)[1]
        if build.returncode:
            raise SystemExit(f"the build failed: {said}")

    def _next_build(self) -> str:
        try:
            self._build()
        except SystemExit as error:
            return f"; WRONG: the next build: {error}"
        left = [path.name for path in self.database.parent.rglob("building/*")]
        return f"; WRONG: left {left}" if left else "; the next build works"

    def _judged(self, good: str) -> str:
        """Return whether the database is the last good build, or a whole newer one."""
        try:
            with connect(self.database, read_only=True) as connection:
                lists = connection.execute("select count(*) from marts.recommendations").fetchall()
        except duckdb.Error as error:
            return f"WRONG: {error}"
        if self._digest() == good:
            return "as it was"
        return "published" if lists != [(0,)] else "WRONG: changed"

    def _digest(self) -> str:
        return hashlib.sha256(self.database.read_bytes()).hexdigest()


def _kill(build: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started, at once."""
    family = psutil.Process(build.pid).children(recursive=True)
    os.killpg(build.pid, signal.SIGKILL)
    for member in family:
        if member.is_running():
            member.kill()
    build.wait()
    psutil.wait_procs(family, timeout=10)
