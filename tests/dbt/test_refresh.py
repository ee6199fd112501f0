"""Days of the tiny shop, built both ways: on what was fitted before, and altogether anew."""

import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from recsys.pipeline.build import build
from recsys.pipeline.build_events import FitsAnew, NodeStarted, Refreshes
from recsys.storage.work_folder import fit_folder

from .conftest import KILLED, leftovers_ignored
from .test_repeatability import assert_same, contents

pytestmark = pytest.mark.slow

RECOMMENDERS = "bought_together, svd, item_knn, user_knn, als, ease, content"
CLEANED = {
    **{
        f"marts.{name}": f"from marts.{name}"
        for name in (
            *("purchases", "customers", "ratings", "customer_attributes", "rejected_rows"),
            *("input_audit", "cleaning_report"),
        )
    },
    # keys and past folds are the fit's
    "intermediate.int_fold_products": """
        select * exclude (product_key) from intermediate.int_fold_products where fold = 'serving'
    """,
}
"""Queries of the tables that no model has a part in, by the table."""
OF_THE_FIT = {"marts.run_history"}
"""What says which run fitted."""


SOLD_OUT = "tea-1,Ceylon tea,tea,tea house,4.00"


class Shop:
    """A copy of the tiny shop whose files change, and a database of it."""

    def __init__(self, folder: Path, tiny_shop: Path) -> None:
        self.folder = folder / "shop"
        shutil.copytree(tiny_shop, self.folder)
        self.set(refit_after_days=7, recommenders=RECOMMENDERS, recommend_new_products=2)
        self.database = folder / "shop.duckdb"
        self.runs: list[str] = []

    def set(self, as_of: str | None = None, **settings: object) -> None:
        file = self.folder / "shop.yml"
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        said["settings"] |= settings
        if as_of is not None:
            said["as_of"] = date.fromisoformat(as_of)
        file.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")

    def change(self, name: str, before: str, after: str) -> None:
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), encoding="utf-8")

    def add(self, name: str, *lines: str) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def kill(self, when: str, step: str) -> None:
        """Build in another process, which is killed when a step has started or finished."""
        arguments = [self.folder / "shop.yml", self.database, "{}", when, step]
        ran = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", KILLED, *map(str, arguments)],
            env=os.environ | {"RECSYS_JOBS": "1"},
            capture_output=True,
            check=False,
        )
        assert ran.returncode == -signal.SIGKILL, ran.stderr.decode()

    def build(self, database: Path | None = None, **options: object) -> Mapping[str, list[tuple]]:
        """Build it, and return the rows of every table that is published."""
        events: list[object] = []
        with pytest.MonkeyPatch.context() as patch, leftovers_ignored():
            patch.setenv("RECSYS_JOBS", "1")
            result = build(
                self.folder / "shop.yml",
                database or self.database,
                progress=events.append,
                **options,
            )
            gc.collect()
        self.runs.append(result.run_id)
        self.refreshes = [event for event in events if isinstance(event, Refreshes)]
        self.why = [event.why for event in events if isinstance(event, FitsAnew)]
        self.started = {event.name for event in events if isinstance(event, NodeStarted)}
        return contents(database or self.database)


def without_fit(tables: Mapping[str, list[tuple]], run: str) -> dict[str, list[tuple]]:
    """Return tables without what says which run fitted, and with `this` for the run's id."""
    return {
        name: sorted(
            (tuple("this" if value == run else value for value in row) for row in rows), key=repr
        )
        for name, rows in tables.items()
        if name not in OF_THE_FIT
    }


@pytest.fixture(scope="module")
def played(tmp_path_factory, tiny_shop):
    """Return the shop after its first build, what that published, and a copy of its database."""
    folder = tmp_path_factory.mktemp("refresh")
    shop = Shop(folder, tiny_shop)
    first = shop.build()
    other = folder / "anew.duckdb"
    shutil.copy(shop.database, other)
    return shop, first, other


@pytest.fixture(scope="module")
def sold_out(played):
    """Return what a refresh publishes after today's stock has changed."""
    shop, _, _ = played
    shop.change("products.csv", "tea-1,Ceylon tea,tea,tea house,4.00,true", f"{SOLD_OUT},false")
    shop.add("purchases.csv", "D0,T4,0001,2024-05-29,nothing,1.20")
    return shop.build()


@pytest.fixture(scope="module")
def next_day(played, sold_out):
    """Return what a refresh publishes after lines of later days, new customers and products.

    Midway it is killed, and gone on with.
    """
    del sold_out  # it comes first
    shop, _, _ = played
    shop.add("products.csv", "spade,Spade,garden,Mill,9.00,true,false")
    shop.add("customers.csv", "Zed,T,2")
    shop.add(
        "purchases.csv",
        *("D1,00123,tea-0,2024-06-01,1,3.00", "D2,Aaron,0001,2024-06-01,1,1.20"),
        *("D2,Aaron,tea-0,2024-06-01,2,3.00", "D3,Bob,spade,2024-06-02,1,9.00"),
        "late,C1,coffee-0,2024-05-29,1,3.00",
    )
    shop.set(as_of="2024-06-02")
    if sys.platform != "win32":
        shop.kill("started", "int_served_blocks")
    published = shop.build()
    assert not {"rec_als", "int_champions"} & shop.started
    return published


def test_the_lists_are_those_of_a_full_build_where_the_models_are_the_same(played, sold_out):
    """Today's stock and a refused line are no news to any model."""
    shop, first, other = played
    assert [one.run_id for one in shop.refreshes] == shop.runs[:1]
    assert shop.why == []
    assert not {"rec_als", "int_hybrid_models", "int_champions"} & shop.started
    anew = shop.build(other, full=True)
    assert not shop.refreshes
    assert_same(without_fit(sold_out, shop.runs[1]), without_fit(anew, shop.runs[-1]))
    listed = {row[3] for row in first["marts.recommendations"]}
    assert listed - {row[3] for row in sold_out["marts.recommendations"]} == {"tea-1"}


def test_cleaned_tables_are_those_of_a_full_build(played, next_day, tmp_path):
    shop, _, _ = played
    anew = tmp_path / "cleaned.duckdb"
    shop.build(anew, select=[f"+{table.split('.')[1]}" for table in CLEANED], tests=False)
    assert "rec_als" not in shop.started
    with duckdb.connect() as connection:
        connection.execute(f"attach '{shop.database}' as refreshed (read_only)")
        connection.execute(f"attach '{anew}' as anew (read_only)")
        for table, query in CLEANED.items():
            rows = []
            for database in ("refreshed", "anew"):
                connection.execute(f"use {database}")
                rows.append(connection.execute(f"from ({query}) order by all").fetchall())
            assert rows[0] == rows[1], table
            assert rows[0] or table == "marts.ratings"
    assert len(next_day["marts.purchases"]) > 400


def test_a_refresh_lists_for_new_customers_and_keeps_what_was_judged(played, sold_out, next_day):
    shop, first, _ = played

    def ask(sql: str) -> list[tuple]:
        with duckdb.connect(shop.database, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    assert ask("select fit_run_id, days_since_fit from marts.run_history order by rowid") == [
        (shop.runs[0], 0),
        (shop.runs[0], 0),
        (shop.runs[0], 3),
    ]
    assert next_day["marts.model_metrics"] == first["marts.model_metrics"]
    assert next_day["intermediate.int_held_out"] == first["intermediate.int_held_out"]
    # who buys tea and milk is offered tea: by items, since nobody knew Aaron at the fit
    [(aarons,)] = ask("""
        select list(product_id order by rank) from marts.recommendations
        where customer_id = 'Aaron' and list_type = 'discover'
    """)
    assert len([product for product in aarons[:6] if product.startswith("tea-")]) >= 3
    assert "tea-1" not in aarons  # it is sold out
    assert "tea-0" not in aarons  # bought today
    # Bob bought what no model knows, Zed nothing: both get what is popular
    assert ask("""
        select customer_id, count(*) > 3 from marts.recommendations
        where customer_id in ('Bob', 'Zed') and list_type = 'discover' group by all order by all
    """) == [("Bob", True), ("Zed", True)]
    # of those whose lines are as they were, what was fitted predicts the same
    others = {"00123", "Aaron", "Bob", "C1", "T4", "Zed"}
    before, after = (
        [row for row in rows["marts.predicted_ratings"] if row[0] not in others]
        for rows in (sold_out, next_day)
    )
    assert before == after
    assert len({customer for customer, *_ in before}) == 10


def test_a_fit_that_is_too_old_is_made_anew(played, next_day):
    """Found out from the lines, when the build had begun to serve on: 7 days are not below 7."""
    del next_day
    shop, _, _ = played
    shop.set(as_of="2024-06-06")
    shop.build()
    assert shop.why == ["it is 7 days old, and refit_after_days is 7"]
    with duckdb.connect(shop.database, read_only=True) as connection:
        rows = connection.execute("""
            select run_id, fit_run_id, days_since_fit from marts.run_history order by rowid
        """).fetchall()
    assert rows[-1] == (shop.runs[-1], shop.runs[-1], 0)
    assert fit_folder(shop.database).is_dir()
