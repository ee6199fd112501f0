"""The files that blocks of customers read and write."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from recsys.storage.work_folder import kept_folder

REMOVED = ".removed"


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
        _remove(self.fitted)

    def remove_served(self, name: str) -> None:
        """Remove what was served of a table, and the folders that are empty then."""
        served = self.served(name, 0).parent
        _remove(served)
        with contextlib.suppress(OSError):  # others are still being read
            served.parent.rmdir()
            self.folder.rmdir()

    def unread(self) -> list[str]:
        """Return the names of the tables served that nobody has read yet."""
        served = self.served("any", 0).parent.parent
        folders = served.iterdir() if served.is_dir() else ()
        return sorted(folder.name for folder in folders if folder.suffix != REMOVED)

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


def _remove(folder: Path) -> None:
    """Remove a folder so that it is there whole or not at all, whenever the process is killed."""
    removed = folder.with_suffix(REMOVED)
    shutil.rmtree(removed, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        folder.rename(removed)
    shutil.rmtree(removed, ignore_errors=True)
