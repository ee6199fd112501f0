"""What the published file was made of, and what has changed since."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from recsys.pipeline.build_environment import named_shop
from recsys.pipeline.changes import Change, changes
from recsys.pipeline.fingerprint import Fingerprint, fingerprint, today
from recsys.settings.project import dbt_project_folder
from recsys.storage.file_state import FileState, state_of
from recsys.storage.work_folder import work_folder
from recsys.storage.write_ahead_logs import logs_of

FILE = "published.json"


class Published(BaseModel):
    """The last whole build that was published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str
    finished_at: datetime
    """UTC."""
    size: int
    """Bytes of the file that it published."""
    written_at: int
    """When that was written, in nanoseconds since 1970: files of other builds have other times."""
    warnings: tuple[str, ...]
    """What the build warned of."""
    made_of: Fingerprint

    def is_at(self, database: Path) -> bool:
        """Tell whether this is what lies at a path, as it was published."""
        found = state_of(database)
        return (
            found is not None
            and (found.size, found.changed_at) == (self.size, self.written_at)
            and not logs_of(database)
        )


@dataclass(frozen=True)
class Since:
    """What has changed since the last build."""

    published: Published
    now: Fingerprint
    changes: tuple[Change, ...]


def remember_published(
    database: Path,
    state: FileState | None,
    run_id: str,
    made_of: Fingerprint | None,
    warnings: tuple[str, ...],
) -> None:
    """Write down what a build was made of; where that isn't known, that nothing is known.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.
    state
        Its state when it was published.
    run_id
        The build's.
    made_of
        What it was made of; None: of some tables only, or something couldn't be looked at.
    warnings
        What the build warned of.

    """
    file = work_folder(database) / FILE
    with contextlib.suppress(OSError):  # a full disk: the next build will build
        if made_of is None or state is None:
            file.unlink(missing_ok=True)
            return
        published = Published(
            run_id=run_id,
            finished_at=datetime.now(UTC),
            size=state.size,
            written_at=state.changed_at,
            warnings=warnings,
            made_of=made_of,
        )
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(published.model_dump_json(), encoding="utf-8")
        unfinished.replace(file)


def last_published(database: Path) -> Published | None:
    """Read what is known of the last build of a database; None if nothing is."""
    try:
        text = (work_folder(database) / FILE).read_text(encoding="utf-8")
        return Published.model_validate_json(text)
    except (OSError, ValidationError, ValueError):  # none, cut short, or of another version
        return None


def since_last_build(
    database: Path, shop: Path | str | None, variables: Mapping[str, object]
) -> Since | None:
    """Return what has changed since the last whole build of a database; None where nobody knows.

    Parameters
    ----------
    database
        The DuckDB file; where it is a symbolic link, the file that it leads to.
    shop
        See `recsys.pipeline.build.build`.
    variables
        Settings by name.

    Raises
    ------
    RecsysError, OSError
        The shop file or an input can't be read.

    """
    shop = named_shop(shop)
    database = database.resolve()
    published = last_published(database)
    if published is None:
        return None
    before = published.made_of
    now = fingerprint(shop, variables, dbt_project_folder(), work_folder(database), before)
    if before.day is not None:  # also where only the lines that were read showed it
        now = now.model_copy(update={"day": today()})
    found = changes(before, now)
    if not published.is_at(database):
        found.append(Change("database", _other_file(database)))
    return Since(published, now, tuple(found))


def _other_file(database: Path) -> str:
    if not database.is_file():
        return f"{database.name} isn't there"
    return f"{database.name} was rolled back, replaced or written to"
