"""Where blocks run: in processes of this machine, or as tasks of a Spark cluster."""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pyarrow as pa

from recsys.compute import workers
from recsys.errors import InvalidParameterError, MissingDependencyError
from recsys.serving.database import BlockResult
from recsys.serving.work import BlockWork, forget_database, serve_block

BLOCKS_AT_ONCE = 256
"""So many blocks are handed to Spark at a time: disk doesn't grow with the number of blocks."""

Results = Iterator[tuple[int, BlockResult]]


def run_blocks(
    engine: str, work: BlockWork, blocks: Sequence[int], write_rows: Callable[[int], None]
) -> Results:
    """Serve all blocks and yield the number and the result of each.

    Parameters
    ----------
    engine
        `local` or `spark`.
    work
        What is run.
    blocks
        The numbers of the blocks.
    write_rows
        Writes the rows of a block, before it is served.

    Raises
    ------
    InvalidParameterError
        There is no such engine.
    MissingDependencyError
        The engine is Spark, which isn't installed.

    """
    if engine not in _ENGINES:
        raise InvalidParameterError(
            f"engine is '{engine}'; use one of {', '.join(sorted(_ENGINES))}"
        )
    return _ENGINES[engine](work, blocks, write_rows)


def _local(work: BlockWork, blocks: Sequence[int], write_rows: Callable[[int], None]) -> Results:
    """Serve blocks in worker processes; rows are written just before, and removed after."""
    waiting = deque(blocks)
    under_way: deque[tuple[int, Future[BlockResult]]] = deque()

    def start() -> None:
        if waiting:
            block = waiting.popleft()
            write_rows(block)
            under_way.append((block, workers.submit(serve_block, work, block)))

    for _ in range(workers.worker_count() + 1):
        start()
    try:
        while under_way:
            block, future = under_way.popleft()
            result = workers.result_of(future)
            shutil.rmtree(work.files.rows_of(block), ignore_errors=True)
            start()
            yield block, result
    finally:
        for _, future in under_way:  # after an error: nobody waits for them
            future.cancel()
        forget_database()  # without worker processes it is this one's


def _spark(work: BlockWork, blocks: Sequence[int], write_rows: Callable[[int], None]) -> Results:
    """Serve each block in a task of Spark, which tries again what failed."""
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingDependencyError(
            "engine spark needs pyspark: pip install 'recsys[spark]'"
        ) from error
    # Spark would take the python3 of the PATH, which lacks this package where it is in .venv
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder.appName("recsys")
    for name, value in workers.ONE_THREAD_EACH.items():
        builder = builder.config(f"spark.executorEnv.{name}", value)
    is_ours = SparkSession.getActiveSession() is None
    try:
        spark = builder.getOrCreate()
    except ImportError as error:  # pyspark alone lacks what Spark Connect needs
        raise MissingDependencyError(
            f"engine spark: {error}: pip install 'recsys[spark]'"
        ) from error

    def serve(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch.column("id").to_pylist():
                result = json.dumps(serve_block(work, blocks[place])._asdict())
                yield pa.RecordBatch.from_pydict({"place": [place], "result": [result]})

    try:
        for first in range(0, len(blocks), BLOCKS_AT_ONCE):
            until = min(first + BLOCKS_AT_ONCE, len(blocks))
            for block in blocks[first:until]:
                write_rows(block)
            tasks = spark.range(first, until, 1, numPartitions=until - first)
            with warnings.catch_warnings():
                # no pandas takes part in it
                warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
                rows = tasks.mapInArrow(serve, "place bigint, result string").collect()
            for row in sorted(rows, key=lambda row: row.place):
                yield blocks[row.place], BlockResult(**json.loads(row.result))
                shutil.rmtree(work.files.rows_of(blocks[row.place]), ignore_errors=True)
    finally:
        if is_ours:
            spark.stop()


_ENGINES: dict[str, Callable[[BlockWork, Sequence[int], Callable[[int], None]], Results]] = {
    "local": _local,
    "spark": _spark,
}
