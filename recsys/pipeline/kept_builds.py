"""Files of earlier builds, kept in the work folder so that one of them can be put back at once."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from recsys.errors import RecsysError
from recsys.storage.connections import connect
from recsys.storage.file_state import is_same_file, state_of
from recsys.storage.opening import connect_when_free, explain_open_failure
from recsys.storage.work_folder import work_folder
from recsys.storage.write_ahead_logs import remove_logs

SHORT = 8
"""Letters of a run's id that a user is shown."""
RUN_COLUMNS = (
    *("run_id", "finished_at", "as_of", "purchases", "customers", "products"),
    *("ndcg_at_10_discover", "ndcg_at_10_buy_again", "ndcg_at_10_next_basket"),
)


@dataclass(frozen=True)
class Build:
    """A file of a build: the one that is published, or one of before."""

    file: Path
    is_current: bool
    published_at: datetime
    """UTC."""
    size: int
    """Bytes."""
    run: dict[str, Any]
    """`RUN_COLUMNS` of its last completed run; nothing where it holds none."""

    @property
    def run_id(self) -> str:
        """The run's id; the file's name where it holds no run."""
        return str(self.run.get("run_id") or self.file.stem)


def builds_folder(database: Path) -> Path:
    """Return where the builds of before are kept."""
    return work_folder(database) / "builds"


def builds_of(database: Path) -> list[Build]:
    """Return the published build and those kept, the newest first.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.

    """
    kept = [_build(file, is_current=False) for file in kept_files(database)]
    current = [_build(database, is_current=True)] if database.is_file() else []
    return sorted(current + kept, key=lambda build: build.published_at, reverse=True)


def keep(database: Path) -> None:
    """Keep the published file under a name of its own, before another takes its place.

    It takes no room as long as both names lead to the same file.

    Raises
    ------
    OSError
        The disk has no hard links and no room for a copy.

    """
    folder = builds_folder(database)
    folder.mkdir(parents=True, exist_ok=True)
    published_at = _published_at(database, _last_run(database))
    name = folder / f"{published_at:%Y-%m-%dT%H-%M-%S.%f}.duckdb"
    name.unlink(missing_ok=True)
    try:
        name.hardlink_to(database)
    except OSError:  # a disk without hard links
        unfinished = name.with_suffix(".unfinished")
        shutil.copy2(database, unfinished)
        unfinished.replace(name)


def forget_current(database: Path) -> None:
    """Take away the second name that the published file has where a build was killed just then."""
    for file in kept_files(database):
        if is_same_file(state_of(database), state_of(file)):
            file.unlink()


def prune(database: Path, most: int) -> None:
    """Remove all but the newest `most` of the builds kept, and what an ended process left."""
    files = sorted(kept_files(database), reverse=True)
    for file in [*files[most:], *builds_folder(database).glob("*.unfinished")]:
        remove_logs(file)
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # it has files, or was never made
        builds_folder(database).rmdir()


def chosen(database: Path, run: str | None) -> Build:
    """Return the build that a user wants back.

    Parameters
    ----------
    database
        The file itself.
    run
        The first letters of its run's id; None: the newest that is older than what is published.

    Raises
    ------
    RecsysError
        There is none, or the letters fit several.

    """
    builds = builds_of(database)
    kept = [build for build in builds if not build.is_current]
    current = next((build for build in builds if build.is_current), None)
    if not kept:
        raise RecsysError(
            f"no earlier build of {database} is kept: the setting keep_builds says how many are"
        )
    if run is None:
        older = [
            build for build in kept if not current or build.published_at < current.published_at
        ]
        if not older:
            raise RecsysError(
                "no build that is kept is older than the published one; name one of "
                f"{_listed(kept)}"
            )
        return older[0]
    found = [build for build in kept if run and build.run_id.startswith(run)]
    if not found and current and run and current.run_id.startswith(run):
        raise RecsysError(f"run {run} is what is published")
    if len(found) != 1:
        what = "several builds begin" if found else "no build that is kept begins"
        raise RecsysError(f"{what} with '{run}'; use one of {_listed(found or kept)}")
    return found[0]


def put_back(database: Path, build: Build, patience: float) -> None:
    """Let a build that is kept and the published one change places.

    Readers go on with what they have open; they reconnect for the other. Nobody else may build or
    write to the database meanwhile: whoever calls this holds the lock of builds.

    Raises
    ------
    DatabaseError
        Another program writes to the database.
    RecsysError
        The file can't be moved.

    """
    held: duckdb.DuckDBPyConnection | None = None
    if database.is_file():
        try:
            # who wants to write is refused as long as this is open
            held = connect_when_free(database, read_only=True, patience=patience)
        except duckdb.Error as error:
            raise explain_open_failure(database, error) from error
    try:
        if held is not None:
            if os.name == "nt":
                held.close()  # Windows doesn't replace a file that is open
            remove_logs(database)
            keep(database)
        build.file.replace(database)
    except OSError as error:
        raise RecsysError(
            f"{build.file} can't take the place of {database} ({error.strerror}): "
            "the database is as it was"
        ) from error
    finally:
        if held is not None:
            held.close()


def kept_files(database: Path) -> list[Path]:
    """Return the files of the builds that are kept, the oldest first."""
    return sorted(builds_folder(database).glob("*.duckdb"))


def _build(file: Path, *, is_current: bool) -> Build:
    run = _last_run(file)
    return Build(file, is_current, _published_at(file, run), file.stat().st_size, run)


def _published_at(file: Path, run: dict[str, Any]) -> datetime:
    """Return when a build was done: its file's time changes with every row that a user writes."""
    finished = run.get("finished_at")
    if isinstance(finished, datetime):
        return finished.replace(tzinfo=UTC)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _last_run(file: Path) -> dict[str, Any]:
    try:
        with connect(file, read_only=True) as connection:
            columns = {
                name for name, *_ in connection.execute("describe marts.run_history").fetchall()
            }
            wanted = [name for name in RUN_COLUMNS if name in columns]
            rows = connection.execute(
                f"select {', '.join(wanted)} from marts.run_history "  # noqa: S608 - our own
                "qualify row_number() over () = count(*) over ()"
            ).fetchall()
    except duckdb.CatalogException:  # some models of a project ran
        return {}
    except duckdb.Error as error:
        raise explain_open_failure(file, error) from error
    return dict(zip(wanted, rows[0], strict=True)) if rows else {}


def _listed(builds: list[Build]) -> str:
    return ", ".join(build.run_id[:SHORT] for build in builds)
