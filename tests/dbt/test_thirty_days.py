"""Thirty days of a shop, played both ways: on one pinned fit, and altogether anew.

Every day is built on the fit that is kept. Built anew beside it are the cleaned tables, on every
third day, and everything at the end, where the models are the same.
"""

import csv
import random
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from .test_refresh import CLEANED, Shop, without_fit
from .test_repeatability import assert_same

pytestmark = pytest.mark.slow

FIRST, DAYS, REFIT_ON = date(2024, 5, 30), 30, 15
COMPARED_EVERY = 3
SETTINGS = {
    "pinned_fit": "last",
    "refit_after_days": 0,
    "recommenders": "ease, als, item_knn",
    "rating_models": "",
    "hybrid_training_folds": 0,
    "recommend_new_products": 0,
    "write_report": False,
}


class Lines:
    """The lines of the shop's purchases: each day some come, come late, change and go."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with file.open(encoding="utf-8", newline="") as read:
            self._columns, *self.lines = list(csv.reader(read))
        self._chance = random.Random(0)  # noqa: S311
        self.count = Counter[str]()

    def live(self, day: date) -> None:
        """Write the file as it is at the end of a day."""
        new = f"new-{day.day}" if day.day % 5 == 0 else None
        for number in range(4):
            self._add(f"N{day:%d}-{number}", day, new if number == 0 else None)
        self._add(f"L{day:%d}", day - timedelta(days=self._chance.randint(2, 40)), None)
        self.count["late"] += 1
        self._any_known()[4] = str(self._chance.randint(2, 6))
        self.count["changed"] += 1
        self.lines.remove(self._any_known())
        self.count["gone"] += 1
        self.write()

    def write(self) -> None:
        with self._file.open("w", encoding="utf-8", newline="") as written:
            csv.writer(written, lineterminator="\n").writerows([self._columns, *self.lines])

    def _add(self, order: str, day: date, customer: str | None) -> None:
        _, known, product, _, _, price = self._any_known()
        self.lines.append([order, customer or known, product, day.isoformat(), "1", price])

    def _any_known(self) -> list[str]:
        """Return a line whose customer has others, so that nobody leaves with it."""
        lines = Counter(line[1] for line in self.lines)
        often = [line for line in self.lines if lines[line[1]] > 9 and line[2] and line[5]]
        return self._chance.choice(often)


@pytest.fixture(scope="module")
def month(tmp_path_factory, tiny_shop):
    """Return the shop after thirty days, its lines, and the day's compared cleaned tables."""
    folder = tmp_path_factory.mktemp("month")
    shop = Shop(folder, tiny_shop)
    shop.set(**SETTINGS)
    lines = Lines(shop.folder / "purchases.csv")
    fitted: list[str] = []
    compared: dict[str, dict[str, tuple[int, int]]] = {}
    shop.build()
    fits = [shop.runs[-1]]
    for number in range(1, DAYS + 1):
        day = FIRST + timedelta(days=number)
        lines.live(day)
        shop.set(as_of=day.isoformat())
        is_refit = number in {REFIT_ON, DAYS}
        shop.build(full=is_refit)
        assert shop.why == []
        if is_refit:
            fits.append(shop.runs[-1])
        else:
            fitted += [one.run_id for one in shop.refreshes]
            assert fitted[-1] == fits[-1]
        if number % COMPARED_EVERY == 0:
            compared[day.isoformat()] = compare_cleaned(shop, folder / "cleaned.duckdb")
    assert len(fitted) == DAYS - 2
    return shop, lines, compared


def compare_cleaned(shop: Shop, anew: Path) -> dict[str, tuple[int, int]]:
    """Build the cleaned tables anew; return rows that only one side has, and rows, by table."""
    anew.unlink(missing_ok=True)
    run = shop.runs[-1]
    shop.build(anew, select=[f"+{table.split('.')[1]}" for table in CLEANED], tests=False)
    shop.runs[-1] = run
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{shop.database}' as refreshed (read_only)")
        connection.execute(f"attach '{anew}' as anew (read_only)")
        for table, query in CLEANED.items():
            rows: list[Counter[tuple]] = []
            for database in ("refreshed", "anew"):
                connection.execute(f"use {database}")
                rows.append(Counter(connection.execute(query).fetchall()))
            only_one = (rows[0] - rows[1]) + (rows[1] - rows[0])
            found[table] = (only_one.total(), rows[1].total())
    return found


def test_cleaned_tables_are_those_of_a_full_build_every_day(month):
    """Also where lines came late, changed or are gone, since the fit."""
    _, lines, compared = month
    assert lines.count == {"late": DAYS, "changed": DAYS, "gone": DAYS}
    assert len(compared) == DAYS // COMPARED_EVERY
    differing = {
        (day, table): found
        for day, tables in compared.items()
        for table, found in tables.items()
        if found[0]
    }
    assert differing == {}
    assert all(tables["marts.purchases"][1] > 400 for tables in compared.values())


def test_lists_are_those_of_a_full_build_where_the_models_are_the_same(month, tmp_path):
    """On the day of a fit, when only stock has changed since: every published table is the same."""
    shop, _, _ = month
    fit = shop.runs[-1]
    other = tmp_path / "anew.duckdb"
    shutil.copy(shop.database, other)
    shop.change(
        "products.csv",
        "tea-1,Ceylon tea,tea,tea house,4.00,true",
        "tea-1,Ceylon tea,tea,tea house,4.00,false",
    )
    refreshed = shop.build()
    assert [one.run_id for one in shop.refreshes] == [fit]
    run = shop.runs[-1]
    anew = shop.build(other, full=True)
    assert shop.refreshes == []
    assert_same(without_fit(refreshed, run), without_fit(anew, shop.runs[-1]))
    assert len(refreshed["marts.recommendations"]) > 100
