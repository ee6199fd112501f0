"""Where a search finds the tables of past folds: in the database, or built anew beside it.

A build publishes no working tables. What a search reads of them is built from the shop's files, as
the last build was told, into the work folder. There it stays until the next build.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import FileLock

from recsys.errors import DatabaseError, RecsysError
from recsys.pipeline.build import build
from recsys.pipeline.build_environment import made_work_folder
from recsys.pipeline.build_events import BuildEvent
from recsys.shop import DEFAULT_SHOP
from recsys.storage.connections import connect
from recsys.storage.last_build import last_build
from recsys.storage.names import text
from recsys.storage.opening import open_read_only
from recsys.storage.work_folder import past_folder, work_folder
from recsys.tuning.past_folds import HAND_OVER

TABLES = (
    "stg_settings",
    "int_tuning_folds",
    "int_tuning_targets",
    "int_list_types",
    "int_training_rows",
    "int_product_texts",
)
"""What searches read, beside `tuning.trials`."""
OF_HYBRID = ("int_hybrid_features",)
"""What the hybrid's reads beside those; it takes as long as fitting all recommenders."""
SEARCHES = ("int_tuning_run", "int_hybrid_tuning_run")

Progress = Callable[[BuildEvent], None]
Display = Callable[[], AbstractContextManager[Progress | None]]
"""Begins to show a build, and returns what its events are to be given to."""


@dataclass(frozen=True)
class PastTables:
    """The tables of past folds of a database."""

    database: Path
    shop: str | None = None
    """A shop file or a shop's name; None: what the last build read."""
    display: Display = nullcontext
    """Called where there has to be a build."""

    def file(self, of_hybrid: bool) -> Path:
        """Return the file that has them, made if there is none; those of the hybrid, too, or not.

        Raises
        ------
        DatabaseError
            Nothing was built yet, or it isn't known which shop was.
        RecsysError
            They can't be built.

        """
        wanted = (*TABLES, *OF_HYBRID) if of_hybrid else TABLES
        opened = open_read_only(self.database)
        try:
            if _has(opened.connection, wanted):
                return self.database
            run_id = _last_run(opened.connection)
        finally:
            opened.close()
        database = self.database.resolve()
        past = past_folder(database) / f"{run_id}.duckdb"
        if not _is_past(past, wanted):
            made_work_folder(database)
            with FileLock(work_folder(database) / "past.lock"):  # two searches need but one build
                if not _is_past(past, wanted):
                    self._build(database, past, wanted)
        return past

    def _build(self, database: Path, past: Path, wanted: Collection[str]) -> None:
        told = last_build(work_folder(database))
        if told is None and self.shop is None:
            raise DatabaseError(
                f"{self.database} has no working tables, which a search reads, and nothing beside "
                "it says which shop it was built from: name its shop file with --shop, or build it "
                "again"
            )
        shutil.rmtree(past.parent, ignore_errors=True)  # of builds before
        past.parent.mkdir()
        _copy_trials(database, past)
        try:
            with self.display() as progress:
                build(
                    self.shop or (told.shop if told else None) or DEFAULT_SHOP,
                    past,
                    select=[f"+{name}" for name in wanted],
                    exclude=SEARCHES,
                    variables=told.variables if told else None,
                    tests=False,
                    models=wanted,
                    progress=progress,
                )
        except RecsysError as error:
            shutil.rmtree(past.parent, ignore_errors=True)
            raise RecsysError(
                f"the past folds that a search reads can't be built: {error}"
            ) from error


def _is_past(file: Path, wanted: Collection[str]) -> bool:
    if not file.is_file():
        return False
    with connect(file, read_only=True) as connection:
        return _has(connection, wanted)


def _last_run(connection: duckdb.DuckDBPyConnection) -> str:
    rows = []
    if _has(connection, ["run_history"]):
        rows = connection.execute("select run_id from marts.run_history order by rowid").fetchall()
    if not rows:
        raise DatabaseError(f"the database can't be tuned on yet: {HAND_OVER}")
    return str(rows[-1][0])


def _has(connection: duckdb.DuckDBPyConnection, names: Collection[str]) -> bool:
    found = connection.execute(
        "select table_name from duckdb_tables() union all select view_name from duckdb_views()"
    ).fetchall()
    return set(names) <= {name for (name,) in found}


def _copy_trials(database: Path, past: Path) -> None:
    """Let recommenders be fitted with what earlier searches found, as the next build does."""
    with connect(past) as connection:
        connection.execute(f"attach {text(str(database))} as of_build (read_only)")
        connection.execute("create schema tuning")
        connection.execute("create table tuning.trials as from of_build.tuning.trials")
