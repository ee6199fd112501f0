"""Which folds are trained on for which, and what is said where nothing can be learned."""

import duckdb
import numpy as np
import pytest

from recsys.compute import dbt_log
from recsys.dbt import preferences as dbt_preferences
from recsys.dbt.preferences import PROBABILITY_SCHEMA, category_probabilities, profile_lists
from recsys.recommenders.candidate_rows import KEYED_SCHEMA

FOLDS = """
    select * from (values
        ('f1', 'train', date '2024-01-01', date '2024-01-29'),
        ('f2', 'judge', date '2024-01-29', date '2024-02-26'),
        ('serving', 'serve', date '2024-02-26', date '2024-03-25')
    ) as folds (fold, purpose, cutoff_at, label_until)
"""
"""f1's window is over when f2 begins."""


@pytest.fixture(autouse=True)
def said(monkeypatch):
    """Keep to this process and return what is logged."""
    lines = []
    monkeypatch.setenv("RECSYS_JOBS", "1")
    monkeypatch.setattr(dbt_log, "log", lines.append)
    return lines


@pytest.fixture
def connection(training_folds):
    with duckdb.connect() as connection:
        connection.execute(f"create view folds as {FOLDS}")
        connection.execute(f"create view training_folds as {training_folds}")
        connection.execute("""
            create table features as
            select folds.fold, c + 1 as customer_key, category,
                cast(concat('0x', left(md5('c' || c), 16)) as ubigint) as customer_hash,
                c < 40 as has_history,
                1.0 as sample_weight, 0.5 as base_rate, c % 7 as orders,
                case when folds.fold <> 'serving' then
                    case category
                        when 'tea' then c % 2 = 0
                        when 'jam' then c % 2 = 1
                        else folds.fold = 'f2' end
                end as is_bought
            from range(48) as customers (c), (values ('tea'), ('jam'), ('oil')) as t (category),
                (values ('f1'), ('f2'), ('serving')) as folds (fold)
        """)
        connection.execute("""
            create table attributes as
            select c + 1 as customer_key, 'drinks' as attribute,
                case c % 2 when 0 then 'tea' else 'no tea' end as value
            from range(48) as t (c)
            union all select null, 'drinks', 'nothing'  -- of someone who is left out
        """)
        yield connection


def probabilities(connection, folds=FOLDS, features="features"):
    connection.execute(f"create or replace view folds as {folds}")
    reader = category_probabilities(
        folds=connection.view("folds"),
        training_folds=connection.view("training_folds"),
        features=connection.table(features),
        attributes=connection.table("attributes"),
    )
    assert reader.schema.equals(PROBABILITY_SCHEMA)
    return reader.read_all().to_pylist()


def test_a_fold_learns_from_those_over_before_it(connection, said):
    rows = probabilities(connection)
    assert {(row["fold"], row["basis"]) for row in rows} == {
        (fold, basis) for fold in ("f2", "serving") for basis in ("history", "profile")
    }
    # nobody had bought oil in f1's window; in f2's everybody did
    oil = {
        fold: np.mean(
            [row["probability"] for row in rows if (row["fold"], row["category"]) == (fold, "oil")]
        )
        for fold in ("f2", "serving")
    }
    assert oil["f2"] < 0.35 < oil["serving"]
    assert [line.split("learned from ")[1].split(";")[0] for line in said] == [
        "120 customers and categories of f1",
        "120 customers and categories of f1",
        "240 customers and categories of f1, f2",
        "240 customers and categories of f1, f2",
    ]


def test_the_profile_speaks_for_everyone_the_history_for_those_who_have_one(connection):
    rows = probabilities(connection)
    counts = {
        basis: len({row["customer_key"] for row in rows if row["basis"] == basis})
        for basis in ("history", "profile")
    }
    assert counts == {"history": 40, "profile": 48}
    tea = {
        row["customer_key"]: row["probability"]
        for row in rows
        if (row["fold"], row["category"], row["basis"]) == ("serving", "tea", "profile")
    }
    assert min(tea[c] for c in range(1, 49, 2)) > max(tea[c] for c in range(2, 49, 2))


def test_without_past_folds_or_categories_there_is_nothing_and_it_is_said(connection, said):
    assert probabilities(connection, FOLDS + " where fold = 'serving'") == []
    assert said == ["customer preferences: fold serving: no past fold to learn from, hence none"]
    said.clear()
    connection.execute("create table one as from features where category = 'tea'")
    assert probabilities(connection, features="one") == []
    assert said[0] == (
        "customer preferences: fold f2: 1 categories bought from before, fewer than two: "
        "nothing to prefer"
    )


def test_of_many_customers_a_sample_is_trained_on(connection, said, monkeypatch):
    monkeypatch.setattr(dbt_preferences, "MOST_CUSTOMERS", 20)
    probabilities(connection)
    customers = int(said[0].split("learned from ")[1].split()[0])
    assert 0 < customers < 40 * 3
    assert customers % 3 == 0  # whole customers


def test_rows_come_in_batches(connection, monkeypatch):
    everything = probabilities(connection)
    monkeypatch.setattr(dbt_preferences, "ROWS_PER_BATCH", 7)
    assert probabilities(connection) == everything


def test_profile_s_lists_are_a_candidates_table(connection):
    connection.execute("""
        create table products as select * from (values
            ('f2', 1, 'tea', 0.5, 2), ('f2', 2, 'tea', 0.5, 1), ('serving', 3, 'jam', 0.25, 1)
        ) as t (fold, product_key, category, category_share, tie_order)
    """)
    reader = profile_lists(
        probabilities=connection.sql("""
            select * from (values
                ('f2', 7, 'tea', 'profile', 0.8), ('f2', 7, 'tea', 'history', 0.1),
                ('serving', 8, 'jam', 'profile', 0.4)
            ) as t (fold, customer_key, category, basis, probability)
        """),
        category_products=connection.table("products"),
        training_rows=connection.sql("""
            select * from (values ('f2', 7, 1), ('serving', 7, 3))
            as t (fold, customer_key, product_key)
        """),
        settings=connection.sql("select 100 as candidates_per_customer"),
    )
    assert reader.schema.equals(KEYED_SCHEMA)
    assert [tuple(row.values()) for row in reader.read_all().to_pylist()] == [
        ("f2", 7, 2, 0.4, True, 1),
        ("f2", 7, 1, 0.4, False, 1),
        ("serving", 8, 3, 0.1, True, 1),
    ]
