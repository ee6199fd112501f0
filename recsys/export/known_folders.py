"""Which folders a database was exported to, and how: who forgets a person looks there, too."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from recsys.storage.work_folder import work_folder

FILE = "exports.json"
MOST_REMEMBERED = 1000
"""Exports to so many folders are remembered, the latest; a folder for every day, say."""


@dataclass(frozen=True)
class Exported:
    """How an export was asked for, as `recsys.export.export` takes it."""

    file_format: str
    tables: tuple[str, ...] = ()
    raw: bool = False
    byte_order_mark: bool | None = None
    wide: bool = False
    lists: tuple[str, ...] = ()


@dataclass
class KnownFolder:
    """A folder that holds an export, and all ways in which its run was exported there."""

    folder: Path
    run_id: str | None
    exports: list[Exported] = field(default_factory=list)
    database: Path | None = None
    """The file that it was exported from; None: an earlier version did."""

    def is_of_another(self, database: Path) -> bool:
        """Tell whether another database exported it, of which this one and its folder are a copy.

        Where that one isn't there any more, it was moved here.
        """
        return (
            self.database is not None
            and self.database != database.resolve()
            and self.database.is_file()
        )


def remember(database: Path, folder: Path, run_id: str | None, exported: Exported) -> bool:
    """Write down that a database was exported; return whether it could be.

    An export of another run replaces what is known of the folder, as it replaces the files.
    """
    work = work_folder(database.resolve())
    if not work.is_dir():  # of a database that was copied from elsewhere
        return False
    place = folder.resolve()
    known = known_folders(database)
    before = next((one for one in known if one.folder == place), None)
    is_same_run = before is not None and before.run_id == run_id
    earlier = [one for one in before.exports if one != exported] if before and is_same_run else []
    others = [one for one in known if one.folder != place][1 - MOST_REMEMBERED :]
    try:
        made = KnownFolder(place, run_id, [*earlier, exported], database.resolve())
        _write(work, [*others, made])
    except OSError:
        return False
    return True


def known_folders(database: Path) -> list[KnownFolder]:
    """Return the folders that are known, the latest last; none where nothing can be read."""
    file = work_folder(database.resolve()) / FILE
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return [
            KnownFolder(
                Path(one["folder"]),
                one["run_id"],
                [Exported(**_with_tuples(told)) for told in one["exports"]],
                Path(one["database"]) if one.get("database") else None,
            )
            for one in json.loads(file.read_text(encoding="utf-8"))
        ]
    return []


def _with_tuples(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }


def _write(work: Path, known: list[KnownFolder]) -> None:
    told = [
        asdict(one) | {"folder": str(one.folder), "database": one.database and str(one.database)}
        for one in known
    ]
    unfinished = work / f"{FILE}.unfinished"
    unfinished.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(work / FILE)
