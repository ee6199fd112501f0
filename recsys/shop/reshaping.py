"""Lines of what isn't written a line per product: fill down, explode and unpivot, in SQL.

Lines keep the number of the row that they are made of. Every row makes at least one: a row with
nothing to explode makes a line without a product, which cleaning rejects, so that the audit
accounts for it.
"""

# ruff: noqa: S608 - everything in the SQL is quoted
from __future__ import annotations

import re

import duckdb

from recsys.errors import ShopFileError
from recsys.shop.cells import pieces
from recsys.shop.format import Format
from recsys.shop.layouts import Explode, FillDown, Unpivot
from recsys.shop.part import FILE, ROW
from recsys.storage.names import nearest, quoted, text

PIECES, PIECE = "recsys_pieces", "recsys_piece"
"""Columns on the way."""
MOST_FIELDS = 500
"""An object of more fields is no record: its fields are the members of a list."""


class Reshaped:
    """A FROM item that grows step by step.

    Parameters
    ----------
    connection
        Describes the columns.
    sql
        The files' rows: their columns, FILE and ROW.
    key
        The place in the shop file, for messages: `purchases.format`.
    path
        The files' path, for messages.

    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, sql: str, *, key: str, path: str
    ) -> None:
        self._connection = connection
        self._key = key
        self._path = path
        self.sql = sql
        self.columns = self._described()
        self._flatten()

    def apply(self, given: Format) -> None:
        """Fill down, explode and unpivot, in this order.

        Raises:
            ShopFileError: a column isn't there, or isn't of a kind that this can be done to.

        """
        if given.fill_down is not None:
            self._fill_down(given.fill_down)
        if given.explode is not None:
            self._explode(given.explode)
        if given.unpivot is not None:
            self._unpivot(given.unpivot)

    def _described(self) -> dict[str, str]:
        found = self._connection.execute(f"describe from {self.sql}").fetchall()
        return {name: kind for name, kind, *_ in found if name not in {FILE, ROW}}

    def _select(self, selected: str) -> None:
        self.sql = f"(select {selected} from {self.sql})"
        self.columns = self._described()

    def _flatten(self) -> None:
        """Add the fields of objects as columns, called after their path: `customer.id`."""
        while True:
            known = {name.casefold() for name in self.columns}
            fields = []
            for name, kind in self.columns.items():
                for field in _fields(self._connection, kind):
                    path = f"{name}.{field}"
                    if path.casefold() not in known:
                        known.add(path.casefold())
                        fields.append(f"{quoted(name)}.{quoted(field)} as {quoted(path)}")
            if not fields:
                return
            self._select(f"*, {', '.join(fields)}")

    def _find(self, name: str, key: str) -> str:
        """Return a column as it's written in the files.

        Raises:
            ShopFileError: there is none of this name.

        """
        found = {column.strip().casefold(): column for column in self.columns}
        column = found.get(name.strip().casefold())
        if column is None:
            raise ShopFileError(
                f"{self._key}.{key}: '{self._path}' has no column "
                f"'{name}'{nearest(name, list(self.columns))}"
            )
        return column

    def _fill_down(self, asked: FillDown) -> None:
        columns = list(dict.fromkeys(self._find(name, "fill_down") for name in asked.columns))
        by = self._find(asked.by, "fill_down.by") if asked.by is not None else None
        if by in columns:
            self._fill([by], None)
            columns.remove(by)
        if columns:
            self._fill(columns, by)

    def _fill(self, columns: list[str], by: str | None) -> None:
        groups = FILE if by is None else f"{FILE}, {quoted(by)}"
        filled = []
        for column in columns:
            value = self._unless_blank(column)
            above = f"last_value({value} ignore nulls) over above"
            if by is not None:  # rows without an order id don't belong together
                above = f"case when {self._unless_blank(by)} is null then {value} else {above} end"
            filled.append(f"{above} as {quoted(column)}")
        self.sql = (
            f"(select * replace ({', '.join(filled)}) from {self.sql} "
            f"window above as (partition by {groups} order by {ROW} "
            "rows between unbounded preceding and current row))"
        )

    def _unless_blank(self, column: str) -> str:
        if self.columns[column] != "VARCHAR":
            return quoted(column)
        return f"case when trim({quoted(column)}) <> '' then {quoted(column)} end"

    def _explode(self, asked: Explode) -> None:
        if len(asked.column) > 1 or asked.separator is not None:
            self._explode_columns(
                [self._find(name, "explode") for name in asked.column], asked.separator
            )
            return
        names = asked.column[0].split(".")
        paths = [".".join(names[: end + 1]) for end in range(len(names))]
        known = {column.casefold() for column in self.columns}
        for place, path in enumerate(paths):  # lists inside lists, the outer ones first
            is_last = place == len(paths) - 1
            if is_last or (path.casefold() in known and self._is_list(path)):
                self._explode_columns([self._find(path, "explode")], None)
                self._flatten()

    def _is_list(self, name: str) -> bool:
        return self.columns[self._find(name, "explode")].endswith("]")

    def _explode_columns(self, columns: list[str], separator: str | None) -> None:
        lists = [self._list(column, separator) for column in columns]
        if len(columns) == 1:
            listed, fields = lists[0], [PIECE]
        else:
            # together, so that the third quantity is the third product's
            listed = f"list_zip({', '.join(lists)})"
            fields = [f"{PIECE}[{place}]" for place in range(1, len(columns) + 1)]
        replaced = ", ".join(
            f"{field} as {quoted(column)}" for column, field in zip(columns, fields, strict=True)
        )
        self._unnest("*", _filled(listed, fields), f"* exclude ({PIECE}) replace ({replaced})")

    def _list(self, column: str, separator: str | None) -> str:
        kind, name = self.columns[column], quoted(column)
        if separator is not None and kind == "VARCHAR":
            return pieces(name, separator)
        if separator is None and kind.endswith("]"):
            return name
        if separator is None and kind == "VARCHAR":
            return self._list_of_json(name)
        raise ShopFileError(
            f"{self._key}.explode: '{column}' is of type {kind}: "
            + ("leave separator out" if kind.endswith("]") else "name a column of lists or of text")
        )

    def _list_of_json(self, column: str) -> str:
        """Return the members of a list written as JSON: objects, where all of them are objects.

        Python's lists of texts, which have single quotes, are read alike.
        """
        doubled = f"replace({column}, '''', '\"')"
        name = f"case when json_valid({column}) then {column} else {doubled} end"
        is_list = f"json_valid({name}) and json_type({name}) = 'ARRAY'"
        # the structure of all cells: one pass over the files
        [(structure,)] = self._connection.execute(
            f"select json_group_structure(case when {is_list} then {name}::json end) "
            f"from {self.sql}"
        ).fetchall()
        if structure is not None and structure.startswith("[{"):
            # a field of several types is text as it is written, without quotes
            structure = re.sub(r'(?<=[:[])"JSON"', '"VARCHAR"', structure)
            return f"case when {is_list} then json_transform({name}, {text(structure)}) end"
        # a cell that isn't a list stays whole
        return f"case when {is_list} then json_extract_string({name}, '$[*]') else [{column}] end"

    def _unnest(self, kept: str, listed: str, selected: str) -> None:
        """Make a line of each member of a list, called PIECE, and one of an empty list."""
        lists = f"(select {kept}, {listed} as {PIECES} from {self.sql})"
        self.sql = (
            f"(select * exclude ({PIECES}), "
            f"unnest(case when len({PIECES}) > 0 then {PIECES} else [null] end) as {PIECE} "
            f"from {lists})"
        )
        self._select(selected)

    def _unpivot(self, asked: Unpivot) -> None:
        groups = [[self._find(name, "unpivot") for name in group] for group in asked.groups]
        if asked.all_but is not None:
            kept = {self._find(name, "unpivot.all_but") for name in asked.all_but}
            groups = [
                [column]
                for column, kind in self.columns.items()
                # an object's fields are columns of their own
                if column not in kept and not _fields(self._connection, kind)
            ]
        named = [column for group in groups for column in group]
        others = {column.casefold() for column in self.columns if column not in named}
        for new in (asked.name, *asked.value):
            if new.casefold() in others:
                raise ShopFileError(
                    f"{self._key}.unpivot: '{self._path}' has a column '{new}' already: give name "
                    "and value other names"
                )
        if not groups:
            raise ShopFileError(f"{self._key}.unpivot.all_but: no column is left to unpivot")
        is_typed = len({self.columns[column] for column in named}) == 1
        cast = "" if is_typed else "::varchar"
        pieces = []
        for group in groups:
            values = [f"v{place}: {quoted(column)}{cast}" for place, column in enumerate(group)]
            pieces.append(f"{{n: {text(group[0])}, {', '.join(values)}}}")
        fields = [f"{PIECE}.v{place}" for place in range(len(asked.value))]
        made = [f"{PIECE}.n as {quoted(asked.name)}"] + [
            f"{field} as {quoted(new)}" for field, new in zip(fields, asked.value, strict=True)
        ]
        self._unnest(
            f"* exclude ({', '.join(map(quoted, named))})",
            _filled(f"[{', '.join(pieces)}]", fields),
            f"* exclude ({PIECE}), {', '.join(made)}",
        )


def _filled(listed: str, fields: list[str]) -> str:
    """Return a list without the members all of whose fields are blank."""
    is_filled = " or ".join(f"trim({field}::varchar) <> ''" for field in fields)
    return f"list_filter({listed}, lambda {PIECE}: {is_filled})"


def _fields(connection: duckdb.DuckDBPyConnection, kind: str) -> list[str]:
    """Return the names of an object's fields, none of another type."""
    if not kind.startswith("STRUCT(") or kind.endswith("]") or kind.count(",") > MOST_FIELDS:
        return []
    found = connection.execute(f"describe select unnest(null::{kind})").fetchall()
    return [name for name, *_ in found]
