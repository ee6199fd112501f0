"""One block's work in a worker process: read its rows, run the plan, write what is served."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import uuid4

from recsys.compute import dbt_log
from recsys.recommenders.fitted_models import FittedModels, forget_read
from recsys.serving.block_files import BlockFiles
from recsys.serving.database import BlockDatabase, BlockResult
from recsys.serving.plan import BlockPlan


class BlockTables(NamedTuple):
    """Names of the tables that blocks read and write."""

    shared: tuple[str, ...]
    """Read whole by all blocks."""
    rows: tuple[str, ...]
    """Of which each block has rows of its own."""
    served: tuple[str, ...]
    """What each block is there for."""
    kept: tuple[str, ...] = ()
    """Kept of each block for a look."""


_open: tuple[str, BlockDatabase] | None = None
"""The serving under way and its database: blocks of one serving share what they read."""


@dataclass(frozen=True)
class BlockWork:
    """The same for every block of one serving: what is run, on which files."""

    plan: BlockPlan
    files: BlockFiles
    tables: BlockTables
    other_histories: bool = False
    """Whether customers have other histories than those that recommenders were fitted on."""
    serving_id: str = field(default_factory=lambda: uuid4().hex)
    """Tells this serving from others of the same files: a process may see several."""


def serve_block(work: BlockWork, block: int) -> BlockResult:
    """Run the plan for one block and write what is served of it.

    It may run again, or twice at the same time: a file has its name once it is whole. A worker
    keeps the tables that all blocks share, and the models that it read, from one block to the next.

    Parameters
    ----------
    work
        What is run, on which files.
    block
        The block's number.

    """
    files, tables = work.files, work.tables
    wanted = {files.served(name, block): name for name in tables.served}
    wanted |= {files.kept(name, block): name for name in tables.kept}  # of those served, too
    for file in wanted:
        file.parent.mkdir(parents=True, exist_ok=True)
    with dbt_log.silence():
        return _database(work).run({name: files.rows(block, name) for name in tables.rows}, wanted)


def forget_database() -> None:
    """Close the database that this process keeps from one block to the next."""
    global _open  # noqa: PLW0603 - a process has one
    if _open is not None:
        _open[1].close()
        _open = None
    forget_read()


def _database(work: BlockWork) -> BlockDatabase:
    global _open  # noqa: PLW0603 - a process has one
    if _open is None or _open[0] != work.serving_id:
        forget_database()
        database = BlockDatabase(
            work.plan,
            {name: work.files.shared(name) for name in work.tables.shared},
            FittedModels(work.files.fitted, in_block=True, other_histories=work.other_histories),
            work.files.spill,
        )
        _open = (work.serving_id, database)
    return _open[1]
