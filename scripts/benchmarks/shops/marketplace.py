"""A marketplace: a hundred thousand products, four of five of them single pieces.

30,000 customers have 8.3 lines and 3.1 orders each, on average, within a year: 249,801 lines. 60%
order once. 98,045 products are sold, 53% of them once and 89% at most twice; a hundredth of them
have 25% of the lines, a tenth 50%. 3% of the lines are of products that the customer bought
before.

300,000 customers have 1,490,829 lines, 5.0 each. All products are sold, 48% of them once and 80%
at most twice; a hundredth have 42% of the lines, a tenth 81%.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.shops.drawing import write_shop

PRODUCTS = 100_000
PIECES = 80_000
"""Products of which there are one or two; the others are sold as in any shop."""
CATEGORIES = 400
BRANDS = 5_000

LINES = """
with

customers as (
    select
        customer,
        364 * draw(customer, 0, 'joined') as joined,
        -- more than half order once
        least(100, 1 + floor(1.2 * wait(customer, 0, 'activity') ** 2))::int as orders
    from range($customers) as numbers (customer)
),

orders as (
    select
        customer,
        number,
        case
            when number = 0 then joined
            else joined + (364 - joined) * draw(customer, number, 'day')
        end as days,
        1 + floor(.9 * wait(customer, number, 'lines'))::int as lines
    from customers, unnest(range(orders)) as numbers (number)
),

lines as (
    select customer, number, days, 1000 * number + line as line
    from orders, unnest(range(lines)) as numbers (line)
),

places as (
    select
        *,
        zipf(draw(customer, line, 'product'), $ordinary, 100.0) as place,
        draw(customer, line, 'habit') < .4 as is_favourite,
        floor(2 * draw(customer, line, 'which'))::bigint as which
    from lines
),

-- of two fifths of the pieces there are two
pieces as (
    select piece, copy
    from range($ordinary, $products) as numbers (piece),
        unnest(range(1 + (draw(piece, 0, 'copies') < .4)::int)) as copies (copy)
),

buyers as (
    select
        piece,
        copy,
        floor($customers * draw(piece, copy, 'buyer'))::bigint as customer
    from pieces
),

baskets as (
    select
        piece,
        customer,
        floor(orders * draw(piece, copy, 'order'))::bigint as number
    from buyers
    inner join customers using (customer)
)

select
    customer,
    number,
    line,
    days,
    case
        when is_favourite
            then place - place % $categories
                + floor($categories * draw(customer, which, 'taste'))::bigint
        else place
    end as product
from places
union all
-- someone finds a piece, and puts it into an order of theirs
select customer, number, 1000000 + piece as line, days, piece as product
from baskets
inner join orders using (customer, number)
"""


def make_marketplace(folder: Path, customers: int) -> Path:
    """Write a shop of so many customers into `folder`; return its shop file."""
    sizes = {
        "customers": customers,
        "products": PRODUCTS,
        "ordinary": PRODUCTS - PIECES,
        "categories": CATEGORIES,
        "brands": BRANDS,
    }
    return write_shop(folder, LINES, sizes)
