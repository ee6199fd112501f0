"""The work folder of a database: where builds keep what isn't published."""

from __future__ import annotations

from pathlib import Path


def work_folder(database: Path) -> Path:
    """Return where a database's builds keep the copy, dbt's parse cache and logs."""
    name = database.stem if database.suffix == ".duckdb" else database.name  # a.duckdb beside a.db
    return database.parent / ".recsys" / name


def unpublished(database: Path) -> Path:
    """Return the copy that a build works on.

    DuckDB and dbt call a database by its file's name: with this one, every name a database can
    have is a name that can be built.
    """
    return work_folder(database) / "building" / "work.duckdb"


def serving_folder(database: Path) -> Path:
    """Return where what serves blocks of customers is kept while dbt writes to this database.

    It goes with the copy that a build works on.
    """
    folder = database.absolute().parent
    return (folder if _is_of_copy(folder) else work_folder(database.absolute())) / "serving"


def kept_folder(serving: Path) -> Path:
    """Return where the tables of blocks that a setting keeps are, beside that folder.

    They stay when the build's copy goes, until the next build.
    """
    folder = serving.parent
    return (folder.parent if _is_of_copy(folder) else folder) / "kept"


def fit_folder(database: Path) -> Path:
    """Return where a build's copy is kept with what is fitted, for later builds to serve on."""
    return work_folder(database) / "fit"


def past_folder(database: Path) -> Path:
    """Return where `recsys tune` keeps past folds that it builds, until the next build."""
    return work_folder(database.absolute()) / "past"


def _is_of_copy(folder: Path) -> bool:
    """Tell whether a build's copy lies in a folder: a user's may have the same name."""
    return folder.name == "building" and folder.parent.parent.name == ".recsys"


def work_folder_of(database: Path) -> Path:
    """Return the work folder of a database, also of the copy that a build works on."""
    for folder in database.absolute().parents:
        if folder.parent.name == ".recsys":
            return folder
    return work_folder(database.absolute())
