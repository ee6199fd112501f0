"""What staging asks of every line's customer: whether they asked to be forgotten."""

from __future__ import annotations

import duckdb

from recsys.storage.forgotten import Forgotten

NAME = "is_forgotten"


def attach_forgotten(
    connection: duckdb.DuckDBPyConnection, catalog: str, forgotten: Forgotten | None
) -> None:
    """Make the function `is_forgotten(id)` in a catalog in memory.

    It hashes a cleaned id as `Forgotten.hash_of` does. Where nobody was forgotten it is the
    constant false, which costs nothing. Neither the key nor a hash is left in the built file.
    """
    function = f"{catalog}.main.{NAME}"
    if forgotten is None or not forgotten.customers:
        connection.execute(f"create macro {function}(id) as false")
        return
    table = f"{catalog}.main.forgotten"
    connection.execute(
        f"create table {table} as select unnest(?::varchar[]) as customer_hash",
        [list(forgotten.customers)],
    )
    inner, outer = (f"unhex('{pad.hex()}')" for pad in forgotten.pads)
    hashed = f"sha256({outer} || unhex(sha256({inner} || encode(id))))"
    connection.execute(
        f"create macro {function}(id) as "  # noqa: S608 - ours
        f"coalesce({hashed} in (select customer_hash from {table}), false)"
    )
