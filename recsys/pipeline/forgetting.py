"""A person is forgotten: taken out of the database, of earlier builds and of the work folder."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recsys.errors import DatabaseError, InvalidParameterError
from recsys.pipeline.kept_builds import kept_files
from recsys.pipeline.publishing import published
from recsys.pipeline.purging import list_so_far, opened, purge, rewrite_earlier
from recsys.pipeline.traces import Mention, Removed, with_merged
from recsys.storage.database_name import refuse_special_file
from recsys.storage.disk import write_failure
from recsys.storage.forgotten import FILE, write_list
from recsys.storage.scratch import PREFIX, remove_abandoned
from recsys.storage.work_folder import work_folder

RECEIPTS = "receipts"
STAYS = (
    *("builds", RECEIPTS, FILE, "exports.json", "last_build.json", "node_seconds.json"),
    *("building", "lock.duckdb"),
)
"""What of a work folder holds no customer, or is looked at by itself: all else is removed."""


@dataclass(frozen=True)
class Forgetting:
    """What was removed of whom."""

    database: Path
    customers: tuple[str, ...]
    """All ids, with those that were merged with the ones that were named."""
    merged: tuple[str, ...]
    """Those of them that nobody named."""
    unknown: tuple[str, ...]
    """Those that stood nowhere; they are kept out of later builds, too."""
    removed: dict[str, list[Removed]]
    """By file: the database, and the builds before it."""
    cleared: tuple[str, ...]
    """What was removed from the work folder."""
    mentions: dict[str, list[Mention]]
    """By file: texts that still have such an id as a word."""
    forgotten_at: datetime
    """UTC."""
    receipt: Path
    hashes: tuple[str, ...] = field(repr=False, default=())

    @property
    def rows(self) -> int:
        """Return how many rows are gone, of all files."""
        return sum(one.rows for removed in self.removed.values() for one in removed)

    def as_receipt(self) -> dict[str, Any]:
        """Return what was done, without an id."""
        return {
            "forgotten_at": self.forgotten_at.isoformat(timespec="seconds"),
            "database": self.database.name,
            "customers": len(self.customers),
            "customer_hashes": list(self.hashes),
            "found": len(self.customers) - len(self.unknown),
            "removed_rows": {
                file: {one.table: one.rows for one in removed}
                for file, removed in self.removed.items()
            },
            "cleared_in_work_folder": list(self.cleared),
            "texts_to_look_at": {
                file: [one._asdict() for one in found] for file, found in self.mentions.items()
            },
        }


def forget_customers(
    database: Path, customers: Sequence[str], *, new_key: bool = False
) -> Forgetting:
    """Remove customers from a database and all that its builds keep, and keep them out.

    The database is written afresh without them and takes the place of the one that was there, as
    a build does: who reads goes on, and who builds or writes is refused. A keyed hash of each id
    is written down first, so that an end in between brings nobody back: called again, it goes on.

    Parameters
    ----------
    database
        The DuckDB file; where it is a symbolic link, the file that it leads to.
    customers
        Their ids. Who is merged with one of them is the same person.
    new_key
        Whether hashes whose key is lost are dropped, and a new list begins.

    Raises
    ------
    InvalidParameterError
        No id is given, or one is empty.
    DatabaseError
        There is no database, another program builds it or writes to it, or the key is missing.
    RecsysError
        The disk is full.

    """
    ids = cleaned_ids(customers)
    database = _existing(database)
    work = work_folder(database)
    now = datetime.now(UTC)
    with published(database) as publication:
        publication.is_same_build = True
        copy = publication.copy
        earlier = kept_files(database)
        everyone = sorted(_with_merged([copy, *earlier], ids))
        forgotten = list_so_far(copy, work, new_key=new_key)
        hashes = tuple(forgotten.hash_of(one) for one in everyone)
        forgotten = forgotten.adding(hashes, now.date())
        write_list(work, forgotten)
        removed: dict[str, list[Removed]] = {}
        still: dict[str, list[Mention]] = {}
        found: set[str] = set()
        for file in [*earlier, None]:
            if file is None:
                name, purged = database.name, purge(copy, everyone, forgotten)
            else:
                name = f"{work.name}/builds/{file.name}"
                purged = rewrite_earlier(
                    file, copy.with_name("earlier.duckdb"), everyone, forgotten
                )
            removed[name], still[name] = purged.removed, purged.mentions
            found |= purged.found
        cleared = _clear(work)
    done = Forgetting(
        database=database,
        customers=tuple(everyone),
        merged=tuple(one for one in everyone if one not in ids),
        unknown=tuple(one for one in everyone if one not in found),
        removed={file: rows for file, rows in removed.items() if rows},
        cleared=cleared,
        mentions={file: found for file, found in still.items() if found},
        forgotten_at=now,
        receipt=work / RECEIPTS / f"forgotten-{now:%Y-%m-%dT%H-%M-%S.%f}.json",
        hashes=hashes,
    )
    write_receipt(done.receipt, done.as_receipt())
    return done


def let_in_again(database: Path, customers: Sequence[str]) -> list[str]:
    """Take customers off the list: the next build reads their lines again.

    Parameters
    ----------
    database
        The DuckDB file.
    customers
        Their ids.

    Returns
    -------
    list of str
        Those who weren't on the list.

    Raises
    ------
    InvalidParameterError
        No id is given, or one is empty.
    DatabaseError
        As of `forget_customers`.
    RecsysError
        The disk is full.

    """
    ids = cleaned_ids(customers)
    database = _existing(database)
    work = work_folder(database)
    with published(database) as publication:
        publication.is_same_build = True
        before = list_so_far(publication.copy, work)
        hashes = {one: before.hash_of(one) for one in ids}
        after = before.without(hashes.values())
        for file in kept_files(database):
            rewrite_earlier(file, publication.copy.with_name("earlier.duckdb"), [], after)
        purge(publication.copy, [], after)
        write_list(work, after)
        _clear(work)  # what was published of the same files isn't what they make now
    return [one for one, hashed in hashes.items() if hashed not in before.customers]


def _existing(database: Path) -> Path:
    refuse_special_file(database)
    database = database.resolve()
    if not database.is_file():
        raise DatabaseError(f"no database at {database}: name it with --database")
    return database


def cleaned_ids(customers: Sequence[str]) -> list[str]:
    """Return ids as builds read them: composed characters, no blanks around them, each once.

    Raises
    ------
    InvalidParameterError
        There is none, or one is empty or not a text.

    """
    ids = [unicodedata.normalize("NFC", one.strip().strip("\ufeff")) for one in customers]
    if not ids:
        raise InvalidParameterError("no customer is named: give ids, or a file of them with --from")
    for one in ids:
        if not one:
            raise InvalidParameterError("an id is empty: name a customer")
        try:
            one.encode()
        except UnicodeEncodeError:
            raise InvalidParameterError(f"{one!r} isn't UTF-8, as every id is") from None
    return list(dict.fromkeys(ids))


def write_receipt(file: Path, told: dict[str, Any]) -> None:
    """Write a receipt, whole or not at all.

    Raises
    ------
    RecsysError
        The disk is full.

    """
    unfinished = file.with_suffix(".unfinished")
    try:
        file.parent.mkdir(exist_ok=True)
        unfinished.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        raise write_failure(
            f"the customers are forgotten, but the receipt {file} can't be written", file, error
        ) from error


def _with_merged(files: Sequence[Path], ids: Sequence[str]) -> set[str]:
    everyone = set(ids)
    while True:
        before = len(everyone)
        for file in files:
            with opened(file) as connection:
                everyone = with_merged(connection, sorted(everyone))
        if len(everyone) == before:
            return everyone


def _clear(work: Path) -> tuple[str, ...]:
    """Remove what a work folder has of customers: logs, working tables, fitted models.

    With it goes what says that the published build is of the files as they are (`published.json`):
    the next build reads them again.
    """
    remove_abandoned(work)
    gone = []
    for path in sorted(work.iterdir()):
        if path.name.startswith((*STAYS, PREFIX)):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        gone.append(path.name)
    return tuple(gone)
