"""A grocery shop: few customers who come every week for what they always buy.

With a million lines there are 1,666 customers with 612 lines and 76 orders each, on average,
within a year; 2% of them order once. All 10,000 products are sold, half of them at least 32 times
and none once; a hundredth of them have 29% of the lines, a tenth 64%. 57% of the lines are of
products that the customer bought before.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.shops.drawing import write_shop

LINES_PER_CUSTOMER = 600
"""Of a year, on average: a grocery shop's regular customers, as in Complete Journey."""
LINES_PER_ORDER = 8
PRODUCTS_AT_A_MILLION = 10_000
"""Ranges grow slowly: with the fourth root of the lines, to 20,000 at 16 million."""
CATEGORIES = 80
BRANDS = 400
STAPLES = 60
"""Products that a customer keeps coming back to."""

LINES = """
with

customers as (
    select
        customer,
        -- some come much more often than others; a third joined within the year
        greatest(1, round($orders_each * wait(customer, 0, 'activity')))::int as orders,
        greatest(0, 364 * (1.5 * draw(customer, 0, 'joined') - 1)) / .5 * .9 as joined
    from range($customers) as numbers (customer)
),

orders as (
    select
        customer,
        number,
        joined + (364 - joined) * draw(customer, number, 'day') as days,
        greatest(1, round($lines_each * wait(customer, number, 'lines')))::int as lines
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
            when staple is not null then zipf(draw(customer, staple, 'staple'), $products, 20.0)
            else zipf(draw(customer, line, 'product'), $products, 20.0)
        end as product,
        staple is null and draw(customer, line, 'favourite') < .25 as is_favourite,
        floor(3 * draw(customer, line, 'taste'))::bigint as favourite
    from lines
)

select
    customer,
    number,
    line,
    days,
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
"""


def products_of(lines: int) -> int:
    """Return how many products a shop of so many lines has.

    >>> products_of(1_000_000), products_of(16_000_000)
    (10000, 20000)
    """
    return round(PRODUCTS_AT_A_MILLION * (lines / 1_000_000) ** 0.25)


def make_grocery(folder: Path, lines: int) -> Path:
    """Write a shop of about so many purchase lines into `folder`; return its shop file."""
    sizes = {
        "products": products_of(lines),
        "customers": lines // LINES_PER_CUSTOMER,
        "orders_each": LINES_PER_CUSTOMER / LINES_PER_ORDER,
        "lines_each": LINES_PER_ORDER,
        "categories": CATEGORIES,
        "brands": BRANDS,
        "staples": STAPLES,
    }
    return write_shop(folder, LINES, sizes)
