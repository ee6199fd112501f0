"""One block's work in a worker process: read its rows, run the plan, write what is served."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from recsys.blocks.database import BlockDatabase
from recsys.blocks.fitted import FittedModels
from recsys.blocks.plan import BlockPlan
from recsys.dbt import dbt_log


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

    def shared(self, name: str) -> Path:
        """Return the file of a table that all blocks share."""
        return self.folder / "shared" / f"{name}.parquet"

    def rows(self, block: int, name: str) -> Path:
        """Return the file of a block's rows of a table."""
        return self.folder / "rows" / str(block) / f"{name}.parquet"

    def served(self, name: str, block: int) -> Path:
        """Return the file of what a block serves."""
        return self.folder / "served" / name / f"{block:06d}.parquet"


_open: tuple[object, BlockDatabase] | None = None


def serve_block(
    plan: BlockPlan,
    files: BlockFiles,
    block: int,
    shared: tuple[str, ...],
    rows: tuple[str, ...],
    served: tuple[str, ...],
) -> dict[str, int]:
    """Run the plan for one block; return the number of rows of each table served.

    The block's own files are removed once it is done. A worker keeps the tables that all blocks
    share, and the models that it read, from one block to the next.

    Parameters
    ----------
    plan
        What is run.
    files
        Where the files are.
    block
        The block's number.
    shared, rows
        Names of the tables that all blocks share, and of those of which each has its rows.
    served
        Names of the tables that are kept.

    """
    wanted = {name: files.served(name, block) for name in served}
    for file in wanted.values():
        file.parent.mkdir(parents=True, exist_ok=True)
    counts = _database(plan, files, shared).run(
        {name: files.rows(block, name) for name in rows}, wanted
    )
    shutil.rmtree(files.rows(block, "").parent, ignore_errors=True)
    return counts


def _database(plan: BlockPlan, files: BlockFiles, shared: tuple[str, ...]) -> BlockDatabase:
    global _open  # noqa: PLW0603 - a worker process has one
    dbt_log.is_silent = True
    key = (plan, files, shared)
    if _open is None or _open[0] != key:
        if _open is not None:
            _open[1].close()
        database = BlockDatabase(
            plan,
            {name: files.shared(name) for name in shared},
            FittedModels(files.fitted, in_block=True),
            files.spill,
        )
        _open = (key, database)
    return _open[1]
