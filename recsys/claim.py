"""A build's word to running servers: let go of the file, I'm about to write."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

# Long enough for dbt to read its project and take DuckDB's own lock, which then speaks for
# itself; short enough that a build that was killed doesn't silence a server for long.
CLAIM_SECONDS = 60.0


@contextlib.contextmanager
def claimed(database: Path) -> Iterator[None]:
    """Keep servers from opening the file anew until the block ends."""
    sign = _sign(database)
    sign.touch()
    try:
        yield
    finally:
        sign.unlink(missing_ok=True)


def is_claimed(database: Path) -> bool:
    """Tell whether a build asked for the file within the last minute."""
    try:
        return time.time() - _sign(database).stat().st_mtime < CLAIM_SECONDS
    except OSError:
        return False


def work_folder(database: Path) -> Path:
    """Return where a database's builds keep dbt's parse cache and logs."""
    name = database.stem if database.suffix == ".duckdb" else database.name  # a.duckdb beside a.db
    return database.parent / ".recsys" / name


def _sign(database: Path) -> Path:
    return work_folder(database) / "claimed"
