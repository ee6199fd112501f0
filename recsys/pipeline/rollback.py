"""An earlier build takes the published one's place again."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from recsys.pipeline.kept_builds import Build, builds_of, chosen, forget_current, put_back
from recsys.pipeline.publishing import PATIENCE_SECONDS, only_build
from recsys.storage.database_name import refuse_special_file


class RolledBack(NamedTuple):
    """What is published now, and what was before; None where there was nothing."""

    published: Build
    replaced: Build | None


def roll_back(database: Path, run: str | None = None) -> RolledBack:
    """Put a build that is kept in the database's place; the one that was there is kept instead.

    Parameters
    ----------
    database
        The DuckDB file; where it is a symbolic link, the file that it leads to.
    run
        The first letters of the run's id; None: the newest build that is older than the published.

    Raises
    ------
    DatabaseError
        Another program builds the database or writes to it.
    RecsysError
        No build that is kept fits, or it can't be moved.

    """
    refuse_special_file(database)
    database = database.resolve()
    with only_build(database):
        forget_current(database)
        build = chosen(database, run)
        replaced = [one for one in builds_of(database) if one.is_current]
        put_back(database, build, PATIENCE_SECONDS)
        files = {one.run_id: one for one in builds_of(database)}
    return RolledBack(files[build.run_id], files[replaced[0].run_id] if replaced else None)
