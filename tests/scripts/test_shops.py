"""Synthetic shops have the shape they are named after, and are the same every time."""

import importlib
from pathlib import Path

import duckdb
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
SIZES = {"grocery": 0.05, "webshop": 2_000, "marketplace": 2_000}


@pytest.fixture(scope="module")
def shapes():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        yield importlib.import_module("benchmarks.shops.shapes").SHAPES


@pytest.fixture(scope="module")
def made(shapes, tmp_path_factory):
    """Return a function that makes a shop of a shape once and answers queries of its tables."""
    folders: dict[str, Path] = {}

    def ask(name: str, query: str) -> list[tuple]:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            shapes[name].make(folders[name], SIZES[name])
        tables = ", ".join(
            f"{table} as (from '{folders[name] / table}.parquet')"
            for table in ("purchases", "products")
        )
        return duckdb.sql(f"with {tables} {query}").fetchall()

    return ask


def test_there_are_three_shapes(shapes):
    assert list(shapes) == ["grocery", "webshop", "marketplace"]
    assert [shape.unit for shape in shapes.values()] == ["million lines", *["customers"] * 2]


@pytest.mark.parametrize("name", SIZES)
def test_the_same_size_is_the_same_shop(shapes, made, tmp_path, name):
    shop = shapes[name].make(tmp_path, SIZES[name])
    assert shop.name == "shop.yml"
    for table in ("purchases", "products"):
        sums = f"select count(*), sum(hash({table})) from {table}"  # noqa: S608
        again = f"with {table} as (from '{tmp_path / table}.parquet') {sums}"
        assert duckdb.sql(again).fetchall() == made(name, sums)


@pytest.mark.parametrize("name", SIZES)
def test_orders_are_of_one_customer_at_one_time_and_of_products_with_their_price(made, name):
    assert made(
        name,
        """
        select count(*) from (
            select order_id from purchases group by order_id
            having count(distinct (customer_id, purchased_at)) > 1
        )
        """,
    ) == [(0,)]
    [(lines, known)] = made(
        name,
        """
        select (select count(*) from purchases), count(*) from purchases
        inner join products using (product_id)
        where price = unit_price and quantity between 1 and 100
        """,
    )
    assert lines == known > 10_000
    [(products, ids, titles)] = made(
        name, "select count(*), count(distinct product_id), count(distinct title) from products"
    )
    assert products == ids
    assert titles > 0.9 * products


def of_customers(made, name: str) -> tuple[int, float, float, float]:
    """Return customers, lines and orders of each on average, the share with one order."""
    [found] = made(
        name,
        """
        , customers as (
            select count(*) as lines, count(distinct order_id) as orders
            from purchases group by customer_id
        )
        select count(*), avg(lines), avg(orders), avg(cast(orders = 1 as int)) from customers
        """,
    )
    return found


def test_a_grocery_shop_has_600_lines_of_each_customer(made):
    customers, lines, orders, once = of_customers(made, "grocery")
    assert customers == 83  # 50,000 / 600
    assert lines == pytest.approx(600, rel=0.25)
    assert orders == pytest.approx(75, rel=0.25)
    assert once < 0.1


def test_a_web_shop_has_10_lines_of_each_customer_and_half_of_them_order_once(made):
    customers, lines, orders, once = of_customers(made, "webshop")
    assert customers == 2_000
    assert lines == pytest.approx(10.5, rel=0.15)
    assert orders == pytest.approx(4.2, rel=0.15)
    assert once == pytest.approx(0.5, abs=0.05)


def test_a_web_shop_s_customers_and_products_come_and_go(made):
    """Customers start in every quarter; products of each half of the range overlap in none."""
    starts = made(
        "webshop",
        """
        select quarter, count(*) from (
            select min(datediff('day', timestamp '2023-01-01', purchased_at)) // 91 as quarter
            from purchases group by customer_id
        )
        group by quarter order by quarter
        """,
    )
    assert [quarter for quarter, _ in starts] == list(range(8))
    assert min(count for _, count in starts) > 2_000 / 16
    [(gone,)] = made(
        "webshop",
        """
        select avg(cast(latest < timestamp '2024-10-01' as int)) from (
            select max(purchased_at) as latest from purchases group by customer_id
        )
        """,
    )
    assert 0.6 < gone < 0.8
    [(products,)] = made("webshop", "select count(*) from products")
    both = made(
        "webshop",
        f"""
        , places as (
            select
                product_id[2:]::int % {products // 2} as place,
                max(purchased_at) filter (product_id[2:]::int < {products // 2}) as latest_old,
                min(purchased_at) filter (product_id[2:]::int >= {products // 2}) as first_new
            from purchases group by place
        )
        select count(*), count(*) filter (latest_old > first_new) from places
        where latest_old is not null and first_new is not null
        """,  # noqa: S608
    )
    [(renewed, overlapping)] = both
    assert renewed > 1_000
    assert overlapping == 0


def test_a_web_shop_s_range_grows_with_the_fourth_root_of_its_customers(shapes):
    places_of = importlib.import_module("benchmarks.shops.webshop").places_of
    assert 2 * places_of(30_000) == 20_000
    assert 2 * places_of(480_000) == 40_000  # sixteen times as many
    assert 2 * places_of(1_000_000) == 48_000


def test_popularity_follows_zipf_and_mandelbrot(shapes):
    """Rank r of n has a share of log((r + 1 + shift) / (r + shift)) of log((n + shift) / shift)."""
    macros = importlib.import_module("benchmarks.shops.drawing").MACROS
    with duckdb.connect() as connection:
        connection.execute(macros)
        found = dict(
            connection.execute("""
                select zipf(draw(number, 0, 'x'), 4, 2.0) as rank, count(*) / 1e5
                from range(100000) as numbers (number) group by rank
            """).fetchall()
        )
    # log(3/2), log(4/3), log(5/4), log(6/5) of log(3)
    expected = {0: 0.3691, 1: 0.2619, 2: 0.2031, 3: 0.1660}
    assert found == pytest.approx(expected, abs=0.005)


def test_a_marketplace_has_100_000_products_and_most_are_sold_once_or_twice(made):
    assert made("marketplace", "select count(*) from products") == [(100_000,)]
    [(pieces, fewest, most, twice)] = made(
        "marketplace",
        """
        select count(*), min(sold), max(sold), avg(cast(sold = 2 as int)) from (
            select count(*) as sold from purchases
            where product_id[2:]::int >= 20000 group by product_id
        )
        """,
    )
    assert (pieces, fewest, most) == (80_000, 1, 2)
    assert twice == pytest.approx(0.4, abs=0.01)
    customers, _, orders, once = of_customers(made, "marketplace")
    assert customers == 2_000
    assert orders == pytest.approx(3, rel=0.15)
    assert once == pytest.approx(0.6, abs=0.05)
