"""The data of the report's search: a bounded sample, gzipped, with every product named once."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from recsys.report.charts import clean
from recsys.report.source import LIST_NAMES, Row, Source

MOST_CUSTOMERS = 2_500
MOST_PRODUCTS = 10_000
MOST_BYTES = 2_500_000
"""Of the data as they stand in the page."""
NEIGHBOURS = 6
RECENT = 6


@dataclass(frozen=True)
class Explored:
    """What can be searched, as gzipped JSON in base64, and of how many that is."""

    data: str
    customers: int
    all_customers: int
    products: int
    all_products: int


def explored(source: Source, most_bytes: int = MOST_BYTES) -> Explored:
    """Return the data of as many customers and products as there is room for.

    The sample of customers is drawn by a hash of their ids, so the next report has the same ones.
    """
    counts = source.row(
        """
        select
            (select count(*) from marts.customers) as customers,
            (
                select count(*) from marts.products
                where recommend_as is null and (customers > 0 or is_recommendable)
            ) as products
        """
    )
    most_customers, most_products = MOST_CUSTOMERS, MOST_PRODUCTS
    while True:
        found, customers, products = _gathered(source, most_customers, most_products)
        packed = packed_json(found)
        if len(packed) <= most_bytes or most_products <= 1:
            return Explored(packed, customers, counts["customers"], products, counts["products"])
        most_customers, most_products = most_customers // 2, most_products // 2


def packed_json(value: Any) -> str:
    """Return a value as JSON, gzipped, in base64: letters that end no script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), mtime=0)).decode("ascii")


class _Products:
    """Every product that is named, once; others refer to its place."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def place(self, product_id: str) -> int:
        return self.places.setdefault(product_id, len(self.places))


def _gathered(
    source: Source, most_customers: int, most_products: int
) -> tuple[dict[str, Any], int, int]:
    products, texts = _Products(), _Products()
    searchable = source.rows(
        """
        select product_id
        from marts.products
        where recommend_as is null and (customers > 0 or is_recommendable)
        order by is_recommendable desc, customers desc nulls last, product_id
        limit $most
        """,
        most=most_products,
    )
    for row in searchable:
        products.place(row["product_id"])
    near = _neighbours(source, products)
    customers = _customers(source, products, texts, most_customers)
    found = {
        "lists": {name: LIST_NAMES[name] for name in source.lists()},
        "searchable": len(searchable),
        "near": near,
        "customers": customers,
        "texts": list(texts.places),
        "products": _facts(source, list(products.places)),  # the last: all are named now
    }
    return found, len(customers), len(searchable)


def _neighbours(source: Source, products: _Products) -> list[dict[str, list[int]]]:
    """Return the neighbours of each searchable product: similar by text, by buyers, together."""
    names = list(products.places)
    near: list[dict[str, list[int]]] = [{} for _ in names]
    for row in source.rows(
        """
        with names as (select unnest(cast($names as varchar[])) as product_id),
        near as (
            select product_id, method, rank, similar_product_id as other
            from marts.similar_products
            where rank <= $neighbours
            union all
            select product_id, 'together' as method, rank, other_product_id as other
            from marts.bought_together
            where rank <= $neighbours
        )
        select near.product_id, near.method, list(near.other order by near.rank) as others
        from near
        semi join names on near.product_id = names.product_id
        group by near.product_id, near.method
        order by near.product_id, near.method
        """,
        names=names,
        neighbours=NEIGHBOURS,
    ):
        place = products.places[row["product_id"]]
        near[place][row["method"]] = [products.place(other) for other in row["others"]]
    return near


def _customers(
    source: Source, products: _Products, texts: _Products, most: int
) -> list[dict[str, Any]]:
    """Return the sampled customers with what they bought last and their lists."""
    rows = source.rows(
        """
        select customer_id, segment, orders, cast(last_purchase_at as date) as last
        from marts.customers
        order by hash(customer_id), customer_id
        limit $most
        """,
        most=most,
    )
    rows.sort(key=lambda row: str(row["customer_id"]))
    names = [row["customer_id"] for row in rows]
    lists: dict[str, dict[str, list[Any]]] = {name: {} for name in names}
    for row in _listed(source, names):
        entry = [
            products.place(row["product_id"]),
            None if row["probability"] is None else round(row["probability"], 3),
            texts.place(clean(row["reason"] or "", 140)),
        ]
        lists[row["customer_id"]].setdefault(row["list_type"], []).append(entry)
    recent: dict[str, list[int]] = {}
    for row in _recent(source, names):
        recent[row["customer_id"]] = [products.place(one) for one in row["products"]]
    return [
        {
            "id": row["customer_id"],
            "segment": row["segment"],
            "orders": row["orders"],
            "last": row["last"].isoformat() if row["last"] else None,
            "recent": recent.get(row["customer_id"], []),
            "lists": lists[row["customer_id"]],
        }
        for row in rows
    ]


def _listed(source: Source, names: list[str]) -> list[Row]:
    return source.rows(
        """
        select customer_id, list_type, product_id, probability, reason
        from marts.recommendations
        where customer_id in (select unnest(cast($names as varchar[])))
        order by customer_id, list_type, rank
        """,
        names=names,
    )


def _recent(source: Source, names: list[str]) -> list[Row]:
    if not source.has("marts.purchases"):
        return []
    return source.rows(
        """
        with bought as (
            select customer_id, product_id, max(purchased_at) as bought_at
            from marts.purchases
            where
                customer_id in (select unnest(cast($names as varchar[])))
                and not coalesce(is_return, false)
            group by customer_id, product_id
            qualify row_number() over (
                partition by customer_id order by bought_at desc, product_id
            ) <= $recent
        )
        select customer_id, list(product_id order by bought_at desc, product_id) as products
        from bought
        group by customer_id
        order by customer_id
        """,
        names=names,
        recent=RECENT,
    )


def _facts(source: Source, names: Iterable[str]) -> list[list[Any]]:
    """Return id, title, category and price of the products, in their order."""
    wanted = list(names)
    rows = {
        row["product_id"]: row
        for row in source.rows(
            """
            select product_id, title, coalesce(category, department) as category, price
            from marts.products
            where product_id in (select unnest(cast($names as varchar[])))
            """,
            names=wanted,
        )
    }
    return [
        [
            name,
            clean(rows[name]["title"] or "", 100) if name in rows else "",
            clean(rows[name]["category"] or "", 50) if name in rows else "",
            None if name not in rows or rows[name]["price"] is None else rows[name]["price"],
        ]
        for name in wanted
    ]
