"""How much of a probability is due to what is promoted in the label window."""

import duckdb
import numpy as np
import pytest

from recsys.dbt.offers import SCHEMA, offer_parts
from recsys.hybrid.examples import Examples
from recsys.hybrid.feature_table import without_next_promotions
from recsys.hybrid.model_bytes import to_bytes
from recsys.hybrid.purchase_model import PurchaseModel

NAMES = ["signal", "stores_promoted_days_next_window", "stores_promoted_discount"]
PAIRS = 6000


@pytest.fixture(scope="module")
def features():
    """Return (pairs, features): half of the pairs are promoted on seven days."""
    generator = np.random.default_rng(3)
    promoted = generator.random(PAIRS) < 0.5
    return np.asfortranarray(
        np.column_stack(
            [
                generator.random(PAIRS),
                np.where(promoted, 7, 0),
                np.where(promoted, 0.25, np.nan),
            ]
        ).astype(np.float32)
    )


@pytest.fixture(scope="module")
def model(features):
    """Return a model of what is bought twice as likely when it is promoted."""
    drawn = np.random.default_rng(4).random(PAIRS)
    bought = drawn < np.where(features[:, 1] > 0, 0.4, 0.2)
    halves = Examples(features, bought, np.ones(PAIRS)).halves()
    return PurchaseModel(max_trees=40, min_pairs_per_leaf=100).fit(*halves)


@pytest.fixture
def shop(features, model):
    connection = duckdb.connect()
    rows = features.astype(float)
    columns = {name: rows[:, place] for place, name in enumerate(NAMES)}
    connection.register("columns", columns | {"number": np.arange(PAIRS)})
    connection.execute("""
        create table features as
        select
            'serving' as fold, cast(number // 100 as integer) as customer_key,
            cast(number % 100 as integer) as product_key, 1 as customer_hash, true as is_new,
            null as is_bought, null as training_weight, cast(signal as float) as signal,
            cast(stores_promoted_days_next_window as float) as stores_promoted_days_next_window,
            cast(nullif(stores_promoted_discount, 'nan') as float) as stores_promoted_discount
        from columns
        union all
        select '2024-01-01', 0, 5, 1, true, null, null, 9, 9, 9
    """)
    connection.execute("create table models (fold text, model blob)")
    connection.execute("insert into models values ('serving', ?)", [to_bytes(model)])
    connection.execute("create table pairs (customer_key integer, product_key integer)")
    connection.execute("insert into pairs values (0, 5), (3, 17), (59, 99), (7, 1000)")
    return connection


def parts(shop):
    reader = offer_parts(
        models=shop.table("models"), features=shop.table("features"), pairs=shop.table("pairs")
    )
    table = reader.read_all()
    assert table.schema.equals(SCHEMA)
    return sorted(tuple(row.values()) for row in table.to_pylist())


def test_a_part_is_what_the_probability_loses_without_the_promotion(shop, features, model):
    numbers = [5, 317, 5999]
    unpromoted = features[numbers].copy(order="F")
    unpromoted[:, 1], unpromoted[:, 2] = 0, np.nan
    losses = 1 - model.predict(unpromoted) / model.predict(np.asfortranarray(features[numbers]))
    found = parts(shop)
    assert [row[:2] for row in found] == [(0, 5), (3, 17), (59, 99)]
    np.testing.assert_allclose([row[2] for row in found], losses, rtol=1e-12)


def test_half_of_what_is_bought_twice_as_often_is_due_to_the_promotion(shop, features):
    shop.execute("insert into pairs select customer_key, product_key from features")
    shop.execute("create or replace table pairs as select distinct * from pairs")
    shares = np.array([row[2] for row in parts(shop)])
    promoted = features[:, 1] > 0
    assert len(shares) == PAIRS
    assert shares[promoted].mean() == pytest.approx(0.5, abs=0.05)
    assert not shares[~promoted].any()


def test_without_a_model_or_an_offer_there_are_no_parts(shop):
    shop.execute("update models set model = null")
    assert parts(shop) == []
    shop.execute("delete from models")
    assert parts(shop) == []
    shop.execute("delete from pairs")
    assert parts(shop) == []


def test_what_is_unknown_stays_unknown():
    names = ["product_promoted_days_eight_weeks", "product_promoted_days_next_week", "price"]
    matrix = np.array([[3, 2, 1], [3, np.nan, 1]], np.float32)
    without = without_next_promotions(matrix, names)
    np.testing.assert_array_equal(without, np.array([[3, 0, 1], [3, np.nan, 1]], np.float32))
    assert matrix[0, 1] == 2
