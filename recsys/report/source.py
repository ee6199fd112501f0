"""What the report reads: aggregates of one published file, by SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from recsys.reading.records import Run
from recsys.reading.warehouse import ListType, Warehouse

Row = dict[str, Any]

LIST_NAMES = {
    "discover": "Discover",
    "buy_again": "Buy again",
    "next_basket": "Next basket",
    "product_page": "Product page",
}
"""What the lists are called on the page."""


class Source:
    """The published file, with what several sections ask of it asked once."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._tables = {
            f"{row['schema_name']}.{row['table_name']}"
            for row in self.rows(
                "select table_schema as schema_name, table_name from information_schema.tables"
            )
        }
        self.run: Run | None = warehouse.last_run()
        self.fold = self._last_judged_fold()
        champions = self.rows("select list_type, recommender, baseline from marts.champions")
        self.champions = {str(row["list_type"]): str(row["recommender"]) for row in champions}
        self.baselines = {str(row["list_type"]): row["baseline"] for row in champions}

    def has(self, table: str) -> bool:
        """Tell whether the file has a table, named `schema.name`."""
        return table in self._tables

    def rows(self, sql: str, **parameters: object) -> list[Row]:
        """Run one query with its `$name` parameters bound; decimals become floats for charts."""
        return [
            {name: float(cell) if isinstance(cell, Decimal) else cell for name, cell in row.items()}
            for row in self._warehouse.query(sql, **parameters).to_pylist()
        ]

    def row(self, sql: str, **parameters: object) -> Row:
        """Return the only row of an aggregate."""
        [row] = self.rows(sql, **parameters)
        return row

    def lists(self) -> list[str]:
        """Return the customers' lists of this shop, in the order in which they are shown."""
        return [str(name) for name in ListType if name in self.champions]

    def metrics(self, metric: str, k: int, segment_types: tuple[str, ...] = ("all",)) -> list[Row]:
        """Return a metric of the last judged fold with its interval, by list and segment."""
        return self.rows(
            """
            select
                list_type, recommender, segment_type, segment, value, ci_low, ci_high, customers
            from marts.model_metrics
            where
                fold = $fold and metric = $metric and k = $k
                and list_contains($segment_types, segment_type)
                and value is not null
            order by list_type, segment_type, segment, value desc, recommender
            """,
            fold=self.fold,
            metric=metric,
            k=k,
            segment_types=list(segment_types),
        )

    def _last_judged_fold(self) -> str | None:
        found = self.row("select max(fold) as fold from marts.model_metrics")["fold"]
        return None if found is None else str(found)
