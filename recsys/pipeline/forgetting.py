"""A person is forgotten: taken out of the database, of earlier builds and of the work folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recsys.errors import InvalidParameterError
from recsys.pipeline.kept_builds import kept_files
from recsys.pipeline.named_customers import cleaned_ids, existing_file, whole_persons
from recsys.pipeline.named_in_settings import take_out_of_last_build
from recsys.pipeline.publishing import published
from recsys.pipeline.purging import list_so_far, purge, rewrite_earlier
from recsys.pipeline.traces import Mention, Removed
from recsys.storage.forgotten import FILE, write_list
from recsys.storage.last_build import FILE as LAST_BUILD
from recsys.storage.receipts import FOLDER as RECEIPTS
from recsys.storage.receipts import write_receipt
from recsys.storage.scratch import PREFIX, remove_abandoned
from recsys.storage.work_folder import work_folder

STAYS = (
    *("builds", RECEIPTS, FILE, "exports.json", "last_build.json", "node_seconds.json"),
    *("building", "lock.duckdb"),
)
"""What of a work folder holds no customer, or is looked at by itself: all else is removed."""


MOMENT = "%Y-%m-%dT%H-%M-%S.%f"
"""How a receipt's name tells its time: the order of names is that of times."""


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
    dropped_hashes: int
    """Hashes of before whose key is lost, and by which nobody is kept out any more."""
    rewritten: tuple[str, ...]
    """Files of the work folder that named a customer, and were written again without."""
    receipt: Path
    hashes: tuple[str, ...] = field(repr=False, default=())
    key_id: str = ""
    """Which key the hashes are of."""

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
            "key_id": self.key_id,
            "found": len(self.customers) - len(self.unknown),
            "removed_rows": {
                file: {one.table: one.rows for one in removed}
                for file, removed in self.removed.items()
            },
            "cleared_in_work_folder": list(self.cleared),
            "rewritten_in_work_folder": list(self.rewritten),
            "dropped_hashes": self.dropped_hashes,
            "texts_to_look_at": {
                file: [one._asdict() for one in found] for file, found in self.mentions.items()
            },
        }


def forget_customers(
    database: Path,
    customers: Sequence[str],
    *,
    new_key: bool = False,
    drop_unnamed: bool = False,
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
    drop_unnamed
        Whether that is meant also where more hashes are dropped than customers are named.

    Raises
    ------
    InvalidParameterError
        No id is given, one is empty, or customers would come back who aren't named.
    DatabaseError
        There is no database, another program builds it or writes to it, or the key is missing.
    RecsysError
        The disk is full.

    """
    ids = cleaned_ids(customers)
    database = existing_file(database)
    work = work_folder(database)
    now = datetime.now(UTC)
    with published(database) as publication:
        publication.is_same_build = True
        copy = publication.copy
        earlier = kept_files(database)
        everyone = sorted(whole_persons([copy, *earlier], ids))
        forgotten, dropped = list_so_far(copy, work, new_key=new_key)
        if dropped > len(everyone) and not drop_unnamed:
            raise InvalidParameterError(_would_come_back(dropped, len(everyone)))
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
        rewritten = (LAST_BUILD,) if take_out_of_last_build(work, set(everyone)) else ()
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
        dropped_hashes=dropped,
        rewritten=rewritten,
        receipt=work / RECEIPTS / f"forgotten-{now:{MOMENT}}.json",
        hashes=hashes,
        key_id=forgotten.key_id,
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
    database = existing_file(database)
    work = work_folder(database)
    with published(database) as publication:
        publication.is_same_build = True
        before, _ = list_so_far(publication.copy, work)
        hashes = {one: before.hash_of(one) for one in ids}
        after = before.without(hashes.values())
        for file in kept_files(database):
            rewrite_earlier(file, publication.copy.with_name("earlier.duckdb"), [], after)
        purge(publication.copy, [], after)
        write_list(work, after)
        _clear(work)  # what was published of the same files isn't what they make now
    now = datetime.now(UTC)
    told = {
        "let_in_at": now.isoformat(timespec="seconds"),
        "let_in_hashes": [hashed for hashed in hashes.values() if hashed in before.customers],
        "key_id": before.key_id,
    }
    write_receipt(work / RECEIPTS / f"let_in-{now:{MOMENT}}.json", told)
    return [one for one, hashed in hashes.items() if hashed not in before.customers]


def _would_come_back(dropped: int, named: int) -> str:
    return (
        f"a new key drops {dropped:,} hashes of forgotten customers whose key is lost, and "
        f"{named:,} customers are named: the others, at least {dropped - named:,}, would come back "
        "with the next build. Name them all, with --from ids.txt; or add --drop-unnamed if they "
        "may come back"
    )


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
