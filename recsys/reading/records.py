"""Rows of the public tables that are read one at a time, as typed records."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from recsys.reading.ranked_tables import INSTANTS


@dataclass(frozen=True)
class Customer:
    """One row of `marts.customers`; money in the shop's currency, times by the shop's clock."""

    customer_id: str
    segment: str | None
    recency_days: int | None
    orders: int | None
    spend: float | None
    r_score: int | None
    f_score: int | None
    m_score: int | None
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    categories: int | None


@dataclass(frozen=True)
class Product:
    """One row of `marts.products`; `why_not` says why a product is in no list."""

    product_id: str
    title: str | None
    category: str | None
    brand: str | None
    price: float | None
    recommend_as: str | None
    is_recommendable: bool | None
    why_not: str | None
    customers: int | None
    orders: int | None
    popularity: float | None
    trend: float | None
    first_sold_at: datetime | None
    last_sold_at: datetime | None


@dataclass(frozen=True)
class Run:
    """One row of `marts.run_history`; times are UTC, `parameters` is JSON text."""

    run_id: str
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    package_version: str | None
    shop: str | None
    as_of: date | None
    purchases: int | None
    customers: int | None
    products: int | None
    ndcg_at_10_discover: float | None
    ndcg_at_10_buy_again: float | None
    ndcg_at_10_next_basket: float | None
    parameters: str | None


@dataclass(frozen=True)
class Health:
    """Whether there is something to serve: `ok`, or `empty` when no list was built."""

    status: str
    database: str
    run_id: str | None
    finished_at: datetime | None
    customers: int
    recommendations: int


@dataclass(frozen=True)
class Identity:
    """Which build a file holds, and when its lists were made (UTC); null before the first."""

    run_id: str | None
    generated_at: datetime | None


RecordT = TypeVar("RecordT", Customer, Product, Run)


def record(kind: type[RecordT], row: Mapping[str, Any]) -> RecordT:
    """Return the row as a dataclass; columns it doesn't know are left out, decimals are floats."""
    values: dict[str, Any] = {}
    for field in fields(kind):
        value = row.get(field.name)
        if field.name in INSTANTS and isinstance(value, datetime):
            value = in_utc(value)
        values[field.name] = float(value) if isinstance(value, Decimal) else value
    return kind(**values)


def in_utc(moment: datetime) -> datetime:
    """Return a moment that says that it is UTC; one without a time zone is UTC already.

    >>> in_utc(datetime(2018, 1, 1, 6)).isoformat()
    '2018-01-01T06:00:00+00:00'
    """
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
