"""The tables that blocks of customers read, cut into the rows of each block."""

# ruff: noqa: S608 - names are the project's own
from __future__ import annotations

from pathlib import Path
from typing import Any

from recsys.errors import RecsysError
from recsys.serving.block_files import BlockFiles
from recsys.serving.block_size import block_size
from recsys.serving.plan import BlockPlan
from recsys.storage.names import file_text, quoted, text

KEY = "customer_key"
TODAY = " where fold = 'serving'"
OF_TODAY = frozenset(
    {
        *("int_store_buyers", "int_store_popularity", "int_store_promotions"),
        *("int_store_assortments", "int_assortment_products"),
    }
)
"""Shared tables that are large, and of which no block reads the past."""


class CustomerSlices:
    """The tables that blocks read, cut by customers where they have a column of customers.

    Each of them is read once and written in the order of its customers. A block's rows are then
    next to each other, and reading them takes as long in a large shop as in a small one.
    """

    def __init__(self, cursor: Any, plan: BlockPlan, files: BlockFiles, most: int) -> None:
        """Look at the tables' columns.

        Parameters
        ----------
        cursor
            A connection to the shop's database.
        plan
            What blocks run: it names the tables that they read, int_customers among them.
        files
            Where the rows are written.
        most
            Customers per block, at most (see `block_size`); block 0 has those of the first keys,
            from 1.

        Raises
        ------
        RecsysError
            A table knows customers by their ids alone: it couldn't be cut without a join per block.

        """
        self._cursor = cursor
        self._files = files
        self._folds = f'{quoted(plan.catalog)}."intermediate"."int_folds"'
        self._places = {
            name: f"{quoted(plan.catalog)}.{quoted(schema)}.{quoted(name)}"
            for schema, name in plan.inputs
        }
        self._columns = {name: self._columns_of(place) for name, place in self._places.items()}
        for name, columns in self._columns.items():
            if "customer_id" in columns and KEY not in columns:
                raise RecsysError(
                    f"{name} has customer_id and no {KEY}, and blocks of customers read it; add "
                    f"{KEY} to it"
                )
        self.size = block_size(most, *self._customers_and_interactions())
        """Customers per block."""
        self.sliced = tuple(name for name in self._places if KEY in self._columns[name])
        self.shared = tuple(name for name in self._places if name not in self.sliced)

    def customers_of_blocks(self) -> dict[int, int]:
        """Return how many customers each block has, by its number and in their order."""
        rows = self._cursor.execute(
            f"select ({KEY} - 1) // {self.size}, count(*) from "
            f"{self._places['int_customers']} group by all order by all"
        ).fetchall()
        return dict(rows or [(0, 0)])

    def _customers_and_interactions(self) -> tuple[int, int]:
        customers, interactions = (
            self._cursor.execute(f"select count(*) from {place}").fetchone()[0]
            for place in (
                self._places["int_customers"],
                f"{self._places['int_interactions']} where fold = 'serving'",
            )
        )
        return customers, interactions

    def write_shared(self) -> None:
        """Write the tables that all blocks share."""
        for name in self.shared:
            rows = TODAY if name in OF_TODAY else ""
            self.write(f"from {self._places[name]}{rows}", self._files.shared(name))

    def write_fold_of_today(self, name: str) -> None:
        """Write today's fold as the table of folds that all blocks share."""
        self.write(f"from {self._folds} where purpose = 'serve'", self._files.shared(name))

    def write_sorted(self) -> None:
        """Write today's rows of the other tables in the order of their customers."""
        for name in self.sliced:
            today = TODAY if "fold" in self._columns[name] else ""
            query = f"select * from {self._places[name]}{today} order by {KEY}"
            # all customers' rows lie on the disk until the last block has run
            self.write(query, self._files.sorted(name), "zstd")

    def write_rows(self, block: int) -> None:
        """Write the rows of a block's customers, from the sorted tables."""
        within = f"between {block * self.size + 1} and {(block + 1) * self.size}"
        for name in self.sliced:
            rows = f"read_parquet({file_text(self._files.sorted(name))})"
            query = f"select * from {rows} where {KEY} {within}"
            self.write(query, self._files.rows(block, name))

    def place(self, name: str) -> str:
        """Return the name of a table that blocks read, as it is written in SQL."""
        return self._places[name]

    def columns(self, name: str) -> set[str]:
        """Return the names of a table's columns."""
        return self._columns[name]

    def _columns_of(self, place: str) -> set[str]:
        return {name for name, *_ in self._cursor.execute(f"describe {place}").fetchall()}

    def write(self, query: str, file: Path, compression: str = "snappy") -> int:
        """Write the rows of a query to a Parquet file; return how many they are."""
        file.parent.mkdir(parents=True, exist_ok=True)
        [(rows,)] = self._cursor.execute(
            f"copy ({query}) to {text(str(file))} (format parquet, compression {compression})"
        ).fetchall()
        return int(rows)
