"""What wasn't bought is sampled: the sample stands for all of it, however few are wanted."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import jinja2
import pytest

MODEL = Path(__file__).parents[2] / "dbt_project/models/hybrid/int_candidate_pairs.sql"
CUSTOMERS, PRODUCTS, BOUGHT = 200, 50, 500


@pytest.fixture(scope="module")
def pairs():
    """Return a function that runs the model over 10,000 pairs, of which one in twenty is bought."""
    return shop(rank="1")


def shop(rank: str) -> Callable[[int], duckdb.DuckDBPyRelation]:
    """Return such a function; `rank` is an expression over p, and what ranks first is bought."""
    template = jinja2.Environment(autoescape=False).from_string(MODEL.read_text("utf-8"))  # noqa: S701
    sql = template.render(ref=lambda name: name, recommenders=lambda: ["svd"])
    connection = duckdb.connect()
    connection.execute(f"""
        create table int_candidates as
        select 't' as fold, 'svd' as recommender, c as customer_key, p as product_key,
            1.0 as score, true as is_new, {rank} as rank_in_group
        from range({CUSTOMERS}) as customers (c), range({PRODUCTS}) as products (p);
        create table int_customers as
        select c as customer_key, 'c' || c as customer_id, hash(c) as customer_hash
        from range({CUSTOMERS}) as customers (c);
        create table int_fold_customers as
        select 't' as fold, *, 1.0 as sample_weight from int_customers;
        create table int_fold_products as
        select 't' as fold, p as product_key, 'p' || p as product_id
        from range({PRODUCTS}) as products (p);
        create table int_folds as select 't' as fold, 'train' as purpose;
        create table int_held_out as
        select fold, customer_key, product_key from int_candidates
        where rank_in_group = 1
        order by md5('p' || product_key || 'c' || customer_key) limit {BOUGHT}
    """)  # noqa: S608 - our own

    def run(wanted: int) -> duckdb.DuckDBPyRelation:
        connection.execute(
            "create or replace table stg_settings as "
            f"select 10 as hybrid_candidates, {wanted} as hybrid_training_rows"
        )
        return connection.sql(sql)

    return run


@pytest.mark.parametrize("wanted", [100_000, 3000, 10])
def test_the_kept_weigh_as_much_as_all(pairs, wanted):
    """Within four standard deviations of a sum of so many draws; a hundredth is always kept."""
    others = CUSTOMERS * PRODUCTS - BOUGHT
    share = min(1, max(0.01, wanted / others))
    [(rows, weight)] = (
        pairs(wanted).filter("not is_bought").aggregate("count(*), sum(training_weight)").fetchall()
    )
    assert rows == pytest.approx(others * share, abs=4 * (others * share * (1 - share)) ** 0.5)
    assert weight == pytest.approx(others, abs=4 * (others * (1 - share) / share) ** 0.5)
    assert weight == pytest.approx(rows / share)


def test_more_is_kept_where_more_is_bought():
    """By the root of the share bought, of one pair more of each kind.

    Ten products rank first, of whose 2,000 pairs 500 are bought; forty second: 8,000 pairs.
    """
    first, second = (501 / 2002) ** 0.5, (1 / 8002) ** 0.5
    expected = 1000 / (1500 * first + 8000 * second)
    kept = shop(rank="case when p < 10 then 1 else 2 end")(1000).filter("not is_bought")
    weights = kept.aggregate("svd_rank, min(training_weight), max(training_weight)").fetchall()
    assert {rank: (least, most) for rank, least, most in weights} == {
        1: pytest.approx((1 / (expected * first),) * 2),
        2: pytest.approx((1 / (expected * second),) * 2),
    }


@pytest.mark.parametrize("wanted", [100_000, 10])
def test_what_was_bought_is_always_kept(pairs, wanted):
    bought = pairs(wanted).filter("is_bought")
    assert bought.aggregate("count(*), min(training_weight), max(training_weight)").fetchall() == [
        (BOUGHT, 1, 1)
    ]
