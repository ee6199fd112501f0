"""Who is named to be forgotten: ids, whom they are merged with, and which of them are unknown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from recsys.errors import DatabaseError, InvalidParameterError
from recsys.pipeline.kept_builds import kept_files
from recsys.pipeline.purging import list_so_far, opened
from recsys.pipeline.traces import found_customers, with_merged
from recsys.storage.database_name import refuse_special_file
from recsys.storage.work_folder import work_folder


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


def existing_file(database: Path) -> Path:
    """Return the file that a path leads to.

    Raises
    ------
    DatabaseError
        There is none.

    """
    refuse_special_file(database)
    database = database.resolve()
    if not database.is_file():
        raise DatabaseError(f"no database at {database}: name it with --database")
    return database


def whole_persons(files: Sequence[Path], ids: Sequence[str]) -> set[str]:
    """Return the ids, and all that any of the files merges with them."""
    everyone = set(ids)
    while True:
        before = len(everyone)
        for file in files:
            with opened(file) as connection:
                everyone = with_merged(connection, sorted(everyone))
        if len(everyone) == before:
            return everyone


def unknown_customers(database: Path, customers: Sequence[str]) -> list[str]:
    """Return the ids that stand nowhere in a database and its earlier builds, nor on its list.

    Parameters
    ----------
    database
        The DuckDB file.
    customers
        Their ids.

    Raises
    ------
    InvalidParameterError
        No id is given, or one is empty.
    DatabaseError
        There is no database, or the key of its list is missing.

    """
    ids = cleaned_ids(customers)
    database = existing_file(database)
    forgotten, _ = list_so_far(database, work_folder(database))
    found: set[str] = set()
    for file in (database, *kept_files(database)):
        with opened(file) as connection:
            found |= found_customers(connection, ids)
    return [
        one for one in ids if one not in found and forgotten.hash_of(one) not in forgotten.customers
    ]
