"""Who asked to be forgotten: hashes of their ids, and the key without which hashes say nothing.

Ids are few and easy to guess, so that a hash of one is found by hashing them all, however slow the
hash. These are HMAC-SHA256 with a random key of 256 bits (RFC 2104): who has a hash and not the
key learns nothing from it. The database holds the hashes, the work folder the key.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from recsys.errors import DatabaseError
from recsys.storage.connections import connect
from recsys.storage.disk import write_failure
from recsys.storage.receipts import forgotten_by_receipts

FILE = "forgotten.json"
SCHEMA, TABLE = "privacy", "privacy.forgotten"
COMMENTS = {
    f"table {TABLE}": "Customers who are kept out of every build because they asked to be "
    "forgotten (docs/forgetting.md). Grain: customer.",
    f"column {TABLE}.customer_hash": "HMAC-SHA256 of the id, hexadecimal; the key is in "
    "forgotten.json of the work folder.",
    f"column {TABLE}.key_id": "Which key it is: the first digits of its SHA-256.",
    f"column {TABLE}.forgotten_on": "The day on which the customer was forgotten, UTC.",
}
"""What a reader of the database is told of them."""
BLOCK_BYTES = 64
"""SHA-256 works on blocks of so many bytes; HMAC fills the key up to one."""
KEY_BYTES = 32


@dataclass(frozen=True)
class Forgotten:
    """The key, and the hashes of the customers who are to stay forgotten."""

    key: bytes
    customers: dict[str, str]
    """The day on which each hash was written down, such as 2024-05-31, by the hash."""

    def hash_of(self, customer_id: str) -> str:
        """Return the hash of an id: 64 hexadecimal digits."""
        return hmac.digest(self.key, customer_id.encode(), "sha256").hex()

    @property
    def key_id(self) -> str:
        """Return what tells this key from others without giving it away."""
        return hmac.digest(self.key, b"recsys: which key this is", "sha256").hex()[:16]

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """Return what HMAC hashes before the message, and before the hash of that."""
        block = self.key.ljust(BLOCK_BYTES, b"\0")
        return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)

    def adding(self, hashes: Iterable[str], day: date) -> Forgotten:
        """Return the list with these hashes, too."""
        added = dict.fromkeys(hashes, day.isoformat())
        return replace(self, customers=added | self.customers)

    def without(self, hashes: Iterable[str]) -> Forgotten:
        """Return the list without these hashes."""
        gone = set(hashes)
        kept = {one: day for one, day in self.customers.items() if one not in gone}
        return replace(self, customers=kept)


def new_list() -> Forgotten:
    """Return an empty list with a key of its own."""
    return Forgotten(secrets.token_bytes(KEY_BYTES), {})


def read_list(work: Path) -> Forgotten | None:
    """Return the list in a work folder; None where nobody was forgotten.

    Raises
    ------
    DatabaseError
        There is a file, and it can't be read.

    """
    file = work / FILE
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        key = bytes.fromhex(told["key"])
        customers = {str(one): str(day) for one, day in told["customers"].items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatabaseError(
            f"{file}, which says who is to stay forgotten, can't be read ({error}): put it back "
            "from a copy; if there is none, remove it and see docs/forgetting.md"
        ) from error
    if len(key) != KEY_BYTES:
        raise DatabaseError(f"{file}: the key has {len(key)} bytes, not {KEY_BYTES}: put it back")
    return Forgotten(key, customers)


def complete_list(database: Path, work: Path) -> int:
    """Add to the list of a work folder whom the database and its receipts know beside it.

    So a `forgotten.json` that was put back from a copy of before lets nobody in.

    Returns
    -------
    int
        How many hashes it lacked.

    Raises
    ------
    RecsysError
        The list can't be read or written.

    """
    found = read_list(work)
    if found is None:
        return 0  # `list_of` says if the database has hashes
    known = forgotten_by_receipts(work, found.key_id)
    with contextlib.suppress(duckdb.Error), connect(database, read_only=True) as connection:
        known |= {one: str(day) for one, of, day in _hashes(connection) if of == found.key_id}
    lacking = {one: day for one, day in known.items() if one not in found.customers}
    if lacking:
        write_list(work, replace(found, customers=found.customers | lacking))
    return len(lacking)


def write_list(work: Path, forgotten: Forgotten) -> None:
    """Write the list into a work folder, through to the disk; only its owner can read it.

    Raises
    ------
    RecsysError
        It can't be written.

    """
    file = work / FILE
    unfinished = file.with_suffix(".unfinished")
    told = json.dumps({"key": forgotten.key.hex(), "customers": forgotten.customers}, indent=1)
    try:
        unfinished.unlink(missing_ok=True)
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as stream:
            stream.write(told + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise write_failure(f"can't write {file}", work, error) from error


def list_of(connection: duckdb.DuckDBPyConnection, work: Path) -> Forgotten | None:
    """Return who a database and its work folder say is forgotten; None for nobody.

    The database may be new, or one of before: then its work folder knows more.

    Raises
    ------
    DatabaseError
        The database has hashes of a key that isn't there: nobody could be kept out by them.

    """
    found = read_list(work)
    hashes = _hashes(connection)
    if not hashes:
        return found
    unknown = sum(key_id != (found and found.key_id) for _, key_id, _ in hashes)
    if found is None or unknown:
        state = "is missing" if found is None else "holds another key"
        raise DatabaseError(
            f"{unknown:,} forgotten customers can't be kept out: {work / FILE} {state}. Put it "
            "back from a copy, or copy it from the work folder of the database that this is a "
            "copy of. If it is lost, `recsys forget --new-key` with the ids of all of them starts "
            "a new list"
        )
    customers = {one: str(day) for one, _, day in hashes}
    return replace(found, customers=customers | found.customers)


def list_with_new_key(connection: duckdb.DuckDBPyConnection, work: Path) -> tuple[Forgotten, int]:
    """Return who is forgotten by the key of the work folder, else by a new one.

    Returns
    -------
    (forgotten, dropped)
        The list, and how many hashes of the database are of another key, which is lost: nobody
        can be kept out by them.

    """
    known = read_list(work) or new_list()
    hashes = _hashes(connection)
    customers = {one: str(day) for one, key_id, day in hashes if key_id == known.key_id}
    return replace(known, customers=customers | known.customers), len(hashes) - len(customers)


def write_table(connection: duckdb.DuckDBPyConnection, forgotten: Forgotten | None) -> None:
    """Write the hashes, without the key, into a database, unless it has them."""
    known = {one for one, _, _ in _hashes(connection)}
    if forgotten is None or known == forgotten.customers.keys():
        return
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(
        f"create or replace table {TABLE} "
        "(customer_hash varchar not null, key_id varchar not null, forgotten_on date not null)"
    )
    for place, said in COMMENTS.items():
        connection.execute(f"comment on {place} is '{said}'")
    connection.execute(
        f"insert into {TABLE} select customer_hash, $key_id, forgotten_on "  # noqa: S608 - ours
        "from (select unnest($hashes::varchar[]) as customer_hash, "
        "unnest($days::date[]) as forgotten_on) order by customer_hash",
        {
            "key_id": forgotten.key_id,
            "hashes": list(forgotten.customers),
            "days": list(forgotten.customers.values()),
        },
    )


def _hashes(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    try:
        return connection.execute(
            f"select customer_hash, key_id, forgotten_on from {TABLE}"  # noqa: S608 - ours
        ).fetchall()
    except duckdb.CatalogException:  # nobody was ever forgotten
        return []
