"""The models of history and outcomes, played day after day on tables made by hand, without dbt.

Each model is rendered from its source as dbt would at that moment: what it asks of the database,
such as the lists of the build before, is answered by the tables that are there.
"""

# ruff: noqa: S608 - names of our own tables
from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2

from scripts.sql_style.macros import environment, read_macros, return_

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
MADE = (
    *("int_list_runs", "int_list_periods", "int_ended_recommendations", "int_popular_at_runs"),
    *("recommendations", "recommendations_history", "int_known_purchases", "int_list_purchases"),
    *("int_popular_places", "int_seen_purchases", "int_purchase_places"),
    *("recommendation_outcomes", "int_served_customers", "int_list_exposures", "int_seen_metrics"),
    *("outcome_metrics", "calibration_history", "list_changes"),
    *("champions_history", "model_metrics_history"),
)
"""In the order in which they are made."""
OF_LISTS = MADE[:6]
"""Those of them that write down what is served."""
SCHEMAS = ("staging", "intermediate", "marts")

INPUTS = """
create schema staging; create schema intermediate; create schema marts;
create table staging.stg_settings (
    label_window_days integer, keep_days integer, list_length integer, champion_k integer,
    experiment_name varchar, challenger_share double
);
insert into staging.stg_settings values (28, 730, 10, 10, 'lists', 0);
create table intermediate.int_folds (
    fold varchar, cutoff_at timestamp, label_until timestamp, purpose varchar
);
create table intermediate.int_served_recommendations (
    customer_id varchar, list_type varchar, rank integer, product_id varchar, score double,
    probability double, recommender varchar
);
create table intermediate.int_fold_products (
    fold varchar, product_id varchar, recent_customers bigint, tie_order bigint,
    in_catalogue boolean
);
create table intermediate.int_list_types (
    list_type varchar, takes_new boolean, takes_bought boolean
);
insert into intermediate.int_list_types values
    ('discover', true, false), ('buy_again', false, true), ('next_basket', true, true);
create table intermediate.int_events (
    customer_key integer, product_key integer, order_key bigint, occurred_at timestamp,
    quantity double, amount decimal(18, 4), is_interest boolean, returned_at timestamp
);
create table intermediate.int_customers (customer_key integer, customer_id varchar);
create table intermediate.int_products (product_key integer, product_id varchar);
create table intermediate.int_exposures (
    customer_id varchar, product_id varchar, list_type varchar, shown_at timestamp,
    clicked_at timestamp
);
create view intermediate.int_exposure_log as
    select min(shown_at) as known_from, true as has_clicks
    from intermediate.int_exposures having count(*) > 0;
create table marts.run_history (run_id varchar, started_at timestamp, as_of date);
create table marts.champions (
    run_id varchar, list_type varchar, recommender varchar, metric varchar, k integer,
    value double, baseline varchar, difference double, ci_low double, ci_high double,
    verdict varchar, why varchar
);
create table marts.model_metrics (
    run_id varchar, fold varchar, recommender varchar, list_type varchar, segment_type varchar,
    segment varchar, metric varchar, k integer, value double, ci_low double, ci_high double,
    customers bigint
);
"""

Row = tuple[Any, ...]


class PlayedHistory:
    """A database in which lists are served, day after day."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(INPUTS)
        self._keys: dict[str, dict[str, int]] = {"customer": {}, "product": {}}
        self._started = datetime(2024, 2, 29)
        self._orders = 0
        self._config: dict[str, Any] = {}
        self._places: dict[str, str] = {}
        self._templates: dict[str, jinja2.Template] = {}
        self._known = self._names()

    def set(self, **settings: float) -> None:
        for name, value in settings.items():
            self.connection.execute(f"update staging.stg_settings set {name} = ?", [value])

    def buy(
        self,
        customer: str,
        product: str,
        at: str,
        *,
        amount: float | None = 1.0,
        returned_at: str | None = None,
        quantity: float = 1.0,
    ) -> None:
        self._orders += 1
        self.connection.execute(
            "insert into intermediate.int_events values (?, ?, ?, ?, ?, ?, true, ?)",
            [
                *(self._key("customer", customer), self._key("product", product), self._orders),
                *(at, quantity, amount, returned_at),
            ],
        )

    def show(
        self,
        customer: str,
        product: str,
        at: str,
        *,
        list_type: str | None = None,
        clicked_at: str | None = None,
    ) -> None:
        self.connection.execute(
            "insert into intermediate.int_exposures values (?, ?, ?, ?, ?)",
            [customer, product, list_type, at, clicked_at],
        )

    def serve(
        self,
        run: str,
        cutoff: str,
        lists: Iterable[Row],
        *,
        popular: Iterable[str] = (),
        until: str | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        """Make the tables of a build.

        Parameters
        ----------
        run
            Its id.
        cutoff
            The day at whose beginning its knowledge ends.
        lists
            Rows of customer, list, rank, product, probability and, but for the hybrid, recommender.
        popular
            The catalogue, the most popular first.
        until
            The last model that is made: then the build fails.
        only
            The only models that are made: a run of dbt with a selection.

        """
        self._started += timedelta(days=1)
        ask = self.connection.execute
        for table in ("int_folds", "int_served_recommendations", "int_fold_products"):
            ask(f"delete from intermediate.{table}")
        ask(
            "insert into intermediate.int_folds "
            "select 'serving', $day::timestamp, $day::timestamp + interval 28 day, 'serve'",
            {"day": cutoff},
        )
        rows = [(*row, "hybrid") if len(row) == 5 else row for row in lists]
        if rows:
            self.connection.executemany(
                "insert into intermediate.int_served_recommendations values "
                "($1, $2, $3, $4, $5, $5, $6)",
                [(*row[:5], row[5]) for row in rows],
            )
        for place, product in enumerate(popular, start=1):
            ask(
                "insert into intermediate.int_fold_products values ('serving', ?, ?, ?, true)",
                [product, 10_000 - place, place],
            )
        ended = False
        for name in MADE:
            if ended or (only is not None and name not in only):
                continue
            if name == "champions_history" and only is None:
                ask(
                    "insert into marts.run_history select ?, ?, ?::date - 1",
                    [run, self._started, cutoff],
                )
            self._make(name, run)
            ended = name == until

    def turn_clock_back(self) -> None:
        self._started -= timedelta(days=100)

    def ask(self, sql: str) -> list[Row]:
        return self.connection.execute(sql).fetchall()

    def _key(self, what: str, name: str) -> int:
        keys = self._keys[what]
        if name not in keys:
            keys[name] = len(keys) + 1
            self.connection.execute(
                f"insert into intermediate.int_{what}s values (?, ?)", [keys[name], name]
            )
        return keys[name]

    def _make(self, name: str, run: str) -> None:
        [file] = MODELS.rglob(f"{name}.sql")
        self._run = run
        self._this = _Relation("memory", "marts" if "marts" in file.parts else "intermediate", name)
        self._config = {}
        place = str(self._this)
        text = self._rendered(file.read_text("utf-8"))
        ask = self.connection.execute
        if "pre_hook" in self._config:
            ask(self._rendered(self._config["pre_hook"]))
        if self._config.get("materialized") == "view":
            ask(f"create or replace view {place} as {text}")
        elif self._config.get("materialized") == "incremental" and self._columns(place):
            ask(f"insert into {place} by name {text}")
        else:
            ask(f"create or replace table {place} as {text}")

    def _rendered(self, source: str) -> str:
        self._known["this"] = self._this
        if source not in self._templates:
            self._templates[source] = environment.from_string(source, globals=self._known)
        return self._templates[source].render()

    def _names(self) -> dict[str, Any]:
        known: dict[str, Any] = {
            "ref": self._place,
            "config": lambda **given: self._config.update(given) or "",
            "return": return_,
            "execute": True,
            "flags": SimpleNamespace(EMPTY=False),
            "this": None,
            "target": SimpleNamespace(database="memory"),
            "adapter": SimpleNamespace(
                get_relation=lambda database, schema, identifier: (
                    _Relation(database, schema, identifier)
                    if self._columns(f"{schema}.{identifier}")
                    else None
                ),
                get_columns_in_relation=lambda relation: [
                    SimpleNamespace(name=column) for column in self._columns(str(relation))
                ],
            ),
            "is_incremental": lambda: bool(self._columns(str(self._this))),
        }
        known.update(read_macros(known))
        known["run_id"] = lambda: f"cast('{self._run}' as varchar)"
        known["build_started_at"] = lambda: f"cast('{self._started}' as timestamp)"
        known["is_empty_run"] = lambda: "false"
        return known

    def _place(self, name: str) -> str:
        if name not in self._places:
            found = self.connection.execute(
                "select schema_name || '.' || table_name from duckdb_columns() "
                "where table_name = ? limit 1",
                [name],
            ).fetchall()
            if not found:  # of a model that only has to come first
                return f"elsewhere.{name}"
            [(self._places[name],)] = found
        return self._places[name]

    def _columns(self, place: str) -> list[str]:
        schema, _, table = place.rpartition(".")
        rows = self.connection.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
            [schema.rpartition(".")[2], table],
        ).fetchall()
        return [column for (column,) in rows]


class _Relation:
    """A table as dbt's templates know it."""

    def __init__(self, database: str, schema: str, identifier: str) -> None:
        self.database = database
        self.schema = schema
        self.identifier = identifier

    def __str__(self) -> str:
        return f"{self.schema}.{self.identifier}"


def lists_of(customer: str, *products: str, list_type: str = "discover") -> list[Row]:
    """Return a customer's list with probabilities from .5 on down."""
    return [
        (customer, list_type, rank, product, round(0.6 - rank / 10, 1))
        for rank, product in enumerate(products, start=1)
    ]
