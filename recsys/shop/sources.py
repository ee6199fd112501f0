"""The shop's files as views with our column names, in a catalog of their own.

The views live in an in-memory database of their own that is attached to dbt's connection: they
are sources to dbt, and nothing of them (absolute paths, for one) is left in the built file.
"""

# ruff: noqa: S608 - the shop file's expressions are SQL by design; all else is quoted
from __future__ import annotations

from collections.abc import Mapping

import duckdb

from recsys.errors import ShopFileError
from recsys.shop.file import TABLES, Rules, Shop, Table
from recsys.shop.forgotten_customers import attach_forgotten
from recsys.shop.lines import NO_LINE_ID, line_id_query
from recsys.shop.mapping import PURCHASES, mapped_query
from recsys.shop.readers import Relation, open_files
from recsys.shop.text_files import short
from recsys.shop.workspace import Workspace
from recsys.storage.connections import forbid_extensions
from recsys.storage.forgotten import Forgotten
from recsys.storage.scratch import Scratch

CATALOG = "recsys_inputs"


def attach_shop(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,
    settings: dict[str, object],
    scratch: Scratch | None = None,
    forgotten: Forgotten | None = None,
) -> None:
    """Attach a catalog with a view for each of `TABLES`, and one of settings.

    A view `unreadable_lines` has the lines of their files that can't be read at all. A table the
    shop doesn't have is an empty view of the same columns. Copies that reading needs are kept in
    `scratch`, or in a temporary folder that goes with the connection. A function `is_forgotten`
    tells of a cleaned id whether it is one of `forgotten`.

    Raises:
        ShopFileError: a file is missing or unreadable, or a column or expression doesn't fit it.

    """
    try:
        # An attempt that failed may have left its own behind: dbt tries again and hides the reason.
        connection.execute(f"detach database if exists {CATALOG}")
        connection.execute(f"attach ':memory:' as {CATALOG}")
    except duckdb.Error as error:
        raise ShopFileError(
            f"the database can't be called {CATALOG}: give the file another name ({error})"
        ) from None
    forbid_extensions(connection)
    attach_forgotten(connection, CATALOG, forgotten)
    workspace = Workspace(connection, scratch)
    line_ids = NO_LINE_ID
    for name, table in shop.tables().items():
        query = _empty(name)
        if table is not None:
            relation = _opened(connection, shop, name, table, workspace)
            if isinstance(table, Rules):
                table = table.mapped_by_name(relation.columns, name)  # noqa: PLW2901
            query = mapped_query(connection, relation, name, table)
            if name == PURCHASES:
                line_ids = line_id_query(relation, table)
        connection.execute(f"create view {CATALOG}.main.{name} as {query}")
    connection.execute(f"create view {CATALOG}.main.purchase_line_ids as {line_ids}")
    connection.execute(
        f"create view {CATALOG}.main.unreadable_lines as {workspace.unreadable_lines()}"
    )
    _require_rows(connection, shop)
    attach_facts(connection, shop, settings)


def attach_facts(
    connection: duckdb.DuckDBPyConnection, shop: Shop, settings: Mapping[str, object]
) -> None:
    """Say which settings a shop has, which columns its file maps, and which ids it lists."""
    connection.execute(f"create table {CATALOG}.main.settings (name varchar, value varchar)")
    values = {"shop": shop.name, **settings}
    for name, value in (("as_of", shop.as_of), ("timezone", shop.timezone)):
        if value is not None:
            values.setdefault(name, value)
    connection.executemany(
        f"insert into {CATALOG}.main.settings values (?, ?)",
        [[key, str(value)] for key, value in values.items()],
    )
    connection.execute(
        f"create table {CATALOG}.main.mapped_columns "
        "(input varchar, column_name varchar, expression varchar)"
    )
    connection.execute(f"create table {CATALOG}.main.listed_ids (list varchar, id varchar)")
    mapped = [
        [name, *pair]
        for name, table in shop.tables().items()
        if table is not None
        for pair in table.columns.items()
    ]
    connection.executemany(f"insert into {CATALOG}.main.mapped_columns values (?, ?, ?)", mapped)
    for key in ("guest_ids", "non_products", "real_products"):
        for value in dict.fromkeys(getattr(shop, key)):
            connection.execute(
                f"insert into {CATALOG}.main.listed_ids values (?, ?)", [key, str(value)]
            )


def _empty(name: str) -> str:
    model = TABLES[name]
    columns = "".join(f", null::varchar as {c}" for c in model.required + model.optional)
    attributes = ", []::struct(attribute varchar, value varchar)[] as attributes"
    line = ", null::struct(line varchar) as line"
    return (
        "select null::varchar as file, null::bigint as row_number"
        f"{columns}{attributes if model.takes_other_columns else ''}"
        f"{line if name == PURCHASES else ''} where false"
    )


def _require_rows(connection: duckdb.DuckDBPyConnection, shop: Shop) -> None:
    """Refuse a shop of empty files: an export that failed shall not empty every list."""
    given = {name: getattr(shop, name) for name in ("purchases", "ratings") if getattr(shop, name)}
    for name, table in given.items():
        try:
            if connection.execute(f"select 1 from {CATALOG}.main.{name} limit 1").fetchall():
                return
        except duckdb.Error as error:
            raise ShopFileError(f"{name}: can't read '{table.path}': {short(error)}") from None
    paths = " and ".join(
        f"'{table.path}'" + (f" where {table.where}" if table.where else "")
        for table in given.values()
    )
    raise ShopFileError(f"{' and '.join(given)}: no rows in {paths}")


def _opened(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,
    name: str,
    table: Table,
    workspace: Workspace,
) -> Relation:
    return open_files(
        connection,
        table.path,
        folder=shop.folder,
        given=table.format,
        table=table.table,
        workspace=workspace,
        source=name,
    )
