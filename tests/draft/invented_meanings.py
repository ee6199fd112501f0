"""Exports of shops that don't exist: columns that say what happened, and many kinds of ids."""

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

START = datetime(2024, 1, 1, 9)
Writer = Callable[[Path], list[Path]]


def writer(header: Sequence[str], rows: Sequence[Sequence[object]], name: str = "a.csv") -> Writer:
    """Return what writes one file of these rows."""

    def write(folder: Path) -> list[Path]:
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return [folder / name]

    return write


def told(
    column: str,
    values: dict[str, int],
    *,
    by_line: bool = False,
    negative: Sequence[str] = (),
    first_line_only: bool = False,
) -> Writer:
    """Orders of 40 customers and 30 products with a column that tells what happened to them.

    Parameters
    ----------
    column
        Its name.
    values
        What stands there, with how often in a hundred orders.
    by_line
        Whether the lines of an order may say different things.
    negative
        Values whose lines have a negative quantity.
    first_line_only
        Whether the value stands on an order's first line alone.

    """
    chance = random.Random(3)  # noqa: S311
    rows = []
    for order in range(200):
        value = chance.choices(list(values), list(values.values()))[0]
        customer = chance.randrange(40)
        for number, product in enumerate(chance.sample(range(30), chance.randint(1, 3))):
            if by_line:
                value = chance.choices(list(values), list(values.values()))[0]
            day = START + timedelta(days=order)
            shown = "" if first_line_only and number else value
            units = -1 if value in negative else 1
            rows.append(
                [order + 100, f"c{customer:02}", f"p{product:02}", day.date(), units, "2.50", shown]
            )
    return writer(["order_id", "customer_id", "sku", "order_date", "qty", "price", column], rows)


class Sold(NamedTuple):
    """A line at a till."""

    store: int
    number: int
    """Of the receipt, among those of its store and day."""
    ever: int
    """Of the receipt, among all of its store."""
    at: datetime
    customer: int
    product: int


def receipts(stores: int = 2, days: int = 30, a_day: int = 10) -> Iterator[Sold]:
    """Yield lines of receipts: so many a day in each store, one to four products each."""
    chance = random.Random(1)  # noqa: S311
    for day in range(days):
        for store in range(stores):
            for number in range(1, a_day + 1):
                at = START + timedelta(days=day, minutes=40 * number)
                customer = chance.randrange(120)
                for product in chance.sample(range(40), chance.randint(1, 4)):
                    yield Sold(store, number, day * a_day + number, at, customer, product)
