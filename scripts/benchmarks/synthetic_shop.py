"""A synthetic grocery shop of any size, made in SQL; the same files for the same size."""

from __future__ import annotations

from pathlib import Path

import duckdb

LINES_PER_CUSTOMER = 600
"""Of a year, on average: a grocery shop's regular customers, as in Complete Journey."""
LINES_PER_ORDER = 8
PRODUCTS_AT_A_MILLION = 10_000
"""Ranges grow slowly: with the fourth root of the lines, to 20,000 at 16 million."""
CATEGORIES = 80
STAPLES = 60
"""Products that a customer keeps coming back to."""

SHOP = """\
name: synthetic
purchases:
  path: purchases.parquet
  columns:
    customer_id: customer_id
    product_id: product_id
    order_id: order_id
    purchased_at: purchased_at
    quantity: quantity
    unit_price: unit_price
products:
  path: products.parquet
  columns:
    product_id: product_id
    title: title
    category: category
    brand: brand
    price: price
"""

# Every number is drawn by hashing what it is for: no state, any order, any number of threads.
MACROS = """
create macro draw(a, b, what) as
    -- hashed twice: the hash of several values alone is alike for neighbouring ones
    (hash(hash(a, b, what)) % 9007199254740992::ubigint + 0.5) / 9007199254740992;
-- ranks from 0 on with frequencies by 1 / (rank + 20): the law of Zipf and Mandelbrot
create macro zipf(u, n) as
    least(n - 1, floor(20 * ((n + 20.0) / 20) ** u - 20)::bigint);
"""

PRODUCTS = """
select
    'P' || rank as product_id,
    concat_ws(
        ' ',
        ['Bio', 'Classic', 'Fresh', 'Family', 'Light', 'Extra', 'Mini', 'Premium']
            [1 + floor(8 * draw(rank, 0, 'first'))::int],
        'kind' || (rank % $categories) || chr((97 + floor(12 * draw(rank, 0, 'kind')))::int),
        'sort' || floor(200 * draw(rank, 0, 'sort')),
        [100, 250, 330, 500, 750, 1000][1 + floor(6 * draw(rank, 0, 'size'))::int] || 'g'
    ) as title,
    'category ' || (rank % $categories) as category,
    'brand ' || zipf(draw(rank, 0, 'brand'), 400) as brand,
    round(.5 - 4 * ln(draw(rank, 0, 'price')), 2)::decimal(9, 2) as price
from range($products) as ranks (rank)
"""

PURCHASES = """
with

customers as (
    select
        customer,
        -- some come much more often than others; a third joined within the year
        greatest(1, round(-$orders_each * ln(draw(customer, 0, 'activity'))))::int as orders,
        greatest(0, 364 * (1.5 * draw(customer, 0, 'joined') - 1)) / .5 * .9 as joined
    from range($customers) as numbers (customer)
),

orders as (
    select
        customer,
        number,
        joined + (364 - joined) * draw(customer, number, 'day') as days,
        greatest(1, round(-$lines_each * ln(draw(customer, number, 'lines'))))::int as lines
    from customers, unnest(range(orders)) as numbers (number)
),

lines as (
    select
        customer,
        number,
        days,
        1000 * number + line as line,
        -- half of what is bought is a staple of the customer, a quarter of the rest of one's
        -- favourite category, the rest anything
        case
            when draw(customer, 1000 * number + line, 'habit') < .5
                then floor($staples * draw(customer, 1000 * number + line, 'which') ** 2)::bigint
        end as staple
    from orders, unnest(range(lines)) as numbers (line)
),

drawn as (
    select
        *,
        case
            when staple is not null then zipf(draw(customer, staple, 'staple'), $products)
            else zipf(draw(customer, line, 'product'), $products)
        end as product,
        staple is null and draw(customer, line, 'favourite') < .25 as is_favourite,
        floor(3 * draw(customer, line, 'taste'))::bigint as favourite
    from lines
),

chosen as (
    select
        * exclude (product),
        case
            when is_favourite
                then least(
                    $products - 1,
                    product - product % $categories
                    + floor($categories * draw(customer, favourite, 'taste'))::bigint
                )
            else product
        end as product
    from drawn
)

select
    'C' || customer as customer_id,
    'P' || product as product_id,
    'O' || customer || '-' || number as order_id,
    timestamp '2025-01-01' + to_seconds(floor(86400 * days)::bigint) as purchased_at,
    (1 + floor(-.5 * ln(draw(customer, line, 'quantity'))))::int as quantity,
    round(.5 - 4 * ln(draw(product, 0, 'price')), 2)::decimal(9, 2) as unit_price
from chosen
"""


def products_of(lines: int) -> int:
    """Return how many products a shop of so many lines has.

    >>> products_of(1_000_000), products_of(16_000_000)
    (10000, 20000)
    """
    return round(PRODUCTS_AT_A_MILLION * (lines / 1_000_000) ** 0.25)


def make_shop(folder: Path, lines: int) -> Path:
    """Write a shop of about so many purchase lines into `folder`; return its shop file."""
    sizes = {
        "products": products_of(lines),
        "customers": lines // LINES_PER_CUSTOMER,
        "orders_each": LINES_PER_CUSTOMER / LINES_PER_ORDER,
        "lines_each": LINES_PER_ORDER,
        "categories": CATEGORIES,
        "staples": STAPLES,
    }
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(MACROS)
        for table, query in (("products", PRODUCTS), ("purchases", PURCHASES)):
            for name, size in sizes.items():
                query = query.replace(f"${name}", str(size))  # noqa: PLW2901
            connection.execute(f"copy ({query}) to '{folder / table}.parquet'")
    file = folder / "shop.yml"
    file.write_text(SHOP, encoding="utf-8")
    return file
