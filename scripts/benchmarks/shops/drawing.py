"""How synthetic shops are drawn: by hashing what a number is for, in SQL.

There is no state, so any order and any number of threads make the same shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

from recsys.storage.connections import connect

MACROS = """
create macro draw(a, b, what) as
    -- hashed twice: the hash of several values alone is alike for neighbouring ones
    (hash(hash(a, b, what)) % 9007199254740992::ubigint + 0.5) / 9007199254740992;
-- exponential, with a mean of 1
create macro wait(a, b, what) as -ln(draw(a, b, what));
-- ranks from 0 on with frequencies by 1 / (rank + shift): the law of Zipf and Mandelbrot
create macro zipf(u, n, shift) as
    least(n - 1, floor(shift * ((n + shift) / shift) ** u - shift)::bigint);
create macro price(product) as round(.5 + 4 * wait(product, 0, 'price'), 2)::decimal(9, 2);
"""

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

PRODUCTS = """
select
    'P' || product as product_id,
    concat_ws(
        ' ',
        ['Bio', 'Classic', 'Fresh', 'Family', 'Light', 'Extra', 'Mini', 'Premium']
            [1 + floor(8 * draw(product, 0, 'first'))::int],
        'kind' || (product % $categories) || chr((97 + floor(12 * draw(product, 0, 'kind')))::int),
        'sort' || floor(200 * draw(product, 0, 'sort')),
        [100, 250, 330, 500, 750, 1000][1 + floor(6 * draw(product, 0, 'size'))::int] || 'g'
    ) as title,
    'category ' || (product % $categories) as category,
    'brand ' || zipf(draw(product, 0, 'brand'), $brands, 20.0) as brand,
    price(product) as price
from range($products) as numbers (product)
"""
"""Neighbouring numbers, which are about as popular, are of different categories."""

PURCHASES = """
select
    'C' || customer as customer_id,
    'P' || product as product_id,
    'O' || customer || '-' || number as order_id,
    timestamp '2023-01-01' + to_seconds(floor(86400 * days)::bigint) as purchased_at,
    (1 + floor(.5 * wait(customer, line, 'quantity')))::int as quantity,
    price(product) as unit_price
from ($lines) as lines
"""


def write_shop(folder: Path, lines: str, sizes: Mapping[str, float]) -> Path:
    """Write a shop's tables and shop file into `folder`; return the shop file.

    `lines` is a query of what is bought: customer, number (of the customer's order), line (of the
    customer), days (since the first day, with fractions) and product. `$name` in it is
    `sizes[name]`; `sizes` has at least products, categories and brands.
    """
    texts = {name: str(size) for name, size in sizes.items()}
    texts["lines"] = Template(lines).substitute(texts)
    with connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(MACROS)
        for table, query in (("products", PRODUCTS), ("purchases", PURCHASES)):
            filled = Template(query).substitute(texts)
            connection.execute(f"copy ({filled}) to '{folder / table}.parquet'")
    file = folder / "shop.yml"
    file.write_text(SHOP, encoding="utf-8")
    return file
