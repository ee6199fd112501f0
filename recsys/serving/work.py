"""One block's work in a worker process: read its rows, run the plan, write what is served."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from recsys.compute import dbt_log
from recsys.recommenders.fitted_models import FittedModels, forget_read
from recsys.serving.database import BlockDatabase, BlockResult
from recsys.serving.plan import BlockPlan
from recsys.storage.work_folder import kept_folder


@dataclass(frozen=True)
class BlockFiles:
    """Where the files of all blocks are; workers read and write here and nowhere else."""

    folder: Path

    @property
    def fitted(self) -> Path:
        """Folder of the models fitted for today."""
        return self.folder / "fitted"

    @property
    def spill(self) -> Path:
        """Folder for what doesn't fit into a worker's memory."""
        return self.folder / "spill"

    def remove_read(self) -> None:
        """Remove what only the blocks under way read: their rows, and tables that they share."""
        for name in ("rows", "shared", "spill"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def remove_fitted(self) -> None:
        """Remove the models fitted for today, which know their customers."""
        shutil.rmtree(self.fitted, ignore_errors=True)

    def remove_served(self, name: str) -> None:
        """Remove what was served of a table, and the folders that are empty then."""
        served = self.served(name, 0).parent
        shutil.rmtree(served, ignore_errors=True)
        with contextlib.suppress(OSError):  # others are still being read
            served.parent.rmdir()
            self.folder.rmdir()

    def shared(self, name: str) -> Path:
        """Return the file of a table that all blocks share."""
        return self.folder / "shared" / f"{name}.parquet"

    def sorted(self, name: str) -> Path:
        """Return the file of today's rows of a table, in the order of their customers."""
        return self.folder / "rows" / "sorted" / f"{name}.parquet"

    def rows_of(self, block: int) -> Path:
        """Return the folder of a block's rows."""
        return self.folder / "rows" / str(block)

    def rows(self, block: int, name: str) -> Path:
        """Return the file of a block's rows of a table."""
        return self.rows_of(block) / f"{name}.parquet"

    def kept(self, name: str, block: int) -> Path:
        """Return the file of a block's rows of a table that is kept for a look."""
        return kept_folder(self.folder) / name / f"{block:06d}.parquet"

    def served(self, name: str, block: int) -> Path:
        """Return the file of what a block serves."""
        return self.folder / "served" / name / f"{block:06d}.parquet"


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
