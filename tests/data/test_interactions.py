"""Tables become matrices whose order doesn't depend on the rows' order, or are refused."""

import decimal
import uuid

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.errors import InvalidTableError, UnknownCustomerError, UnknownProductError

ROWS = {
    "customer_id": ["b", "a", "b", "c"],
    "product_id": ["y", "x", "x", "Z"],
    "rating": [4.0, None, 0.0, 2.0],
    "weight": [1.0, 2.0, 0.0, 0.5],
}


def sources():
    arrow = pa.table(ROWS)
    yield "arrow", arrow
    yield "pandas", pd.DataFrame(ROWS)
    yield "categories", pd.DataFrame(ROWS).astype({"customer_id": "category"})
    yield "reader", arrow.to_reader(max_chunksize=1)
    yield "duckdb", duckdb.connect().from_arrow(arrow)
    yield (
        "large text",
        arrow.cast(
            pa.schema(
                [
                    ("customer_id", pa.large_string()),
                    ("product_id", pa.string_view()),
                    ("rating", pa.float32()),
                    ("weight", pa.decimal128(5, 2)),
                ]
            )
        ),
    )


@pytest.mark.parametrize("source", [pytest.param(s, id=name) for name, s in sources()])
def test_every_source_gives_the_same_matrices(source):
    interactions = Interactions.from_table(source)
    assert interactions.customer_ids.to_pylist() == ["a", "b", "c"]
    assert interactions.product_ids.to_pylist() == ["x", "Z", "y"]  # two customers; code points
    assert interactions.ratings.toarray().tolist() == [[0, 0, 0], [0, 0, 4], [0, 2, 0]]
    assert interactions.ratings.nnz == 3  # the rating of 0 is one
    assert interactions.weights.toarray().tolist() == [[2, 0, 0], [0, 0, 1], [0, 0.5, 0]]
    assert interactions.weights.nnz == 3
    assert interactions.seen.toarray().tolist() == [
        [True, False, False],
        [True, False, True],
        [False, True, False],
    ]
    assert interactions.ratings.dtype == interactions.weights.dtype == np.float64
    assert (interactions.n_customers, interactions.n_products) == (3, 3)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_nothing(seed):
    random = np.random.default_rng(seed)
    cells = random.choice(40 * 30, 300, replace=False)
    table = pa.table(
        {
            "customer_id": cells // 30,
            "product_id": cells % 30,
            "rating": random.integers(1, 6, 300),
            "weight": random.random(300),
        }
    )
    first = Interactions.from_table(table)
    again = Interactions.from_table(table.take(random.permutation(300)))
    assert first.customer_ids.equals(again.customer_ids)
    assert first.product_ids.equals(again.product_ids)
    for name in ("ratings", "weights", "seen"):
        one, other = getattr(first, name), getattr(again, name)
        np.testing.assert_array_equal(one.data, other.data)
        np.testing.assert_array_equal(one.indices, other.indices)
        np.testing.assert_array_equal(one.indptr, other.indptr)
    customers = first.seen.sum(axis=0)
    ids = first.product_ids.to_pylist()
    order = sorted(range(30), key=lambda column: (-customers[column], ids[column]))
    assert order == list(range(30))


@pytest.mark.parametrize(
    ("ids", "texts"),
    [
        ([123, 7], ["123", "7"]),
        ([13085.0, 1e15], ["13085", "1000000000000000"]),
        ([1.5, 2.0], ["1.5", "2"]),
        (["00123", " x"], ["00123", " x"]),
        ([decimal.Decimal("5.00"), decimal.Decimal("6.00")], ["5", "6"]),
        (np.array([3, 4], np.uint64), ["3", "4"]),
        (
            [uuid.UUID(int=1), uuid.UUID(int=2)],
            [f"{'0' * 8}-0000-0000-0000-{'0' * 11}{n}" for n in "12"],
        ),
    ],
)
def test_ids_become_text(ids, texts):
    interactions = Interactions.from_table(
        pa.table({"customer_id": pa.array(ids), "product_id": ["x", "x"]})
    )
    assert sorted(interactions.customer_ids.to_pylist()) == sorted(texts)
    np.testing.assert_array_equal(
        interactions.customer_index(ids), interactions.customer_index(texts)
    )


def test_numbers_too_large_for_a_column_are_no_ids():
    interactions = Interactions.from_table(pa.table({"customer_id": ["a"], "product_id": ["x"]}))
    with pytest.raises(InvalidTableError, match="more than 64 bits; use text"):
        interactions.customer_index([2**70])


def test_columns_may_have_other_names():
    table = pa.table({"who": [1], "what": [2], "stars": [3], "times": [4]})
    interactions = Interactions.from_table(
        table, customer_id="who", product_id="what", rating="stars", weight="times"
    )
    assert interactions.ratings.toarray() == 3
    assert interactions.weights.toarray() == 4


def test_without_ratings_and_weights_every_pair_weighs_one():
    interactions = Interactions.from_table(pa.table({"customer_id": [1, 2], "product_id": [1, 1]}))
    assert interactions.ratings.nnz == 0
    assert interactions.weights.toarray().tolist() == [[1], [1]]
    with_both = pa.table({"customer_id": [1], "product_id": [1], "rating": [5], "weight": [9]})
    interactions = Interactions.from_table(with_both, rating=None, weight=None)
    assert interactions.ratings.nnz == 0
    assert interactions.weights.toarray() == 1


def test_a_catalogue_adds_columns_behind_what_was_bought():
    table = pa.table({"customer_id": ["a", "b"], "product_id": ["x", "y"]})
    interactions = Interactions.from_table(table, catalogue=["new", "y", "also new", "new"])
    assert interactions.product_ids.to_pylist() == ["x", "y", "also new", "new"] or (
        interactions.product_ids.to_pylist() == ["y", "x", "also new", "new"]
    )
    assert interactions.seen.sum(axis=0).tolist() == [1, 1, 0, 0]


def test_a_block_whose_customers_have_nothing_has_no_rows():
    """Such as one of customers whom only the file of customers names."""
    fitted = Interactions.from_table(pa.table({"customer_id": [1], "product_id": [7]}))
    schema = pa.schema(
        [("customer_id", pa.int64()), ("product_id", pa.int64()), ("rating", pa.float64())]
    )
    assert fitted.of_products(schema.empty_table()).seen.shape == (0, 1)


def without(column):
    return {name: values for name, values in ROWS.items() if name != column}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            without("customer_id"),
            r"no column 'customer_id', its columns are 'product_id', 'rating'",
        ),
        (without("product_id"), "no column 'product_id'"),
        ({name: values[:0] for name, values in ROWS.items()}, "the table is empty"),
        (ROWS | {"customer_id": ["a", None, "b", "c"]}, "'customer_id' is null in 1 of 4 rows"),
        (ROWS | {"product_id": [1.0, 2.0, np.nan, 3.0]}, "'product_id' is null in 1 of 4 rows"),
        (ROWS | {"rating": [1.0, np.nan, 2.0, 3.0]}, "'rating' holds nan"),
        (ROWS | {"rating": [1.0, np.inf, 2.0, 3.0]}, "'rating' holds inf"),
        (ROWS | {"rating": list("1234")}, "'rating' is of type string; cast it to a number"),
        (ROWS | {"weight": [1.0, np.nan, 2.0, 3.0]}, "'weight' holds nan"),
        (ROWS | {"weight": [1.0, -np.inf, 2.0, 3.0]}, "'weight' holds -inf"),
        (ROWS | {"weight": [1.0, -0.5, 2.0, 3.0]}, r"'weight' is negative, for example -0\.5"),
        (ROWS | {"earlier_weight": [0, -1, 0, 0]}, "'earlier_weight' is negative, for example -1"),
        (ROWS | {"recent_orders": list("1234")}, "'recent_orders' is of type string"),
        (
            {"customer_id": ["a", "a"], "product_id": ["x", "x"]},
            "customer 'a' and product 'x' share more than one row",
        ),
        (ROWS | {"customer_id": [True, False, True, True]}, "of type bool; use text or whole"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(table, message):
    with pytest.raises(InvalidTableError, match=message):
        Interactions.from_table(pa.table(table))


def test_what_was_known_a_window_ago_and_what_was_bought_since():
    table = pa.table(
        {
            "customer_id": ["a", "b", "c"],
            "product_id": ["x", "x", "x"],
            "earlier_weight": [0.5, 0.0, None],
            "recent_orders": [0, 3, None],
        }
    )
    found = Interactions.from_table(table)
    assert found.earlier_weights.toarray().tolist() == [[0.5], [0.0], [0.0]]
    assert found.recent.toarray().tolist() == [[False], [True], [False]]
    unknown = Interactions.from_table(table, earlier_weight=None, recent_orders=None)
    assert unknown.earlier_weights.nnz == unknown.recent.nnz == 0
    with pytest.raises(InvalidTableError, match="no column 'lately'"):
        Interactions.from_table(table, recent_orders="lately")


def test_a_named_rating_column_has_to_be_there():
    with pytest.raises(InvalidTableError, match="no column 'stars'"):
        Interactions.from_table(pa.table(ROWS), rating="stars")


def test_something_that_is_no_table_is_refused():
    with pytest.raises(InvalidTableError, match="the table is a list; hand in"):
        Interactions.from_table([1, 2])


def test_unknown_ids_are_named():
    interactions = Interactions.from_table(pa.table(ROWS))
    assert interactions.customer_index(["c", "a"]).tolist() == [2, 0]
    assert interactions.product_index(pa.array(["y"])).tolist() == [2]
    with pytest.raises(UnknownCustomerError, match=r"'A' \(and 1 others\) isn't among the 3"):
        interactions.customer_index(["a", "A", "q"])
    with pytest.raises(UnknownProductError, match="product 'z' isn't among the 3 products"):
        interactions.product_index(["z"])


@pytest.mark.parametrize(
    "column",
    [
        pa.array([0, 1_500_000, None], pa.timestamp("us")),
        pa.array([0, 1500, None], pa.timestamp("ms", "Europe/Berlin")),
    ],
)
def test_times_are_seconds_since_1970(column):
    table = pa.table({"customer_id": ["a", "b", "c"], "product_id": ["x"] * 3, "last_at": column})
    last_at = Interactions.from_table(table).last_at
    assert last_at.nnz == 2  # the epoch is a time, null isn't
    assert last_at.toarray().tolist() == [[0.0], [1.5], [0.0]]
    assert Interactions.from_table(table, last_at=None).last_at.nnz == 0


def test_a_time_that_is_none_is_named():
    table = pa.table({"customer_id": ["a"], "product_id": ["x"], "last_at": ["yesterday"]})
    with pytest.raises(InvalidTableError, match="'last_at' is of type string; cast it"):
        Interactions.from_table(table)


def test_keys_stay_integers_and_columns_follow_the_order_of_ties():
    """Of products 9, 4 and 7 the order of ties is 3, 1, 2: the columns are 4, 7, 9."""
    found = Interactions.from_keys(
        pa.table(
            {
                "customer_key": [20, 3, 3],
                "product_key": [9, 4, 7],
                "tie_order": [3, 1, 2],
                "weight": [1.0, 2.0, 0.0],
            }
        )
    )
    assert found.customer_ids.to_pylist() == [3, 20]
    assert found.product_ids.to_pylist() == [4, 7, 9]
    assert found.customer_ids.type == found.product_ids.type == pa.int32()
    np.testing.assert_array_equal(found.weights.toarray(), [[2, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(found.seen.toarray(), [[True, True, False], [False, False, True]])
    assert found.customer_index(pa.array([20])).tolist() == [1]
    with pytest.raises(UnknownCustomerError, match="customer '4' isn't among"):
        found.customer_index([4])


def test_a_pair_of_keys_that_occurs_twice_is_refused():
    rows = {"customer_key": [1, 1], "product_key": [2, 2], "tie_order": [1, 1]}
    with pytest.raises(InvalidTableError, match="share more than one row"):
        Interactions.from_keys(pa.table(rows))
    with pytest.raises(InvalidTableError, match="the table is empty"):
        Interactions.from_keys(pa.table(rows).slice(0, 0))
