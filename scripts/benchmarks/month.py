"""Days played one after the other: what history and outcomes say against each day's own lists."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from benchmarks.arguments import whole_number
from recsys.pipeline.build import build
from recsys.pipeline.fresh_file import Choice, write_afresh
from recsys.settings.project import dbt_project_folder
from recsys.shop import DEFAULT_SHOP
from recsys.storage.connections import connect
from recsys.storage.names import text

LISTS = ("marts", "recommendations")
HISTORY = {
    ("intermediate", name)
    for name in ("int_list_runs", "int_ended_recommendations", "int_popular_at_runs")
} | {("marts", name) for name in ("model_metrics_history", "champions_history")}
FEW = {"recommenders": "bought_together, ease, item_knn", "rating_models": "", "audit_customers": 0}
"""Settings of the days: how many recommenders take part changes nothing of what is measured."""
MOST_OF_COPIES = 0.1


@dataclass
class Played:
    """What the days left behind."""

    database: Path
    copies: Path
    """A folder with each day's lists, as day.parquet."""
    published_bytes: list[int] = field(default_factory=list)
    lists_bytes: list[int] = field(default_factory=list)
    """Of a file with the lists of the day alone."""


@dataclass(frozen=True)
class Wish:
    """What is to be played."""

    days: int = 30
    first: date = date(2017, 12, 1)
    customers: int = 300
    shop: Path | None = None
    """A shop file, of which everything is read; None: a sample of the default shop."""


def main(wishes: list[Wish]) -> None:
    """Play days of the default shop: outcomes against plain SQL, and the size of history.

    days=30 first=2017-12-01 customers=300 are the defaults; shop=FILE plays another shop, whole.
    The database of each day is built on that of the day before, with `as_of`, which hides what
    comes later. Lists are kept aside day by day. In the end `marts.recommendation_outcomes` is held
    against what these lists and the purchases say, and history against the sum of full copies.
    """
    wish = wishes[0] if wishes else Wish()
    with tempfile.TemporaryDirectory() as folder:
        shop = wish.shop or sample(Path(folder), wish.customers)
        days = [wish.first + timedelta(days=number) for number in range(wish.days)]
        played = play(shop, Path(folder), days, FEW if wish.shop is None else {})
        differing, rows = differences(played)
        history = bytes_of(played.database, lambda *name: name in HISTORY, Path(folder))
    whole, lists = sum(played.published_bytes), sum(played.lists_bytes)
    print(f"outcomes: {rows:,} rows, {differing:,} of them differ from those of each day's lists")
    print(f"history: {history / 1e6:.2f} MB after {wish.days} days")
    print(f"  {history / whole:.2%} of {wish.days} published files, {whole / 1e6:.1f} MB together")
    print(f"  {history / lists:.1%} of {wish.days} copies of the lists, {lists / 1e6:.1f} MB")
    if differing or history > MOST_OF_COPIES * whole:
        raise SystemExit(1)


def wishes_of(words: Sequence[tuple[str, str]]) -> list[Wish]:
    """Return what `KEY=VALUE` words wish for."""
    read: Mapping[str, Callable[[str], object]] = {
        "days": whole_number,
        "customers": whole_number,
        "first": date.fromisoformat,
        "shop": lambda value: Path(value).resolve(strict=True),
    }
    values: dict[str, Any] = {}
    for key, value in words:
        try:
            values[key] = read[key](value)
        except (KeyError, ValueError, OSError, argparse.ArgumentTypeError):
            raise argparse.ArgumentTypeError(
                f"'{key}={value}' can't be used; use days=30, first=2017-12-01, customers=300 or "
                "shop=FILE"
            ) from None
    return [Wish(**values)] if values else []


def key_and_value(word: str) -> tuple[str, str]:
    """Return the two sides of KEY=VALUE.

    >>> key_and_value("days=3")
    ('days', '3')
    """
    key, _, value = word.partition("=")
    return key, value


def sample(folder: Path, customers: int) -> Path:
    """Write a shop file of some households of the default shop, drawn by a hash of their ids."""
    shipped = dbt_project_folder().parent / "recsys" / "shop" / "shops" / f"{DEFAULT_SHOP}.yml"
    shop = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    source = Path(str(files(shop.pop("package"))))
    for name in ("purchases", "products", "customers"):
        shop[name]["path"] = str(source / shop[name]["path"])
    bought = text(shop["purchases"]["path"])
    for name in ("purchases", "customers"):
        drawn = folder / f"{name}.parquet"
        with connect() as connection:
            connection.execute(f"""
                copy (
                    from {text(shop[name]["path"])}
                    where household_id in (
                        select distinct household_id from {bought}
                        order by md5(household_id::varchar) limit {customers}
                    )
                ) to {text(str(drawn))}
            """)  # noqa: S608 - files of ours
        shop[name]["path"] = str(drawn)
    shop["settings"]["min_customers_per_product"] = 5
    file = folder / "shop.yml"
    file.write_text(yaml.safe_dump(shop), encoding="utf-8")
    return file


def play(shop: Path, folder: Path, days: Sequence[date], variables: Mapping[str, object]) -> Played:
    """Build a shop as of each day, every database on that of the day before."""
    played = Played(folder / "played.duckdb", folder / "lists")
    played.copies.mkdir(exist_ok=True)
    for day in days:
        started = time.monotonic()
        told = {"write_report": False, "keep_builds": 0, **variables, "as_of": day}
        build(shop, played.database, variables=told, tests=False)
        with connect(played.database, read_only=True) as connection:
            connection.execute(
                f"copy marts.recommendations to {text(str(played.copies / f'{day}.parquet'))}"
            )
            [(ended,)] = connection.execute(
                "select count(*) from intermediate.int_ended_recommendations"
            ).fetchall()
        played.published_bytes.append(played.database.stat().st_size)
        played.lists_bytes.append(bytes_of(played.database, lambda *name: name == LISTS, folder))
        print(
            f"{day}: {time.monotonic() - started:.0f} s, {ended:,} rows of lists have ended",
            flush=True,
        )
    return played


def differences(played: Played) -> tuple[int, int]:
    """Return how many rows of outcomes only one side has, and how many there are.

    The other side is the simplest: each purchase is looked for in the lists that were made with
    what was known until the end of the day before, or of the last day before that was built.
    """
    with connect(played.database, read_only=True) as connection:
        copies = text(str(played.copies / "*.parquet"))
        connection.execute(f"""
            create temp table of_days as
            with lists as (
                select
                    customer_id, list_type, rank, product_id, run_id,
                    parse_filename(filename, true)::date + 1 as first_day
                from read_parquet({copies}, filename = true)
            ),

            days as (
                select first_day, lead(first_day) over (order by first_day) as end_day
                from (select distinct first_day from lists)
            ),

            purchases as (
                select
                    customer_id, product_id, purchased_at, count(distinct order_id) as orders,
                    sum(amount) as revenue
                from marts.purchases
                where not is_return
                group by all
            )

            select
                lists.customer_id, lists.list_type, lists.rank, lists.product_id, lists.run_id,
                purchases.purchased_at, purchases.orders,
                purchases.revenue::decimal(18, 4) as revenue
            from lists
            inner join days using (first_day)
            inner join purchases using (customer_id, product_id)
            where purchases.purchased_at >= days.first_day and purchases.purchased_at < days.end_day
        """)  # noqa: S608 - files of ours
        columns = "customer_id, list_type, rank, product_id, run_id, purchased_at, orders, revenue"
        one = f"select {columns} from marts.recommendation_outcomes"  # noqa: S608 - of ours
        other = "from of_days"
        [(differing, rows)] = connection.execute(f"""
            select
                (select count(*) from (({one}) except all ({other})))
                + (select count(*) from (({other}) except all ({one}))),
                (select count(*) from of_days)
        """).fetchall()  # noqa: S608 - tables of ours
    return differing, rows


def bytes_of(database: Path, choice: Choice, folder: Path) -> int:
    """Return what some tables of a database take in a file of their own, beyond an empty file."""
    sizes = []
    for chosen in (choice, lambda *name: False):
        file = folder / "measured.duckdb"
        write_afresh(database, file, chosen)
        sizes.append(file.stat().st_size)
        file.unlink()
    return sizes[0] - sizes[1]
